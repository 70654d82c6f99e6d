"""What a match of a pattern can begin with: so that a pattern is tried only where it has a chance."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

LENGTH = 3
"""Letters of an opening at most."""

_ATOM = re.compile(r"(?P<group>\(\?:)|\\(?P<escape>.)|\[(?P<set>-?[^\]\\^-]+)\]|(?P<literal>[^\\\[\](){}|?*+.^$])")
_REPEAT = re.compile(r"(?P<none>[?*]|\{0?,\d*\})|\+|\{\d+(?:,\d*)?\}")
_LETTERS = re.compile(r"\w+")


class _Begin(NamedTuple):
    """The first characters of a match, a boundary being `\\b`; `whole` if what follows them is still to be added."""

    text: str
    whole: bool


_UNKNOWN = frozenset((_Begin("", whole=False),))
_EMPTY = frozenset((_Begin("", whole=True),))


def openings(pattern: str) -> frozenset[str]:
    """Return the beginnings of words, of up to three letters, at which a match can start.

    Empty if that cannot be said: a match may start inside a word, or the pattern holds what is not read here.
    """
    begins, end = _choice(pattern, 0)
    found = frozenset(_letters(begin.text) for begin in begins)
    return found if end == len(pattern) and "" not in found else frozenset()


def _letters(text: str) -> str:
    """Return the letters at the start of a word; none if the match does not start at one."""
    found = _LETTERS.match(text, 1) if text.startswith("\b") else None
    return found.group() if found else ""


def _choice(pattern: str, at: int) -> tuple[AbstractSet[_Begin], int]:
    """Return how the alternatives from a place on can begin, and where they end."""
    begins, at = _sequence(pattern, at)
    while pattern[at : at + 1] == "|":
        more, at = _sequence(pattern, at + 1)
        begins = begins | more
    return begins, at


def _sequence(pattern: str, at: int) -> tuple[AbstractSet[_Begin], int]:
    begins: AbstractSet[_Begin] = _EMPTY
    while at < len(pattern) and pattern[at] not in "|)":
        atom, at = _atom(pattern, at)
        repeat = _REPEAT.match(pattern, at)
        if repeat:
            at = repeat.end()
            atom = {begin._replace(whole=False) for begin in atom} | (_EMPTY if repeat["none"] else set())
        begins = set(_followed(begins, atom))
    return begins, at


def _followed(begins: AbstractSet[_Begin], atom: AbstractSet[_Begin]) -> Iterator[_Begin]:
    for begin in begins:
        if not begin.whole:
            yield begin
            continue
        for more in atom:
            text = begin.text + more.text
            yield _Begin(text[: LENGTH + 1], more.whole and len(text) <= LENGTH)


def _atom(pattern: str, at: int) -> tuple[AbstractSet[_Begin], int]:
    found = _ATOM.match(pattern, at)
    if found is None:
        return _UNKNOWN, len(pattern) + 1
    if found["group"]:
        begins, end = _choice(pattern, found.end())
        return begins, end + 1
    return _characters(found), found.end()


def _characters(found: re.Match[str]) -> frozenset[_Begin]:
    if found["escape"]:
        letter = found["escape"]
        if letter != "b" and letter.isalnum():
            return _UNKNOWN
        return frozenset((_Begin("\b" if letter == "b" else letter, whole=True),))
    return frozenset(_Begin(letter, whole=True) for letter in found["set"] or found["literal"])
