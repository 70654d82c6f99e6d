"""The two ways in which a stage may refuse a message, and the store's refusal of a late write. All else is a bug."""


class Rejected(Exception):
    """This message can never work (dead link, unreadable page): keep it as a dead letter and go on."""


class Unavailable(Exception):
    """Our own side is down (search, mail): call again later with the same message."""


class Conflict(Exception):
    """Another writer saved the case first: read again and decide again."""
