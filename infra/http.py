"""JSON over HTTP, for the set-up: one call, one answer, errors as exceptions with the server's own words."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any


class Refused(Exception):
    """The server answered that it will not; the message says what and why, never a secret."""


@dataclass(frozen=True)
class Server:
    """A server by its address, with how to sign in."""

    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, *, missing: bool = False) -> Any:
        """Send JSON and return the answer's JSON. With `missing`, 404 is None. Raises Refused, OSError."""
        request = urllib.request.Request(  # noqa: S310 (the address is the operator's)
            self.address.rstrip("/") + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", **self._signed(), **self.headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                if missing and error.code == 404:
                    return None
                raise Refused(f"{method} {path}: {error.code} {error.read(500).decode(errors='replace')}") from None

    def _signed(self) -> dict[str, str]:
        if not self.user:
            return {}
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {token}"}
