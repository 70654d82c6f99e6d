"""Explain: an article with all that the event coder looked at, where each candidate ended, and why.

Pure, as `classify` is: the same article and models give the same explanation, and its events are those of `code`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from agents.classify import LANGUAGES
from agents.explain_reasons import reasons_of_event, reasons_of_status
from agents.explain_values import values_told
from agents.explain_verdict import Ends, Key, ends_of, is_told, key_of, verdict
from agents.explained import Considered, Explanation, TriggerWord
from agents.grammar.coder import LONGEST, THRESHOLD, read, steps
from agents.grammar.judge import Described, Judged, likelihoods
from agents.grammar.model import Models
from agents.grammar.reading import Reading
from schemas.events import Article


class _Coding(NamedTuple):
    """What the coder made of an article, and how its candidates are called."""

    reading: Reading
    models: Models
    threshold: float
    ends: Ends
    labels: Mapping[Key, str]
    judged: Mapping[Key, Judged]
    """As the models alone judged them."""


def explain(article: Article, *, models: Models, threshold: float = THRESHOLD) -> Explanation:
    """Return what the coder makes of an article, step by step.

    A text in another language than English is not read; `not_classified` says so.
    """
    if article.language not in LANGUAGES:
        return _explanation(article, not_classified=f"language {article.language}")
    reading = read(article)
    done = steps(reading, models)
    ends = ends_of(article, reading, done, models, threshold)
    labels = _labels([key_of(item.candidate) for item in done.described], ends)
    judged = {key_of(item.candidate): item for item in done.judged}
    coding = _Coding(reading, models, threshold, ends, labels, judged)
    both = likelihoods(done.described, models.linear["event"])
    considered = tuple(_considered(coding, item, *chances) for item, chances in zip(done.described, both, strict=True))
    return _explanation(article, events=ends.events, considered=considered)


def _explanation(article: Article, **found: Any) -> Explanation:
    return Explanation(
        title=article.title,
        source=article.source,
        url=article.url,
        published_at=article.published_at,
        language=article.language,
        text=article.text,
        cut_at=LONGEST if len(article.text) > LONGEST else None,
        **found,
    )


def _labels(keys: Sequence[Key], ends: Ends) -> dict[Key, str]:
    """Return how candidates are called: events are numbered, the rest is numbered apart."""
    told = {key: is_told(key, ends) for key in keys}
    events = [key for key in keys if told[key]]
    rest = [key for key in keys if not told[key]]
    return {key: f"{n}" for n, key in enumerate(events, 1)} | {key: f"x{n}" for n, key in enumerate(rest, 1)}


def _considered(coding: _Coding, item: Described, likely: float, mentioned: float) -> Considered:
    key, reading = key_of(item.candidate), coding.reading
    sentence = reading.sentence(item.candidate.sentence)
    step, because = verdict(key, coding.ends, likely=likely, labels=coding.labels, threshold=coding.threshold)
    return Considered(
        label=coding.labels[key],
        type=item.candidate.type,
        quote=reading.text[sentence.start : sentence.end],
        span=(sentence.start, sentence.end),
        triggers=tuple(_triggers(reading, item)),
        step=step,
        because=because,
        likely=round(likely, 3),
        mentioned=round(mentioned, 3),
        reasons=reasons_of_event(reading, item, coding.models.linear["event"]),
        **(_further(coding, item) if key in coding.ends.acts else {}),
    )


def _triggers(reading: Reading, item: Described) -> list[TriggerWord]:
    return [
        TriggerWord(span=(t.start, t.end), words=reading.text[t.start : t.end], rule=t.rule, strong=t.strong)
        for t in item.candidate.triggers
    ]


def _further(coding: _Coding, item: Described) -> dict[str, Any]:
    """Return what is known of a candidate that was looked at beyond the first judgement."""
    key, ends = key_of(item.candidate), coding.ends
    act, read_as, rival = ends.acts[key], coding.judged[key].status, ends.rivals.get(key)
    status = act.act.judged.status
    return {
        "status": status,
        "sure": round(act.act.judged.sure, 3),
        "read_as": read_as if status != read_as else None,
        "status_reasons": reasons_of_status(coding.reading, item, read_as, coding.models.linear["outcome"]),
        "news": round(act.news, 3),
        "confidence": round(act.confidence, 3),
        "alone": round(ends.alone[key], 3),
        "rival": coding.labels[rival] if rival else "",
        "values": values_told(coding.reading, act),
        "event_id": ends.written[key].id if key in ends.written else "",
    }
