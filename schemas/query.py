"""The query language: one parser for search, saved searches and subscriptions.

    words "a phrase" prefix* -without type:arrest country:(JP OR CN) amount_usd:>=1000000
    date:[2024-01 TO 2024-06] date:>=now-7d date:last-30-days docket:* NOT (status:sought OR status:alleged)

It is the common part of Lucene's syntax and Kibana's; words side by side must all be there. What is outside of that
part is refused with the place marked, never silently dropped, as an alert would then miss what it was made for.
"""

import re
from collections.abc import Callable
from typing import NoReturn

from schemas.events import Record
from schemas.query_fields import (
    ALIASES,
    FIELDS,
    Field,
    Kind,
    cased,
    date_bound,
    field_named,
    keyword,
    last_period,
    nearest,
    number_bound,
)
from schemas.query_tree import (
    Everything,
    Exists,
    Match,
    Node,
    Prefix,
    Query,
    Range,
    either,
    every,
    other_than,
    query_of,
)
from schemas.tokens import tokens

__all__ = ["Query", "QueryError", "parse"]

MAX_LENGTH = 4000
"""Characters of a query."""
MAX_DEPTH = 32
MAX_CLAUSES = 64
MIN_PREFIX = 3
"""Letters before a `*`."""

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<phrase>"(?:[^"\\]|\\.)*")
    |(?P<compare>[<>]=?)
    |(?P<punctuation>[()\[\]{}:])
    |(?P<word>(?:[^\s"()\[\]{}:<>\\]|\\.)+)""",
    re.VERBOSE | re.DOTALL,
)
_FOREIGN = {"~": "no fuzzy search", "^": "no boosts", "?": "no single-letter wildcard"}


class QueryError(ValueError):
    """A query that cannot be understood: what is wrong, where, and what may have been meant."""

    def __init__(self, message: str, *, text: str, position: int, suggestion: str | None = None) -> None:
        self.message, self.text, self.position, self.suggestion = message, text, position, suggestion
        meant = f"; did you mean `{suggestion}`?" if suggestion else ""
        super().__init__(f"{message} (character {position + 1}){meant}")

    def pointed(self) -> str:
        """Return the query on one line and below it a mark under the place."""
        start = max(0, self.position - 60)
        line = re.sub(r"\s", " ", self.text[start : self.position + 40])
        return f"{line}\n{' ' * (self.position - start)}^"


def parse(text: str) -> Query:
    """Return the query that `text` spells. Raises QueryError."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"longer than {MAX_LENGTH} characters", text=text, position=MAX_LENGTH)
    return query_of(_Parser(text).whole())


class _Token(Record, frozen=True, kw_only=True):
    kind: str
    text: str
    start: int


def _lex(text: str) -> list[_Token]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            what = "a quote that is never closed" if text[place] == '"' else f"nothing can begin with `{text[place]}`"
            raise QueryError(what, text=text, position=place)
        if match.lastgroup != "space":
            found.append(_Token(kind=str(match.lastgroup), text=match[0], start=place))
        place = match.end()
    return [*found, _Token(kind="end", text="", start=len(text))]


class _Parser:
    """Recursive descent: or ← and ← not ← clause. `at` is the token in hand."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at, self.depth, self.clauses = text, _lex(text), 0, 0, 0

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def fail(self, message: str, token: _Token | None = None, suggestion: str | None = None) -> NoReturn:
        raise QueryError(message, text=self.text, position=(token or self.token).start, suggestion=suggestion)

    def take(self) -> _Token:
        """Return the token in hand and go on, never past the end."""
        token = self.token
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def took(self, text: str) -> bool:
        """Take the token if it is this sign or operator."""
        is_it = self.token.text.lower() == text and self.token.kind in ("word", "punctuation")
        self.at += is_it
        return is_it

    def whole(self) -> Node:
        if self.token.kind == "end":
            self.fail("an empty query; `*` finds everything")
        tree = self.alternatives(None)
        if self.token.kind != "end":
            self.fail(f"`{self.token.text}` has nothing to close")
        return tree

    def alternatives(self, field: Field | None) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(f"more than {MAX_DEPTH} levels of parentheses")
        parts = [self.demands(field)]
        while self.took("or"):
            parts.append(self.demands(field))
        self.depth -= 1
        return either(parts)

    def demands(self, field: Field | None) -> Node:
        parts = [self.negation(field)]
        while not self.ends():
            self.took("and")
            parts.append(self.negation(field))
        return every(parts)

    def ends(self) -> bool:
        return self.token.kind == "end" or self.token.text == ")" or self.token.text.lower() == "or"

    def negation(self, field: Field | None) -> Node:
        excluded = False
        while self.took("not") or self.took_dash():
            excluded = not excluded
        part = self.clause(field)
        return other_than(part) if excluded else part

    def took_dash(self) -> bool:
        """Take a `-` before a clause: alone, or as the first letter of a word."""
        token = self.token
        if token.kind != "word" or not token.text.startswith("-"):
            return False
        if token.text == "-":
            self.at += 1
        else:
            self.tokens[self.at] = _Token(kind="word", text=token.text[1:], start=token.start + 1)
        return True

    def clause(self, field: Field | None) -> Node:
        self.clauses += 1
        if self.clauses > MAX_CLAUSES:
            self.fail(f"more than {MAX_CLAUSES} clauses")
        if self.took("("):
            return self.group(field)
        start = self.token
        named = self.field_ahead()
        if named and field:
            self.fail(f"a field inside the values of `{field.name}:`", start)
        return self.value(named or field or FIELDS["text"])

    def group(self, field: Field | None) -> Node:
        opened = self.tokens[self.at - 1]
        inner = self.alternatives(field)
        if not self.took(")"):
            self.fail("a parenthesis that is never closed", opened)
        return inner

    def field_ahead(self) -> Field | None:
        """Take `name:` or, before a comparison, `name`; return the field, or None if no field comes."""
        name, sign = self.token, self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        if name.kind != "word" or (sign.text != ":" and sign.kind != "compare"):
            return None
        field = field_named(name.text)
        if field is None:
            meant = nearest(name.text, (*FIELDS, *ALIASES))
            self.fail(f"no field `{name.text}`; put it in quotes to look for the words", name, meant and f"{meant}:")
        self.at += 2 if sign.text == ":" else 1
        return field

    def value(self, field: Field) -> Node:
        if self.token.kind == "compare":
            return self.comparison(field)
        if self.token.text in ("[", "{"):
            return self.interval(field)
        if self.took("("):
            return self.group(field)
        return self.single(field)

    def single(self, field: Field) -> Node:
        token = self.take()
        if token.kind not in ("word", "phrase") or (token.kind == "word" and token.text.lower() in ("and", "or")):
            self.fail(f"`{token.text}` where a word was expected" if token.text else "the query ends too early", token)
        if token.kind == "phrase":
            return self.leaf(field, _unescaped(token.text[1:-1]), token)
        if token.text == "*":
            return Everything() if field.name == "text" else Exists(field=field.name)
        self.refuse_foreign(token)
        if token.text.endswith("*") and not token.text.endswith("\\*"):
            return self.prefix(field, token)
        return self.leaf(field, _unescaped(token.text), token)

    def refuse_foreign(self, token: _Token) -> None:
        plain = re.sub(r"\\.", "", token.text)
        if plain.startswith(("+", "!", "&&", "||")):
            self.fail(f"`{plain[0]}` is not used: every word must match; write AND, OR, NOT", token)
        if "*" in plain[:-1]:
            self.fail("a `*` may only end a word", token)
        if len(plain) > 1 and plain[0] == plain[-1] == "/":
            self.fail("no regular expressions", token)
        for sign, message in _FOREIGN.items():
            if sign in plain:
                self.fail(f"`{sign}`: {message}; put the word in quotes if you mean it", token)

    def prefix(self, field: Field, token: _Token) -> Node:
        text = _unescaped(token.text[:-1])
        if field.kind not in (Kind.TEXT, Kind.KEYWORD):
            self.fail(f"`{field.name}` takes no `*` after a value", token)
        last = tokens(text)[-1:] if field.kind is Kind.TEXT else [text]
        if not last or len(last[0]) < MIN_PREFIX or not text[-1].isalnum():
            self.fail(f"at least {MIN_PREFIX} letters before a `*`", token)
        return Prefix(field=field.name, text=text if field.kind is Kind.TEXT else cased(field, text))

    def leaf(self, field: Field, text: str, token: _Token) -> Node:
        if field.kind is Kind.TEXT:
            if not tokens(text):
                self.fail(f"nothing to look for in `{token.text}`", token)
            return Match(field=field.name, text=text)
        if field.kind in (Kind.KEYWORD, Kind.BOOLEAN):
            return Match(field=field.name, text=self.checked(lambda: keyword(field, text), field, text, token))
        lower = last_period(text) if field.kind is Kind.DATE else None
        if lower:
            return Range(field=field.name, low=lower)
        bound = self.bound(field, text, token)
        return Range(field=field.name, low=bound, high=bound)

    def comparison(self, field: Field) -> Node:
        sign, token = self.take(), self.take()
        bound = self.bound(field, _unescaped(token.text.strip('"')), token)
        is_open = not sign.text.endswith("=")
        if sign.text.startswith(">"):
            return Range(field=field.name, low=bound, low_open=is_open)
        return Range(field=field.name, high=bound, high_open=is_open)

    def interval(self, field: Field) -> Node:
        opened, low = self.take(), self.take()
        if not self.took("to"):
            self.fail("a range is written `[low TO high]`", opened)
        high, closed = self.take(), self.take()
        if closed.text not in ("]", "}"):
            self.fail("a range that is never closed", opened)
        bounds = [None if one.text == "*" else self.bound(field, one.text.strip('"'), one) for one in (low, high)]
        if bounds == [None, None]:
            return Exists(field=field.name)
        return Range(
            field=field.name,
            low=bounds[0],
            high=bounds[1],
            low_open=opened.text == "{" and bounds[0] is not None,
            high_open=closed.text == "}" and bounds[1] is not None,
        )

    def bound(self, field: Field, text: str, token: _Token) -> str:
        if field.kind is Kind.NUMBER:
            return self.checked(lambda: number_bound(text), field, text, token)
        if field.kind is not Kind.DATE:
            self.fail(f"`{field.name}` has no order: no ranges", token)
        return self.checked(lambda: date_bound(text), field, text, token)

    def checked(self, read: Callable[[], str], field: Field, text: str, token: _Token) -> str:
        try:
            return read()
        except ValueError:
            meant = nearest(text, field.words) if field.words else None
            self.fail(
                f"`{text}` is no {_EXPECTED.get(field.kind, field.name)}", token, meant and f"{field.name}:{meant}"
            )


_EXPECTED = {
    Kind.NUMBER: "number",
    Kind.DATE: "date (2024, 2024-06, 2024-06-30, now-7d, last-30-days)",
    Kind.BOOLEAN: "true or false",
}


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
