"""The configuration: one TOML file, checked as a whole, with errors that say where and what to do."""

import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec

from schemas.events import Record

CONFIG_NAME = "crackdown.toml"


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file, the place and the remedy."""


class Feed(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed to poll."""

    name: str
    url: str
    outlet: str = ""
    """The publisher's name, where it differs from `name`."""
    enabled: bool = True
    full_text: bool = False
    """True if the feed carries whole articles, so that no page need be fetched."""
    min_minutes: int = 10
    tell_backlog: bool = False
    """True to alert on what the first poll brings; by default a new feed starts silently."""


class Mail(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The mail server. The password comes from the environment variable named here, never from the file."""

    host: str = ""
    port: int = 587
    sender: str = ""
    user: str = ""
    password_env: str = "CRACKDOWN_SMTP_PASSWORD"  # noqa: S105 (the name of a variable)
    tls: str = "starttls"
    """`starttls`, `tls` or `none` (only for a server on this machine)."""
    ca_file: str = ""
    """Certificates to trust instead of the system's, in PEM."""
    unsubscribe_url: str = ""
    """Where a POST ends a subscription without log-in (RFC 8058); `{token}` stands for the subscription."""


class Fetching(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits and manners of the HTTP client."""

    user_agent: str = "Crackdown/0.1 (+https://example.org/crackdown; feed reader)"
    connect_seconds: float = 10
    total_seconds: float = 30
    max_bytes: int = 5 * 1024 * 1024
    in_flight: int = 32
    per_host_seconds: float = 5
    """Least time between two pages of one host."""
    allow_private: tuple[str, ...] = ()
    """`host:port` pairs on private addresses that may be fetched all the same: for tests and the demo."""


class Alerts(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The flood guard, and who looks after the channels."""

    per_hour: int = 20
    """Notices that a subscription gets one by one in an hour; the rest becomes one digest."""
    new_cases: int = 100
    """Cases that one source may open within an hour; notices of further ones are held for a look."""
    owner: str = ""
    """Who is told when a channel begins to fail or is given up: an e-mail address or a Slack-compatible webhook."""


class Serve(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The small web server for feeds and unsubscribing."""

    host: str = "127.0.0.1"
    port: int = 8765
    url: str = ""
    """Its address as readers see it, such as `https://alerts.example.org`."""
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
    processes: int = 0
    """Of the pool; 0 means one per core, at most 8."""
    keep_log_days: int = 30
    grouping_seconds: int = 60
    """How long instant notices are gathered."""


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
        return msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {error}") from error
