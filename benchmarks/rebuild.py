"""How long a build takes, ours against stock ``jupyter-book build`` and plain ``sphinx-build`` with MyST-NB.

On the same pages, in one run.

    .venv/bin/python benchmarks/rebuild.py                 # all of it: about half an hour on two cores
    .venv/bin/python benchmarks/rebuild.py --rounds 1 --grow 8

Prints medians and ratios: cold, nothing changed, one row changed, prose changed.
Then grows the book with made-up regimens and prints time, memory and search index per chapter.

After a changed row the stock tools publish the old number until their cache of outputs is deleted
and every page is made again; that is what is timed, since anything faster is wrong. `--show-stale` proves it.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import yaml

from livingreview.citation import read_citation
from livingreview.evidence import load_evidence
from livingreview.manuscript import expand_chapter, find_pages
from livingreview.pages.report import write_report_pages

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.synthetic import grow
from tests.copies import JUPYTER_BOOK, Copy

SPHINX = "from sphinx.cmd.build import main; import sys; sys.exit(main(sys.argv[1:]))"
ROW = (
    "data/outcomes.csv",
    "second complete remission: marrow blasts",
)  # wording that a chapter shows; one row of one class
PROSE = ("chapters/bortezomib.md", "This chapter asks what it adds")


class Ours(Copy):
    """This project."""

    title = "ours (make book)"

    def __init__(self, folder: Path):
        super().__init__(folder, whole=True)

    def make(self, *, everything: bool = False) -> None:
        must(self.build())

    page = property(lambda self: self.published / "chapters" / "bortezomib.html")


class Stock(Copy):
    """The same pages under Jupyter Book as it comes: its own execution and cache, none of our extension."""

    title = "stock jupyter-book"

    def __init__(self, folder: Path):
        super().__init__(folder, whole=True)
        write_report_pages(load_evidence(folder), folder / "chapters" / "reports", read_citation(folder))
        path = folder / "_config.yml"
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name in ("extensions", "html_theme", "html_math_renderer"):
            del config["sphinx"]["config"][name]
        path.write_text(yaml.safe_dump(config), encoding="utf-8")
        for page in find_pages(folder / "chapters"):  # what chapters share is put in by the extension
            page.write_text(expand_chapter(page), encoding="utf-8")

    def make(self, *, everything: bool = False) -> None:
        if everything:
            shutil.rmtree(self.folder / "_build" / ".jupyter_cache", ignore_errors=True)
        must(self.run("-c", JUPYTER_BOOK, "build", ".", "-q", *(["--all"] if everything else [])))

    page = property(lambda self: self.folder / "_build" / "html" / "chapters" / "bortezomib.html")


class Plain(Stock):
    """The same pages under ``sphinx-build`` with MyST-NB."""

    title = "sphinx-build + myst-nb"

    def __init__(self, folder: Path):
        super().__init__(folder)
        must(self.run("-c", JUPYTER_BOOK, "config", "sphinx", "."))

    def make(self, *, everything: bool = False) -> None:
        if everything:
            shutil.rmtree(self.folder / "_build" / ".jupyter_cache", ignore_errors=True)
        must(
            self.run(
                "-c", SPHINX, "-q", "-b", "html", *(["-E", "-a"] if everything else []), ".", "_build/html"
            )
        )


def must(done: subprocess.CompletedProcess) -> subprocess.CompletedProcess:
    """Stop where a build failed: a fast failure is no result."""
    if done.returncode:
        sys.exit(f"a build failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def change(project: Copy, place: tuple[str, str], number: int) -> str:
    """Edit a row or a sentence so that it never stood like this before; returns the new wording."""
    name, text = place
    new = f"{text} v{number}"
    path = project.folder / name
    content = path.read_text(encoding="utf-8")
    path.write_text(
        content.replace(f"{text} v{number - 1}" if number > 1 else text, new, 1), encoding="utf-8"
    )
    return new


def compare(folder: Path, rounds: int, show_stale: bool) -> dict[str, dict[str, list[float]]]:
    """Seconds of every case for every tool, in turn, `rounds` times."""
    times: dict[str, dict[str, list[float]]] = {}
    projects = {}
    for number in range(1, rounds + 1):
        for kind in (Ours, Stock, Plain):
            if kind in projects:
                shutil.rmtree(projects[kind].folder)
            project = projects[kind] = kind(folder / kind.__name__.lower() / "book")
            for case, taken in time_cases(project, show_stale):
                times.setdefault(kind.title, {}).setdefault(case, []).append(taken)
                print(f"  round {number}, {kind.title}, {case}: {taken:.1f} s", flush=True)
    return times


def time_cases(project: Ours | Stock, show_stale: bool) -> Iterator[tuple[str, float]]:
    """Every case of one tool with the seconds it took; a book that is stale afterwards is no result."""
    ours = isinstance(project, Ours)
    yield "cold", seconds(project.make)
    yield "nothing changed", seconds(project.make)
    wording = change(project, ROW, 1)
    if show_stale and not ours:
        project.make()
        state = "fresh" if wording in read(project) else "the OLD number is published"
        print(f"  {project.title} after a changed row, cache kept: {state}", flush=True)
    yield "one row changed", seconds(lambda: project.make(everything=not ours))
    assert wording in read(project), f"{project.title} is stale"
    wording = change(project, PROSE, 1)
    yield "prose changed", seconds(project.make)
    assert wording in read(project), f"{project.title} is stale"


def read(project: Copy) -> str:
    """The chapter that was changed, as published."""
    return project.page.read_text(encoding="utf-8")


def tell(times: dict[str, dict[str, list[float]]]) -> None:
    """Medians, and how many times longer the others take."""
    ours = {case: statistics.median(values) for case, values in times[Ours.title].items()}
    print(f"\n{'median seconds (times ours)':28}" + "".join(f"{case:>22}" for case in ours))
    for title, cases in times.items():
        print(
            f"{title:28}"
            + "".join(
                f"{(m := statistics.median(values)):>12.1f} ({m / ours[case]:>5.1f}x)"
                for case, values in cases.items()
            )
        )


class Memory:
    """Peak resident memory of all processes under this one, sampled."""

    def __enter__(self) -> Memory:
        self.peak, self.over = 0, threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.over.set()
        self.thread.join()

    def watch(self) -> None:
        me = psutil.Process()
        while not self.over.wait(0.2):
            total = 0
            for child in me.children(recursive=True):
                try:
                    total += child.memory_full_info().pss  # forked processes share most of their pages
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)


def growth(folder: Path, sizes: list[int]) -> None:
    """Time, memory and index of books of several sizes."""
    print(
        f"\n{'chapters':>9}{'cold s':>9}{'s/chapter':>11}{'one row s':>11}{'nothing s':>11}"
        f"{'peak MB':>9}{'index kB/ch.':>14}{'HTML MB':>9}"
    )
    for size in sizes:
        project = Ours(folder / f"grown-{size}" / "book")
        grow(project.folder, size)
        with Memory() as memory:
            cold = seconds(project.make)
        row = project.folder / "data" / "outcomes.csv"
        row.write_text(
            row.read_text(encoding="utf-8").replace("made-up remission", "made-up remission v1", 1),
            encoding="utf-8",
        )
        one, nothing = seconds(project.make), seconds(project.make)
        index = (project.published / "searchindex.js").stat().st_size
        pages = sum(path.stat().st_size for path in project.published.rglob("*.html"))
        print(
            f"{size:>9}{cold:>9.1f}{cold / size:>11.2f}{one:>11.1f}{nothing:>11.1f}"
            f"{memory.peak / 1e6:>9.0f}{index / size / 1e3:>14.1f}{pages / 1e6:>9.1f}",
            flush=True,
        )
        shutil.rmtree(project.folder)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3, help="rounds of the comparison (0: leave it out)")
    parser.add_argument(
        "--grow", type=int, nargs="*", default=[8, 80, 400], help="numbers of chapters of the grown books"
    )
    parser.add_argument(
        "--show-stale",
        action="store_true",
        help="also build with the stock tools' caches kept, and say what they publish",
    )
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # no user builds without compiled modules
    print(
        f"{platform.system()}, Python {platform.python_version()}, "
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as name:
        if options.rounds:
            tell(compare(Path(name), options.rounds, options.show_stale))
        if options.grow:
            growth(Path(name), options.grow)


if __name__ == "__main__":
    main()
