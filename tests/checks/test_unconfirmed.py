"""What is not as it was recorded is told, whatever the rules say of it, until somebody confirms it."""

import shutil
import subprocess

import pytest

from livingreview import cli
from livingreview.checks import confirm, find_unconfirmed, record_rows, write_rows
from livingreview.checks.problems import quote
from livingreview.checks.unconfirmed import MOST_TOLD
from livingreview.evidence import load_package, read_cells
from livingreview.evidence.recorded import RECORDED
from livingreview.evidence.writing import save_bibliography, save_tables


@pytest.fixture(scope="module")
def record(core_project, tmp_path_factory):
    """The record of the project whose copies are edited."""
    folder = shutil.copytree(core_project, tmp_path_factory.mktemp("recorded") / "review")
    confirm(folder)
    return (folder / "data" / RECORDED).read_bytes()


@pytest.fixture
def recorded(project, record):
    (project / "data" / RECORDED).write_bytes(record)
    return project


def glossary(project):
    return read_cells((project / "data" / "glossary.csv").read_bytes())


def rewrite(project, change, name="glossary"):
    path = project / "data" / f"{name}.csv"
    rows = read_cells(path.read_bytes())
    change(rows)
    write_rows(path, list(rows[0]), [list(row.values()) for row in rows])


def told(project):
    return [
        (problem.rule, problem.file, problem.key, problem.column) for problem in find_unconfirmed(project)
    ]


@pytest.mark.slow
def test_what_was_recorded_is_confirmed(recorded):
    assert told(recorded) == []


@pytest.mark.slow
def test_a_review_that_keeps_no_record_is_not_asked(project):
    rewrite(project, lambda rows: rows[3].update(meaning="x"))
    assert told(project) == []


@pytest.mark.slow
def test_a_changed_cell_is_told_with_row_and_column(recorded):
    row = glossary(recorded)[3]
    rewrite(recorded, lambda rows: rows[3].update(meaning=rows[2]["meaning"]))
    (problem,) = find_unconfirmed(recorded)
    assert (problem.file, problem.row, problem.column) == ("glossary.csv", 5, "meaning")
    assert problem.key == row["term"]
    assert glossary(recorded)[2]["meaning"][:20] in problem.found
    assert "livingreview check --record-rows" in problem.mend


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda rows: rows.pop(3), "gone-since-recorded"),
        (lambda rows: rows.append({**rows[0], "term": "zzz"}), "new-since-recorded"),
    ],
)
def test_a_row_more_or_less_is_told_though_the_count_was_made_to_fit(recorded, change, rule):
    rewrite(recorded, change)
    record_rows(recorded)
    assert [problem.rule for problem in find_unconfirmed(recorded)] == [rule]


@pytest.mark.slow
def test_a_whole_column_is_told_in_one_line(recorded):
    count = len(glossary(recorded))
    assert count > MOST_TOLD
    rewrite(recorded, lambda rows: [row.update(meaning=row["meaning"] + ".") for row in rows])
    (problem,) = find_unconfirmed(recorded)
    assert (problem.row, problem.column) == (0, "meaning")
    assert problem.found.startswith(f"{count} cells")


@pytest.mark.slow
def test_an_author_left_out_is_told_with_the_line_of_the_record(recorded):
    path = recorded / "data" / "references.bib"
    text = path.read_text(encoding="utf-8")
    lost = text.index(" and ")
    path.write_text(text[:lost] + text[text.index("}", lost) :], encoding="utf-8")
    (problem,) = find_unconfirmed(recorded)
    assert (problem.file, problem.column) == ("references.bib", "author")
    assert f"{{{problem.key}," in text.splitlines()[problem.row - 1]


@pytest.mark.slow
def test_rows_in_another_order_or_dress_are_the_same(recorded):
    rewrite(recorded, lambda rows: rows.reverse())
    path = recorded / "data" / "references.bib"
    path.write_text(path.read_text(encoding="utf-8").replace("\n  ", "\n    "), encoding="utf-8")
    assert told(recorded) == []


