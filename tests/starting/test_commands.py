"""``livingreview new`` from the command line."""

import pytest

from livingreview.cli import main

pytestmark = pytest.mark.slow

CALL = (
    *("--title", "A drug for an illness: a living review", "--class", "drug", "The drug"),
    *("--outcome", "cure", "cure", "Cure", "good"),
)


def test_a_review_is_begun_and_what_is_to_be_filled_in_is_told(tmp_path, capsys):
    assert main(["new", str(tmp_path / "review"), *CALL, "--time", "week_12", "at twelve weeks"]) == 0
    told = capsys.readouterr().out
    assert "make book" in told
    assert "CITATION.cff, line 6: who wrote this review" in told
    assert main(["--root", str(tmp_path / "review"), "check"]) == 0
    told = capsys.readouterr()
    assert "to fill in: CITATION.cff, line 6" in told.out
    assert "no problem found" in told.err


def test_wrong_calls_are_refused_and_write_nothing(tmp_path, capsys):
    folder = tmp_path / "review"
    assert main(["new", str(folder), "--title", "A review"]) == 2
    assert "--class: found 'none'" in capsys.readouterr().err
    assert main(["new", str(folder), *CALL, "--engine", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
    assert main(["new", str(folder), *CALL]) == 0
    assert main(["new", str(folder), *CALL]) == 2, "what stands there is not written over"
