"""A run that breaks writes nothing, says what to do, and goes on where it stopped."""

import json

import pytest

from livingreview.surveillance.asking import Client
from livingreview.surveillance.searching import plan_searches, run_searches
from livingreview.surveillance.tables import open_loop
from tests.surveillance.asked import FIRST, IDS, give_strategies, search, tables_of
from tests.surveillance.replies import Reply

pytestmark = pytest.mark.usefixtures("only_loopback")
EPMC = {"query": "example", "format": "json", "resultType": "core", "synonym": "false", "pageSize": "200"}
SECOND = EPMC | {"cursorMark": "AoIIQmade+up/1=="}


def fail(place, replies, *replies_to_second, name="europepmc"):
    """Search with the second page answered like this; what is told, once nothing was written."""
    give_strategies(place, replies.load(), "Europe PMC")
    replies.say("/europepmc/search", *replies_to_second, query=SECOND)
    before = tables_of(place)
    (run,) = search(place, name).runs
    if run.failure:
        assert tables_of(place) == before
        assert not (place / "records" / "raw").exists()
        assert "Nothing was written" in run.failure
        assert "To mend: " in run.failure or "run it again" in run.failure
    return run


def test_500_on_page_two_ends_the_run_and_the_next_goes_on_from_there(place, replies):
    run = fail(place, replies, Reply(b"broken", 500))
    assert "status 500, 2 times" in run.failure
    replies.say("/europepmc/search", Reply.of("europepmc/page-2.json"), query=SECOND)
    replies.asked.clear()
    (run,) = search(place, "europepmc").runs
    assert (run.failure, run.told, run.resumed) == ("", 3, 1)
    assert [query["cursorMark"] for _, query in replies.asked] == ["AoIIQmade+up/1=="]
    assert len(open_loop(place).tables["records"]) == 3


def test_500_that_passes_is_asked_again(place, replies):
    run = fail(place, replies, Reply(b"broken", 500), Reply.of("europepmc/page-2.json"))
    assert (run.failure, run.told) == ("", 3)


@pytest.mark.slow
def test_429_waits_as_long_as_the_service_asks(place, replies):
    again = Reply(b"slow down", 429, {"Retry-After": "1"})
    run = fail(place, replies, again, Reply.of("europepmc/page-2.json"))
    assert run.failure == ""
    assert len(replies.asked) == 3


def test_429_for_hours_ends_at_once_and_says_how_long(place, replies):
    run = fail(place, replies, Reply(b"no more today", 429, {"Retry-After": "7200"}))
    assert "asks to wait 7200 s" in run.failure
    assert len(replies.asked) == 2


def test_a_count_that_changes_between_pages_is_refused(place, replies):
    told = json.loads(Reply.of("europepmc/page-2.json").body)
    run = fail(place, replies, Reply.json(told | {"hitCount": 4}))
    assert "3 hits were told first, 4 on a later page" in run.failure
    assert not list((place / "records" / "unfinished" / IDS["Europe PMC"]).glob("*"))


def test_fewer_records_than_hits_are_refused(place, replies):
    told = json.loads(Reply.of("europepmc/page-2.json").body)
    told["resultList"]["result"] = []
    assert "3 hits were told and 2 came" in fail(place, replies, Reply.json(told)).failure
    plan = plan_searches(open_loop(place), ["europepmc"], environment={}, today=FIRST)
    client = Client(waits=0.01, pace=0.0)
    why = "its count is known to be off"
    run_searches(place, plan.runs, client=client, environment={}, today=FIRST, note=why)
    assert plan.runs[0].failure == ""
    row = next(row for row in open_loop(place).tables["searches"] if row["strategy_id"])
    assert (row["hits_told"], row["retrieved"]) == ("3", "2")
    assert row["note"] == "Europe PMC told 3 hits and gave 2: its count is known to be off"


def test_more_records_than_hits_are_refused_whatever_is_said(place, replies):
    give_strategies(place, replies.load(), "Europe PMC")
    told = json.loads(Reply.of("europepmc/page-1.json").body)
    replies.say("/europepmc/search", Reply.json(told | {"hitCount": 1}))
    plan = plan_searches(open_loop(place), ["europepmc"], environment={}, today=FIRST)
    run_searches(place, plan.runs, client=Client(pace=0.0), environment={}, today=FIRST, note="so what")
    assert "1 hits were told and 2 came" in plan.runs[0].failure


def test_a_token_that_repeats_is_no_endless_run(place, replies):
    run = fail(place, replies, Reply.of("europepmc/page-1.json"))
    assert "the same records came twice (MED:90000202, PPR:PPR900201)" in run.failure
    assert len(replies.asked) == 2


def test_a_page_for_people_with_status_200_is_no_answer(place, replies):
    run = fail(place, replies, Reply(b"<!DOCTYPE html><html><title>Log in</title></html>"))
    assert "a web page came where data were asked for" in run.failure


@pytest.mark.parametrize("is_told", [True, False], ids=["length promised", "length as cut"])
def test_a_body_that_is_cut_is_not_believed(place, replies, is_told):
    whole = Reply.of("europepmc/page-2.json").body
    cut = Reply(whole, cut_to=200) if is_told else Reply(whole[:200])
    run = fail(place, replies, cut)
    assert ("the answer broke off" if is_told else "the answer was cut") in run.failure
    replies.say("/europepmc/search", Reply(whole), query=SECOND)
    assert search(place, "europepmc").runs[0].failure == ""


