"""E-mail to a real SMTP server: what arrives, what it refuses, and what must never get into a header."""

import asyncio
import socket
import ssl
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from mailing import notice, subscription

from schemas.events import Notice, Subscription
from streamer.config import ConfigError, Mail
from streamer.senders.email import EmailSender, message_of
from streamer.senders.sending import SendFailed

CERTIFICATE = Path(__file__).with_name("localhost.pem")


class Mailbox:
    """Keeps messages; answers as it is told."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.rcpt = "250 OK"
        self.data = "250 kept as 17"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        parsed = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        return self.data


@pytest.fixture
def box() -> Mailbox:
    return Mailbox()


TO = subscription(channel="email")


def send(
    box: Mailbox,
    *notices: Notice,
    to: Subscription = TO,
    implicit: ssl.SSLContext | None = None,
    server: dict[str, Any] | None = None,
    **settings: Any,
) -> str:
    """Send through a mail server on a free port of this machine that ends when it has answered."""

    async def main() -> str:
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(lambda: SMTP(box, **server or {}), "127.0.0.1", 0, ssl=implicit)
        given = {"host": "127.0.0.1", "sender": "alerts@crackdown.example", "tls": "none"} | settings
        mail = Mail(port=listening.sockets[0].getsockname()[1], **given)
        async with listening:
            return await EmailSender(mail)(notices or [notice(TO)], to)

    return asyncio.run(main())


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found
    return str(found.get_content())


def test_the_message_arrives_with_all_that_providers_ask_for(box: Mailbox) -> None:
    page = "https://crackdown.example/unsubscribe/{token}"
    assert "kept as 17" in send(box, unsubscribe_url=page)
    (message,) = box.messages
    one = notice(TO)
    assert message["Subject"] == "New case: Person 1 arrested (Sweden)"
    assert message["To"] == "ana@example.org"
    assert message["From"] == "Crackdown <alerts@crackdown.example>"
    assert message["Message-ID"] == f"<{one.id}@crackdown.example>"
    assert message["References"] == "<case-1@crackdown.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<subscription-ana.crackdown.example>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith("<https://crackdown.example/unsubscribe/unsubscribe-")
    assert "“Police <took> person 1.”" in part(message, "plain")
    assert "“Police &lt;took&gt; person 1.”" in part(message, "html")


def test_every_attempt_has_the_same_id_and_date(box: Mailbox) -> None:
    for _ in range(2):
        send(box)
    first, second = box.messages
    assert (first["Message-ID"], first["Date"]) == (second["Message-ID"], second["Date"])


def test_several_notices_are_one_message(box: Mailbox) -> None:
    send(box, notice(TO, 1), notice(TO, 2))
    (message,) = box.messages
    assert message["Subject"] == "2 notices: New case: Person 1 arrested (Sweden)"
    assert message["References"] is None
    for kind in ("plain", "html"):
        assert "Person 2" in part(message, kind)


@pytest.mark.parametrize(
    ("rcpt", "data", "answer", "lasting"),
    [
        ("550 no such user", "250 OK", "550 no such user", True),
        ("450 greylisted", "250 OK", "450 greylisted", False),
        ("250 OK", "554 spam", "554 spam", False),
        ("250 OK", "451 later", "451 later", False),
    ],
)
def test_what_the_server_refuses_is_told(box: Mailbox, rcpt: str, data: str, answer: str, lasting: bool) -> None:
    box.rcpt, box.data = rcpt, data
    with pytest.raises(SendFailed, match=answer) as caught:
        send(box)
    assert caught.value.lasting is lasting


def test_no_server_is_a_passing_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sender = EmailSender(Mail(host="127.0.0.1", port=port, sender="alerts@crackdown.example", tls="none"))
    with pytest.raises(SendFailed, match=r"mail server 127\.0\.0\.1") as caught:
        asyncio.run(sender([notice(TO)], TO))
    assert not caught.value.lasting


@pytest.mark.parametrize(
    "address", ["ana@example.org\r\nBcc: all@example.org", "", "ana", "a b@c@d", "zoë@example.org"]
)
def test_an_address_that_is_none_is_never_sent_to(box: Mailbox, address: str) -> None:
    with pytest.raises(SendFailed, match="not a mail address") as caught:
        send(box, to=subscription(address=address))
    assert caught.value.lasting
    assert box.messages == []


def test_a_line_break_in_a_subject_is_refused() -> None:
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        message_of(
            [notice(TO, subject="News\r\nBcc: all@example.org")],
            TO,
            Mail(host="localhost", sender="a@crackdown.example"),
        )


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_tls_is_checked_and_the_password_comes_from_the_environment(
    box: Mailbox, tls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    passwords: list[bytes] = []

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        passwords.append(given.password)
        return AuthResult(success=given.password == b"right", handled=False)

    server = {"authenticator": check, "auth_exclude_mechanism": ["LOGIN"]}
    server |= {"auth_require_tls": False} if tls == "tls" else {"tls_context": context, "require_starttls": True}
    options: dict[str, Any] = {"implicit": context if tls == "tls" else None, "server": server, "tls": tls}
    monkeypatch.setenv("CRACKDOWN_SMTP_PASSWORD", "right")
    send(box, user="crackdown", ca_file=str(CERTIFICATE), **options)
    monkeypatch.setenv("CRACKDOWN_SMTP_PASSWORD", "wrong")
    with pytest.raises(SendFailed, match="refuses our log-in") as caught:
        send(box, user="crackdown", ca_file=str(CERTIFICATE), **options)
    assert "wrong" not in str(caught.value)
    with pytest.raises(SendFailed, match="mail server"):
        send(box, user="crackdown", **options)
    assert passwords == [b"right", b"wrong"]
    assert len(box.messages) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sender": "nobody"}, "mail.sender"),
        ({"tls": "maybe"}, "none of starttls, tls, none"),
        ({"host": "mail.example.org", "tls": "none"}, "only for a server on this machine"),
        ({"ca_file": "/nowhere.pem"}, "mail.ca_file"),
    ],
)
def test_settings_that_cannot_work_are_refused(fields: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        EmailSender(Mail(**{"host": "localhost", "sender": "a@b.example"} | fields))
