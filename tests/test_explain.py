"""What is explained is what was coded, every candidate ends somewhere, and the reasons add up to the judgement."""

import math
from pathlib import Path

import pytest
from explaining import MODELS, TWICE, article, explained
from reading import read

from agents.explain import explain
from agents.explain_reasons import readable, reasons_of_event, sentence_of
from agents.explain_verdict import Ends, Key, Verdict, key_of, verdict
from agents.explain_words import percent
from agents.explained import Considered, Explanation, Step
from agents.extract import extract
from agents.grammar.acts import Act
from agents.grammar.candidates import propose
from agents.grammar.coder import LONGEST, code
from agents.grammar.decide import Decided
from agents.grammar.features import outcome_features
from agents.grammar.judge import Judged, describe, likelihoods
from agents.grammar.model import columns_of, probability
from agents.grammar.writing import write_events
from schemas.taxonomy import EventType, Status

ARTICLES = sorted((Path(__file__).parent / "quality" / "articles").glob("*.md"))


def of(explanation: Explanation, kind: EventType) -> list[Considered]:
    return [one for one in explanation.considered if one.type == kind]


@pytest.mark.parametrize("path", ARTICLES[::9], ids=lambda path: path.stem)
def test_the_events_are_those_of_the_coder_and_each_candidate_ends_somewhere(path: Path):
    for story in extract(path.read_text("utf-8"), url=None, media_type="text/markdown"):
        explanation = explained(story.text)
        assert explanation.events == code(article(story.text), models=MODELS)
        told = [one for one in explanation.considered if one.step is Step.TOLD]
        assert [one.event_id for one in told] == [event.id for event in explanation.events]
        assert [one.label for one in told] == [str(n) for n in range(1, len(told) + 1)]
        assert len({one.label for one in explanation.considered}) == len(explanation.considered)
        assert all(one.because and one.triggers for one in explanation.considered)


def test_each_candidate_of_the_grammar_is_there():
    reading = read(TWICE)
    candidates = [(reading.sentence(c.sentence).start, c.type) for c in propose(reading)]
    assert [(one.span[0], one.type) for one in explained(TWICE).considered] == candidates


def test_a_repetition_names_what_it_repeats_and_what_it_would_be_alone():
    once, again = of(explained(TWICE), EventType.ARREST)
    assert (once.step, again.step) == (Step.TOLD, Step.DECIDE)
    assert again.rival == once.label
    assert again.because.startswith(f"tells again what {once.label} tells")
    assert again.alone is not None
    assert again.confidence is not None
    assert again.alone > 0.3 > again.confidence


def test_a_word_that_announces_nothing_is_judged_unlikely_with_reasons():
    [released] = of(explained(TWICE), EventType.RELEASE)
    assert released.step is Step.JUDGE
    assert released.because.startswith("unlikely to state one")
    assert [word.words for word in released.triggers] == ["released"]
    assert any(reason.weight < 0 for reason in released.reasons)
    assert (released.status, released.confidence, released.values) == (None, None, ())


def test_values_carry_their_words_and_how_sure_they_are():
    explanation = explained(TWICE)
    arrest = next(one for one in of(explanation, EventType.ARREST) if one.step is Step.TOLD)
    taken = {value.field: value for value in arrest.values if not value.why_not}
    assert taken["counts"].value == "3 people"
    assert taken["counts"].words == "three men"
    assert explanation.text[slice(*taken["counts"].span)] == "three men"
    assert taken["country"].value == "Portugal (PT)"
    assert all(value.likely is None or value.likely >= 0.35 for value in taken.values())
    assert all(value.words in explanation.text for one in explanation.considered for value in one.values)


def test_what_was_not_taken_says_why():
    rivals = (
        "Flume Ltd and Orbis Media sued John Vane and Bexley Hosting in London on Tuesday over Quaylist and Swarmlist."
        " John Vane had sued Orbis Media in Paris in 2019."
    )
    missed = [value for one in explained(rivals).considered for value in one.values if value.why_not]
    assert missed
    assert all("needed" in value.why_not or "likelier" in value.why_not for value in missed)


def test_plain_words_of_asking_are_told_apart_from_what_the_models_read():
    both = (
        "A court in Lisbon jailed John Vane for two years, and the prosecution is seeking forfeiture of 88 bitcoin that"
        " he was paid."
    )
    asked = next(one for one in of(explained(both), EventType.FORFEITURE) if one.status)
    assert (asked.status, asked.read_as) == (Status.SOUGHT, Status.HAPPENED)
    assert explained(TWICE).considered[0].read_as is None


def test_another_language_is_not_read_and_says_so():
    explanation = explain(article("La policía detuvo a tres personas.", "es"), models=MODELS)
    assert explanation.not_classified == "language es"
    assert (explanation.considered, explanation.events) == ((), ())


