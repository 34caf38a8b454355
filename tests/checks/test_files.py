"""The files beside ``data/``: every mistake is named with file, line and key; none ends in a traceback."""

import random
import subprocess
import sys

import pytest

from livingreview.checks import DataError, check_project, require_sound
from livingreview.checks.bibliography import check_bibliography
from livingreview.checks.configuration import UNLISTED, _schema, check_configuration
from livingreview.checks.manuscript import check_manuscript
from livingreview.checks.record import check_record
from livingreview.checks.tables import check_data
from livingreview.checks.upkeep import check_upkeep
from livingreview.citation import format_item, read_citation
from livingreview.citation.record import book_item
from tests.checks.damage_files import AUTHOR, CFF, DAMAGES
from tests.checks.packs import not_named

ROWS = ["ramos-2025.outcome.all.early-death"]
# File -> the part of a check that reads it, and how often it is spoilt (a look at all tables takes a while).
READERS = {
    "CITATION.cff": (check_record, 60),
    "_config.yml": (check_configuration, 60),
    "_toc.yml": (lambda root: check_manuscript(root, classes=["bortezomib"], rows=ROWS), 20),
    "chapters/bortezomib.md": (lambda root: check_manuscript(root, classes=None, rows=ROWS), 20),
    "chapters/_class.md": (lambda root: check_manuscript(root, classes=None, rows=None), 20),
    "review.yml": (lambda root: check_upkeep(root, None), 60),
    "data/references.bib": (lambda root: check_bibliography(root / "data")[1], 60),
    "data/datapackage.json": (lambda root: check_data(root)[1], 5),
    "data/outcomes.csv": (lambda root: check_data(root)[1], 5),
    "data/regimen_components.csv": (lambda root: check_data(root)[1], 5),
    "data/readings.csv": (lambda root: check_data(root)[1], 5),
}


@pytest.mark.slow
def test_every_damage_is_named_in_its_place(core_project, tmp_path):
    assert not_named(core_project, tmp_path, DAMAGES) == {}


@pytest.mark.slow
def test_a_build_refuses_what_a_check_refuses(project):
    DAMAGES["address that is a script"](project)
    with pytest.raises(DataError, match=r"CITATION\.cff, line 9, key url"):
        require_sound(project)
    done = subprocess.run(
        [sys.executable, "-m", "livingreview.cli", "--root", str(project), "build"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "key url: [no-address]" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_person_known_by_the_family_name_alone_is_fine(project):
    path = project / CFF
    path.write_text(path.read_text(encoding="utf-8").replace(AUTHOR, "  - family-names: Linnaeus\n"))
    assert check_record(project) == []
    assert format_item(book_item(read_citation(project))).startswith("Linnaeus. ")


def test_every_key_that_jupyter_book_reads_at_the_top_is_known():
    import yaml
    from jupyter_book.config import PATH_YAML_DEFAULT

    default = yaml.safe_load(PATH_YAML_DEFAULT.read_text(encoding="utf-8"))
    assert set(default) <= {*_schema()["properties"], *UNLISTED}


def spoil(content: bytes, dice: random.Random) -> bytes:
    """What an editor, a merge or a bad disk may do to a file."""
    data = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 8))):
        at = dice.randrange(len(data) + 1)
        kind = dice.randrange(6)
        if kind == 0:
            data[at : at + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            data[at:at] = dice.choice(
                (b"\n", b"  ", b"\t", b'"', b"'", b"{", b"}", b"[", b"- ", b": ", b",", b"#", b"\\")
            )
        elif kind == 2:
            del data[at : at + dice.choice((1, 5, 60, 4000))]
        elif kind == 3:
            end = dice.randrange(len(data) + 1)
            data[at:at] = data[min(at, end) : max(at, end)][:3000]
        elif kind == 4:
            odd = (
                "null",
                "true",
                "1e999",
                "-1",
                "*a",
                "&a",
                "!!timestamp x",
                "!!int ''",
                "2026-13-40",
                "<<: 1",
            )
            data[at:at] = dice.choice(
                (*odd, "\u2028", "\ud7ff", "```", "---\n", "é", "{glue:}`x`", "1_0", "٣")
            ).encode()
        else:
            data = data[:at]
    return bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", READERS)
def test_whatever_a_file_holds_the_check_ends_in_words(project, name):
    path, dice = project / name, random.Random(name)
    read, times = READERS[name]
    whole = path.read_bytes()
    for _ in range(times):
        path.write_bytes(spoil(whole, dice))  # what fails stays there, at hand
        for problem in read(project):
            assert "\n" not in str(problem)
    check_project(project)
