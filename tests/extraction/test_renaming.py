"""A report gets another id wherever it stands, or nowhere; what was read stays read."""

import datetime

import pytest

from livingreview.checks import check_project
from livingreview.cli import main
from livingreview.evidence import load_evidence
from livingreview.extraction.renaming import rename
from livingreview.extraction.workbook import SheetError
from livingreview.releases.estimates import collect_estimates
from livingreview.releases.reread import list_unread, record_readings
from tests.checks.damage import read

pytestmark = pytest.mark.slow
OLD, NEW, DAY = "lipomit-clag-2025", "roe-2025", datetime.date(2026, 1, 2)
CLAIM = "liposomal-mitoxantrone.claim.aml"


def files_with(root, text):
    """Files of the review that hold a text."""
    paths = [*(root / "data").iterdir(), *(root / "chapters").glob("*.md")]
    return {path.name for path in paths if path.is_file() and text in path.read_text(encoding="utf-8")}


def state(root):
    paths = [*(root / "data").iterdir(), *(root / "chapters").glob("*.md"), root / "CHANGELOG.md"]
    return {path: path.read_bytes() for path in paths}


def test_every_row_list_entry_and_chapter_goes_by_the_new_id(project):
    record_readings(project, [CLAIM], day="2026-01-01")
    before = load_evidence(project)
    mentioned = files_with(project, OLD)
    assert {"outcomes.csv", "claims.csv", "references.bib", "liposomal-mitoxantrone.md"} <= mentioned
    done = rename(project, OLD, NEW, reason="It hid its author.", day=DAY)
    assert done.problems == []
    assert check_project(project) == []
    assert files_with(project, OLD) == {"former_ids.csv"}
    assert files_with(project, NEW) >= mentioned
    assert [OLD, NEW, "2026-01-02", "It hid its author."] in read(project, "former_ids")[1:]
    assert f"`{OLD}` is `{NEW}` now" in (project / "CHANGELOG.md").read_text(encoding="utf-8")
    after = load_evidence(project)
    assert after.row(f"{NEW}.outcome.all.crc")["events"] == before.row(f"{OLD}.outcome.all.crc")["events"]
    old, new = ({item.key: item.value for item in collect_estimates(review)} for review in (before, after))
    assert new == {key.replace(OLD, NEW): value for key, value in old.items()}


def test_what_was_read_stays_read_and_what_waits_waits(project):
    claims = load_evidence(project).tables["claims"]["claim_id"].tolist()
    record_readings(project, claims[1:], day="2026-01-01")
    waiting = list_unread(project)
    assert [claim for claim, *_ in waiting] == claims[:1]
    rename(project, OLD, NEW, reason="Why", day=DAY)
    assert list_unread(project) == waiting


def test_nothing_is_written_in_a_trial_or_where_a_rule_would_break(project):
    before = state(project)
    assert rename(project, OLD, NEW, reason="Why", day=DAY, dry_run=True).changed["data/reports.csv"] == 1
    assert state(project) == before
    done = rename(project, OLD, NEW, reason="x" * 301, day=DAY)
    assert [(problem.file, problem.column) for problem in done.problems] == [("former_ids.csv", "reason")]
    assert state(project) == before


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("no-such-report", NEW, "no report 'no-such-report'"),
        (OLD, "Roe 2025", "expected an id such as roe-2019"),
        (OLD, "linder-2016", "linder-2016 is a report already"),
        (OLD, "", "no first author of lipomit-clag-2025"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(project, old, new, words):
    with pytest.raises(SheetError, match=words):
        rename(project, old, new, reason="Why", day=DAY)


def test_former_ids_never_come_back_and_follow_a_second_renaming(project):
    rename(project, OLD, NEW, reason="Why", day=DAY)
    with pytest.raises(SheetError, match=f"{OLD} was the id of {NEW}"):
        rename(project, "linder-2016", OLD, reason="Why", day=DAY)
    with pytest.raises(SheetError, match=f"it is {NEW} now"):
        rename(project, OLD, "doe-2025", reason="Why", day=DAY)
    assert rename(project, NEW, "doe-2025", reason="By its author.", day=DAY).problems == []
    assert {tuple(row[:2]) for row in read(project, "former_ids")[1:]} >= {
        (OLD, "doe-2025"),
        (NEW, "doe-2025"),
    }
    assert check_project(project) == []


def test_the_command_names_a_report_by_author_and_year(project, capsys):
    assert rename(project, "linder-2016", "case-of-four", reason="Why", day=DAY).problems == []
    assert main(["--root", str(project), "rename", "case-of-four", "--reason", "Why", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("case-of-four would be linder-2016-")  # the bare id was one already
    assert "data/reports.csv: 1" in told
