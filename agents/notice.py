"""What a subscriber reads: one honest line, the case, the quotes with their sources, what changed, and why it came.

`facts` gathers everything once, when the notice is made: what is sent later, or sent again, says the same. The facts
are also the payload of webhooks, so their form has a version.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from agents.link_change import pairs_of
from agents.link_title import leading_event
from agents.template import template, web_address
from agents.timeline import steps_of
from agents.whom import short_name
from agents.wording import correction_of, line_of
from schemas.events import CaseUpdate, Event, LinkedEvent, Subscription
from schemas.taxonomy import ChangeKind, Relation, TimeRole

VERSION = 1
"""Of the facts, and so of the webhook payload."""
MAX_TIMELINE = 12
MAX_QUOTES = 6
EVERYTHING = "everything"
"""The name of a subscription without a query, if it was given none."""
_OPENINGS = {ChangeKind.OPENED: "New case", ChangeKind.UPDATED: "Update", ChangeKind.CORRECTED: "Correction"}
_WHAT_IS_NEW = {
    "type": "a new step",
    "status": "what was asked for or planned has come about",
    "date": "a later act",
    "party": "another party",
    "amount": "another amount",
    "count": "another number",
    "closed": "the case is closed by its outcome",
    "reopened": "the case is open again",
}


def facts(
    update: CaseUpdate,
    timeline: Sequence[LinkedEvent],
    subscription: Subscription,
    *,
    matched: Sequence[str],
    at: datetime,
) -> dict[str, Any]:
    """Return what a notice says to one subscriber, as plain data: see `facts_for_all` and `addressed`."""
    return addressed(facts_for_all(update, timeline, at=at), subscription, matched)


def addressed(said: Mapping[str, Any], subscription: Subscription, matched: Sequence[str]) -> dict[str, Any]:
    """Return facts with why one subscriber gets them; `matched` are the parts of its query that the news fulfilled."""
    return {
        **said,
        "why": {"subscription": subscription.name, "query": subscription.query, "matched": list(matched)},
    }


def facts_for_all(
    update: CaseUpdate,
    timeline: Sequence[LinkedEvent],
    *,
    at: datetime,
    titles: Mapping[str, str] = {},
    url: str = "",
) -> dict[str, Any]:
    """Return what a notice says to whomever it goes.

    `timeline` is the case's, by date, `titles` are those of the cases that the case may be a part of, `url` is where a
    reader sees it.
    """
    case = update.case
    new = frozenset(one.event.id for one in update.events) if update.change is ChangeKind.UPDATED else frozenset()
    counted = [one for one in timeline if not one.withdrawn]
    steps = steps_of(counted, new=new, where=len(case.countries) > 1)
    return {
        "version": VERSION,
        "change": update.change.value,
        "headline": headline(update),
        "what_changed": what_changed(update, titles),
        "events": [_event(one) for one in _telling(update.events)[:MAX_QUOTES]],
        "case": {
            "id": case.id,
            "title": case.title,
            "url": url,
            "state": case.state,
            "countries": list(case.countries),
            "dockets": list(case.dockets),
            "parties": [
                {"name": one.name, "role": one.role, "status": one.status}
                for one in case.parties
                if one.role != "court"
            ][:40],
            "timeline": steps[-MAX_TIMELINE:],
            "earlier_steps": max(0, len(steps) - MAX_TIMELINE),
            "sources": list(case.sources),
            "reported_by": len(case.sources),
            "articles": len(case.article_ids),
        },
        "confidence": main.confidence if (main := _main(update)) else 1.0,
        "made_at": at.isoformat(),
    }


def headline(update: CaseUpdate) -> str:
    """Return the first line of a notice: what happened, in words that keep its status, on one line."""
    opening, main = _opening(update), _main(update)
    if update.change is ChangeKind.CORRECTED:
        if restated := corrections_of(update):
            return one_line(f"{opening}: {restated[0]} ({update.reason})")
        withdrawn = f"withdrawn: {line_of(main)}" if main and update.events[0].withdrawn else update.case.title
        return one_line(f"{opening}: {withdrawn} ({update.reason})")
    assert main is not None
    return one_line(f"{opening}: {line_of(main)}{_whose(update, main)}")


def _whose(update: CaseUpdate, main: Event) -> str:
    """Return what a reader knows an act by that names nobody: the article's headline, else the case's parties."""
    line = line_of(main)
    if any(short_name(name) in line for name in (*main.defendant, *main.target)):
        return ""
    title = update.case.title
    if any(one.title.startswith(title.removesuffix("…")) for one in update.events):
        return f": “{title}”"
    sides = [one.name for one in update.case.parties if one.role in ("complainant", "defendant", "target")]
    return f", in the case {title}" if any(name in title for name in sides) else ""


def _opening(update: CaseUpdate) -> str:
    """Return what kind of news it is: no totals of many cases are a new case, and no case that may be a known one."""
    if update.change is ChangeKind.OPENED and possible_cases(update):
        return "Possibly new case"
    if update.change is ChangeKind.OPENED and all(one.event.aggregate for one in update.events):
        return "Several cases"
    return _OPENINGS.get(update.change, "Noted")


def possible_cases(update: CaseUpdate) -> list[str]:
    """Return the ids of the known cases of which this one may be a part."""
    return [one.case_id for one in update.case.related if one.relation is Relation.POSSIBLE_CASE]


def corrections_of(update: CaseUpdate) -> list[str]:
    """Return what an edited article says now of each act that it tells otherwise, and what it said; main act first."""
    old = [one.event for one in update.events if one.withdrawn]
    pairs = pairs_of(old, [one.event for one in update.events if not one.withdrawn])
    return [correction_of(after, before) for before, after in sorted(pairs, key=lambda pair: not pair[1].main)]


def _main(update: CaseUpdate) -> Event | None:
    """Return the event that a change is told by: the main one of its news; None if it has no events."""
    told = [one for one in update.events if one.event.time_role is TimeRole.NEWS] or list(update.events)
    return next((one.event for one in told if one.event.main), None) or (leading_event(told) if told else None)


def what_changed(update: CaseUpdate, titles: Mapping[str, str] = {}) -> str:
    """Return what is new in a change, for people. `titles` are those of cases that it may be a part of."""
    if update.change is ChangeKind.OPENED:
        known = [f"“{titles[one]}” ({one})" if one in titles else one for one in possible_cases(update)]
        return (
            f"first report of this case, unless it is a part of {' or '.join(known)}"
            if known
            else "first report of this case"
        )
    if update.change is ChangeKind.CORRECTED:
        return ": ".join((update.reason, *("; ".join(restated) for restated in [corrections_of(update)] if restated)))
    return ", ".join(_WHAT_IS_NEW[name] for name in update.fields if name in _WHAT_IS_NEW)


def how_sure(confidence: float) -> str:
    """Return a confidence in words, with the figure."""
    word = "high" if confidence >= 0.8 else "fair" if confidence >= 0.5 else "low: read the source"
    return f"{word} ({confidence:.0%})"


def text_of(said: Mapping[str, Any]) -> str:
    """Return the facts of a notice as plain text, free of what could steer a terminal or hide a direction."""
    text = template("notice.txt.j2").render(
        notice=said, how_sure=how_sure, articles_of=articles_of, reasons_of=reasons_of
    )
    return "\n".join(map(_printable, text.split("\n"))).strip() + "\n"


def _printable(line: str) -> str:
    return line if line.isprintable() else "".join(char for char in line if char.isprintable())


def text_of_note(said: Mapping[str, Any]) -> str:
    """Return a note (see `agents.note`) as plain text."""
    parts = [said["headline"], ""]
    for line in said["lines"]:
        parts += [f"- {line['text']}", *([f"  {line['url']}"] if web_address(line["url"]) else [])]
    return "\n".join(parts) + "\n"


def html_of(notices: Sequence[Mapping[str, Any]], *, unsubscribe: str = "") -> str:
    """Return the facts of notices as one HTML page for mail; every value is escaped."""
    return template("notice.html.j2").render(
        notices=notices, how_sure=how_sure, articles_of=articles_of, reasons_of=reasons_of, unsubscribe=unsubscribe
    )


def articles_of(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the articles that a notice quotes, each with its quotes and what each of them tells.

    What the headline says already is not said again over its quote; a correction says of each quote if it still holds.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    corrects = said["change"] == ChangeKind.CORRECTED
    for event in sorted(said["events"], key=lambda one: bool(one["withdrawn"])):
        keys = ("source", "title", "url", "published_at")
        article = found.setdefault(
            (event["source"], event["url"] or event["title"]), {key: event[key] for key in keys} | {"quotes": {}}
        )
        lines = article["quotes"].setdefault(_quoted(event["quote"]), [])
        if corrects or event["line"] not in said["headline"]:
            lines.append(_told(event, corrects=corrects))
    return list(found.values())


def reasons_of(said: Mapping[str, Any]) -> list[str]:
    """Return why a notice came, in words: the subscription, its query and what of that the news fulfilled."""
    why = said["why"]
    name, query, matched = why["subscription"], why["query"], why["matched"]
    if said["change"] == ChangeKind.CORRECTED:
        return [f"You get this correction because “{name}” told you of what it corrects."]
    if not query:
        followed = "you follow" if name == EVERYTHING else f"“{name}” follows"
        return [f"You get this because {followed} everything."]
    lines = [f"You get this because of “{name}”" + ("" if name == query else f": {query}")]
    return [*lines, *([f"Matched: {', '.join(matched)}"] if matched and list(matched) != [query] else [])]


def _quoted(text: str) -> str:
    """Return a quote in quotation marks, unless it begins with some of its own."""
    return text if text[:1] in "“\"'‘«„" else f"“{text}”"


def _told(event: Mapping[str, Any], *, corrects: bool) -> str:
    """Return the line of an event, which says where that is no news or no longer stands."""
    line: str = event["line"]
    if event["withdrawn"]:
        return f"Withdrawn: {line}"
    if event["time_role"] == TimeRole.BACKGROUND:
        return f"Background: {line}"
    if corrects:
        return f"Now: {line}"
    return line[:1].upper() + line[1:]


def _telling(linked: Sequence[LinkedEvent]) -> list[LinkedEvent]:
    """Return events with the main one first, then news before background."""
    return sorted(linked, key=lambda one: (not one.event.main, one.event.time_role is TimeRole.BACKGROUND))


def _event(one: LinkedEvent) -> dict[str, Any]:
    event = one.event
    return {
        "id": event.id,
        "type": event.type.value,
        "status": event.status.value,
        "time_role": event.time_role.value,
        "line": line_of(event),
        "quote": " ".join(event.evidence.split()),
        "source": one.source,
        "title": one.title,
        "url": one.url,
        "date": event.date,
        "published_at": one.published_at.isoformat() if one.published_at else None,
        "confidence": event.confidence,
        "withdrawn": one.withdrawn,
    }


def one_line(text: str) -> str:
    """Return a text without line breaks and control characters: it becomes a mail's subject."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
