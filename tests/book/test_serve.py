"""The book that follows its files, in a real browser: what is saved comes to view, mistakes are told."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import pytest

from benchmarks.synthetic import grow
from livingreview.book.keeping import Keeper
from livingreview.book.serve import ServeError, add_script, find_file, open_server
from livingreview.files import locked
from tests.conftest import ROOT
from tests.copies import tree
from tests.reduced import copy_parts
from tests.visit import Visit

CHAPTER, PAGE = "chapters/made-up-001.md", "chapters/made-up-001.html"
WORDS = "Made up, to measure the build."
ROW = "made-up-001-report.outcome.adults.cr"
PATIENCE = 120_000  # ms: that something comes is held, not when


class Served:
    """``livingreview serve`` of a made-up review, as a person starts it."""

    def __init__(self, folder):
        self.folder = folder
        copy_parts(folder)
        grow(folder, 1)
        self.process, self.log, self.address = None, None, ""

    def start(self):
        self.log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 (closed when it is interrupted)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "livingreview.cli", "serve", "--no-browser", "--port", "0"],
            cwd=self.folder,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=self.log.fileno(),
            stderr=subprocess.STDOUT,
        )
        self.address = re.search(r"http://\S+", self.wait_for("http://"))[0]
        return self

    def said(self) -> str:
        """The terminal."""
        return os.pread(self.log.fileno(), 1_000_000, 0).decode()

    def wait_for(self, words, since=0) -> str:
        """What the terminal says from somewhere on, once it says some words."""
        while words not in (told := self.said()[since:]):
            assert self.process.poll() is None, told
            time.sleep(0.05)
        return told

    def interrupt(self) -> str:
        """Ctrl-C, twice as the impatient do; gives all that was said."""
        for _ in range(2):
            self.process.send_signal(signal.SIGINT)
        self.process.wait(60)
        with self.log:
            return self.said()

    def save(self, name, old, new):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    @property
    def published(self):
        return self.folder / "_build" / "html"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    made = Served(tmp_path_factory.mktemp("served")).start()
    made.wait_for("book built")
    yield made
    made.interrupt()


def cells_of(served) -> dict[str, str]:
    """The outcome whose figure stands in the chapter's conclusion, as its table has it."""
    header, *lines = (served.folder / "data" / "outcomes.csv").read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if line.startswith(ROW))
    return dict(zip(header.split(","), line.split(","), strict=True)) | {"line": line}


