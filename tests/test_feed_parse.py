"""Feeds of all formats, well and badly formed, become the same entries; hostile ones become a reason."""

import contextlib
import pickle
import time
from datetime import UTC, datetime

import pytest
from pace import slowness

from streamer.feeds.dates import feed_date
from streamer.feeds.entries import NotAFeed
from streamer.feeds.parse import parse_feed

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
URL = "https://example.org/news/feed.xml"


def parsed(text: str | bytes, charset: str = ""):
    return parse_feed(text.encode() if isinstance(text, str) else text, charset, URL, NOW)


def rss(items: str, channel: str = "") -> str:
    return (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>Port Gazette</title>'
        f"<link>https://example.org/news/</link>{channel}{items}</channel></rss>"
    )


ITEM = """<item><title>Two &amp;amp; three &lt;b&gt;jailed&lt;/b&gt;</title><link>two-jailed</link>
<guid isPermaLink="false">?p=17</guid><pubDate>Thu, 12 Mar 2026 10:00:00 +0100</pubDate>
<description>Short.</description><content:encoded><![CDATA[<p>The <a href="/x">whole</a> story.</p>]]></content:encoded>
</item>"""


def test_rss_entry_is_normalised():
    feed = parsed(rss(ITEM))
    [entry] = feed.entries
    assert feed.title == "Port Gazette"
    assert entry.title == "Two & three jailed"
    assert entry.url == "https://example.org/news/two-jailed"
    assert entry.guid == "?p=17"
    assert entry.content == '<p>The <a href="/x">whole</a> story.</p>'
    assert entry.published_at == datetime(2026, 3, 12, 9, tzinfo=UTC)


def test_atom_and_json_feed_give_the_same_entry():
    atom = parsed(
        """<feed xmlns="http://www.w3.org/2005/Atom"><title>G</title><entry><id>tag:example.org,2026:17</id>
        <title type="html">Two &amp;lt;b&amp;gt;jailed</title><link href="https://example.org/two-jailed"/>
        <published>2026-03-12T10:00:00+01:00</published><updated>2026-03-13T10:00:00Z</updated>
        <content type="html">&lt;p&gt;The whole story.&lt;/p&gt;</content></entry></feed>"""
    )
    json = parsed(
        """{"version": "https://jsonfeed.org/version/1.1", "title": "G", "items": [{"id": "tag:example.org,2026:17",
        "url": "https://example.org/two-jailed", "title": "Two jailed", "content_html": "<p>The whole story.</p>",
        "date_published": "2026-03-12T10:00:00+01:00", "date_modified": "2026-03-13T10:00:00Z"}, 5]}"""
    )
    assert atom.entries == json.entries
    assert json.entries[0].content == "<p>The whole story.</p>"


def test_document_travels_between_processes():
    feed = parsed(rss(ITEM))
    assert pickle.loads(pickle.dumps(feed)) == feed


def test_blank_lines_and_byte_order_marks_before_the_feed_are_passed_over():
    for start in ("\n\n  ", "\ufeff", "\ufeff\n"):
        assert len(parsed(start + rss(ITEM)).entries) == 1


def test_guid_stays_raw_and_comes_from_the_link_where_there_is_none():
    entries = parsed(rss("<item><guid>https://example.org/p</guid></item><item><link>/a</link></item>")).entries
    assert [(entry.guid, entry.url) for entry in entries] == [
        ("https://example.org/p", "https://example.org/p"),
        (None, "https://example.org/a"),
    ]


def test_ids_that_a_document_repeats_are_made_unique():
    repeated = "".join(f"<item><guid isPermaLink='false'>x</guid><link>/{name}</link></item>" for name in "ab")
    nameless = "".join(f"<item><title>{name}</title></item>" for name in "cd")
    guids = [entry.guid for entry in parsed(rss(repeated + nameless)).entries]
    assert guids[:2] == ["x", "x|https://example.org/b"]
    assert len(set(guids)) == 4
    assert guids == [entry.guid for entry in parsed(rss(repeated + nameless)).entries]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "http://[x/", "mailto:a@example.org"])
def test_link_that_is_no_web_address_is_none(link):
    [entry] = parsed(rss(f"<item><guid isPermaLink='false'>1</guid><link>{link}</link></item>")).entries
    assert entry.url is None


