"""Word lists that a lawyer can read and extend: data files, each entry with its source.

All are UTF-8 tables with a header row, columns split by tabs. Lines that begin with `#` are remarks.
"""

import csv
from functools import cache
from importlib.resources import files


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of the table `name` of this folder. Raises ValueError for a row with too few or many columns."""
    lines = files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines()
    table = csv.reader(
        (line for line in lines if line and not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
    )
    header = next(table)
    found = []
    for row in table:
        if len(row) != len(header):
            raise ValueError(f"{name}: {len(row)} columns where {len(header)} were expected: {row}")
        found.append(dict(zip(header, row, strict=True)))
    return found


def words(name: str) -> frozenset[str]:
    """Return the words of the list `name` of this folder: one a line, or several split by spaces."""
    lines = files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def cue_words(says: str) -> frozenset[str]:
    """Return the words of `name_cues.tsv` that say this, such as `agency` or `title`."""
    return frozenset(row["word"] for row in rows("name_cues.tsv") if row["says"] == says)
