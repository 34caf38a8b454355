"""Three months of a living review: each brings what was seeded, and nothing else moves."""

import datetime
import json

import pytest

from livingreview.evidence import load_evidence, read_cells
from livingreview.surveillance.asking import Client
from livingreview.surveillance.flow import count_flow
from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.waiting import list_waiting
from livingreview.surveillance.watching import watch
from tests.surveillance.asked import give_strategies, search, tables_of
from tests.surveillance.example import say, settle_all
from tests.surveillance.replies import Reply

pytestmark = pytest.mark.usefixtures("only_loopback")
MAY, JUNE, JULY = (datetime.date(2026, month, day) for month, day in ((5, 2), (6, 1), (7, 1)))


def look(place, day):
    client = Client(waits=0.01, tries=2, pace=0.0)
    return watch(open_loop(place), client=client, environment={}, today=day)


def changed(place, before):
    after = tables_of(place)
    return {name for name in after if after[name] != before[name]} - {"datapackage.json"}


@pytest.fixture
def quiet(place, replies):
    """A review whose sources list no notice and whose register knows no trial, until one is seeded."""
    give_strategies(place, replies.load("pubmed"), "PubMed")
    replies.say("/crossref/works", Reply.json({"message": {"items": []}}))
    body = Reply.of("pubmed/held.xml").body.replace(b"RefType=", b"Was=").replace(b"Retracted Pub", b"Pub")
    held = {"db": "pubmed", "id": "80000001", "retmode": "xml", "tool": "livingreview"}
    replies.say("/pubmed/efetch.fcgi", Reply(body), query=held)
    replies.say("/trials/studies", Reply.of("trials/held.json"))
    return place


@pytest.mark.slow
def test_three_months_bring_what_was_seeded_and_nothing_else(quiet, replies):
    # May: three hits, of which one is held; two readers keep one and leave one out.
    assert search(quiet, "pubmed", today=MAY).runs[0].done.new == 3
    assert (look(quiet, MAY).notices, look(quiet, MAY).events) == ([], [])
    told = {"pmid-90000101": "include", "pmid-90000102": "ta-wrong"}
    for reader in ("ab", "cd"):
        say(quiet, reader, told)
        say(quiet, reader, {"pmid-90000101": "include"}, "full_text")
    settle_all(quiet)
    flow = count_flow(open_loop(quiet).tables, [""])
    assert (flow.arms["databases"].identified, flow.arms["databases"].included, flow.waiting) == (3, 1, 1)

    # June: one new record; the trial's results are posted.
    entry = json.loads(Reply.of("trials/held.json").body)
    status = entry["studies"][0]["protocolSection"]["statusModule"]
    status["resultsFirstPostDateStruct"] = {"date": "2026-05-20", "type": "ACTUAL"}
    replies.say("/trials/studies", Reply.json(entry))
    run = search(quiet, "pubmed", today=JUNE).runs[0]
    assert (run.done.new, run.done.known) == (1, 1)
    done = look(quiet, JUNE)
    assert [row["event_id"] for row in done.events] == ["nct08888888.2026-06-01.results-posted"]
    assert done.notices == []
    waits = [(item.record_id, item.step) for item in list_waiting(open_loop(quiet))]
    assert sorted(waits) == [("pmid-90000101", "enter"), ("pmid-90000103", "screen")]

    # July: nothing is found; a held report is retracted.
    none = json.loads(Reply.of("pubmed/none.json").body)
    query = {"db": "pubmed", "term": "example[tiab]", "retmode": "json", "usehistory": "y", "retmax": "10000"}
    query |= {"mindate": "2026/05/25", "maxdate": "2026/07/01", "datetype": "crdt", "tool": "livingreview"}
    replies.say("/pubmed/esearch.fcgi", Reply.json(none), query=query)
    before = tables_of(quiet)
    assert search(quiet, "pubmed", today=JULY).runs[0].done is None
    assert changed(quiet, before) == {"searches.csv"}
    replies.say("/crossref/works", Reply.of("crossref/held.json"))
    before = tables_of(quiet)
    done = look(quiet, JULY)
    assert {row["kind"] for row in done.notices} == {"correction", "retraction"}
    assert done.events == []
    assert changed(quiet, before) == {"notices.csv", "watches.csv", "trials.csv"}
    assert load_evidence(quiet).alarms == {"able-2019": "retracted"}
    days = [row["to_day"] for row in read_cells((quiet / "data" / "searches.csv").read_bytes())]
    assert sorted(filter(None, days)) == ["2026-05-02", "2026-06-01", "2026-07-01"]
    assert replies.unknown == []
