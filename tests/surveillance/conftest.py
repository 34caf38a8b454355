"""The small review of `tests.surveillance.example` at its stages, to be worked on."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import pytest

from tests.surveillance import exports
from tests.surveillance.example import bring, lay_out
from tests.surveillance.replies import serve_replies


@pytest.fixture(scope="session")
def laid_out(tmp_path_factory) -> Path:
    """The review, without anything that was searched for; not to be changed."""
    return lay_out(tmp_path_factory.mktemp("laid-out") / "review")


@pytest.fixture
def place(laid_out: Path, tmp_path: Path) -> Path:
    """A copy of it, to search for."""
    shutil.copytree(laid_out, tmp_path / "review")
    return tmp_path / "review"


@pytest.fixture(scope="session")
def found_once(tmp_path_factory) -> Path:
    """Four works found, one of them twice in other words, and nothing decided; not to be changed."""
    place = lay_out(tmp_path_factory.mktemp("found") / "review")
    works = exports.make_works(4)
    again = works[3] | dict.fromkeys(("doi", "pmid", "pages", "volume", "issue"), "")
    bring(place, exports.scopus([*works, again]))
    return place


@pytest.fixture
def found(found_once: Path, tmp_path: Path) -> Path:
    """A copy of it, to decide upon."""
    shutil.copytree(found_once, tmp_path / "found")
    return tmp_path / "found"


@pytest.fixture
def worked_copy(worked: Path, tmp_path: Path) -> Path:
    """A copy of the review that was worked through, to be changed."""
    shutil.copytree(worked, tmp_path / "worked")
    return tmp_path / "worked"


@pytest.fixture
def only_loopback(monkeypatch):
    """No socket leads anywhere but to this machine, and no name is looked up."""

    def refuse(where) -> None:
        host = where[0] if isinstance(where, tuple) else where
        if host != "127.0.0.1":
            pytest.fail(f"a connection to {host!r} was tried")

    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def connect_here(self, where):
        refuse(where)
        return connect(self, where)

    def look_up_here(host, *more, **named):
        refuse(host)
        return look_up(host, *more, **named)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def replies(only_loopback):
    """A server on this machine that answers as the services do."""
    with serve_replies() as served:
        yield served
