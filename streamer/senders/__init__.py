"""One module per channel that carries a notice to a subscriber."""

from collections.abc import Mapping

from streamer.config import Config
from streamer.senders.email import EmailSender
from streamer.senders.feed import FeedSender
from streamer.senders.sending import Sender
from streamer.senders.slack import SlackSender
from streamer.senders.stdout import StdoutSender
from streamer.senders.webhook import WebhookSender

Senders = Mapping[str, Sender]
"""By channel."""


def make_senders(config: Config) -> Senders:
    """Return the sender of every channel that the configuration allows for; e-mail needs a mail server.

    Raises ConfigError on a mail server that cannot be used.
    """
    senders: dict[str, Sender] = {
        "stdout": StdoutSender(),
        "webhook": WebhookSender(config.fetching),
        "slack": SlackSender(config.fetching),
        "feed": FeedSender(),
    }
    if config.mail.host:
        senders["email"] = EmailSender(config.mail)
    return senders
