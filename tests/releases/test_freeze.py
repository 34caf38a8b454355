"""A release is refused for a reason, and frozen once."""

import shutil
import zipfile

import frictionless
import pytest

from livingreview import cli
from livingreview.checks import check_project, record_rows
from livingreview.extraction.fixing import add_entry
from livingreview.files import list_releases
from livingreview.releases import compare, load_snapshot, make_release
from tests.checks.damage import set_cell
from tests.released import FIRST, SECOND, prepare


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_release_is_the_same_bytes_twice(released, copy):
    shutil.rmtree(copy / "releases")
    make_release(copy, FIRST)
    for path in (released / "releases" / FIRST).iterdir():
        assert path.read_bytes() == (copy / "releases" / FIRST / path.name).read_bytes(), path.name


@pytest.mark.slow
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
        (
            SECOND,
            lambda folder: (prepare(folder, SECOND), wait_for_a_version(folder)),
            "1 entry(s) under Unreleased",
        ),
        (SECOND, lambda folder: prepare(folder, SECOND), "nothing has changed since 2031.1.0"),
        (
            SECOND,
            lambda folder: (prepare(folder, SECOND), set_cell(folder, "outcomes", "events", "999")),
            "events no more than total",
        ),
        (
            SECOND,
            lambda folder: (prepare(folder, SECOND), leave_open(folder)),
            "chapters/contribute.md, line 30: what is asked",
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


@pytest.mark.slow
def test_a_notice_that_nobody_has_read_stands_in_the_way_of_a_release(copy, capsys):
    """The book is built all the same, and says so: only what is kept for good waits for a reader."""
    prepare(copy, SECOND)
    path = copy / "data" / "notices.csv"
    report_id = (copy / "data" / "reports.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    row = f"{report_id}.crossref.correction.x,{report_id},correction,Crossref,10.9999/x,,2026-05-01"
    header = path.read_text(encoding="utf-8").splitlines()[0]
    path.write_text(f"{header}\n{row},,,\n", encoding="utf-8")
    record_rows(copy)
    assert check_project(copy) == []
    assert cli.main(["--root", str(copy), "release", SECOND]) == 1
    told = capsys.readouterr().err
    assert f"{report_id}: correction, Crossref: 10.9999/x" in told
    assert "enter read_on, effect and note" in told
    path.write_text(f"{header}\n{row},2026-05-02,unchanged,It concerns an address.\n", encoding="utf-8")
    assert cli.main(["--root", str(copy), "release", SECOND]) == 0, capsys.readouterr().err


def wait_for_a_version(folder):
    path = folder / "CHANGELOG.md"
    path.write_text(add_entry(path.read_text(encoding="utf-8"), "- Corrected."), encoding="utf-8")


def leave_open(folder):
    path = folder / "chapters" / "contribute.md"
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    path.write_text("\n".join([*lines, "[to fill in: what is asked]", ""]), encoding="utf-8")


def prepare_citation_back(folder):
    path = folder / "CITATION.cff"
    path.write_text(path.read_text(encoding="utf-8").replace(SECOND, FIRST), encoding="utf-8")


@pytest.mark.slow
def test_a_changed_page_can_be_released(copy):
    prepare(copy, SECOND)
    path = copy / "chapters" / "methods.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nAnother rule.\n", encoding="utf-8")
    make_release(copy, SECOND)
    assert list_releases(copy) == [FIRST, SECOND]
    assert compare(load_snapshot(copy, FIRST), load_snapshot(copy, SECOND)).empty