def test_edit_changes_the_hash_and_a_stamp_on_all_entries_does_not():
    def hashes(body: str, stamp: str, count: int = 3):
        entries = "".join(
            f"<entry><id>{n}</id><title>T{n}</title><summary>{body}</summary><updated>{stamp}</updated></entry>"
            for n in range(count)
        )
        return [e.content_hash for e in parsed(f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>").entries]

    first = hashes("a", "2026-03-01T00:00:00Z")
    assert hashes("a", "2026-03-02T00:00:00Z") == first
    assert not set(hashes("b", "2026-03-01T00:00:00Z")) & set(first)
    assert hashes("a", "2026-03-01T00:00:00Z", 1) != hashes("a", "2026-03-02T00:00:00Z", 1)


def test_charsets_are_found_out_whatever_the_server_says():
    item = "<item><title>Zürich – “Raid”</title></item>"
    for body, told in (
        (rss(item).encode(), "iso-8859-1"),
        (rss(item).replace('"1.0"', '"1.0" encoding="windows-1252"').encode("cp1252"), ""),
        (rss(item).encode("cp1252"), "windows-1252"),
    ):
        assert parsed(body, told).entries[0].title == "Zürich – “Raid”"


def test_pace_that_the_publisher_asks_for():
    assert parsed(rss(ITEM, "<ttl>90</ttl>")).minutes == 90
    period = "<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"
    assert parsed(rss(ITEM, period)).minutes == 720
    assert parsed(rss(ITEM, "<ttl>soon</ttl>")).minutes is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("  \n", "empty answer"),
        ("just words", "neither RSS, Atom nor JSON"),
        ('{"version": "2", "items": []}', "not a JSON Feed"),
        ('{"version": ', "broken JSON"),
        ('<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel><title>&a;</title></channel></rss>', "entities"),
        ("<!doctype html><html><body><p>Not found</p></body></html>", "a web page, not a feed"),
    ],
)
def test_what_is_no_feed_is_named(body, reason):
    with pytest.raises(NotAFeed, match=reason):
        parsed(body)


def test_web_page_tells_which_feeds_it_advertises():
    page = """<html><head><link rel="alternate" type="application/rss+xml" href="/feed/">
    <link rel="alternate" type="text/html" href="/de/"><link rel="ALTERNATE" type="application/atom+xml;x" href="a.xml">
    <link rel="alternate" type="application/rss+xml" href="javascript:x"></head><body></body></html>"""
    with pytest.raises(NotAFeed, match=r"advertises https://example\.org/feed/ and https://example\.org/news/a\.xml$"):
        parsed(page)


def test_bare_doctype_and_broken_markup_are_read():
    odd = '<!DOCTYPE rss PUBLIC "x" "y">' + rss("<item><title>AT&T & more</title><link>/a</link></item>")[21:]
    assert len(parsed(odd).entries) == 1
    assert len(parsed(rss(ITEM * 2)[:-200]).entries) == 2


def test_body_that_is_a_path_or_an_address_is_not_opened(tmp_path):
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(ITEM))
    for body in (str(secret), f"file://{secret}", "http://127.0.0.1:9/feed"):
        with pytest.raises(NotAFeed):
            parsed(body)


@pytest.mark.parametrize(
    "hostile",
    [
        "<item><description>" + "&lt;!--" * 60_000 + "</description></item>",
        "<item><title>x</title></item>" * 20_000,
        "<item>" * 20_000,
        '{"version":' + "[" * 100_000,
        "<a>" * 20_000,
    ],
    ids=lambda text: text[:20],
)
def test_hostile_feeds_end_soon(hostile):
    body = hostile if hostile[0] == "{" else rss(hostile)
    started = time.process_time()
    with contextlib.suppress(NotAFeed):
        assert len(parsed(body).entries) <= 2000
    assert time.process_time() - started < 8 * slowness()


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("Thu, 12 Mar 2026 10:00:00 GMT", datetime(2026, 3, 12, 10, tzinfo=UTC)),
        ("Thu, 12 Mar 2026 10:00:00 CEST", datetime(2026, 3, 12, 8, tzinfo=UTC)),
        ("12 Mar 2026 10:00 EST", datetime(2026, 3, 12, 15, tzinfo=UTC)),
        ("Thursday, 12 March 2026 10:00:00 +0530", datetime(2026, 3, 12, 4, 30, tzinfo=UTC)),
        ("2026-03-12", datetime(2026, 3, 12, tzinfo=UTC)),
        ("2026-03-12T10:00:00Z", datetime(2026, 3, 12, 10, tzinfo=UTC)),
        ("2026-03-12 09:00:00.000 UTC", datetime(2026, 3, 12, 9, tzinfo=UTC)),
        ("2016/6/29 15:07:41", datetime(2016, 6, 29, 15, 7, 41, tzinfo=UTC)),
        ("1719999999", datetime(2024, 7, 3, 9, 46, 39, tzinfo=UTC)),
        ("1719999999000", datetime(2024, 7, 3, 9, 46, 39, tzinfo=UTC)),
        ("Mittwoch, 5. Juni 2024 09:00", datetime(2024, 6, 5, 9, tzinfo=UTC)),
        ("05.06.2024 11:30", datetime(2024, 6, 5, 11, 30, tzinfo=UTC)),
        ("mercredi 5 juin 2024", datetime(2024, 6, 5, tzinfo=UTC)),
        ("Thu, 12 Mar 2026 10:00:00 +9900", None),
        ("Thu, 12 Mar 2037 10:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_entries(text, date):
    assert feed_date(text, NOW) == date
