import socket

import pytest

from agents.grammar.domains import find_domains


def domains(text: str, outlet: frozenset[str] = frozenset()) -> list[str]:
    return [mention.value.canonical for mention in find_domains(text, outlet)]


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("the site Roe-Stream.to was", "roe-stream.to"),
        ("at bad[.]example[.]com.", "bad.example.com"),
        ("at bad(.)example.net", "bad.example.net"),
        ("at bad[dot]org", "bad.org"),
        ("hxxps://bad[.]cc/path", "bad.cc"),
        ("http://www.roe.co.uk/a.html", "www.roe.co.uk"),
        ("(123films.ws)", "123films.ws"),
        ("roe.tv, roe", "roe.tv"),
    ],
)
def test_a_domain_is_refanged_and_lower_case(text: str, domain: str):
    assert domains(text) == [domain]


@pytest.mark.parametrize(
    "text",
    [
        "e.g. this",
        "the U.S. court",
        "Node.js",
        "mail roe@roe.com now",
        "the site.The next",
        "version 1.2.3",
        "at x.com and t.co",
        "see twitter.com and bit.ly",
        "no.such.suffixx",
        "a file.pdf",
    ],
)
def test_what_is_no_target(text: str):
    assert domains(text) == []


def test_the_outlets_own_domain_is_left_out():
    assert domains("see news.roe.org and doe.org", frozenset({"roe.org"})) == ["doe.org"]


def test_no_network_is_touched(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise AssertionError("network touched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert domains("roe.stream") == ["roe.stream"]