@pytest.mark.slow
def test_a_file_with_marks_of_a_merge_is_told_and_made_anew(recorded):
    path = recorded / "data" / RECORDED
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole + "<<<<<<< HEAD\n", encoding="utf-8")
    assert [problem.rule for problem in find_unconfirmed(recorded)] == ["record-unread"]
    confirm(recorded)
    assert path.read_text(encoding="utf-8") == whole


@pytest.mark.slow
def test_what_a_command_writes_is_confirmed_and_nothing_else(recorded):
    rewrite(recorded, lambda rows: rows[3].update(meaning="by hand"))
    rows = glossary(recorded)
    term, rows[5]["meaning"] = rows[3]["term"], "by a command"
    save_tables(recorded / "data", load_package(recorded / "data"), {"glossary": rows})
    path = recorded / "data" / "references.bib"
    save_bibliography(path, path.read_text(encoding="utf-8") + "\n@misc{zzz,\n  title = {T},\n}\n")
    assert told(recorded) == [("changed-since-recorded", "glossary.csv", term, "meaning")]


@pytest.mark.slow
def test_one_command_lists_what_it_confirms_with_what_stood_there(recorded, capsys):
    for arguments in (
        ["init"],
        ["add", "data"],
        ["-c", "user.name=x", "-c", "user.email=x", "commit", "-m", "x"],
    ):
        subprocess.run(["git", *arguments], cwd=recorded, check=True, capture_output=True)
    row = glossary(recorded)[3]
    long = max(glossary(recorded), key=lambda each: len(each["meaning"]))
    assert len(long["meaning"]) > 100
    rewrite(recorded, lambda rows: rows[rows.index(long)].update(meaning=f"{long['meaning'][:-1]} not."))
    (line,) = confirm(recorded)
    old, new = line.partition("meaning: ")[2].split(" -> ")
    assert old != new, "a change at the end of a long text once showed the same beginning twice"
    assert new.endswith("not.'")
    rewrite(
        recorded,
        lambda rows: rows[rows.index(long | {"meaning": f"{long['meaning'][:-1]} not."})].update(long),
    )
    confirm(recorded)
    rewrite(recorded, lambda rows: rows[3].update(meaning="another", synonyms="another one"))
    assert cli.main(["--root", str(recorded), "check"]) == 1
    assert f"row 5 ({row['term']}), column meaning: [changed-since-recorded]" in capsys.readouterr().out
    assert cli.main(["--root", str(recorded), "check", "--record-rows"]) == 0
    lines = capsys.readouterr().err
    for column, cell in (("meaning", "another"), ("synonyms", "another one")):
        assert f"recorded glossary.csv, {row['term']}, {column}: {quote(row[column])} -> {cell!r}\n" in lines
    assert cli.main(["--root", str(recorded), "check"]) == 0


@pytest.mark.slow
def test_without_a_commit_the_new_cell_alone_is_listed(recorded):
    row = glossary(recorded)[3]
    rewrite(recorded, lambda rows: rows[3].update(meaning="another"))
    assert confirm(recorded) == [f"glossary.csv, {row['term']}, meaning: now 'another'"]


@pytest.mark.slow
def test_the_same_change_of_many_rows_is_one_line_that_names_them(recorded):
    terms = [row["term"] for row in glossary(recorded)]
    rewrite(recorded, lambda rows: [row.update(meaning="one" if row is rows[3] else "alike") for row in rows])
    one, alike = sorted(confirm(recorded), key=len)
    assert one == f"glossary.csv, {terms[3]}, meaning: now 'one'"
    others = sorted({*terms} - {terms[3]})
    assert alike == f"glossary.csv, meaning: now 'alike' in {len(others)} rows: {', '.join(others)}"


@pytest.mark.slow
def test_nothing_of_this_review_is_unconfirmed(root):
    assert (root / "data" / RECORDED).is_file()
    assert [str(problem) for problem in find_unconfirmed(root)] == []
