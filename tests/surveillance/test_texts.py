"""A reader elsewhere has the abstracts of what a search on another machine brought; no table changes."""

import shutil

import pytest

from livingreview.cli import main
from livingreview.surveillance.abstracts import read_texts
from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.texts import list_missing
from tests.surveillance.asked import give_strategies, search, tables_of
from tests.surveillance.replies import Reply

pytestmark = pytest.mark.usefixtures("only_loopback")


@pytest.fixture
def elsewhere(place, replies):
    """A review whose search was run on another machine: what services gave is not here."""
    give_strategies(place, replies.load("europepmc"), "Europe PMC")
    search(place, "europepmc")
    shutil.rmtree(place / "records")
    return place


@pytest.mark.slow
def test_the_pages_are_fetched_again_and_read_and_no_table_changes(elsewhere, capsys):
    assert read_texts(open_loop(elsewhere)) == {}
    before = tables_of(elsewhere)
    assert main(["--root", str(elsewhere), "search", "--texts"]) == 0
    assert "3 record(s) to read" in capsys.readouterr().out
    texts = read_texts(open_loop(elsewhere))
    assert texts["pmid-90000202"]["abstract"].startswith("Methods What was done.")
    assert tables_of(elsewhere) == before
    assert list_missing(open_loop(elsewhere)) == []
    assert main(["--root", str(elsewhere), "search", "--texts"]) == 0
    assert "every record that waits has its file here" in capsys.readouterr().out


def test_what_fails_is_told(elsewhere, replies, capsys):
    replies.say("/europepmc/search", Reply(b"no", 403))
    assert main(["--root", str(elsewhere), "search", "--texts"]) == 2
    assert "refused with status 403" in capsys.readouterr().out
    assert read_texts(open_loop(elsewhere)) == {}