def look_closely(page):
    """What axe finds at both widths and in both schemes, and whether the page is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    found = []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.evaluate(f"document.documentElement.dataset.theme = '{scheme}'")
            # Without its own fetching of style sheets, of which it mistakes the addresses.
            told = Axe().run(page, context=".lr-desk", options={"preload": False}).response["violations"]
            found += [(width, scheme, item["id"], item["nodes"][0]["html"]) for item in told]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    return found


@pytest.mark.book
@pytest.mark.browser
def test_saved_prose_is_seen_without_a_click(served, chromium):
    with Visit(chromium, served.address, PAGE) as visit:
        visit.page.get_by_text(WORDS).wait_for()
        served.save(CHAPTER, WORDS, "Said anew.")
        visit.page.get_by_text("Said anew.").wait_for(timeout=PATIENCE)
        served.save(CHAPTER, "Said anew.", WORDS)
        visit.page.get_by_text(WORDS).wait_for(timeout=PATIENCE)
        assert (visit.failed, visit.console, visit.offsite) == ([], [], [])


@pytest.mark.book
@pytest.mark.browser
def test_a_mistake_is_told_over_the_last_good_book_until_it_is_mended(served, chromium):
    before = cells_of(served)
    total, events = int(before["total"]), int(before["events"])
    figure = f".lr-claims a.lr-figure[href$='#{ROW}']"
    with Visit(chromium, served.address, PAGE) as visit:
        shown = visit.page.locator(figure).inner_text()
        assert shown.startswith(f"{events}/{total} ")
        wrong = before["line"].replace(f",{events},{total},", f",{total + 1},{total},")
        served.save("data/outcomes.csv", before["line"], wrong)
        banner = visit.page.locator(".lr-desk-banner")
        banner.wait_for(timeout=PATIENCE)
        told = banner.inner_text()
        for words in ("outcomes.csv, row", f"({ROW}), column events", f"{total + 1}", "Expected", "To mend"):
            assert words in told, told
        assert visit.page.locator(figure).inner_text() == shown, "the last good book stays"
        assert look_closely(visit.page) == []

        fewer = events - 1 if events > 1 else events + 1
        mended = before["line"].replace(f"{events},{total}", f"{fewer},{total}")
        mended = mended.replace(f"… {events} …", f"… {fewer} …")
        served.save("data/outcomes.csv", wrong, mended)
        visit.page.locator(figure, has_text=f"{fewer}/{total} ").wait_for(timeout=PATIENCE)
        assert not visit.page.locator(".lr-desk-banner").is_visible()
        assert (visit.failed, visit.console, visit.offsite) == ([], [], [])


@pytest.mark.book
@pytest.mark.browser
def test_a_chapter_that_fails_is_told_with_its_cell(served, chromium):
    with Visit(chromium, served.address, PAGE) as visit:
        served.save(CHAPTER, "lr.list_claims(chapter)", "lr.list_claims(chapter.nothing)")
        visit.page.get_by_text("The book could not be built").wait_for(timeout=PATIENCE)
        assert "has no attribute 'nothing'" in visit.page.locator(".lr-desk-list").inner_text()
        served.save(CHAPTER, "lr.list_claims(chapter.nothing)", "lr.list_claims(chapter)")
        visit.page.locator(".lr-desk-banner").wait_for(state="hidden", timeout=PATIENCE)


@pytest.mark.book
def test_what_is_added_stands_in_no_built_file_and_nobody_else_is_answered(served):
    built = (served.published / PAGE).read_bytes()
    with urllib.request.urlopen(f"{served.address}/{PAGE}") as answer:
        sent = answer.read()
    head, _, tail = sent.partition(b'<link rel="stylesheet" href="/.serve/')
    assert head + tail.partition(b"</script>")[2] == built
    for path in served.published.rglob("*"):
        assert not path.is_file() or b"/.serve/" not in path.read_bytes(), path
    for host, path in (("example.org", ""), ("localhost:80", ".serve/state"), ("127.0.0.1", PAGE)):
        request = urllib.request.Request(f"{served.address}/{path}", headers={"Host": host})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        assert (refused.value.code, served.address in refused.value.read().decode()) == (403, True)


@pytest.mark.book
def test_ctrl_c_during_a_build_leaves_the_book_whole_and_the_lock_free(served):
    before, since = tree(served.published), len(served.said())
    served.save(CHAPTER, WORDS, "Never seen before.")
    served.wait_for("data checked", since)
    assert served.interrupt().endswith("the last good one\n")
    assert served.process.returncode == 0
    assert tree(served.published) == before
    waited = []
    with locked(served.folder / "_build", waited.append):
        assert waited == []
    served.start().wait_for("book built")
    assert "Never seen before." in (served.published / PAGE).read_text(encoding="utf-8")


def test_only_files_of_the_book_have_an_address(tmp_path):
    book = tmp_path / "html"
    (book / "chapters").mkdir(parents=True)
    for path in (book / "index.html", book / "chapters" / "a b.html", tmp_path / "secret.html"):
        path.write_text("x", encoding="utf-8")
    (book / "out.html").symlink_to(tmp_path / "secret.html")
    assert find_file(book, "/") == book / "index.html"
    assert find_file(book, "/chapters/a b.html") == book / "chapters" / "a b.html"
    for path in (
        "/../secret.html",
        "//etc/hostname",
        "/out.html",
        "/chapters",
        "/none.html",
        "/a\0",
        "/" + 300 * "a",
    ):
        assert find_file(book, path) is None, path


def test_a_page_gets_its_script_at_its_end():
    page = add_script("<body><p>&lt;/body></p></body></html>", "7")
    assert page.startswith("<body><p>&lt;/body></p><link")
    assert page.endswith("</script></body></html>")
    assert 'data-book="7"' in page
    assert add_script("no end", "").startswith("no end<link")


def test_a_port_that_is_taken_is_told_or_another_is_used(tmp_path):
    first = open_server(Keeper(tmp_path), 0)
    try:
        with pytest.raises(ServeError, match=f"--port {first.server_port} is taken"):
            open_server(Keeper(tmp_path), first.server_port)
        with pytest.raises(ServeError, match="--port 70000 cannot be used"):
            open_server(Keeper(tmp_path), 70_000)
        others = [open_server(Keeper(tmp_path)) for _ in range(2)]
        assert len({server.server_port for server in (first, *others)}) == 3
        for server in others:
            server.server_close()
    finally:
        first.server_close()
