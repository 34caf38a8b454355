"""Plain ``jupyter-book build .`` beside ``livingreview build``: in turn, at once, and where it fails."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from livingreview.book.plain import come_back, go_aside, stay_for_pages
from livingreview.book.staging import staging_of
from tests.copies import JUPYTER_BOOK, Copy, differing, executed, tree

LABEL = ("data/cohorts.csv", ",Adults,", ",Older adults,")
ICON = ("docs/favicon.svg", "<svg", "<!-- changed --><svg")


@pytest.fixture
def app(tmp_path):
    """A build of Sphinx's that was told to write into ``_build/html``."""
    target = tmp_path / "_build" / "html"
    target.mkdir(parents=True)
    builder = SimpleNamespace(name="html", outdir=None)
    app = SimpleNamespace(
        outdir=target,
        doctreedir=tmp_path / "trees",
        builder=builder,
        _warncount=0,
        warningiserror=False,
        keep_going=False,
    )
    go_aside(app, tmp_path, lambda line: None)
    return app


def test_a_plain_build_is_led_aside(app, tmp_path):
    target = tmp_path / "_build" / "html"
    assert app.outdir == staging_of(target)
    assert app.outdir.is_dir()
    assert app.doctreedir == app.outdir.with_name(".doctrees")
    stay_for_pages(app)
    assert app.outdir == staging_of(target)
    come_back(app, ValueError("it failed"))
    assert app.outdir == target
    assert app.livingreview_lock.closed
    assert not staging_of(target).exists(), "nothing is built upon what failed"


def test_another_builder_writes_where_it_was_told_to(app, tmp_path):
    app.builder.name = "linkcheck"
    stay_for_pages(app)
    assert app.outdir == app.builder.outdir == tmp_path / "_build" / "html"
    come_back(app, None)
    assert list((tmp_path / "_build" / "html").iterdir()) == []


def test_a_build_that_was_prepared_is_left_alone():
    app = SimpleNamespace(outdir="here", builder=SimpleNamespace(name="html"))
    stay_for_pages(app)
    come_back(app, None)
    assert app.outdir == "here"


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Copy:
    made = Copy(tmp_path_factory.mktemp("plain") / "project", made_up=3)
    done = made.build_plain(here=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def original(copy) -> dict:
    return tree(copy.published)


def build(copy: Copy, command: str) -> subprocess.CompletedProcess:
    done = copy.build() if command == "build" else copy.build_plain(here=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.book
@pytest.mark.slow
def test_the_two_commands_in_turn_leave_no_stale_page(copy, original):
    """Plain; a label changed and built by the other; changed back; plain again: the first book."""
    with copy.edited(LABEL):
        build(copy, "build")
        page = copy.published / "chapters" / "made-up-001.html"
        assert "Older adults" in page.read_text(encoding="utf-8")
    done = build(copy, "plain")
    assert executed(done) == set(), "the first results were kept"
    assert differing(tree(copy.published), original) == []
    build(copy, "build")
    assert differing(tree(copy.published), original) == []


@pytest.mark.book
@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "plain"])
def test_what_stands_on_every_page_is_renewed_on_every_page(copy, original, command):
    """Title, an option of the theme, the book's address, its icon: after a build by the other command."""
    build(copy, "plain" if command == "build" else "build")
    address = (copy.folder / "CITATION.cff").read_text(encoding="utf-8")
    line = re.search(r"(?m)^(url: .*|title: .*)$", address)[0]
    url = "url: https://review.example.org/book"
    with copy.edited(
        ("_config.yml", 'title: "Salvage', 'title: "Some salvage'),
        ("_config.yml", "    html_theme_options:\n", "    html_theme_options:\n      announcement: Soon.\n"),
        ("CITATION.cff", line, url if line.startswith("url") else f"{line}\n{url}"),
        ICON,
    ):
        build(copy, command)
        icon = (copy.published / "_static" / "favicon.svg").read_text(encoding="utf-8")
        assert "<!-- changed -->" in icon
        pages = [
            path.relative_to(copy.published).as_posix()
            for path in copy.published.rglob("*.html")
            if path.parent.name in ("chapters", "reports") or path.name in ("search.html", "genindex.html")
        ]
        assert len(pages) > 6
        for name in pages:
            text = (copy.published / name).read_text(encoding="utf-8")
            assert "Some salvage" in text, f"{name} has the old title"
            assert "Soon." in text, f"{name} has the old options"
            assert f'<link rel="canonical" href="https://review.example.org/book/{name}"' in text, name
    build(copy, command)
    assert differing(tree(copy.published), original) == []


@pytest.mark.book
@pytest.mark.slow
def test_an_icon_alone_is_renewed(copy):
    with copy.edited(ICON):
        build(copy, "plain")
        assert "changed" in (copy.published / "_static" / "favicon.svg").read_text(encoding="utf-8")


@pytest.mark.book
@pytest.mark.slow
def test_a_warning_is_told_again_by_the_next_build(copy, original):
    """As an error it publishes nothing; Sphinx alone calls the second run clean."""
    build(copy, "plain")
    with copy.edited(("chapters/discrepancies.md", "None.", "[](gone)\n\nNone.")):
        for _ in range(2):
            done = copy.build_plain(here=True)
            assert done.returncode != 0
            assert "gone" in done.stderr
            assert differing(tree(copy.published), original) == []
    build(copy, "plain")
    assert differing(tree(copy.published), original) == []


@pytest.mark.book
@pytest.mark.slow
def test_the_commands_wait_for_each_other(copy, original):
    commands = (
        ["-c", JUPYTER_BOOK, "build", ".", "-W", "-n", "--keep-going", "-q"],
        ["-m", "livingreview.cli", "build"],
    )
    with copy.edited(("chapters/discrepancies.md", "None.", "None at all.")):
        both = [
            subprocess.Popen(
                [sys.executable, *command],
                cwd=copy.folder,
                env=copy.environment(),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for command in commands
        ]
        told = [process.communicate()[0] for process in both]
        assert [process.returncode for process in both] == [0, 0], told
        assert any("waiting for it" in text for text in told)
    build(copy, "plain")
    assert differing(tree(copy.published), original) == []


@pytest.mark.book
@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "plain"])
def test_a_file_older_than_the_page_it_changes_is_seen(copy, command):
    """Put back from elsewhere, or the clock was set back."""
    build(copy, command)
    with copy.edited(("chapters/discrepancies.md", "None.", f"None ({command}).")):
        os.utime(copy.folder / "chapters" / "discrepancies.md", (1_000_000_000, 1_000_000_000))
        build(copy, command)
        text = (copy.published / "chapters" / "discrepancies.html").read_text(encoding="utf-8")
        assert f"None ({command})." in text


@pytest.mark.book
@pytest.mark.slow
@pytest.mark.parametrize("command", ["build", "plain"])
def test_the_time_that_the_configuration_gives_a_chapter_is_obeyed(copy, command):
    with copy.edited(
        ("_config.yml", "timeout: 300", "timeout: 4"),
        (
            "livingreview/tables/reports.py",  # a cell itself may only call the engine
            '    columns = [\n        Column("Cohort"),\n',
            '    __import__("time").sleep(60)\n    columns = [\n        Column("Cohort"),\n',
        ),
    ):
        done = copy.build() if command == "build" else copy.build_plain(here=True)
    assert done.returncode != 0
    told = done.stdout + done.stderr
    assert re.search(r"made-up-00\d\.md, code cell \d+, from line \d+: no end after 4 s", told), told[-2000:]
