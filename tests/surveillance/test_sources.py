"""What each service is asked for, and what its answers are taken to say."""

import json

import pytest

from livingreview.surveillance.asking import Request, SourceError
from livingreview.surveillance.sources import SOURCES, Window, crossref, find_source, pubmed, trials
from livingreview.surveillance.sources.pages import split_query, with_param
from tests.surveillance.asked import QUERIES
from tests.surveillance.replies import SERVICES, Reply

WHOLE = Window("", "", "2026-06-01")


def window(source):
    return Window(source.FIELDS[0], "2026-05-13", "2026-06-01")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.NAME)
def test_a_window_is_asked_for_by_the_services_own_field(source):
    asked = source.first(QUERIES[source.NAME][0], window(source))
    whole = source.first(QUERIES[source.NAME][0], WHOLE)
    told = " ".join(value for _, value in asked.params)
    days = ("2026/05/13", "2026/06/01") if source is pubmed else ("2026-05-13", "2026-06-01")
    assert all(day in told for day in days)
    assert source.FIELDS[0] in told
    assert "2026" not in " ".join(value for _, value in whole.params)


def test_a_strategys_own_filter_stays_beside_the_window():
    asked = dict(trials.first("query.cond=x&filter.advanced=AREA[Phase]PHASE3", window(trials)).params)
    assert asked["filter.advanced"] == (
        "(AREA[Phase]PHASE3) AND AREA[LastUpdatePostDate]RANGE[2026-05-13,2026-06-01]"
    )
    asked = dict(crossref.first("filter=prefix:10.9999", window(crossref)).params)
    assert asked["filter"] == ("prefix:10.9999,from-created-date:2026-05-13,until-created-date:2026-06-01")


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.NAME)
def test_nobody_who_asks_stands_in_a_request(source):
    """Keys and addresses are added when it is sent: what is shown or kept has none."""
    names = {name for name, _ in source.first(QUERIES[source.NAME][0], window(source)).params}
    assert not names & {"api_key", "email", "mailto", "tool"}
    assert "k" not in source.secret("", "").values()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.NAME)
@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff", b"<a/>", b"{"])
def test_what_is_no_answer_of_the_service_is_told_and_never_taken_for_none(source, body):
    with pytest.raises(ValueError, match=r"\w"):
        source.read(source.first(QUERIES[source.NAME][0], WHOLE), body)


def test_pubmed_says_what_it_could_not_use():
    told = json.loads(Reply.of("pubmed/none.json").body)
    page = pubmed.read(Request("esearch.fcgi"), json.dumps(told).encode())
    assert (page.told, page.following, page.remarks) == (0, None, ("not found: nothing",))
    told["esearchresult"] = {"count": "0", "idlist": []}  # nothing found, nothing kept
    assert pubmed.read(Request("esearch.fcgi"), json.dumps(told).encode()).told == 0
    told["esearchresult"] = {"ERROR": "Search Backend failed"}
    with pytest.raises(ValueError, match="Search Backend failed"):
        pubmed.read(Request("esearch.fcgi"), json.dumps(told).encode())


def test_an_error_of_europe_pmc_with_status_200_is_one():
    source = find_source("Europe PMC")
    with pytest.raises(ValueError, match="bad query"):
        source.read(source.first("x", WHOLE), b'{"version":"6.9","errCode":400,"errMsg":"bad query"}')


def test_the_mark_of_the_last_page_leads_nowhere():
    source = find_source("europepmc")
    body = Reply.of("europepmc/page-1.json").body
    asked = with_param(source.first("x", WHOLE), cursorMark="AoIIQmade+up/1==")
    assert source.read(asked, body).following is None
    assert source.read(source.first("x", WHOLE), body).following is not None


def test_what_a_cursor_holds_is_written_so_that_it_arrives():
    """Signs such as + and / stand for others in an address; services refuse a cursor that lost them."""
    asked = Request("works", (("cursor", "DnF1+a/b=="),))
    assert asked.address("https://x.example/") == "https://x.example/works?cursor=DnF1%2Ba%2Fb%3D%3D"


def test_sources_are_found_by_the_beginning_of_their_name():
    assert find_source("clinicaltrials") is trials
    assert find_source("CLINICALTRIALS.GOV") is trials
    assert find_source("") is None
    assert find_source("Scopus") is None
    assert {source.NAME for source in SOURCES} == SERVICES.keys()


def test_a_query_of_parameters_without_a_name_is_told():
    assert split_query("a=b c&d = e=f") == [("a", "b c"), ("d", "e=f")]
    with pytest.raises(SourceError, match="has the part 'lonely'; expected name=value"):
        split_query("a=b&lonely")