def test_a_text_that_is_cut_says_where():
    assert explained(TWICE).cut_at is None
    assert explained("The weather was sunny. " * (LONGEST // 20)).cut_at == LONGEST


def test_the_reasons_add_up_to_the_probability():
    reading = read(TWICE)
    model = MODELS.linear["event"]
    described = list(describe(reading))
    for item, (likely, _) in zip(described, likelihoods(described, model), strict=True):
        columns = dict(columns_of(model.labels, item.candidate.type))["stated"]
        shares = model.shares([*item.features, *item.stems], columns)
        bias = float(model.bias[list(columns)].sum())
        assert probability(bias + sum(shares.values())) == pytest.approx(likely, abs=1e-4)
        assert all(math.isfinite(reason.weight) for reason in reasons_of_event(reading, item, model))


def test_reasons_are_for_before_against_and_the_weightiest_first():
    for one in explained(TWICE).considered:
        weights = [reason.weight for reason in one.reasons]
        positive, negative = [w for w in weights if w > 0], [w for w in weights if w < 0]
        assert weights == sorted(positive, reverse=True) + sorted(negative)
        assert max(len(positive), len(negative)) <= 5


def test_every_feature_is_told_in_words_or_not_at_all():
    reading = read(TWICE)
    for item in describe(reading):
        sentence = sentence_of(reading, item.candidate)
        for feature in outcome_features(item.candidate, item.features, item.stems):
            words = readable(feature.partition("|")[2] or feature, sentence)
            assert not any(mark in words for mark in ("=", "<@", "|", "{"))


@pytest.mark.parametrize(
    ("feature", "words"),
    [
        ("rule=arrest:arrest", "the trigger “arrested”"),
        ("near=lisbon", "“Lisbon” before it"),
        ("w=arrest", "the trigger “arrested”"),
        ("w=two", "“two” after it"),
        ("left12=<edge>_<edge>", "no word close before it"),
        ("m-=<@agency>_arrest", "the wording “AGENCY arrested”"),
        ("name-right=<@person>", "the next name after it is of the kind PERSON"),
        ("before=0", "no earlier sentence with a trigger of the type"),
        ("has=money:left", "the sentence has an amount"),
        ("tenth=3", "its place in the article (sentence 1 of 1)"),
        ("voice=passive", "it stands in the passive"),
        ("always", ""),
        ("length=4", ""),
    ],
)
def test_features_in_words(feature: str, words: str):
    reading = read("Police in Lisbon arrested two men.")
    assert readable(feature, sentence_of(reading, propose(reading)[0])) == words


def test_no_probability_is_certain():
    assert [percent(p) for p in (0.0, 0.0004, 0.014, 0.5, 0.99, 1.0)] == [
        "<0.1%",
        "<0.1%",
        "1.4%",
        "50%",
        "99%",
        ">99%",
    ]


# --- verdicts that few articles show --------------------------------------------------------------------------------

READING = read("Police arrested two men. Police charged two men. Police raided two flats.")
ACTS = {
    key_of(candidate): Decided(Act(Judged(candidate, 0.4, 0.9, Status.HAPPENED, 0.5, 0.5), {}), 0.5, confidence)
    for candidate, confidence in zip(propose(READING), (0.8, 0.2, 0.4, 0.4, 0.4), strict=False)
}
KEYS = list(ACTS)
LABELS = {key: f"x{n}" for n, key in enumerate(KEYS, 1)}


def ends(**changed: object) -> Ends:
    """Where the acts ended, had the first one been told and nothing stood in the way of the others."""
    everything = frozenset(KEYS)
    plain = Ends(everything, ACTS, everything, {}, {}, (), {}, dict.fromkeys(KEYS, 0.2))
    return plain._replace(**changed)


def end_of(key: Key, state: Ends) -> Verdict:
    return verdict(key, state, likely=0.01, labels=LABELS, threshold=0.3)


def test_where_a_candidate_ends():
    first = KEYS[0]
    assert end_of(first, ends(judged=frozenset())) == (Step.JUDGE, "unlikely to state one: 1.0%, 4.0% needed")
    assert end_of(first, ends(acts={})).step is Step.FILL
    assert "policy report" in end_of(first, ends(admitted=frozenset())).because


def test_what_is_too_unsure_names_its_weak_points():
    step, because = end_of(KEYS[1], ends())
    assert step is Step.DECIDE
    for point in ("0.20, 0.3 needed", "40% likely", "happened 50%", "news or background unsure", "no party"):
        assert point in because
    rivalled = end_of(KEYS[1], ends(rivals={KEYS[1]: KEYS[0]}, alone={KEYS[1]: 0.5}))
    assert rivalled.because == "tells again what x1 tells: confidence 0.20 (0.50 if x1 were not there)"


def test_by_which_rule_an_act_is_told():
    [event] = write_events(article(READING.text), READING, [ACTS[KEYS[0]]])
    for rule, words in (("sure", "confidence 0.80"), ("sought", "plainly asked for"), ("only news", "likeliest news")):
        told = end_of(KEYS[0], ends(rules={KEYS[0]: rule}, written={KEYS[0]: event}, events=(event,)))
        assert told.step is Step.TOLD
        assert words in told.because


def test_the_same_act_again_names_the_one_that_is_told():
    [event] = write_events(article(READING.text), READING, [ACTS[KEYS[0]]])
    [copy] = write_events(article(READING.text), READING, [ACTS[KEYS[0]]])
    rules = dict.fromkeys(KEYS[:2], "sure")
    state = ends(rules=rules, written={KEYS[0]: event, KEYS[1]: copy}, events=(event,))
    assert end_of(KEYS[1], state) == (Step.WRITE, "the same act as x1: same type, parties and day")
