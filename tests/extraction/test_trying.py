"""A change is tried on a copy: brought in whole, or not at all."""

import errno
import shutil

import pytest

from livingreview.extraction import trying
from livingreview.extraction.trying import try_change
from livingreview.extraction.workbook import SheetError
from tests.checks.damage import read, write

pytestmark = pytest.mark.slow


def state(root):
    files = [root / "CHANGELOG.md", *(root / "data").iterdir()]
    return {path.name: path.read_bytes() for path in files}


def retitle(words):
    """A change of one cell that no rule minds."""

    def change(root):
        header, first, *rows = read(root, "glossary")
        first[header.index("meaning")] = words
        write(root, "glossary", [header, first, *rows])

    return change


def test_a_sound_change_is_brought_in_and_nothing_else_is_touched(project):
    before = state(project)
    assert try_change(project, retitle("Said anew."), dry_run=True) == []
    assert state(project) == before
    assert try_change(project, retitle("Said anew.")) == []
    after = state(project)
    assert {name for name in before if before[name] != after[name]} == {"glossary.csv"}
    assert after.keys() == before.keys()


def test_what_breaks_a_rule_is_told_and_leaves_all_as_it_was(project):
    before = state(project)
    (problem,) = try_change(project, retitle(""))
    assert (problem.file, problem.row, problem.column) == ("glossary.csv", 2, "meaning")
    assert state(project) == before


def test_a_change_of_data_that_the_text_of_a_chapter_minds_is_refused_too(project):
    def change(root):
        path = root / "data" / "outcomes.csv"
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("lipomit-clag-2025.outcome.all.crc,", "lipomit-clag-2025.outcome.all.crx,")
        )

    files = {problem.file for problem in try_change(project, change)}
    assert "chapters/liposomal-mitoxantrone.md" in files


def test_what_was_wrong_before_does_not_stand_in_the_way(project):
    header, *rows, last = read(project, "glossary")
    write(project, "glossary", [header, *rows, [last[0], "", *last[2:]]])
    assert try_change(project, retitle("Said anew.")) == []


def test_what_somebody_saves_meanwhile_is_not_written_over(project):
    def change(root):
        retitle("Said anew.")(root)
        retitle("Saved by another.")(project)

    with pytest.raises(SheetError, match="changed meanwhile; nothing was written"):
        try_change(project, change)
    assert "Saved by another." in (project / "data" / "glossary.csv").read_text(encoding="utf-8")


def test_a_full_disk_leaves_all_as_it_was(project, monkeypatch):
    before, copy = state(project), shutil.copyfile

    def fill(source, target, **options):
        if str(target).endswith(".part"):
            copy(source, target)
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy(source, target, **options)

    monkeypatch.setattr(trying.shutil, "copyfile", fill)
    with pytest.raises(OSError, match="No space"):
        try_change(project, retitle("Said anew."))
    assert state(project) == before


def test_a_chapter_is_written_only_where_the_change_may_write_chapters(project):
    path = project / "chapters" / "safety.md"
    before = path.read_text(encoding="utf-8")

    def change(root):
        (root / "chapters" / "safety.md").write_text(f"{before}\nSaid anew.\n", encoding="utf-8")

    assert try_change(project, change) == []
    assert path.read_text(encoding="utf-8") == before
    assert try_change(project, change, beside=("chapters",)) == []
    assert path.read_text(encoding="utf-8").endswith("Said anew.\n")


def test_a_chapter_that_somebody_saved_meanwhile_is_not_written_over(project):
    def change(root):
        (root / "chapters" / "safety.md").write_text("# Lost\n", encoding="utf-8")
        path = project / "chapters" / "aml.md"
        path.write_text(path.read_text(encoding="utf-8") + "\nMine.\n", encoding="utf-8")

    with pytest.raises(SheetError, match=r"chapters/ or CHANGELOG\.md was changed meanwhile"):
        try_change(project, change, beside=("chapters",), judge=lambda trial, found: [])
