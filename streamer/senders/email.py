"""Notices by e-mail: plain text and HTML, one message per recipient, the same Message-ID on every attempt.

Every header that mailbox providers ask of automatic mail is there: List-Unsubscribe with one-click POST (RFC 8058),
List-Id, Auto-Submitted (RFC 3834). Text from outside gets into headers only through `email.message`, which refuses line
breaks, and through subjects that have none.
"""

import os
import ssl
from collections.abc import Sequence
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib

from agents.notice import html_of
from schemas.events import Notice, Subscription
from streamer.config import ConfigError, Mail
from streamer.senders.sending import SEND_SECONDS, SendFailed, unsubscribe_token

_POLICY = policy.SMTP.clone(max_line_length=500)
"""Addresses in List-Unsubscribe must not be folded: many readers of that header do not unfold it."""
_LOCAL = {"localhost", "127.0.0.1", "::1"}


class EmailSender:
    """Sends through one mail server. Raises ConfigError on settings that cannot work or would send in the clear."""

    size = 20

    def __init__(self, mail: Mail) -> None:
        if "@" not in mail.sender:
            raise ConfigError("mail.sender: an address is needed, such as alerts@example.org")
        if mail.tls not in ("starttls", "tls", "none"):
            raise ConfigError(f"mail.tls: {mail.tls!r} is none of starttls, tls, none")
        if mail.tls == "none" and mail.host not in _LOCAL:
            raise ConfigError("mail.tls: `none` is only for a server on this machine")
        self._mail = mail
        try:
            self._trust = ssl.create_default_context(cafile=mail.ca_file or None)
        except OSError as error:
            raise ConfigError(f"mail.ca_file: {mail.ca_file}: {error}") from error

    async def __call__(self, notices: Sequence[Notice], subscription: Subscription) -> str:
        mail = self._mail
        try:
            message = message_of(notices, subscription, mail)
        except ValueError as error:
            raise SendFailed(f"not a mail address: {error}", lasting=True) from error
        try:
            _, answer = await aiosmtplib.send(
                message.as_bytes(),
                sender=parseaddr(mail.sender)[1],
                recipients=[subscription.address],
                hostname=mail.host,
                port=mail.port,
                username=mail.user or None,
                password=os.environ.get(mail.password_env) if mail.user else None,
                use_tls=mail.tls == "tls",
                start_tls=mail.tls == "starttls",
                tls_context=None if mail.tls == "none" else self._trust,
                timeout=SEND_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise SendFailed(_answer(refused), lasting=500 <= refused.code < 600) from error
        except aiosmtplib.SMTPAuthenticationError as error:
            raise SendFailed(f"the mail server refuses our log-in ({error.code})") from error
        except aiosmtplib.SMTPResponseException as error:
            raise SendFailed(_answer(error)) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise SendFailed(f"mail server {mail.host}: {type(error).__name__}") from error
        return answer[:200]


def _answer(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {' '.join(error.message.split())}"


def message_of(notices: Sequence[Notice], subscription: Subscription, mail: Mail) -> EmailMessage:
    """Return the message that carries the notices. Raises ValueError on an address that is none."""
    domain = mail.sender.rpartition("@")[2].strip("> ")
    first = notices[0]
    token = unsubscribe_token(subscription)
    page = mail.unsubscribe_url.replace("{token}", token)
    message = EmailMessage(_POLICY)
    message["Subject"] = _subject(notices)
    message["From"] = _address(mail.sender, "Crackdown")
    message["To"] = _address(subscription.address)
    message["Date"] = format_datetime(max(notice.created_at for notice in notices))
    message["Message-ID"] = f"<{first.id}@{domain}>"
    if first.case_id and len({notice.case_id for notice in notices}) == 1:
        message["References"] = f"<{first.case_id}@{domain}>"
    message["List-Id"] = f"<{subscription.id}.{domain}>"
    mailto = f"<mailto:{parseaddr(mail.sender)[1]}?subject=unsubscribe%20{token}>"
    message["List-Unsubscribe"] = f"<{page}>, {mailto}" if page else mailto
    if page:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join(notice.text for notice in notices) + (f"\nUnsubscribe: {page}\n" if page else ""))
    message.add_alternative(html_of([notice.data for notice in notices], unsubscribe=page), subtype="html")
    return message


def _subject(notices: Sequence[Notice]) -> str:
    if len(notices) == 1:
        return notices[0].subject[:200]
    return f"{len(notices)} notices: {notices[0].subject}"[:200]


def _address(text: str, name: str = "") -> Address:
    shown, spec = parseaddr(text)
    if not spec or not text.isascii() or any(char in text for char in "\r\n"):
        raise ValueError(text[:80])
    return Address(display_name=shown or name, addr_spec=spec)
