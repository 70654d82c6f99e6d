"""The commonest values of a field among what a search finds, with their numbers."""

import sqlite3

import msgspec

from streamer.stores.sqlite_bits import IDS, KEYWORDS, commonest, numbers_in
from streamer.stores.sqlite_documents import LISTED

SIZE = 20
"""Values of a facet: those that most documents have, the first by name among equals."""
FEW = 6_000
"""So many documents are read and counted faster than the bits of all values."""
_WITH_BITS = (*KEYWORDS, "outlet")


def facet(connection: sqlite3.Connection, rows: str, name: str, found: int) -> dict[str, int]:
    """Return the values of a field with the number of documents of the set that have each. Raises ValueError."""
    if name in _WITH_BITS and found.bit_count() > FEW:
        return commonest(connection, rows, name, found, SIZE)
    if name in (*_WITH_BITS, *IDS):
        values = f'"{name}", count(*) FROM {rows} d WHERE "{name}" IS NOT NULL'
    elif name in LISTED:
        values = f"v.value, count(*) FROM {rows}_records d, json_each(d.listed, '$.{name}') v WHERE v.value IS NOT NULL"
    else:
        raise ValueError(f"no facet {name}; known are {', '.join((*KEYWORDS, *IDS, *LISTED))}")
    numbers = msgspec.json.encode(numbers_in(found)).decode()
    among = "d.number IN (SELECT value FROM json_each(?)) GROUP BY 1 ORDER BY 2 DESC, 1"
    return dict(connection.execute(f"SELECT {values} AND {among} LIMIT {SIZE}", (numbers,)))
