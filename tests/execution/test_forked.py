"""Running chapters: what they read is tracked, both engines agree, any executor will do."""

import platform
import shutil
from pathlib import Path

import pytest

from livingreview.evidence import load_package, read_table
from livingreview.execution import (
    ChapterError,
    Store,
    execute_chapters,
    hash_inputs,
    outputs_digest,
    read_chapter,
)
from livingreview.execution.charts import finish_charts
from livingreview.execution.notebooks import Run
from livingreview.execution.tracking import project_entry
from livingreview.manuscript import find_pages

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = find_pages(ROOT / "chapters")
HEAD = "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n    format_version: 0.13\n    jupytext_version: 1.16.4\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\n---\n\n# Page\n\n"


@pytest.fixture
def small(tmp_path):
    """A project of one small chapter, and a function that writes its cells."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    (tmp_path / "chapters").mkdir()

    def write(*cells: str) -> Path:
        path = tmp_path / "chapters" / "page.md"
        path.write_text(
            HEAD + "\n".join(f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells), encoding="utf-8"
        )
        return path

    return tmp_path, write


def run(root, path, engine="fork", **more):
    return execute_chapters(root, [path], store=Store(root / "_build" / ".chapters"), engine=engine, **more)[
        path
    ]


@pytest.mark.parametrize("engine", ["fork", pytest.param("kernel", marks=pytest.mark.slow)])
def test_outputs_of_every_kind(small, engine):
    root, write = small
    notebook = run(
        root,
        write(
            "print('said')\n1 + 1",
            "import sys\nprint('aside', file=sys.stderr)",
            "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))\n'last'",
        ),
        engine,
    )
    shown = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert shown[0][0].text == "said\n"
    assert shown[0][1].data["text/plain"] == "2"
    assert shown[1][0].name == "stderr"
    assert shown[2][0].data["text/html"] == "<b>x</b>"
    assert shown[2][1].data["text/plain"] == "'last'"


@pytest.mark.parametrize("engine", ["fork", pytest.param("kernel", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("x = 1\n1 / 0", "ZeroDivisionError: division by zero"),
        ("def (", "SyntaxError"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "page.md"),
    ],
)
def test_failures_are_told_with_place(small, engine, cell, told):
    root, write = small
    with pytest.raises(ChapterError) as error:
        run(root, write("'good'", cell), engine)
    assert told in str(error.value)
    if "Error" in told:
        assert "page.md, code cell 2, from line 21" in str(error.value)


@pytest.mark.parametrize("engine", ["fork", pytest.param("kernel", marks=pytest.mark.slow)])
def test_what_a_chapter_reads_decides_whether_it_runs_again(small, engine):
    root, write = small
    (root / "note.txt").write_text("first")
    path = write(
        "from livingreview.pages.opening import open_chapter\nfrom pathlib import Path\nlen(open_chapter('bortezomib').tables['cohorts']), Path('../note.txt').read_text()"
    )
    lines: list[str] = []

    def runs() -> int:
        lines.clear()
        run(root, path, engine, report=lines.append)
        return len(lines)

    assert runs() == 1
    assert runs() == 0
    (root / "note.txt").write_text("second")
    assert runs() == 1, "a file it opened"
    (root / "unread.txt").write_text("never opened")
    assert runs() == 0
    table = root / "data" / "cohorts.csv"
    text = table.read_text(encoding="utf-8")
    other = next(line for line in text.splitlines() if line.startswith("linder-2016"))
    table.write_text(text.replace(other, other.replace("linder-case", "mt103-211")), encoding="utf-8")
    assert runs() == 0, "a row of another class"
    table.write_text(text.replace("Bone-marrow relapse", "Marrow relapse"), encoding="utf-8")
    assert runs() == 1, "a row of its class"
    table.write_text(text, encoding="utf-8")
    (root / "note.txt").write_text("first")
    assert runs() == 0, "reverted: the first result was kept"


@pytest.mark.slow
def test_a_change_of_any_table_reaches_every_page_over_all(project):
    """Every CSV: the hash of the whole evidence moves, and moves back."""
    package = load_package(project / "data")
    before = hash_inputs(project)("slice:review")
    for table in package.tables.values():
        path = project / "data" / table.path
        text = path.read_text(encoding="utf-8")
        frame = read_table(path, table)
        column = next(
            field.name
            for field in reversed(table.fields)
            if field.type == "string" and (frame.empty or frame[field.name].notna().any())
        )
        frame.loc[0 if frame.empty else frame[column].notna().idxmax(), column] = "changed"
        frame.to_csv(path, index=False)
        assert hash_inputs(project)("slice:review") != before, table.name
        path.write_text(text, encoding="utf-8")
    assert hash_inputs(project)("slice:review") == before


def test_a_class_does_not_depend_on_another_class_nor_on_row_counts(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    names = [
        f"slice:class:{name}"
        for name in ("bortezomib", "blinatumomab", "liposomal-mitoxantrone", "mitoxantrone-clofarabine")
    ]
    before = {name: hash_inputs(tmp_path)(name) for name in names}
    path = tmp_path / "data" / "outcomes.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("after up to 6 cycles", "later"), encoding="utf-8"
    )
    path = tmp_path / "data" / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"rows": 76', '"rows": 77'), encoding="utf-8")
    after = {name: hash_inputs(tmp_path)(name) for name in names}
    assert [name for name in names if before[name] != after[name]] == ["slice:class:bortezomib"]
    assert hash_inputs(tmp_path)("slice:class:nothing") == "gone"


@pytest.mark.parametrize(
    ("name", "moves"),
    [
        ("requirements.txt", "engine"),
        ("livingreview/display/templates/table.html.j2", "engine"),
        ("livingreview/display/numbers.py", "engine"),
        ("livingreview/book/web/lr.css", "web"),
    ],
)
def test_a_change_of_the_engine_moves_its_hash(tmp_path, name, moves):
    for part in ("livingreview", "requirements.txt"):
        (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, tmp_path / part)
    before = {kind: hash_inputs(tmp_path)(kind) for kind in ("engine", "web")}
    (tmp_path / name).write_text((tmp_path / name).read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert {kind for kind in before if hash_inputs(tmp_path)(kind) != before[kind]} == {moves}


def test_another_python_is_another_engine(monkeypatch):
    before = hash_inputs(ROOT)("engine")
    monkeypatch.setattr(platform, "python_version", lambda: "3.99.0")
    assert hash_inputs(ROOT)("engine") != before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:20],
        lambda text: text.splitlines()[0],
        lambda text: text[:-5],
        lambda text: "[]\n[]\n",
        lambda text: "",
    ],
)
def test_a_spoilt_store_is_as_if_it_were_empty(small, spoil):
    root, write = small
    path = write("1 + 1")
    run(root, path)
    for kept in (root / "_build" / ".chapters").rglob("*.json"):
        kept.write_text(spoil(kept.read_text(encoding="utf-8")), encoding="utf-8")
    lines: list[str] = []
    run(root, path, report=lines.append)
    assert len(lines) == 1


@pytest.mark.parametrize("chapters", [0, 1])
def test_other_work_is_done_while_chapters_run(small, chapters):
    """Once, whether or not a chapter has to run; what is wrong with it is not lost."""
    root, write = small
    path = write("1 + 1")
    if not chapters:
        run(root, path)
    done: list[int] = []
    run(root, path, meanwhile=lambda: done.append(1))
    assert done == [1]
    with pytest.raises(OSError, match="no space"):
        run(root, write("2 + 2"), meanwhile=lambda: (_ for _ in ()).throw(OSError("no space")))


def test_an_unchanged_chapter_reads_the_same(small):
    path = small[1]("1 + 1", "2 + 2")
    assert read_chapter(path).notebook == read_chapter(path).notebook


def test_the_store_forgets_the_oldest(tmp_path, small):
    root, write = small
    chapter = read_chapter(write("1"))
    store = Store(tmp_path / "kept")
    for number in range(30):
        store.keep(chapter, Run(chapter.path, [[]], (f"file:{number}",)), lambda name: name)
    assert len(list((tmp_path / "kept").rglob("*.json"))) == 20


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("data/x.csv", "file:data/x.csv"),
        ("data", "dir:data"),
        ("_build/x", None),
        (".git/config", None),
        ("a/__pycache__/b", None),
        ("m.py", None),
    ],
)
def test_only_the_projects_own_inputs_are_tracked(tmp_path, path, entry):
    (tmp_path / "data").mkdir()
    assert project_entry(tmp_path / path, str(tmp_path)) == entry
    assert project_entry("/etc/hosts", str(tmp_path)) is None
    assert project_entry(3, str(tmp_path)) is None


def test_a_chart_that_cannot_be_drawn_is_told(tmp_path):
    broken = {
        "data": {"text/html": '<!--chart 0123456789ab {"mark": "no-such-mark"}-->'},
        "output_type": "display_data",
    }
    with pytest.raises(RuntimeError, match="could not be drawn"):
        finish_charts({Path("p"): [[broken]]}, tmp_path)


@pytest.mark.slow
def test_both_engines_show_the_same(tmp_path):
    pages = [
        path for path in PAGES if path.stem in ("bortezomib", "blinatumomab", "index", "methods", "data")
    ]
    shown = {
        engine: {
            path.stem: outputs_digest(book)
            for path, book in execute_chapters(
                ROOT, pages, store=Store(tmp_path / engine / "c"), engine=engine
            ).items()
        }
        for engine in ("fork", "kernel")
    }
    assert shown["fork"] == shown["kernel"]


@pytest.mark.slow
def test_a_dask_cluster_runs_chapters(tmp_path):
    """A real scheduler and two worker processes, reached by address."""
    distributed = pytest.importorskip("distributed")
    from livingreview.execution.cluster import connect

    pages = [path for path in PAGES if path.stem in ("blinatumomab", "how-to-cite", "contribute")]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        connect(cluster.scheduler_address) as executor,
    ):
        far = execute_chapters(
            ROOT, pages, store=Store(tmp_path / "far" / "c"), engine="kernel", executor=executor
        )
    near = execute_chapters(ROOT, pages, store=Store(tmp_path / "near" / "c"), engine="fork")
    assert {path: outputs_digest(book) for path, book in far.items()} == {
        path: outputs_digest(book) for path, book in near.items()
    }


def test_no_cluster_is_told():
    pytest.importorskip("distributed")
    from livingreview.execution.cluster import connect

    with pytest.raises(ConnectionError, match="start one with"), connect("tcp://127.0.0.1:9", timeout=1):
        pass
