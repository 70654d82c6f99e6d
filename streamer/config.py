"""The configuration: one TOML file, checked as a whole, with errors that say where and what to do."""

import tomllib
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import msgspec

from schemas.events import Record

CONFIG_NAME = "crackdown.toml"

Name = Annotated[str, msgspec.Meta(min_length=1)]
WebAddress = Annotated[str, msgspec.Meta(pattern=r"^https?://[^/\s]+")]
AddressOrNone = Annotated[str, msgspec.Meta(pattern=r"^$|^https?://[^/\s]+")]
Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
Several = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file, the place and the remedy."""


class Feed(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed to poll."""

    name: Name
    url: WebAddress
    outlet: str = ""
    """The publisher's name, where it differs from `name`."""
    enabled: bool = True
    full_text: bool = False
    """True if the feed carries whole articles, so that no page need be fetched."""
    min_minutes: Several = 10
    tell_backlog: bool = False
    """True to alert on what the first poll brings; by default a new feed starts silently."""


class Mail(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The mail server. The password comes from the environment variable named here, never from the file."""

    host: str = ""
    port: Port = 587
    sender: str = ""
    user: str = ""
    password_env: str = "CRACKDOWN_SMTP_PASSWORD"  # noqa: S105 (the name of a variable)
    tls: str = "starttls"
    """`starttls`, `tls` or `none` (only for a server on this machine)."""
    ca_file: str = ""
    """Certificates to trust instead of the system's, in PEM."""
    unsubscribe_url: AddressOrNone = ""
    """Where a POST ends a subscription without log-in (RFC 8058); `{token}` stands for the subscription."""


class Fetching(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits and manners of the HTTP client."""

    user_agent: str = "Crackdown/0.1 (+https://example.org/crackdown; feed reader)"
    connect_seconds: Seconds = 10
    total_seconds: Seconds = 30
    max_bytes: Several = 5 * 1024 * 1024
    in_flight: Several = 32
    per_host_seconds: Seconds = 5
    """Least time between two pages of one host."""
    allow_private: tuple[str, ...] = ()
    """`host:port` pairs on private addresses that may be fetched all the same: for tests and the demo."""


class Alerts(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The flood guard, and who looks after the channels."""

    per_hour: Several = 20
    """Notices that a subscription gets one by one in an hour; the rest becomes one digest."""
    new_cases: Several = 100
    """Cases that one source may open within an hour; notices of further ones are held for a look."""
    owner: str = ""
    """Who is told when a channel begins to fail or is given up, or a source is held: an e-mail address or a
    Slack-compatible webhook."""


class Serve(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The small web server for feeds and unsubscribing."""

    host: str = "127.0.0.1"
    port: Port = 8765
    url: AddressOrNone = ""
    """Its address as readers see it, such as `https://alerts.example.org`. With it, notices link to their case."""
    key_env: str = "CRACKDOWN_SERVE_KEY"
    """The environment variable with the key of the secret addresses; without it, a key is kept in the home folder."""
    bounces_env: str = "CRACKDOWN_BOUNCES_SECRET"
    """The environment variable with the secret part of the address to which a mail service reports bounces."""


class Cluster(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The servers of cluster mode. The password comes from the environment variable named here, never from the file."""

    kafka: str = "127.0.0.1:9092"
    """`host:port`, several with commas."""
    elastic: tuple[str, ...] = ("http://127.0.0.1:9200",)
    prefix: str = "crackdown"
    """Of topics, consumer groups, indices: several installations may share servers."""
    user: str = ""
    """Of Elasticsearch; empty for a server without accounts."""
    password_env: str = "CRACKDOWN_ELASTIC_PASSWORD"  # noqa: S105 (the name of a variable)
    ca_certs: str = ""
    """File with the authority that signed Elasticsearch's certificate; empty for the system's own."""
    health: str = "127.0.0.1:8081"
    """Where a worker answers on `/health` and `/metrics`."""


class Config(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    feeds: tuple[Feed, ...] = ()
    mail: Mail = Mail()
    fetching: Fetching = Fetching()
    alerts: Alerts = Alerts()
    serve: Serve = Serve()
    cluster: Cluster | None = None
    """Kafka and Elasticsearch in place of the one SQLite file."""
    processes: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Of the pool; 0 means one per core, at most 8."""
    keep_log_days: Several = 30
    grouping_seconds: Annotated[int, msgspec.Meta(ge=0)] = 55
    """How long instant notices are gathered: with the time that sending takes, they are out within a minute."""


class _FeedList(Record, frozen=True, kw_only=True):
    feeds: tuple[Feed, ...]


def default_feeds() -> tuple[Feed, ...]:
    """Return the feeds that are polled where no configuration lists any."""
    text = (files("streamer.feeds") / "feeds.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), _FeedList).feeds


def load_config(path: Path) -> Config:
    """Read a configuration. Raises ConfigError on a missing file, broken TOML, unknown or ill-typed settings."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    try:
        config = msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error
    twice = [name for name, count in Counter(feed.name for feed in config.feeds).items() if count > 1]
    if twice:
        raise ConfigError(f"{path}: two feeds are called {twice[0]!r}: give each a name of its own")
    return config
