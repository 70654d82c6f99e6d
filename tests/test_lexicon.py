from pathlib import Path

import pytest

from agents import lexicon


def test_a_row_with_too_few_columns_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "bad.tsv").write_text("# remark\nname\tsource\nroe\n", "utf-8")
    monkeypatch.setattr(lexicon, "files", lambda _: tmp_path)
    with pytest.raises(ValueError, match=r"bad.tsv: 1 columns where 2 were expected"):
        lexicon.rows("bad.tsv")


def test_remarks_are_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "good.tsv").write_text("# remark\nname\tsource\nroe\town\n", "utf-8")
    (tmp_path / "words.txt").write_text("# remark\nroe doe\nfoe\n", "utf-8")
    monkeypatch.setattr(lexicon, "files", lambda _: tmp_path)
    assert lexicon.rows("good.tsv") == [{"name": "roe", "source": "own"}]
    assert lexicon.words("words.txt") == {"roe", "doe", "foe"}
