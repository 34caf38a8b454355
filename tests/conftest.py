"""Fixtures: the project, a copy of its data to damage, the built book, a real browser."""

from __future__ import annotations

import functools
import gc
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import settings

from livingreview.checks import check_project
from livingreview.evidence import Evidence, load_evidence
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import Plan
from tests.find_browser import find_browser
from tests.reduced import SAMPLE, copy_parts, keep_reports

ROOT = Path(__file__).resolve().parent.parent
settings.register_profile("review", deadline=None)  # no test asserts a time
settings.load_profile("review")

LONGEST = (
    "book/test_rebuild.py",
    "book/test_staging.py",
    "book/test_plain.py",
    "review/test_browser.py",
    "evidence/test_subset.py",
    "book/test_serve.py",
    "book/test_build.py",
    "checks/test_files.py",
    "review/test_hostile.py",
    "book/test_search.py",
    "book/test_states.py",
    "exchange/test_pool_files.py",
    "pages/test_explorer.py",
    "execution/test_limits.py",
    "pages/test_whatif.py",
    "extraction/test_sessions.py",
    "execution/test_forked.py",
    "releases/test_site.py",
    "checks/test_damage.py",
    "synthesis/test_bayes.py",
    "synthesis/test_proportions.py",
    "checks/test_descriptor.py",
    "display/test_names.py",
    "releases/test_freeze.py",
)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """A worker more than there are cores where browsers and builds are tried, which often wait.

    None: as many as cores, for the everyday tests.
    """
    return None if config.option.markexpr else (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no core is left with one of them at the end."""
    rank = {ROOT / "tests" / name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path, len(LONGEST)))


def pytest_collection_finish() -> None:
    """What was imported stays to the end: without it there is a sixth less to do."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project folder."""
    return ROOT


@pytest.fixture(scope="session")
def review() -> Evidence:
    """The real evidence."""
    return load_evidence(ROOT)


@pytest.fixture(scope="session")
def plans(review) -> list[Plan]:
    """What may share a pool and what may not, of the real evidence."""
    return synthesis_plan(review)


@pytest.fixture(scope="session")
def pooled(plans) -> Plan:
    """The first of them that is pooled."""
    return next(plan for plan in plans if plan.decision == "pooled")


@pytest.fixture(scope="session")
def core_project(tmp_path_factory) -> Path:
    """A project folder without engine, with the rows of a few reports."""
    folder = tmp_path_factory.mktemp("core")
    copy_parts(folder)
    keep_reports(folder, SAMPLE)
    check_project(folder)  # notes which tables are valid
    return folder


@pytest.fixture
def project(core_project: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    shutil.copytree(core_project, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="session")
def worked(tmp_path_factory) -> Path:
    """A small review with two searches, two readers and every fate there is, settled; not to be changed."""
    from tests.surveillance.example import work_through

    return work_through(tmp_path_factory.mktemp("worked") / "review")


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of source texts, which is not part of the project."""
    folder = ROOT.parent / "shared" / "sources"
    if not folder.is_dir():
        pytest.skip(
            "the source texts are not part of the project; "
            "put them in ../shared/sources to check every fragment"
        )
    return folder


@pytest.fixture(scope="session")
def book() -> Path:
    """The built book, made by the command a maintainer uses."""
    done = subprocess.run(
        [sys.executable, "-m", "livingreview.cli", "build"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, f"the book could not be built:\n{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
    return ROOT / "_build" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server that does not tell every request."""

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def site(book):
    """Address of the built book on this machine's loopback."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(book)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium():
    """A real browser; for one file at a time, since its event loop would stand in the way of a notebook's."""
    from playwright.sync_api import sync_playwright

    path = find_browser()
    assert path, "no Chromium: run `make test`, which installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
        yield browser
        browser.close()
