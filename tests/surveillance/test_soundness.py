"""Damaged tables are told in a line before anything is done with them."""

import pytest

from livingreview.cli import main
from livingreview.surveillance.soundness import find_damage
from livingreview.surveillance.tables import open_loop

COMMANDS = (["settle"], ["flow"], ["waiting"], ["pairs"], ["screen", "--reader", "ab", "--sheet"])


def test_sound_tables_have_no_damage(worked):
    assert list(find_damage(open_loop(worked).tables)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("hits.csv", ".pmid-90000001,main-2026-05-02", ".pmid-90000001,other", "column search_id"),
        ("hits.csv", "pmid-90000001,2", "pmid-90000001,two", "column copies: found 'two'"),
        ("hits.csv", "\nmain-2026-05-02.pmid-90000002,", "\nmain-2026-05-02.pmid-90000002,x,", "no table"),
        ("records.csv", "pmid-90000002,", "pmid-90000001,", "expected an id of its own"),
        ("records.csv", "record_id,pmid", "record_id,number", "no column pmid"),
        ("searches.csv", ",2026-05-02,", ",2026-13-02,", "column date: found '2026-13-02'"),
        ("reasons.csv", ",title_abstract,1,", ",title_abstract,,", "column position: found ''"),
        ("reasons.csv", ",title", ',"title', "is no table"),
        ("references.bib", "able-2019", "baker-2020-abstract", "data/references.bib: cannot be read"),
        ("datapackage.json", "{", "", "data/datapackage.json: cannot be read"),
    ],
)
def test_damage_is_told_by_every_command_and_nothing_is_written(
    worked_copy, tmp_path, capsys, file, old, new, words
):
    path = worked_copy / "data" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    before = {item: item.read_bytes() for item in worked_copy.rglob("*") if item.is_file()}
    told = []
    for command in COMMANDS:
        command = [*command, str(tmp_path / "sheet.csv")] if command[-1] == "--sheet" else command
        if main(["--root", str(worked_copy), *command]) == 2:
            told.append(capsys.readouterr().err)
    assert told
    assert all(words in item for item in told)
    assert {item: item.read_bytes() for item in worked_copy.rglob("*") if item.is_file()} == before
