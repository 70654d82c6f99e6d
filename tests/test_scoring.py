"""The measure of quality measures what it says: a bug here would mislead every decision about the coder."""

import json
from pathlib import Path
from typing import Any

import pytest
from labelled import load
from scorecard import scorecard
from scoring import Tally, interval, is_strict, matches, paired, quotable, same_amount, same_month, score

QUALITY = Path(__file__).parent / "quality"
QUOTE = "Police in Lisbon arrested three men over Quaylist on Tuesday."
TEXT = quotable(f"Lisbon. {QUOTE} They were released. The court fined Flume Ltd 400,000 euros.")


def event(kind: str = "arrest", **fields: Any) -> dict[str, Any]:
    plain = {"type": kind, "status": "happened", "time_role": "news", "evidence": QUOTE, "date": None}
    roles: dict[str, Any] = {"authority": [], "complainant": [], "defendant": [], "target": []}
    return plain | roles | fields


def row(*events: dict[str, Any], main: int | None = None) -> dict[str, Any]:
    enforcement = any(e["time_role"] == "news" for e in events)
    return {"article": "wire-1", "enforcement": enforcement, "main": main, "events": list(events)}


def scored(label: dict[str, Any], *told: dict[str, Any], threshold: float = 0.3):
    return score([row(label)], {"wire-1": told}, {"wire-1": TEXT}, threshold)


# --- pairs ----------------------------------------------------------------------------------------------------------


def test_what_is_of_one_type_and_quotes_the_same_words_is_a_pair():
    assert paired([event()], [event(evidence="arrested three men over Quaylist")]) == [(0, 0)]
    assert paired([event()], [event("raid")]) == []


def test_another_quote_is_a_pair_only_with_a_party_in_common():
    other = event(evidence="They were released.", target=["Quaylist"])
    assert paired([event()], [other]) == []
    assert paired([event(defendant=["Quaylist"])], [other]) == [(0, 0)]


def test_half_of_the_shorter_quote_is_enough():
    assert paired([event()], [event(evidence="Police arrested somebody else")]) == [(0, 0)]
    assert paired([event()], [event(evidence="Police took somebody else away")]) == []


def test_pairs_are_made_one_to_one_the_closest_first():
    labels = [event(date="2024-06-04"), event(date="2024-06-05")]
    told = [event(date="2024-06-05"), event(date="2024-06-04")]
    assert sorted(paired(labels, told)) == [(0, 1), (1, 0)]
    assert paired(labels, told[:1]) == [(1, 0)]


# --- strict ---------------------------------------------------------------------------------------------------------


def test_a_pair_is_right_if_status_and_time_role_agree():
    assert is_strict(event(), event(), TEXT)
    assert not is_strict(event(), event(status="sought"), TEXT)
    assert not is_strict(event(), event(time_role="background"), TEXT)


def test_a_pair_that_names_other_parties_is_wrong_but_one_may_name_none():
    named = event(target=["Quaylist"])
    assert not is_strict(named, event(target=["Flume Ltd"]), TEXT)
    assert is_strict(named, event(), TEXT)
    assert is_strict(named, event(defendant=["Quaylist.to", "Quaylist"]), TEXT)


def test_a_quote_that_does_not_stand_in_the_text_is_wrong():
    assert not is_strict(event(), event(evidence="Police in Lisbon arrested four men over Quaylist on Tuesday."), TEXT)


def test_marks_and_case_do_not_matter_to_a_quote():
    assert quotable("“Three MEN”,  said\nthe *police*_officer") == "three men said the police officer"


# --- sums -----------------------------------------------------------------------------------------------------------


def test_rates_of_a_tally():
    tally = Tally(hit=3, gold=6, predicted=4)
    assert (tally.precision, tally.recall, tally.f1) == (0.75, 0.5, 0.6)
    assert (Tally().precision, Tally().recall) == (1.0, 1.0)
    assert Tally(hit=0, gold=1, predicted=1).f1 == 0.0


def test_the_interval_of_a_share():
    """Eight of ten, by Wilson's formula."""
    assert interval(8, 10) == pytest.approx((0.490, 0.943), abs=0.001)
    assert interval(0, 0) == (0.0, 1.0)


def test_each_given_thing_counts_once():
    assert matches(["a", "a", "b"], ["a", "c"], lambda x, y: x == y) == 1


def test_what_is_below_the_threshold_is_not_told():
    sure, unsure = event(confidence=0.8), event(confidence=0.2)
    found = scored(event(), sure, unsure)
    assert (found.strict.hit, found.strict.gold, found.strict.predicted) == (1, 1, 1)
    assert scored(event(), unsure).strict.predicted == 0
    assert scored(event(), event()).strict.predicted == 1


def test_wrong_events_and_missed_ones_count_by_type():
    found = scored(event(), event("raid"), event(status="sought"))
    assert (found.lenient.hit, found.strict.hit, found.strict.predicted) == (1, 0, 2)
    assert {kind: (t.hit, t.gold, t.predicted) for kind, t in found.types.items()} == {
        "arrest": (0, 1, 1),
        "raid": (0, 0, 1),
    }


def test_an_article_that_nothing_is_told_of_counts_as_missed():
    found = score([row(event(), main=0)], {}, {"wire-1": TEXT}, 0.3)
    assert (found.strict.recall, found.news.recall, found.main.recall) == (0.0, 0.0, 0.0)


def test_news_and_the_main_event_are_counted_by_article():
    labels = row(event("raid"), event(), main=1)
    found = score([labels], {"wire-1": [event()]}, {"wire-1": TEXT}, 0.3)
    assert (found.news.hit, found.main.hit, found.main.gold) == (1, 1, 1)
    old = score([labels], {"wire-1": [event(time_role="background")]}, {"wire-1": TEXT}, 0.3)
    assert (old.news.hit, old.news.predicted, old.main.hit) == (0, 0, 0)


