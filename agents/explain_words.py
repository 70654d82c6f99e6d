"""Parts of an explanation in words, the same on the page and on the terminal."""

from agents.explained import Considered, Explanation


def percent(share: float) -> str:
    """Return a probability in per cent; never all and never nothing, for no model is that sure."""
    if share < 0.001:
        return "<0.1%"
    if share >= 0.995:
        return ">99%"
    return f"{share:.1%}" if share < 0.1 else f"{share:.0%}"


def type_of(one: Considered) -> str:
    """Return the type of event in words."""
    return one.type.replace("_", " ")


def status_of(one: Considered) -> str:
    """Return the status of what was looked at, and how sure it is."""
    assert one.status is not None
    assert one.sure is not None
    if one.read_as:
        return f"{one.status} by plain words of asking (the models: {one.read_as} {percent(one.sure)})"
    return f"{one.status} {percent(one.sure)}"


def time_role_of(one: Considered) -> str:
    """Return whether it is told as news or as background, and how sure that is."""
    assert one.news is not None
    return f"news {percent(one.news)}" if one.news >= 0.5 else f"background {percent(1 - one.news)}"


def nothing_in(explanation: Explanation) -> str:
    """Return why nothing is told of a text that was read."""
    if explanation.considered:
        return "No enforcement event: none of the words that may announce one was sure enough."
    return "No enforcement event: no word that may announce one stands in the text."
