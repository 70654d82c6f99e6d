"""The two ways in which a stage may refuse a message. Everything else that it raises is a bug."""


class Rejected(Exception):
    """This message can never work (dead link, unreadable page): keep it as a dead letter and go on."""


class Unavailable(Exception):
    """Our own side is down (search, mail): call again later with the same message."""
