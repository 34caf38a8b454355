"""Frozen versions that a merge, a disk or a hand damaged: named, never a traceback, never published."""

import dataclasses
import hashlib
import json
import shutil

import pytest

from livingreview.checks import check_release
from livingreview.checks.releases import FIELDS, NEEDED, check_releases
from livingreview.files import DATA, ESTIMATES, RECORD, make_zip
from livingreview.releases.estimates import Estimate

VERSION = "2031.1.0"
ITEM = {"key": "a", "label": "A", "value": 0.5, "events": 1, "total": 2}
FILES = (DATA, ESTIMATES, RECORD)


def _freeze(folder, *, estimates=(ITEM,), held=("datapackage.json",), **changes):
    """A release as `make_release` lays it out, small."""
    folder.mkdir(parents=True)
    files = {
        DATA: make_zip(dict.fromkeys(held, b"{}")),
        ESTIMATES: json.dumps({"version": VERSION, "estimates": estimates}).encode(),
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    record = {
        "version": VERSION,
        "date": "2031-01-31",
        "title": "A review",
        "changes": ["Something."],
        "rows": {"outcomes": 1},
        "data": {"datapackage.json": hashlib.sha256(b"{}").hexdigest()},
        "estimates": "0" * 64,
        "pages": {},
        "sha256": hashes,
    }
    files[RECORD] = json.dumps(record | changes).encode()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def release(tmp_path):
    return _freeze(tmp_path / "releases" / VERSION)


def told(root):
    problems = check_releases(root)
    for problem in problems:
        assert all((problem.rule, problem.found, problem.expected, problem.mend))
    return [(problem.file.removeprefix(f"releases/{VERSION}/"), problem.rule) for problem in problems]


def test_what_was_never_released_or_is_as_it_was_frozen_is_fine(tmp_path):
    assert told(tmp_path) == []
    _freeze(tmp_path / "releases" / VERSION)
    assert told(tmp_path) == []


def test_an_empty_folder_lacks_every_file(tmp_path):
    (tmp_path / "releases" / VERSION).mkdir(parents=True)
    assert told(tmp_path) == [(RECORD, "file-missing"), (DATA, "file-missing"), (ESTIMATES, "file-missing")]


@pytest.mark.parametrize("name", FILES)
def test_one_file_missing(release, tmp_path, name):
    (release / name).unlink()
    assert told(tmp_path) == [(name, "file-missing")]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "content", [b"\x00\xff not what stood here \xf0", b"", b"[]", b"{}", b"3", b"[" * 10**5]
)
def test_garbage_in_a_file(release, tmp_path, name, content):
    (release / name).write_bytes(content)
    assert {file for file, _ in told(tmp_path)} == {name}


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file(release, tmp_path, name):
    data = (release / name).read_bytes()
    (release / name).write_bytes(data[: len(data) // 2])
    assert told(tmp_path) == [(name, "unreadable")]


@pytest.mark.parametrize("name", [DATA, ESTIMATES])
def test_another_file_of_the_same_form(release, tmp_path, name):
    other = _freeze(tmp_path / "other", held=("datapackage.json", "stray.csv"), estimates=[])
    shutil.copy(other / name, release / name)
    assert told(tmp_path) == [(name, "not-as-frozen")]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"version": "2031.2.0"}, "version"),
        ({"date": "31 January"}, "date"),
        ({"changes": []}, "changes"),
        ({"changes": "Something."}, "changes"),
        ({"title": None}, "title"),
        ({"title": "A \u200breview"}, ""),
        ({"sha256": {DATA: "0" * 64}}, f"sha256.{ESTIMATES}"),
        ({"data": {"outcomes.csv": 1}}, "data.outcomes.csv"),
        ({"rows": {"outcomes": -1}}, "rows.outcomes"),
    ],
)
def test_a_record_that_pages_could_not_show(tmp_path, changes, key):
    _freeze(tmp_path / "releases" / VERSION, **changes)
    assert [(problem.file, problem.column) for problem in check_release(tmp_path, VERSION)] == [
        (f"releases/{VERSION}/{RECORD}", key)
    ]


def test_a_zip_without_a_recorded_file(tmp_path):
    _freeze(tmp_path / "releases" / VERSION, held=("README.md",))
    (problem,) = check_release(tmp_path, VERSION)
    assert (problem.file, problem.column) == (f"releases/{VERSION}/{DATA}", "datapackage.json")


@pytest.mark.parametrize(
    "item",
    [3, {"key": "a", "label": "A"}, ITEM | {"odd": 1}, ITEM | {"value": "half"}, ITEM | {"events": True}],
)
def test_an_estimate_that_pages_could_not_show(tmp_path, item):
    _freeze(tmp_path / "releases" / VERSION, estimates=[ITEM, item])
    (problem,) = check_release(tmp_path, VERSION)
    assert (problem.file, problem.column) == (f"releases/{VERSION}/{ESTIMATES}", "estimates.2")


def test_files_in_place_of_folders(tmp_path):
    (tmp_path / "releases").write_text("", encoding="utf-8")
    assert told(tmp_path) == [("releases", "no-folder")]
    (tmp_path / "releases").unlink()
    (tmp_path / "releases").mkdir()
    (tmp_path / "releases" / VERSION).write_text("", encoding="utf-8")
    assert told(tmp_path) == [(f"releases/{VERSION}", "no-folder")]


def test_the_fields_are_those_of_an_estimate():
    fields = dataclasses.fields(Estimate)
    assert set(FIELDS) == {field.name for field in fields}
    assert set(NEEDED) == {field.name for field in fields if field.default is dataclasses.MISSING}
