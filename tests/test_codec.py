"""The wire form: what goes in comes out, what is broken is refused, the version before is read."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from make import (
    make_article,
    make_article_events,
    make_case_update,
    make_dead_letter,
    make_edit,
    make_event,
    make_item,
    make_linked,
    make_notice,
)

from schemas import codec
from schemas.codec import UnreadablePayload, decode, encode
from schemas.events import FeedItem, Message

MESSAGES: list[Message] = [
    make_item(),
    make_article(),
    make_article_events(make_event(spans={"target": ((0, 5), (7, 9))})),
    make_edit(event_ids=("event-1",)),
    make_case_update(None, make_linked()),
    make_notice(data={"nested": [1, "a", None]}),
    make_dead_letter(payload=b"\x00\xff", headers={"trace": "1"}),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_what_goes_in_comes_out(message: Message):
    assert decode(encode(message)) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_the_wire_form_begins_with_schema_and_version(message: Message):
    payload = encode(message)
    schema = message.__struct_config__.tag
    assert payload.startswith(f'{{"schema":"{schema}","schema_version":1,'.encode())
    assert b"\n" not in payload
    assert msgspec.json.decode(payload)["id"] == message.id


def test_every_message_has_a_version():
    assert {message.__struct_config__.tag for message in MESSAGES} == set(codec.VERSIONS)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "unreadable"),
        (b"null", "unreadable"),
        (b'{"id":"x"}', "schema"),
        (b'{"schema":"poem","id":"x"}', "unknown schema 'poem'"),
        (b'{"schema":"feed_item","id":"x"}', "source"),
        (b'{"schema":"feed_item","schema_version":9,"id":"x"}', "feed_item version 9, this program reads 1"),
        (b'{"schema":"feed_item","schema_version":"1"}', "schema_version"),
        (b"[" * 20_000, "unreadable"),
        ('{"schema":"feed_item","id":"é"'.encode("latin-1"), "unreadable"),
    ],
)
def test_a_broken_payload_says_where(payload: bytes, reason: str):
    with pytest.raises(UnreadablePayload, match=reason):
        decode(payload)


@given(st.binary())
def test_no_bytes_break_the_reader(payload: bytes):
    with pytest.raises(UnreadablePayload):
        decode(payload)


def test_unknown_fields_are_left_aside():
    """A newer program may add fields without a new version."""
    payload = encode(make_item())[:-1] + b',"colour":"blue"}'
    assert decode(payload) == make_item()


def renamed(older: dict[str, Any]) -> dict[str, Any]:
    older["source"] = older.pop("outlet")
    return older


def test_the_version_before_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(codec.VERSIONS, "feed_item", 2)
    monkeypatch.setitem(codec.UPCASTERS, "feed_item", renamed)
    item = make_item()
    older = msgspec.json.decode(encode(item)) | {"schema_version": 1}
    older["outlet"] = older.pop("source")
    assert decode(msgspec.json.encode(older)) == item
    assert decode(encode(item)) == item


def test_a_version_before_that_nobody_can_lift_is_refused(monkeypatch: pytest.MonkeyPatch):
    payload = encode(make_item())
    monkeypatch.setitem(codec.VERSIONS, "feed_item", 2)
    with pytest.raises(UnreadablePayload, match="feed_item version 1, this program reads 2"):
        decode(payload)


def test_a_version_before_that_is_broken_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(codec.VERSIONS, "feed_item", 2)
    monkeypatch.setitem(codec.UPCASTERS, "feed_item", lambda older: {"schema": "feed_item"})
    with pytest.raises(UnreadablePayload):
        decode(b'{"schema":"feed_item","schema_version":1}')


def test_keys_decide_the_order():
    assert make_item().key == make_item().id
    assert make_case_update().key == "case-1"
    assert make_notice().key == "subscription-1"
    assert isinstance(decode(encode(make_item())), FeedItem)
