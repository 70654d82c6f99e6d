"""The address guard: no connection to an address that is not on the public internet.

It sits where sockets are made, so it sees every address that is dialled: of host names whatever they resolve to at
that moment, of addresses written in an URL in any notation, and of every redirect.
"""

import errno
import ipaddress
import socket
from collections.abc import Callable, Collection, Iterator
from typing import Any

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_COMPATIBLE = ipaddress.ip_network("::/96")
_SHARED = ipaddress.ip_network("100.64.0.0/10")
"""Carrier-grade NAT, RFC 6598."""


PRIVATE = "private or reserved address"
"""What the error says, also when a connector folds several errors into one."""


class PrivateAddress(OSError):
    """The address is private, local or reserved. An OSError, because that is what connectors expect of sockets."""


def is_public(address: str) -> bool:
    """Return whether an IP address is on the public internet, also when it carries an IPv4 address inside."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return all(_is_global(inner) for inner in (parsed, *_embedded(parsed)))


def _is_global(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not (address.version == 4 and address in _SHARED)


def _embedded(address: Address) -> Iterator[Address]:
    """Yield the IPv4 addresses that an IPv6 address stands for: mapped, compatible, NAT64, 6to4, Teredo."""
    if not isinstance(address, ipaddress.IPv6Address):
        return
    if address.ipv4_mapped:
        yield address.ipv4_mapped
    if address.sixtofour:
        yield address.sixtofour
    if address.teredo:
        yield from address.teredo
    if address in _COMPATIBLE or any(address in network for network in _NAT64):
        yield ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)


def guarded_sockets(allowed: Collection[str]) -> Callable[[Any], socket.socket]:
    """Return a socket factory for aiohttp's connector that raises PrivateAddress on all but public addresses.

    `allowed` holds `host:port` pairs that may be dialled all the same, as IP addresses or `localhost`.
    """
    pairs = {_normal(pair) for pair in allowed}

    def make_socket(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, where = info
        host, port = where[0], where[1]
        if (
            not is_public(host)
            and f"{host}:{port}" not in pairs
            and not (host == "::1" and f"127.0.0.1:{port}" in pairs)
        ):
            raise PrivateAddress(errno.EACCES, PRIVATE)
        return socket.socket(family, kind, protocol)

    return make_socket


def _normal(pair: str) -> str:
    host, _, port = pair.rpartition(":")
    return f"{'127.0.0.1' if host == 'localhost' else host.strip('[]')}:{port}"
