"""The passwords of the compose file: made once, at random, into `.env`, which only its owner may read."""

import os
import re
import secrets
from pathlib import Path

EXAMPLE = Path(__file__).parent.parent / ".env.example"
_EMPTY = re.compile(r"^(\w+)=$", re.MULTILINE)


def make_env(path: Path, example: Path = EXAMPLE) -> list[str]:
    """Write the example with a secret in each empty place to `path`, and return the names. Keeps what is there."""
    if path.exists():
        return []
    made = []

    def filled(place: re.Match[str]) -> str:
        made.append(place[1])
        return f"{place[1]}={secrets.token_urlsafe(32)}"

    text = _EMPTY.sub(filled, example.read_text("utf-8"))
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return made


if __name__ == "__main__":
    done = make_env(Path(".env"))
    print(f".env: {', '.join(done)} made" if done else ".env is there already; nothing was changed")
