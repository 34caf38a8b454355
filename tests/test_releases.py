"""Releases are refused for a reason, frozen once, and told apart cell by cell."""

import csv
import json
import shutil
import zipfile

import frictionless
import pytest

from livingreview import cli
from livingreview.checks import check_project, record_rows
from livingreview.evidence import load_evidence
from livingreview.evidence.readings import reading_state
from livingreview.releases import ReleaseError, compare, list_releases, load_snapshot, make_release
from livingreview.releases.reread import record_readings
from livingreview.releases.site import publish_site
from livingreview.releases.tell import tell_difference
from tests.checks.damage import find, read, set_cell, write
from tests.conftest import ROOT

FIRST, SECOND = "2031.1.0", "2031.2.0"
ROW = "ramos-2025.outcome.mrd-positive.mrd-conversion"
CLAIM = "bortezomib.claim.mrd"


def prepare(folder, version=FIRST):
    """Let changelog and citation know a version."""
    (folder / "CHANGELOG.md").write_text(
        f"# Changes\n\n## {version}\n\n- Something a reader should know.\n", encoding="utf-8"
    )
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    head, _, tail = text.partition('\nversion: "')
    (folder / "CITATION.cff").write_text(
        f'{head}\nversion: "{version}"{tail[tail.index(chr(10)) :]}', encoding="utf-8"
    )


def remove_report_rows(folder, table, keep):
    rows = read(folder, table)
    write(folder, table, [rows[0], *[row for row in rows[1:] if keep(dict(zip(rows[0], row)))]])


def correct_a_row(folder):
    """One more patient in an outcome that a conclusion rests on."""
    rows = read(folder, "outcomes")
    index = find(rows, row_id=ROW)
    place = {name: rows[0].index(name) for name in rows[0]}
    before = int(rows[index][place["events"]])
    rows[index][place["events"]] = str(before - 1)
    rows[index][place["percent_reported_pct"]] = ""
    rows[index][place["note"]] = "Corrected."
    write(folder, "outcomes", rows)
    return before


