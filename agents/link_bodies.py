"""Bodies of the lexicon under whatever name a text has for them: agencies, rights groups, companies."""

from functools import cache

from agents.lexicon import rows

_LISTS = ("agencies.tsv", "rights_groups.tsv", "companies.tsv")


def body_named(name: str) -> str:
    """Return the first name that the lexicon has for a body: `U.S. Department of Justice` of `DoJ`; else the name."""
    return _bodies().get(name.casefold().removeprefix("the "), name)


@cache
def _bodies() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in (row for name in _LISTS for row in rows(name)):
        for alias in (row["name"], *filter(None, row["aliases"].split("|"))):
            found.setdefault(alias.casefold().removeprefix("the "), row["name"])
    return found
