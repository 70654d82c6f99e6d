"""Files become items: found, read in the order of their dates, identified by their path."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from streamer.files import MAX_BYTES, UnusablePath, find_files, read_item, read_items

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def now() -> datetime:
    return NOW


def archived(date: str, source: str = "Harbour Gazette") -> str:
    return f"---\ntitle: A raid\nsource: {source}\ndate: {date}\n---\n\n# A raid\n\nPolice searched a flat.\n"


def test_folders_are_searched_and_other_files_left(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.html").write_text("<p>b</p>")
    (tmp_path / "a.md").write_text("a")
    (tmp_path / "c.jpg").write_bytes(b"\xff")
    assert [p.name for p in find_files([tmp_path])] == ["a.md", "b.html"]


def test_a_file_named_outright_is_taken_whatever_its_name(tmp_path: Path):
    odd = tmp_path / "page.download"
    odd.write_text("text")
    assert find_files([odd, odd]) == [odd]


@pytest.mark.parametrize("name", ["missing.md", "empty"])
def test_a_path_that_gives_nothing_is_named(tmp_path: Path, name: str):
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnusablePath, match=name):
        find_files([tmp_path / name])


def test_an_archive_is_read_in_the_order_of_its_dates(tmp_path: Path):
    (tmp_path / "a.md").write_text(archived("2025-06-02"))
    (tmp_path / "b.md").write_text(archived("2024-01-31"))
    assert [item.path for item in read_items(find_files([tmp_path]), now=now)] == [
        str(tmp_path / "b.md"),
        str(tmp_path / "a.md"),
    ]


def test_front_matter_names_the_source_and_the_form(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(archived("2025-06-02"))
    item = read_item(path, now=now)
    assert (item.source, item.media_type, item.muted) == ("Harbour Gazette", "text/markdown", True)
    assert item.seen_at == NOW


def test_an_edited_file_is_the_same_item_with_another_hash(tmp_path: Path):
    path = tmp_path / "a.md"
    path.write_text(archived("2025-06-02"))
    before = read_item(path, now=now)
    path.write_text(archived("2025-06-02") + "Two men were arrested.\n")
    after = read_item(path, now=now)
    assert before.id == after.id
    assert before.content_hash != after.content_hash


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Société".encode("utf-8-sig"), "Société"),
        ("<meta charset=iso-8859-2>Łódź".encode("iso-8859-2"), "<meta charset=iso-8859-2>Łódź"),
        ("“quoted”".encode("cp1252"), "“quoted”"),
    ],
)
def test_text_is_decoded_by_what_it_says_of_itself(tmp_path: Path, data: bytes, text: str):
    path = tmp_path / "a.html"
    path.write_bytes(data)
    assert read_item(path, now=now).body == text


def test_a_file_over_the_limit_is_an_item_without_body_that_says_why(tmp_path: Path):
    path = tmp_path / "a.html"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    item = read_item(path, now=now)
    assert item.body == ""
    assert "larger than 5 MiB" in item.title
