"""The secret addresses of cases and feeds on the small web server, and the key that makes them."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from schemas.events import Subscription
from streamer.config import ConfigError
from streamer.home import Home

KEY_NAME = "serve.key"
KEY_BYTES = 32


def case_path(key: bytes, case_id: str) -> str:
    """Return the secret path of a case's page; with `.atom` or `.json` it is that of its feed."""
    return f"/cases/{case_id}/{hmac.new(key, case_id.encode(), hashlib.sha256).hexdigest()[:40]}"


def feed_path(subscription: Subscription) -> str:
    """Return the secret path of a subscription's feed, without its ending."""
    return f"/feeds/{subscription.secret}"


def case_links(home: Home) -> Callable[[str], str]:
    """Return what gives the address of a case's page, for notices; nothing where no reader could open it.

    In a cluster, the processes share no folder: they need the same key in their environment.
    """
    settings = home.config.serve
    if not settings.url or (home.config.cluster and not os.environ.get(settings.key_env)):
        return lambda _: ""
    url, key = settings.url.rstrip("/"), site_key(home)
    return lambda case_id: url + case_path(key, case_id)


def site_key(home: Home) -> bytes:
    """Return the key of the cases' addresses: from the environment, else made once and kept in the home folder.

    Raises ConfigError for one that is too short to keep addresses secret.
    """
    name = home.config.serve.key_env
    if given := os.environ.get(name):
        return _long_enough(given.encode(), name)
    path = home.path / KEY_NAME
    try:
        with open(path, "xb", opener=lambda file, flags: os.open(file, flags, 0o600)) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        pass
    return _long_enough(Path(path).read_bytes(), str(path))


def _long_enough(key: bytes, place: str) -> bytes:
    if len(key) < KEY_BYTES:
        raise ConfigError(f"{place}: too short to keep addresses secret: {KEY_BYTES} bytes are needed")
    return key