@pytest.fixture(scope="module")
def released(core_project, tmp_path_factory):
    """A project with one release."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copytree(core_project, folder, dirs_exist_ok=True)
    (folder / "review.yml").unlink()
    prepare(folder)
    make_release(folder, FIRST)
    return folder


@pytest.fixture
def copy(released, tmp_path):
    """The same, to be changed."""
    shutil.copytree(released, tmp_path / "copy")
    return tmp_path / "copy"


def test_the_frozen_package_stands_alone(released, tmp_path):
    with zipfile.ZipFile(released / "releases" / FIRST / "data.zip") as archive:
        archive.extractall(tmp_path)
    assert frictionless.validate(str(tmp_path / "datapackage.json")).valid
    for path in (released / "data").glob("*.csv"):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    readme = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert FIRST in readme
    assert "CC-BY-4.0" in readme
    assert (tmp_path / "LICENSE").is_file()
    assert FIRST in (tmp_path / "CITATION.cff").read_text(encoding="utf-8")


def test_every_outcome_with_counts_has_an_exact_interval(released):
    estimates = {
        item["key"]: item
        for item in json.loads(
            (released / "releases" / FIRST / "estimates.json").read_text(encoding="utf-8")
        )["estimates"]
    }
    tables = load_evidence(released).tables
    frame = tables["outcomes"].dropna(subset=["events", "total"])
    for row in frame.loc[frame["total"] > 0].itertuples():
        item = estimates[row.row_id]
        assert item["events"] == row.events
        assert item["low"] <= item["value"] <= item["high"]
        assert item["label"]
    assert set(tables["survival"].dropna(subset=["estimate"])["row_id"]) <= estimates.keys()


def test_a_release_is_the_same_bytes_twice(released, copy):
    shutil.rmtree(copy / "releases")
    make_release(copy, FIRST)
    for path in (released / "releases" / FIRST).iterdir():
        assert path.read_bytes() == (copy / "releases" / FIRST / path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("version", "spoil", "words"),
    [
        ("2031.01.0", None, "leading zero"),
        ("1.0", None, "YYYY.M.N"),
        (FIRST, None, "take a later one, for example 2031.1.1"),
        ("2030.12.9", None, "not later than"),
        (SECOND, lambda folder: None, "add a heading `## 2031.2.0`"),
        (
            SECOND,
            lambda folder: (prepare(folder, SECOND), prepare_citation_back(folder)),
            "CITATION.cff says version",
        ),
        (SECOND, lambda folder: prepare(folder, SECOND), "nothing has changed since 2031.1.0"),
        (
            SECOND,
            lambda folder: (prepare(folder, SECOND), set_cell(folder, "outcomes", "events", "999")),
            "events no more than total",
        ),
    ],
)
def test_a_release_is_refused_with_a_remedy(copy, version, spoil, words, capsys):
    if spoil:
        spoil(copy)
    assert cli.main(["--root", str(copy), "release", version]) == 1
    told = capsys.readouterr().err
    assert words in told
    assert "To mend:" in told
    assert list_releases(copy) == [FIRST]
    assert [path.name for path in (copy / "releases").iterdir()] == [FIRST]


def prepare_citation_back(folder):
    path = folder / "CITATION.cff"
    path.write_text(path.read_text(encoding="utf-8").replace(SECOND, FIRST), encoding="utf-8")


def test_a_changed_page_can_be_released(copy):
    prepare(copy, SECOND)
    path = copy / "chapters" / "methods.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nAnother rule.\n", encoding="utf-8")
    make_release(copy, SECOND)
    assert list_releases(copy) == [FIRST, SECOND]
    assert compare(load_snapshot(copy, FIRST), load_snapshot(copy, SECOND)).empty


def test_only_the_project_as_released_is_published(copy):
    (copy / "_build" / "html" / "chapters").mkdir(parents=True)
    (copy / "_build" / "html" / "chapters" / "index.html").write_text(
        "<html><head></head><body>Book</body></html>", encoding="utf-8"
    )
    with pytest.raises(ReleaseError, match=f"the latest release is {FIRST}, not {SECOND}. To mend"):
        publish_site(copy, copy / "site", expected=SECOND)
    assert publish_site(copy, copy / "site", expected=FIRST) == FIRST
    assert (copy / "site" / "v" / FIRST / "chapters" / "index.html").is_file()
    assert json.loads((copy / ".zenodo.json").read_text(encoding="utf-8"))["version"] == FIRST, (
        "a release writes it"
    )
    path = copy / "chapters" / "methods.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nAnother rule.\n", encoding="utf-8")
    with pytest.raises(ReleaseError, match=f"changed since {FIRST}. To mend: release the change"):
        publish_site(copy, copy / "site2")
    assert not (copy / "site2").exists()


def test_an_unknown_version_names_those_there_are(copy, capsys):
    assert cli.main(["--root", str(copy), "diff", "2031.1.7"]) == 2
    assert f"{FIRST}, now" in capsys.readouterr().err


def test_a_correction_is_told_cell_by_cell_and_flags_its_conclusion(copy):
    assert record_readings(copy, [CLAIM], day="2031-01-02") == [CLAIM]
    assert check_project(copy) == []
    before = correct_a_row(copy)
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    (change,) = difference.evidence_rows("correction")
    assert (change.key, change.report_id) == (ROW, "ramos-2025")
    assert ("events", str(before), str(before - 1)) in [
        (cell.column, cell.before, cell.after) for cell in change.cells
    ]
    assert difference.reports["corrected"] == ["ramos-2025"]
    assert not difference.reports["added"]
    assert not difference.evidence_rows("new_evidence")
    (move,) = difference.estimates
    assert (move.key, move.cause, move.before.events, move.after.events) == (
        ROW,
        "correction",
        before,
        before - 1,
    )
    assert move.before.low != move.after.low
    (claim,) = [item for item in difference.conclusions if item.claim_id == CLAIM]
    assert claim.rows == (ROW,)
    assert claim.state == "changed"
    assert claim.to_read_again
    told = tell_difference(difference)
    assert f"events: '{before}' -> '{before - 1}'" in told
    assert "TO BE READ AGAIN" in told


def test_a_conclusion_read_again_is_flagged_no_more(copy):
    record_readings(copy, [CLAIM], day="2031-01-02")
    correct_a_row(copy)
    record_readings(copy, [CLAIM], day="2031-01-03")
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    (claim,) = [item for item in difference.conclusions if item.claim_id == CLAIM]
    assert claim.state == "read"
    assert not claim.to_read_again
    assert reading_state(load_snapshot(copy, "now").evidence, "blinatumomab.claim.case") == "unread"


def test_a_new_report_is_new_evidence_and_a_removed_one_a_removal(copy):
    """The two directions between a version without a report and one with it."""
    gone = "linder-2016"
    for name in ("outcomes", "patient_timeline", "definitions", "figures", "adverse_events"):
        remove_report_rows(copy, name, lambda row: row["report_id"] != gone)
    remove_report_rows(copy, "reports", lambda row: row["report_id"] != gone)
    smaller, whole = load_snapshot(copy, "now"), load_snapshot(copy, FIRST)
    forth, back = compare(whole, smaller), compare(smaller, whole)
    assert forth.reports["removed"] == [gone]
    assert back.reports["added"] == [gone]
    assert (
        {change.report_id for change in back.evidence_rows("new_evidence")}
        == {gone}
        == {change.report_id for change in forth.evidence_rows("removal")}
    )
    assert not back.evidence_rows("correction")
    assert not forth.evidence_rows("correction")
    assert "blinatumomab.claim.case" in {item.claim_id for item in forth.conclusions}


def test_a_row_added_to_a_known_report_is_no_new_evidence(copy):
    rows = read(copy, "outcomes")
    extra = list(rows[find(rows, row_id=ROW)])
    extra[0], extra[rows[0].index("timepoint")] = ROW + "-again", "later"
    write(copy, "outcomes", [rows[0], *sorted([*rows[1:], extra])])
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    assert [change.key for change in difference.evidence_rows("addition")] == [ROW + "-again"]
    assert not difference.evidence_rows("new_evidence")
    assert [move.cause for move in difference.estimates] == ["addition"]


def test_a_new_column_is_told_once(copy):
    path = copy / "data" / "datapackage.json"
    descriptor = json.loads(path.read_text(encoding="utf-8"))
    next(item for item in descriptor["resources"] if item["name"] == "outcomes")["schema"]["fields"].append(
        {"name": "remark", "type": "string"}
    )
    path.write_text(json.dumps(descriptor), encoding="utf-8")
    rows = read(copy, "outcomes")
    write(copy, "outcomes", [[*rows[0], "remark"], *[[*row, "x"] for row in rows[1:]]])
    difference = compare(load_snapshot(copy, FIRST), load_snapshot(copy, "now"))
    assert difference.rows == ()
    assert difference.columns["added"] == {"outcomes": ["remark"]}


def test_a_difference_speaks_json(copy, capsys):
    correct_a_row(copy)
    assert cli.main(["--root", str(copy), "diff", FIRST, "now", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["estimates"][0]["before"]["events"] - told["estimates"][0]["after"]["events"] == 1
    assert {"reports", "rows", "estimates", "conclusions", "columns"} <= told.keys()
    assert any(item["to_read_again"] for item in told["conclusions"])


def test_readings_are_checked(copy):
    record_readings(copy, [CLAIM], day="2031-01-02")
    set_cell(copy, "readings", "digest", "yesterday")
    assert [(problem.file, problem.column) for problem in check_project(copy)] == [("readings.csv", "digest")]
    with open(copy / "data" / "readings.csv", "w", newline="", encoding="utf-8") as handle:
        csv.writer(handle, lineterminator="\n").writerows(
            [["claim_id", "digest", "read_on"], ["no.such.claim", "0" * 12, "2031-01-02"]]
        )
    record_rows(copy)
    assert {problem.column for problem in check_project(copy)} == {"claim_id"}
