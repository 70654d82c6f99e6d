"""The address guard lets nothing through that is not on the public internet, however it is written."""

import socket

import pytest

from streamer.feeds.guard import PrivateAddress, guarded_sockets, is_public


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_public_addresses_pass(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "169.254.169.254",
        "192.168.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "no address",
    ],
)
def test_other_addresses_do_not(address):
    assert not is_public(address)


def info(host: str, port: int):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return family, socket.SOCK_STREAM, 0, "", (host, port)


def test_sockets_are_made_for_public_and_allowed_addresses_only():
    make = guarded_sockets(["localhost:8000", "[fd00::1]:81"])
    for host, port in (("93.184.215.14", 80), ("127.0.0.1", 8000), ("::1", 8000), ("fd00::1", 81)):
        make(info(host, port)).close()
    for host, port in (("127.0.0.1", 8001), ("::1", 81), ("10.0.0.1", 8000), ("fd00::1", 80)):
        with pytest.raises(PrivateAddress):
            make(info(host, port))