def test_fields_are_counted_on_pairs():
    label = event(
        target=["Quaylist", "Pierlist"],
        court="High Court",
        country="PT",
        date="2024-06-04",
        counts=[{"n": 3, "unit": "people"}],
        money=[{"amount": 400000, "currency": "EUR", "kind": "fine"}],
        prison_months=24.0,
    )
    told = event(
        target=["Quaylist"],
        country="ES",
        date="2024-06",
        counts=[{"n": 3, "unit": "people"}, {"n": 4, "unit": "people"}],
        money=[{"amount": 401000, "currency": "EUR", "kind": "damages"}],
        prison_months=24,
    )
    fields = {key: (t.hit, t.gold, t.predicted) for key, t in scored(label, told).fields.items()}
    assert fields["target"] == (1, 2, 1)
    assert fields["court"] == (0, 1, 0)
    assert fields["country"] == (0, 1, 1)
    assert (fields["date"], fields["date (month)"]) == ((0, 1, 1), (1, 1, 1))
    assert fields["counts"] == (1, 1, 2)
    assert (fields["money"], fields["money kind"]) == ((1, 1, 1), (0, 1, 1))
    assert fields["prison_months"] == (1, 1, 1)
    assert fields["docket"] == (0, 0, 0)


def test_a_year_agrees_with_a_day_in_it():
    assert same_month("2024", "2024-06-04")
    assert same_month("2024-06-04", "2024-06-20")
    assert not same_month("2024-06", "2024-07")


def test_amounts_agree_within_one_in_a_hundred_of_one_currency():
    euros = {"amount": 1000, "currency": "EUR"}
    assert same_amount(euros, {"amount": 1009, "currency": "EUR"})
    assert not same_amount(euros, {"amount": 1020, "currency": "EUR"})
    assert not same_amount(euros, {"amount": 1000, "currency": "USD"})


# --- the scorecard --------------------------------------------------------------------------------------------------


def own(folder: Path, label: dict[str, Any]) -> Path:
    """A folder of one labelled article."""
    (folder / "articles").mkdir()
    head = "---\ntitle: Three held\ndate: 2024-06-05\n---\n\n"
    linked = QUOTE.replace("three men", "[three men](https://x.example)")
    body = f"![a cell](https://x.example/p.png)\n\n{linked} They had been watched for months, the police said.\n"
    (folder / "articles" / "wire-1.md").write_text(head + body)
    (folder / "labels.jsonl").write_text(json.dumps(label) + "\n")
    return folder


def test_pictures_and_addresses_cannot_be_quoted(tmp_path: Path):
    [item] = load(own(tmp_path, row(event())))
    assert QUOTE in item.text
    assert "x.example" not in item.text


def test_the_scorecard_of_perfect_predictions_is_perfect(tmp_path: Path):
    labelled = load(own(tmp_path, row(event(), main=0)))
    card = scorecard(labelled, {"wire-1": [event(confidence=0.95, told=True)]}, folds=False)
    assert "strict                         precision 1.000  recall 1.000  F1 1.000  gold 1  predicted 1" in card
    assert "main event found               1.000 of 1" in card
    assert "0.9       1.000 1.000 1.000       1.000 1.000      1.000 1.000   1.00 of 1" in card
    assert "fold" not in card


def test_calibration_counts_those_up_to_a_tenth_higher(tmp_path: Path):
    labelled = load(own(tmp_path, row(event(), event("raid"))))
    told = [
        event(confidence=0.55, told=True),
        event("seizure", confidence=0.58, told=True),
        event("raid", confidence=0.85, told=True),
    ]
    lines = scorecard(labelled, {"wire-1": told}, folds=False).splitlines()
    shares = {line.split()[0]: line.split("   ")[-1] for line in lines if line.strip().startswith("0.")}
    assert shares["0.5"] == "0.50 of 2"
    assert shares["0.8"] == "1.00 of 1"
    assert shares["0.3"] == "- of 0"


def test_alerts_are_news_that_happened_was_ordered_or_is_sought(tmp_path: Path):
    labelled = load(own(tmp_path, row(event(), event("raid", time_role="background"))))
    told = [event(confidence=0.9, told=True), event("raid", time_role="background", confidence=0.9, told=True)]
    told.append(event("fine", status="planned", confidence=0.9, told=True))
    line = next(one for one in scorecard(labelled, {"wire-1": told}).splitlines() if one.strip().startswith("0.5"))
    strict, alerts = line.split()[1:3], line.split()[6:8]
    assert (strict, alerts) == (["0.667", "1.000"], ["1.000", "1.000"])


@pytest.mark.slow
def test_what_the_shipped_models_find_in_our_own_articles_does_not_fall():
    """Floors a little below what was measured (0.70, 0.68, 0.98, 0.98; 0.85): lower them only with a reason."""
    from quality import shipped_predictions

    labelled = load(QUALITY)
    predictions = {name: one.events for name, one in shipped_predictions(labelled).items()}
    texts = {item.name: quotable(item.text) for item in labelled}
    told = {name: [event for event in events if event["told"]] for name, events in predictions.items()}
    found = score([item.row for item in labelled], told, texts, 0.0)
    assert found.strict.precision >= 0.66
    assert found.strict.recall >= 0.64
    assert found.news.precision >= 0.94
    assert found.news.recall >= 0.9
    alerts = score([item.row for item in labelled], predictions, texts, 0.6)
    assert alerts.strict.precision >= 0.81
