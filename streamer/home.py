"""The folder under which all state lies."""

import os
from dataclasses import dataclass
from pathlib import Path

from streamer.config import CONFIG_NAME, Config, ConfigError, load_config


@dataclass(frozen=True)
class Home:
    """A state folder and its configuration."""

    path: Path
    config: Config

    @property
    def database(self) -> Path:
        return self.path / "crackdown.sqlite"


def default_home() -> Path:
    """Return `CRACKDOWN_HOME`, else the user's data folder by the XDG rule."""
    if given := os.environ.get("CRACKDOWN_HOME"):
        return Path(given)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "crackdown"


def open_home(path: Path | None = None, config: Path | None = None) -> Home:
    """Make the folder if need be and read its configuration: `config`, else the file in the folder, else defaults.

    Raises ConfigError where the folder cannot be made or the configuration cannot be used.
    """
    folder = path or default_home()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be used as home: {error.strerror}") from error
    own = folder / CONFIG_NAME
    if config is not None:
        return Home(folder, load_config(config))
    return Home(folder, load_config(own) if own.exists() else Config())