def test_another_encoding_than_the_format_has_is_refused(place, replies):
    text = Reply.of("europepmc/page-2.json").body.decode().replace("One author", "Ein Führer")
    run = fail(place, replies, Reply(text.encode("latin-1"), headers={"Content-Type": "application/json"}))
    assert "the answer is not in UTF-8" in run.failure


def test_other_json_is_refused(place, replies):
    assert "the answer lacks resultList" in fail(place, replies, Reply.json({"version": "7"})).failure


def test_a_service_that_moved_on_its_own_host_is_followed(place, replies):
    give_strategies(place, replies.load(), "ClinicalTrials.gov")
    replies.say("/old/studies", Reply(b"", 301, {"Location": "/trials/studies?{}"}))
    text = (place / "review.yml").read_text(encoding="utf-8").replace("/trials", "/old")
    (place / "review.yml").write_text(text, encoding="utf-8")
    replies.say("/trials/studies", Reply.of("trials/later.json"))
    (run,) = search(place, "clinicaltrials").runs
    assert (run.failure, run.told) == ("", 1)


def test_a_service_that_sends_elsewhere_is_not_followed(place, replies):
    moved = Reply(b"", 301, {"Location": "https://elsewhere.example/search?key=secret"})
    run = fail(place, replies, moved)
    assert "sends on to https://elsewhere.example/search. Nothing" in run.failure


def test_more_than_10_000_hits_are_refused_before_they_are_fetched(place, replies):
    give_strategies(place, replies.load(), "PubMed")
    listed = json.loads(Reply.of("pubmed/first-list.json").body)
    listed["esearchresult"]["count"] = "10001"
    replies.say("/pubmed/esearch.fcgi", Reply.json(listed))
    before = tables_of(place)
    (run,) = search(place, "pubmed").runs
    assert "10001 hits, more than the 10000" in run.failure
    assert "narrow the window: --from DAY --to DAY" in run.failure
    assert [path for path, _ in replies.asked] == ["/pubmed/esearch.fcgi"]
    assert tables_of(place) == before


BOMB = b"""<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaaaaaaaaaaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<PubmedArticleSet><PubmedArticle>&c;&c;&c;</PubmedArticle></PubmedArticleSet>"""


def test_an_entity_bomb_is_refused(place, replies):
    give_strategies(place, replies.load(), "PubMed")
    replies.say("/pubmed/efetch.fcgi", Reply(BOMB))
    before = tables_of(place)
    (run,) = search(place, "pubmed").runs
    assert "declares entities of its own" in run.failure
    assert tables_of(place) == before


@pytest.mark.slow
def test_a_remote_dtd_is_never_asked_for(place, replies):
    give_strategies(place, replies.load("pubmed"), "PubMed")
    dtd = f"http://127.0.0.1:{replies.port}/dtd/pubmed.dtd".encode()
    for name, start in (("first-1", "0"), ("first-2", "200")):
        body = Reply.of(f"pubmed/{name}.xml").body
        body = body.replace(b"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd", dtd)
        assert dtd in body
        query = {"db": "pubmed", "WebEnv": "MCID_made-up-1", "query_key": "1", "retmode": "xml"}
        more = {"retstart": start, "retmax": "200", "tool": "livingreview"}
        replies.say("/pubmed/efetch.fcgi", Reply(body), query=query | more)
    (run,) = search(place, "pubmed").runs
    assert (run.failure, run.told) == ("", 3)
    assert {path for path, _ in replies.asked} == {"/pubmed/esearch.fcgi", "/pubmed/efetch.fcgi"}


@pytest.mark.slow
def test_a_run_that_the_service_has_forgotten_starts_over(place, replies):
    give_strategies(place, replies.load("pubmed"), "PubMed")
    query = {"db": "pubmed", "WebEnv": "MCID_made-up-1", "query_key": "1", "retmode": "xml"}
    second = query | {"retstart": "200", "retmax": "200", "tool": "livingreview"}
    replies.say("/pubmed/efetch.fcgi", Reply(b"broken", 500), query=second)
    assert search(place, "pubmed").runs[0].failure
    gone = Reply(b"<eFetchResult><ERROR>Cannot retrieve history data</ERROR></eFetchResult>", 400)
    replies.say("/pubmed/efetch.fcgi", gone, Reply.of("pubmed/first-2.xml"), query=second)
    replies.asked.clear()
    (run,) = search(place, "pubmed").runs
    assert (run.failure, run.told, run.resumed) == ("", 3, 0)
    assert [path for path, _ in replies.asked].count("/pubmed/esearch.fcgi") == 1


def test_a_page_that_was_damaged_on_disk_is_fetched_anew(place, replies):
    fail(place, replies, Reply(b"broken", 500))
    (page,) = (place / "records" / "unfinished").rglob("*.json")
    page.write_bytes(page.read_bytes()[:-20])
    replies.say("/europepmc/search", Reply.of("europepmc/page-2.json"), query=SECOND)
    (run,) = search(place, "europepmc").runs
    assert (run.failure, run.resumed) == ("", 0)


def test_records_that_were_not_listed_are_refused(place, replies):
    give_strategies(place, replies.load("pubmed"), "PubMed")
    listed = json.loads(Reply.of("pubmed/first-list.json").body)
    listed["esearchresult"]["idlist"][0] = "90000999"
    replies.say("/pubmed/esearch.fcgi", Reply.json(listed))
    assert "records came that were not listed (90000102)" in search(place, "pubmed").runs[0].failure
