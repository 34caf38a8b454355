"""Running one chapter: both engines show the same outputs, tell failures alike and see what is read."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from livingreview.execution import ChapterError
from tests.small import run


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["fork", pytest.param("kernel", marks=pytest.mark.slow)])
def test_what_a_chapter_reads_decides_whether_it_runs_again(small, engine):
    root, write = small
    (root / "note.txt").write_text("first")
    path = write(
        "from livingreview.pages.opening import open_chapter\n"
        "from pathlib import Path\n"
        "len(open_chapter('bortezomib').tables['cohorts']), Path('../note.txt').read_text()"
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


def is_alive(number: int) -> bool:
    """Whether a process still does anything."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux for the end of its parent")
def test_a_build_that_is_killed_takes_its_workers_and_their_chapters_along(small):
    root, write = small
    path = write("import os, time\nopen('pids', 'w').write(f'{os.getppid()} {os.getpid()}')\ntime.sleep(60)")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from livingreview.execution import chapter_store, execute_chapters\n"
        "root = Path(sys.argv[1])\n"
        "execute_chapters(root, [Path(sys.argv[2])], store=chapter_store(root), engine='fork')"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(root), str(path)])
    note, end = path.parent / "pids", time.monotonic() + 60
    while not (note.is_file() and len(note.read_text().split()) == 2) and time.monotonic() < end:
        time.sleep(0.05)
    numbers = [int(number) for number in note.read_text().split()]
    assert all(map(is_alive, numbers))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    end = time.monotonic() + 10
    while any(map(is_alive, numbers)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_alive, numbers))
