"""Bytes from the web as text."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TOLD = re.compile(rb"""(?:charset|encoding)\s{0,3}=\s{0,3}["']?([\w.:-]{2,40})""", re.IGNORECASE)


def decoded(body: bytes, charset: str = "") -> str:
    """Return bytes as text; never fails.

    A byte order mark decides. Then UTF-8, if the bytes are that: servers name the wrong charset more often than other
    encodings look like UTF-8. Then the charset that the server names, the one that the page names, and Windows-1252.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    told = _TOLD.search(body, 0, 2048)
    names = [charset, told[1].decode("ascii") if told else ""]
    seven_bit = [name for name in names if name.lower().startswith("iso-2022")]
    for name in (*seven_bit, "utf-8", *filter(None, names)):
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return body.decode("cp1252", "replace")
