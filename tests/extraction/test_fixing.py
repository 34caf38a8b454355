"""A correction: read as a sheet is, checked as the data are, applied whole with a line in the changelog."""

import re
import shlex

import pytest

from livingreview.checks import check_project
from livingreview.cli import main
from livingreview.evidence import load_evidence, read_cells
from livingreview.extraction.fix_telling import tell_fixed
from livingreview.extraction.fixing import add_entry, fix
from livingreview.extraction.workbook import SheetError
from livingreview.tables.readings import reading_state
from tests.conftest import ROOT
from tests.reduced import copy_parts

ROW = "lipomit-clag-2025.outcome.all.crc"
CLAIM = "liposomal-mitoxantrone.claim.aml"
SIXTEEN = ("events=16", "percent_reported_pct=59,3", "as_reported=59.3% (16/27)")
slow = pytest.mark.slow


def state(root):
    files = [root / "CHANGELOG.md", *(root / "data").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def row_of(root, row_id=ROW, table="outcomes"):
    rows = read_cells((root / "data" / f"{table}.csv").read_bytes())
    return next(row for row in rows if row_id in row.values())


@slow
def test_a_correction_is_applied_with_its_reason_and_tells_what_moved(project):
    before = row_of(project)
    fixed = fix(project, ROW, SIXTEEN, reason="Read again:\nsixteen")
    assert fixed.problems == []
    after = row_of(project)
    told = {"events": "16", "percent_reported_pct": "59.3", "as_reported": "59.3% (16/27)"}
    assert after == before | told | {"verification": "single_reading"}
    assert "single_reading now: the new fragment was not looked up" in " ".join(fixed.remarks)
    assert "'59,3' is taken as 59.3" in " ".join(fixed.remarks)
    assert check_project(project) == []
    log = (project / "CHANGELOG.md").read_text(encoding="utf-8")
    assert log.index("## Unreleased") < log.index(fixed.entry)
    for words in ("Lipo-MIT + CLAG", ROW, "events said “17”, says “16”", "Why: Read again: sixteen."):
        assert words in fixed.entry
    assert CLAIM in [claim_id for claim_id, _ in fixed.moved.conclusions]
    assert reading_state(load_evidence(project), CLAIM) != "read"
    assert f"{CLAIM}:" in tell_fixed(fixed, dry_run=False)


@slow
def test_pools_whose_inputs_changed_are_told_with_the_count_before_and_after(tmp_path, pooled):
    copy_parts(tmp_path)
    row_id = pooled.entries[0].row_ids[0]
    row = row_of(tmp_path, row_id)
    fewer = int(row["events"]) - 1
    printed = [f"{name}=" for name in row if name.endswith("_pct")]
    cells = (f"events={fewer}", *printed, f"as_reported={fewer} of {row['total']}")
    fixed = fix(tmp_path, row_id, cells, reason="Made up", dry_run=True)
    assert row_of(tmp_path, row_id) == row
    assert fixed.problems == []
    told = {move.before.key: move for move in fixed.moved.pools}
    assert pooled.key in told
    lost = set(told[pooled.key].before.inputs) - set(told[pooled.key].after.inputs)
    assert [row_id in item.row_ids for item in lost] == [True]


@slow
def test_with_the_text_at_hand_a_new_fragment_is_looked_up(project, tmp_path_factory):
    texts = tmp_path_factory.mktemp("texts")
    text = texts / "lipomit-clag-2025.txt"
    text.write_text("nothing of the kind", encoding="utf-8")
    before = state(project)
    fixed = fix(project, ROW, SIXTEEN, reason="x", sources=texts)
    assert [(item.column, item.rule) for item in fixed.problems] == [("as_reported", "not-in-source")]
    assert state(project) == before
    text.write_text("remission in 59.3% (16/\n27) of patients", encoding="utf-8")
    assert fix(project, ROW, SIXTEEN, reason="x", sources=texts).problems == []
    assert row_of(project)["verification"] == "source_text"


@slow
@pytest.mark.parametrize(
    ("row_id", "correction", "column", "found"),
    [
        (ROW, "events=28", "events", "28 of 27"),
        (ROW, "outcome=complete remision", "outcome", "'complete remision'"),
        (ROW, "total=1,234", "total", "'1,234'"),
        (ROW, "events=many", "events", "'many'"),
        (ROW, "source_report=Nobody 1999", "source_report_id", "'Nobody 1999'"),
        (CLAIM, "rests_on=no.such.row", "rests_on", "no.such.row"),
        ("lipomit-clag-2025", "status=", "status", "''"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_its_place_and_changes_nothing(
    project, row_id, correction, column, found
):
    before = state(project)
    fixed = fix(project, row_id, [correction], reason="x")
    assert state(project) == before
    problem = next(item for item in fixed.problems if item.column == column)
    assert problem.file == fixed.held.table.path
    assert problem.row == fixed.held.line
    assert found in problem.found
    assert problem.expected
    assert problem.mend
    assert "nothing was changed" in tell_fixed(fixed, dry_run=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("corrections", "words"),
    [
        (["events"], "expected COLUMN=VALUE"),
        (["evnts=3"], "did you mean 'events'"),
        (["row_id=x"], r"never changed. To mend: enter it anew .*livingreview add lipomit-clag-2025"),
        (["report_id=linder-2016"], "never changed"),
        (["events=17"], "nothing to correct"),
        (["events=3", "events=4"], "given twice"),
    ],
)
def test_what_is_no_correction_is_told(project, corrections, words):
    before = state(project)
    with pytest.raises(SheetError, match=words):
        fix(project, ROW, corrections, reason="x")
    assert state(project) == before


@slow
def test_no_key_of_a_cohort_or_report_is_changed_and_no_program_is_spoken_for(project):
    cohort = row_of(project)["cohort_id"]
    with pytest.raises(SheetError, match=r"cohort_id of .* never changed"):
        fix(project, cohort, ["cohort_id=x"], reason="x")
    with pytest.raises(SheetError, match="to rename the report: livingreview rename lipomit-clag-2025"):
        fix(project, "lipomit-clag-2025", ["report_id=x"], reason="x")
    component = "graall-clofarabine-2011.component.vandevol.etoposide"  # of a report whose text is not here
    with pytest.raises(SheetError, match="only a program says so"):
        fix(project, component, ["verification=source_text"], reason="x")


@slow
def test_words_of_codes_and_names_of_rows_are_understood(project):
    cells = [
        "denominator=all patients treated",
        "cohort=all",
        "source_report=linder-2016",
        "note=Seen again.",
    ]
    fixed = fix(project, ROW, cells, reason="x", dry_run=True)
    assert fixed.after["denominator"] == "treated"
    assert fixed.after["cohort_id"] == "lipomit-clag-2025.all"
    assert fixed.after["source_report_id"] == "linder-2016"


@slow
def test_a_conclusion_is_corrected_too(project):
    fixed = fix(project, CLAIM, ["overturned_by=A larger trial."], reason="Said more plainly")
    assert fixed.problems == []
    assert row_of(project, CLAIM, "claims")["overturned_by"] == "A larger trial."
    assert "`liposomal-mitoxantrone.claim.aml`: overturned_by said" in fixed.entry


def test_a_line_of_the_changelog_stands_under_what_is_not_released():
    fresh = add_entry("# Changes\n\n## 2030.1.0\n\n- Old.\n", "- New.")
    assert fresh == "# Changes\n\n## Unreleased\n\n- New.\n\n## 2030.1.0\n\n- Old.\n"
    assert add_entry(fresh, "- Newer.") == fresh.replace("- New.\n", "- New.\n- Newer.\n")
    assert add_entry("# Changes\n", "- New.") == "# Changes\n\n## Unreleased\n\n- New.\n"
    assert add_entry("## Unreleased\n", "- New.") == "## Unreleased\n\n- New.\n"


@slow
def test_the_example_of_the_read_me_corrects_something(capsys):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (call,) = re.findall(r"^\.venv/bin/livingreview (fix .*--dry-run)$", text, re.MULTILINE)
    assert main(["--root", str(ROOT), *shlex.split(call)]) == 0
    assert "'treated' -> 'enrolled'" in capsys.readouterr().out
