"""The command line as a user meets it: one clear line for a mistake, JSON for scripts, help that teaches."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # each test starts processes

ARTICLES = Path(__file__).parent / "quality" / "articles"


def crackdown(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streamer", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "COLUMNS": "120", **environment},
        check=False,
    )


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which our own labelled articles were read."""
    home = tmp_path_factory.mktemp("stocked")
    done = crackdown(home, "ingest", str(ARTICLES))
    assert done.returncode == 0, done.stderr
    return home


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ingest", "nowhere.md"], "nowhere.md: no such file or folder"),
        (["search", "type:(arrest"], "never closed (character 6)"),
        (["search", "contry:JP"], "country"),
        (["search", "x", "--sort", "age"], "none of relevance, newest, oldest, amount"),
        (["case", "case-none"], "no case case-none"),
        (["notices", "show", "notice-none"], "no notice notice-none"),
        (["dead-letters", "show", "dead-none"], "no dead letter dead-none"),
        (["dead-letters", "replay"], "name the letters to replay"),
        (["subscribe"], "say --all if you mean it"),
        (["subscribe", "arrest", "--to", "nobody"], "neither stdout, nor feed, nor an e-mail address"),
        (["edit", "retype", "case-1", "event-1", "robbery"], "the types are"),
        (["edit", "merge", "case-none", "case-other"], "no case case-none"),
        (["classify", "nowhere.md"], "nowhere.md: no such file or folder"),
        (["explain", "nowhere.md"], "nowhere.md: no such file"),
        (["explain", "."], ".: a folder; name one file"),
    ],
)
def test_a_mistake_gets_one_line_and_exit_code_2(tmp_path: Path, arguments: list[str], said: str):
    done = crackdown(tmp_path, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_configuration_is_named(tmp_path: Path):
    (tmp_path / "crackdown.toml").write_text("feeds = 3")
    done = crackdown(tmp_path, "ledger")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "crackdown.toml" in done.stderr


def test_an_empty_home_answers_every_question(tmp_path: Path):
    for arguments in (["cases"], ["ledger"], ["notices"], ["dead-letters", "list"], ["edit", "list"]):
        assert crackdown(tmp_path, *arguments).returncode == 0
    assert crackdown(tmp_path, "search", "arrest").returncode == 1


def test_help_shows_examples():
    done = crackdown(Path(), "search", "--help")
    assert "prison_months:>=24" in done.stdout
    assert done.returncode == 0


def test_classify_prints_the_guide_s_fields_for_each_file(tmp_path: Path):
    page = tmp_path / "a.txt"
    page.write_text("Police raid\n\nPolice in Lisbon arrested three men on Tuesday over the pirate service Quaylist.\n")
    line = rows(crackdown(tmp_path, "classify", str(page), "--jsonl"))[0]
    assert line["article"] == "a"
    event = next(e for e in line["events"] if e["type"] == "arrest")  # type: ignore[attr-defined]
    assert {"status", "time_role", "evidence", "defendant", "money", "counts", "confidence", "span", "spans"} <= set(
        event
    )
    assert event["evidence"] in page.read_text()


def test_classify_names_the_file_it_cannot_read_and_goes_on(tmp_path: Path):
    (tmp_path / "bad.html").write_text("")
    (tmp_path / "good.txt").write_text("A talk\n\nThe minister spoke about music for an hour in the town hall.\n")
    done = crackdown(tmp_path, "classify", str(tmp_path / "bad.html"), str(tmp_path / "good.txt"), "--jsonl")
    assert done.returncode == 1
    assert "bad.html" in done.stderr
    assert [json.loads(line)["article"] for line in done.stdout.splitlines()] == ["good"]


def test_explain_marks_the_text_and_says_where_each_trigger_ended(tmp_path: Path):
    page = tmp_path / "a.txt"
    page.write_text("Police raid\n\nPolice in Lisbon arrested three men on Tuesday over the pirate service Quaylist.\n")
    done = crackdown(tmp_path, "explain", str(page), "--all")
    assert done.returncode == 0, done.stderr
    assert "[1: Police in {Lisbon} arrested {three men}" in done.stdout
    assert "Not told" in done.stdout
    [story] = rows(crackdown(tmp_path, "explain", str(page), "--json"))
    assert [event["type"] for event in story["events"]] == ["arrest"]  # type: ignore[attr-defined]
    assert {one["step"] for one in story["considered"]} >= {"told"}  # type: ignore[attr-defined]


def test_explain_writes_a_page(tmp_path: Path):
    page, out = tmp_path / "a.txt", tmp_path / "why.html"
    page.write_text("A <b>raid</b>\n\nPolice in Lisbon arrested three men on Tuesday over the service Quaylist.\n")
    done = crackdown(tmp_path, "explain", str(page), "--html", str(out))
    assert (done.returncode, done.stdout) == (0, f"{out}: 1 story explained\n")
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert "A &lt;b&gt;raid" in out.read_text()
    nowhere = crackdown(tmp_path, "explain", str(page), "--html", str(tmp_path / "none" / "why.html"))
    assert (nowhere.returncode, nowhere.stderr.count("\n")) == (2, 1)


def test_explain_says_what_it_cannot_read(tmp_path: Path):
    empty, spanish = tmp_path / "empty.html", tmp_path / "es.txt"
    empty.write_text("")
    done = crackdown(tmp_path, "explain", str(empty))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "empty" in done.stderr
    spanish.write_text(
        "Tres detenidos\n\nLa policía detuvo el martes en Sevilla a tres personas que ofrecían películas sin permiso "
        "de los titulares de los derechos, y registró dos viviendas y un local de la misma calle.\n"
    )
    assert "not read: language es" in crackdown(tmp_path, "explain", str(spanish)).stdout


def test_every_article_is_listed_with_its_main_case(stocked: Path):
    listed = rows(crackdown(stocked, "cases", "--articles", "--jsonl"))
    assert {row["article"] for row in listed} == {str(path) for path in ARTICLES.iterdir()}
    known = {row["id"] for row in rows(crackdown(stocked, "cases", "--json", "--limit", "1000"))}
    named = {row["case"] for row in listed if row["case"]}
    assert named
    assert named <= known


def test_a_case_shows_its_quotes(stocked: Path):
    case_id = str(rows(crackdown(stocked, "cases", "--json", "--limit", "1"))[0]["id"])
    page = rows(crackdown(stocked, "case", case_id, "--json"))[0]
    shown = crackdown(stocked, "case", case_id).stdout
    for linked in page["timeline"]:  # type: ignore[attr-defined]
        assert linked["event"]["evidence"].strip()[:60] in shown


def test_a_service_is_shown_by_any_of_its_names(stocked: Path):
    name = rows(crackdown(stocked, "search", "target:*", "--limit", "1", "--json"))[0]["document"]["target"][0]
    shown = crackdown(stocked, "service", name)
    assert (shown.returncode, shown.stdout.splitlines()[-1][:20]) == (0, "crackdown subscribe ")
    assert rows(crackdown(stocked, "service", name, "--json"))[0]["acts"]
    assert crackdown(stocked, "service", "nobody.example").returncode == 1


def test_search_finds_by_field_and_says_how_many(stocked: Path):
    hits = rows(crackdown(stocked, "search", "type:sentence", "--json", "--limit", "100"))
    assert hits
    assert {hit["document"]["type"] for hit in hits} == {"sentence"}  # type: ignore[index]
    assert f"of {len(hits)}" in crackdown(stocked, "search", "type:sentence", "--limit", "1").stdout


def test_output_that_is_no_terminal_has_no_colours(stocked: Path):
    assert "\x1b" not in crackdown(stocked, "cases").stdout


def test_an_edit_is_applied_listed_and_undone(stocked: Path):
    case_id = str(rows(crackdown(stocked, "cases", "--json", "--limit", "1"))[0]["id"])
    done = crackdown(stocked, "edit", "rename", case_id, "A better title", "--note", "clearer")
    assert done.returncode == 0, done.stderr
    assert rows(crackdown(stocked, "case", case_id, "--json"))[0]["case"]["title"] == "A better title"  # type: ignore[index]
    edits = rows(crackdown(stocked, "edit", "list", case_id, "--json"))
    renamed = next(str(edit["id"]) for edit in edits if edit["action"] == "rename")
    assert crackdown(stocked, "edit", "undo", renamed).returncode == 0
    assert rows(crackdown(stocked, "case", case_id, "--json"))[0]["case"]["title"] != "A better title"  # type: ignore[index]


def test_a_merged_case_leads_on(stocked: Path):
    first, second = (str(row["id"]) for row in rows(crackdown(stocked, "cases", "--json", "--limit", "2")))
    assert crackdown(stocked, "edit", "merge", first, second).returncode == 0
    assert f"merged into {second}" in crackdown(stocked, "case", first).stdout
    assert first not in {row["id"] for row in rows(crackdown(stocked, "cases", "--json", "--limit", "1000"))}


def test_a_subscription_is_kept_listed_and_ended(tmp_path: Path):
    made = rows(crackdown(tmp_path, "subscribe", "type:arrest", "--to", "https://hooks.example/x", "--json"))[0]
    assert str(made["secret"]).startswith("whsec_")
    listed = crackdown(tmp_path, "subscribe", "--list", "--json").stdout
    assert made["id"] in listed
    assert "whsec_" not in listed
    assert crackdown(tmp_path, "subscribe", "--remove", str(made["id"])).returncode == 0
    assert "ended" in crackdown(tmp_path, "subscribe", "--list").stdout


def test_a_dead_letter_is_shown_and_waits_again_when_it_is_replayed(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text("")
    home = tmp_path / "home"
    assert crackdown(home, "ingest", str(page)).returncode == 0
    letter = rows(crackdown(home, "dead-letters", "list", "--json"))[0]
    assert letter["kind"] == "rejected"
    assert "empty" in crackdown(home, "dead-letters", "show", str(letter["id"])).stdout
    assert crackdown(home, "dead-letters", "replay", "--all").returncode == 0
    assert rows(crackdown(home, "dead-letters", "list", "--json")) == []
    assert rows(crackdown(home, "ledger", "--json"))[0].get("waiting") == 1


def test_a_file_that_was_mended_is_read_after_all(tmp_path: Path):
    page = tmp_path / "page.txt"
    page.write_text("")
    home = tmp_path / "home"
    assert crackdown(home, "ingest", str(page)).returncode == 0
    assert rows(crackdown(home, "ledger", "--json"))[0].get("dead") == 1
    page.write_text("Town hall\n\n" + "The minister spoke about music. " * 20)
    assert crackdown(home, "ingest", str(page)).returncode == 0
    ledger = rows(crackdown(home, "ledger", "--json"))[0]
    assert (ledger["seen"], ledger.get("stored", 0), ledger.get("dead", 0)) == (1, 1, 0)


def test_a_subscription_is_tried_first_and_edited_later(stocked: Path):
    before = crackdown(stocked, "subscribe", "--list").stdout
    past = rows(crackdown(stocked, "subscribe", "--all", "--dry-run", "--json"))[1]["would_have_sent"]
    assert [span["days"] for span in past["sent"]] == [30, 365]
    assert crackdown(stocked, "subscribe", "--list").stdout == before
    [case] = rows(crackdown(stocked, "cases", "--json", "--limit", "1"))
    made = rows(crackdown(stocked, "subscribe", "--case", str(case["id"]), "--quiet", "22:00-07:00", "--json"))[0]
    assert (made["query"], made["quiet"]) == (f"case_id:{case['id']}", ["22:00", "07:00"])
    shown = crackdown(stocked, "subscribe", "--edit", str(made["id"]), "--rate", "daily", "--name", "One case")
    assert "last 365 days" in shown.stdout
    assert f"{made['id']}  One case  → stdout   daily" in crackdown(stocked, "subscribe", "--list").stdout
    assert "no case case-x" in crackdown(stocked, "subscribe", "--case", "case-x").stderr


def test_a_channel_can_be_tested_and_notices_sent_again(tmp_path: Path):
    made = rows(crackdown(tmp_path, "subscribe", "type:arrest", "--json"))[0]
    tested = crackdown(tmp_path, "notices", "test", str(made["id"]))
    assert tested.returncode == 0
    assert "Test: this channel works" in tested.stdout
    [entry] = rows(crackdown(tmp_path, "notices", "--state", "sent", "--json"))
    assert "1 to be sent again" in crackdown(tmp_path, "notices", "resend", str(entry["notice"]["id"])).stdout  # type: ignore[index]
    assert len(rows(crackdown(tmp_path, "notices", "--state", "waiting", "--json"))) == 1
    assert "0 to be sent again" in crackdown(tmp_path, "notices", "resend", "--since", "2020-01-01").stdout
    assert "0 released" in crackdown(tmp_path, "notices", "release", "--all").stdout
    broken = rows(crackdown(tmp_path, "subscribe", "arrest", "--to", "http://127.0.0.1:9/x", "--json"))[0]
    failed = crackdown(tmp_path, "notices", "test", str(broken["id"]))
    assert (failed.returncode, "not an https address" in failed.stdout) == (1, True)
    assert "failing since" in crackdown(tmp_path, "notices").stdout
    assert len(rows(crackdown(tmp_path, "notices", "--state", "failed", "--json"))) == 1


def test_feeds_have_secret_addresses(stocked: Path):
    crackdown(stocked, "subscribe", "--all", "--to", "feed", "--name", "Everything")
    assert "Everything: http://127.0.0.1:8765/feeds/" in crackdown(stocked, "serve", "--list").stdout
    case = str(rows(crackdown(stocked, "cases", "--json", "--limit", "1"))[0]["id"])
    first, again = (crackdown(stocked, "serve", "--case", case).stdout for _ in range(2))
    assert first == again
    assert f"/cases/{case}/" in first
    assert (stocked / "serve.key").stat().st_mode & 0o077 == 0
