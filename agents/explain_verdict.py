"""Where each candidate of an article ended, and why, in one line for people."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agents.explain_words import percent
from agents.explained import Step
from agents.grammar.acts import MOST
from agents.grammar.candidates import Candidate
from agents.grammar.coder import Steps, told_of
from agents.grammar.context import Seen, closest_rival, rivalry
from agents.grammar.decide import Decided, contexts
from agents.grammar.judge import LIKELY
from agents.grammar.model import Models
from agents.grammar.reading import Reading
from agents.grammar.writing import once_each, write_down
from schemas.events import Article, Event
from schemas.taxonomy import EventType

Key = tuple[int, EventType]
"""Sentence and type: what a candidate is known by."""

UNSURE = 0.6
"""A status less likely than this is named as a weak point, and so is news or background."""


class Ends(NamedTuple):
    """Where the candidates of an article ended, by sentence and type."""

    judged: frozenset[Key]
    acts: Mapping[Key, Decided]
    """All likelier acts, the likeliest first."""
    admitted: frozenset[Key]
    rules: Mapping[Key, str]
    """Of the acts that are told: the rule by which they are."""
    written: Mapping[Key, Event]
    events: tuple[Event, ...]
    rivals: Mapping[Key, Key]
    """Of acts: the likelier act of the type that they are most like."""
    alone: Mapping[Key, float]
    """Of acts: the confidence without any rival."""


def key_of(candidate: Candidate) -> Key:
    return candidate.sentence, candidate.type


def ends_of(article: Article, reading: Reading, done: Steps, models: Models, threshold: float) -> Ends:
    """Return where each candidate ended."""
    admitted = done.admitted(reading)
    told = told_of(admitted, threshold, reports=done.reports)
    written = write_down(article, reading, [one.act for one in told])
    keys = [_key(act) for act in done.acts]
    seen, rows = contexts(reading, [act.act for act in done.acts])
    bare = [[*row, *rivalry(item, act.news, [])] for item, row, act in zip(seen, rows, done.acts, strict=True)]
    return Ends(
        judged=frozenset(key_of(item.candidate) for item in done.judged),
        acts=dict(zip(keys, done.acts, strict=True)) | {_key(one.act): one.act for one in told},
        admitted=frozenset(map(_key, admitted)),
        rules={_key(one.act): one.rule for one in told},
        written={_key(act): event for act, event in written},
        events=once_each(written),
        rivals=dict(_rivals(keys, seen)),
        alone=dict(zip(keys, map(float, models.forests["keep"].probabilities(bare)), strict=True)),
    )


def _key(act: Decided) -> Key:
    return key_of(act.act.judged.candidate)


def _rivals(keys: Sequence[Key], seen: Sequence[Seen]) -> Iterator[tuple[Key, Key]]:
    for n, key in enumerate(keys):
        rivals = [(seen[m], 0.0) for m in range(n) if keys[m][1] == key[1]]
        if rivals:
            closest, _ = closest_rival(seen[n], rivals)
            yield key, _key_of_seen(closest)


def _key_of_seen(seen: Seen) -> Key:
    return key_of(seen.act.judged.candidate)


class Verdict(NamedTuple):
    """The step at which a candidate ended, and why."""

    step: Step
    because: str


def verdict(key: Key, ends: Ends, *, likely: float, labels: Mapping[Key, str], threshold: float) -> Verdict:
    """Return where a candidate ended; `likely` is what it was judged by, `labels` says how the others are called."""
    if key not in ends.judged:
        return Verdict(Step.JUDGE, f"unlikely to state one: {percent(likely)}, {percent(LIKELY)} needed")
    if key not in ends.acts:
        return Verdict(Step.FILL, f"{MOST} candidates of the article are likelier")
    if key not in ends.admitted:
        return Verdict(Step.DECIDE, "a policy report: nothing that it tells is taken as new")
    if key not in ends.rules:
        return Verdict(Step.DECIDE, _dropped(key, ends, labels, threshold))
    if is_told(key, ends):
        return Verdict(Step.TOLD, _told(ends.rules[key], ends.acts[key].confidence))
    return Verdict(Step.WRITE, f"the same act as {_twin(key, ends, labels)}: same type, parties and day")


def is_told(key: Key, ends: Ends) -> bool:
    """Say whether a candidate became an event."""
    return any(event is ends.written.get(key) for event in ends.events)


def _twin(key: Key, ends: Ends, labels: Mapping[Key, str]) -> str:
    same = (other for other, event in ends.written.items() if event.id == ends.written[key].id)
    return next(labels[other] for other in same if is_told(other, ends))


def _told(rule: str, confidence: float) -> str:
    if rule == "sought":
        return "plainly asked for, beside an act of the type that was not"
    if rule == "only news":
        return f"the likeliest news of an article that would have none: confidence {confidence:.2f}"
    return f"confidence {confidence:.2f}"


def _dropped(key: Key, ends: Ends, labels: Mapping[Key, str], threshold: float) -> str:
    act, alone = ends.acts[key], ends.alone[key]
    rival = labels[ends.rivals[key]] if key in ends.rivals else ""
    if rival and alone >= threshold:
        return (
            f"tells again what {rival} tells: confidence {act.confidence:.2f} ({alone:.2f} if {rival} were not there)"
        )
    weak = "; ".join(_weak_points(act))
    return f"confidence {act.confidence:.2f}, {threshold:g} needed" + (f": {weak}" if weak else "")


def _weak_points(act: Decided) -> Iterator[str]:
    judged = act.act.judged
    if judged.likely < 0.5:
        yield f"{percent(judged.likely)} likely to state one"
    if judged.sure < UNSURE:
        yield f"status unsure ({judged.status} {percent(judged.sure)})"
    if 1 - UNSURE < act.news < UNSURE:
        yield "news or background unsure"
    if not act.act.names:
        yield "no party found"
