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

from livingreview.checks import check_project
from tests.copies import Copy, differing, executed, tree

pytestmark = [pytest.mark.book, pytest.mark.slow]


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    made = Copy(tmp_path_factory.mktemp("safety") / "project", made_up=3)
    done = made.build()
    assert done.returncode == 0, done.stdout + done.stderr
    made.first = done
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
    cell, line = "import livingreview.chapter as lr\n\n", "lr.list_claims(chapter)"
    with copy.edited(
        ("chapters/made-up-001.md", line, f"{line}\nchapter.no_such_thing"),
        ("chapters/made-up-002.md", line, f"{line}  # changed"),
    ) as text:
        done = copy.build()
    assert done.returncode == 1
    line = text[: text.index(cell)].count("\n") + 1
    assert f"made-up-001.md, code cell 2, from line {line}: AttributeError" in done.stderr
    assert "no_such_thing" in done.stderr
    assert executed(done) == {"made-up-001", "made-up-002"}, "the other chapter was finished and kept"
    assert differing(tree(copy.published), original) == []
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


def test_bad_data_build_nothing(copy, original):
    with copy.edited(("data/outcomes.csv", "made-up transplant", "made-up <b>transplant</b>")):
        done = copy.build()
    assert done.returncode == 1
    assert "outcomes.csv, row" in done.stderr
    assert executed(done) == set()
    assert differing(tree(copy.published), original) == []


@pytest.mark.parametrize("seconds", [1.0, 2.5, 5.0])
def test_a_killed_build_leaves_the_book_whole(copy, original, seconds):
    with copy.edited(
        ("requirements.txt", "altair==", f"# killed after {seconds}\naltair==")
    ):  # everything has to run again
        with killed(copy):
            time.sleep(seconds)
        assert differing(tree(copy.published), original) == []
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


CAPTION = ("_toc.yml", "caption: Regimens", "caption: Salvage regimens")  # stands on every page


def test_what_a_killed_build_had_read_is_not_published_later(copy, original):
    """It read other data, which have been put back since: no page may show them."""
    doctree = copy.folder / "_build/.staging/_build/.doctrees/chapters/made-up-002.doctree"
    with (
        copy.edited(("data/outcomes.csv", "made-up transplant", "made-up graft")),
        killed(copy) as process,
    ):
        while process.poll() is None and not (doctree.is_file() and b"made-up graft" in doctree.read_bytes()):
            time.sleep(0.001)
    with copy.edited(CAPTION):
        done = copy.build()
        assert done.returncode == 0, done.stderr
        text = (copy.published / "chapters" / "made-up-002.html").read_text(encoding="utf-8")
        assert "Salvage regimens" in text
        assert "made-up graft" not in text
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
                resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
            )
        )
    assert done.returncode != 0
    assert differing(tree(copy.published), original) == []
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


def test_two_builds_at_once_take_turns(copy, original):
    command = [sys.executable, "-m", "livingreview.cli", "build"]
    with copy.edited(("chapters/discrepancies.md", "None.", "None at all.")):
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
        assert "None at all." in (copy.published / "chapters/discrepancies.html").read_text(encoding="utf-8")
    assert copy.build().returncode == 0
    assert differing(tree(copy.published), original) == []


def test_the_made_up_review_that_builds_are_measured_with_is_sound_and_builds(copy):
    """A schema that grows must take the generator along, or the benchmark ends before it begins."""
    assert [str(problem) for problem in check_project(copy.folder)] == []
    assert executed(copy.first) == {"index", "data", "made-up-001", "made-up-002", "made-up-003"}
    chapter = (copy.published / "chapters" / "made-up-002.html").read_text(encoding="utf-8")
    assert 'class="lr-figure" href="reports/made-up-002-report.html#' in chapter
