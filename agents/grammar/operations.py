"""Named operations: "Operation Takendown", "Operation 404", "Operación Kraken"."""

import re

from agents.grammar.mention import Mention, NameValue

_OPERATION = re.compile(
    r"(?:Operation|Operación|Operação|Operazione|Opération|Operatie|OPERATION) [“\"‘']?"
    r"(?P<name>\d{2,4}(?:\.\d)?|[A-Z][\w’'-]*(?:[ -](?:[A-Z][\w’'-]*|of|the|and|in|\d{1,3}(?:\.\d)?))*)"
)
_NOT_NAMES = frozenset(
    ["Center", "Centre", "Centers", "Group", "Manager", "Team", "Director", "Room", "Unit", "Division", "In"]
)


def find_operations(text: str) -> list[Mention]:
    """Return the named operations in `text`, in order."""
    found = []
    for match in _OPERATION.finditer(text):
        if match.start() and text[match.start() - 1].isalnum():
            continue
        words = match["name"].split(" ")[:4]
        while words and not (words[-1][0].isupper() or words[-1][0].isdigit()):
            words = words[:-1]
        if not words or words[0] in _NOT_NAMES:
            continue
        end = match.start("name") + len(" ".join(words))
        name = re.sub(r"['’]s$", "", text[match.start() : end])
        value = NameValue(name=name, canonical=re.sub(r"[“\"‘]", "", name))
        found.append(Mention(match.start(), match.start() + len(name), "operation", value, "operation"))
    return found
