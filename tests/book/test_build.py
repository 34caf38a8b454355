"""Whatever happens to a build, the published book is the last good one whole, and the next build recovers."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from benchmarks.synthetic import grow
from livingreview.checks import check_project
from tests.copies import Copy, differing, executed, tree

pytestmark = [pytest.mark.book, pytest.mark.slow]


@pytest.fixture(scope="module")
def copy(tmp_path_factory, results) -> Copy:
    made = Copy(tmp_path_factory.mktemp("safety") / "project", results=results)
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def original(copy) -> dict:
    return tree(copy.published)


@contextmanager
def killed(copy: Copy) -> Iterator[subprocess.Popen]:
    """A build that runs for as long as the body does, and is killed then with all that it started."""
    process = subprocess.Popen(
        [sys.executable, "-m", "livingreview.cli", "build"],
        cwd=copy.folder,
        env=copy.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):  # it had ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_broken_chapter_is_named_after_the_others_finished(copy, original):
    cell, line = "import livingreview.chapter as lr\n\n", "core, beside = lr.open_parts(chapter)"
    with copy.edited(
        ("chapters/bortezomib.md", line, f"{line}\nchapter.no_such_thing"),
        (
            "chapters/safety.md",
            "lr.open_parts(review)",
            "lr.open_parts(review)  # changed",
        ),
    ) as text:
        done = copy.build()
    assert done.returncode == 1
    line = text[: text.index(cell)].count("\n") + 1
    assert f"bortezomib.md, code cell 2, from line {line}: AttributeError" in done.stderr
    assert "no_such_thing" in done.stderr
    assert executed(done) == {"bortezomib", "safety"}, "the other chapter was finished and kept"
    assert differing(tree(copy.published), original) == []
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


def test_bad_data_build_nothing(copy, original):
    with copy.edited(("data/outcomes.csv", "after up to 6 cycles", "after <b>6</b> cycles")):
        done = copy.build()
    assert done.returncode == 1
    assert "outcomes.csv, row" in done.stderr
    assert executed(done) == set()
    assert differing(tree(copy.published), original) == []


@pytest.mark.parametrize("seconds", [1.5, 4.0, 8.0])
def test_a_killed_build_leaves_the_book_whole(copy, original, seconds):
    with copy.edited(
        ("requirements.txt", "altair==", f"# killed after {seconds}\naltair==")
    ):  # everything has to run again
        with killed(copy):
            time.sleep(seconds)
        assert differing(tree(copy.published), original) == []
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


CAPTION = ("_toc.yml", "caption: By regimen", "caption: By salvage regimen")  # stands on every page


def test_what_a_killed_build_had_read_is_not_published_later(copy, original):
    """It read other data, which have been put back since: no page may show them."""
    doctree = copy.folder / "_build/.staging/_build/.doctrees/chapters/bortezomib-evidence.doctree"
    with (
        copy.edited(("data/outcomes.csv", "after up to 6 cycles", "after up to 6 long cycles")),
        killed(copy) as process,
    ):
        while process.poll() is None and not (doctree.is_file() and b"6 long cycles" in doctree.read_bytes()):
            time.sleep(0.001)
    with copy.edited(CAPTION):
        done = copy.build()
        assert done.returncode == 0, done.stderr
        text = (copy.published / "chapters" / "bortezomib-evidence.html").read_text(encoding="utf-8")
        assert "By salvage regimen" in text
        assert "6 long cycles" not in text
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


def test_a_build_killed_between_the_renames_is_undone(copy, original):
    os.rename(copy.published, copy.published.with_name("html.old"))
    (copy.published.with_name("html.new")).mkdir()
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []
    assert sorted(path.name for path in copy.published.parent.iterdir() if path.name.startswith("html")) == [
        "html"
    ]


def test_a_full_disk_leaves_the_book_whole(copy, original):
    """Writing fails beyond a small size, as on a full disk."""
    with copy.edited(("requirements.txt", "altair==", "# full\naltair==")):
        done = copy.build(
            preexec_fn=lambda: (
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000)),
            )
        )
    assert done.returncode != 0
    assert differing(tree(copy.published), original) == []
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


def test_two_builds_at_once_take_turns(copy, original):
    command = [sys.executable, "-m", "livingreview.cli", "build"]
    with copy.edited(("chapters/contribute.md", "## Found a mistake?", "## Found a slip?")):
        both = [
            subprocess.Popen(
                command,
                cwd=copy.folder,
                env=copy.environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for _ in range(2)
        ]
        told = [process.communicate()[0] for process in both]
        assert [process.returncode for process in both] == [0, 0], told
        assert any("waiting for it" in text for text in told)
        assert "Found a slip?" in (copy.published / "chapters/contribute.html").read_text(encoding="utf-8")
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


def test_two_folders_two_times_same_bytes(copy, original, tmp_path):
    """Same inputs, same bytes: in another folder, another time zone, another order of hashing."""
    other = Copy(tmp_path / "elsewhere" / "deeper")
    done = other.build(environment={"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7", "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stdout + done.stderr
    assert differing(tree(other.published), original) == []


def test_the_made_up_review_that_builds_are_measured_with_is_sound_and_builds(tmp_path):
    """A schema that grows must take the generator along, or the benchmark ends before it begins."""
    project = Copy(tmp_path / "book", whole=True)
    grow(project.folder, 3)
    assert [str(problem) for problem in check_project(project.folder)] == []
    done = project.build()
    assert done.returncode == 0, done.stderr
    assert executed(done) == {"index", "data", "made-up-001", "made-up-002", "made-up-003"}
    chapter = (project.published / "chapters" / "made-up-002.html").read_text(encoding="utf-8")
    assert 'class="lr-figure" href="reports/made-up-002-report.html#' in chapter
