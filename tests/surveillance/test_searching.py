"""Stored strategies are run against services: since the last mark, whole or not at all, counts reconciled."""

import datetime
import hashlib
import json

import pytest

from livingreview.cli import main
from livingreview.evidence import read_cells
from livingreview.evidence.upkeep import read_upkeep
from livingreview.surveillance.searching import plan_searches
from livingreview.surveillance.tables import LoopError, open_loop
from tests.surveillance.asked import FIRST, IDS, KEY, LATER, give_strategies, search, tables_of
from tests.surveillance.replies import Reply

pytestmark = pytest.mark.usefixtures("only_loopback")
SERVICES = ("PubMed", "Europe PMC", "ClinicalTrials.gov", "Crossref", "OpenAlex")


def rows(place, table):
    return read_cells((place / "data" / f"{table}.csv").read_bytes())


@pytest.mark.slow
def test_every_service_is_searched_page_by_page_and_its_records_are_taken_in(place, replies):
    give_strategies(place, replies.load())
    plan = search(place, *SERVICES, environment=KEY)
    assert [run.failure for run in plan.runs] == [""] * 5
    assert replies.unknown == []
    assert {run.source.NAME: run.told for run in plan.runs} == dict(
        zip(SERVICES, (3, 3, 3, 3, 2), strict=True)
    )
    searches = {row["strategy_id"]: row for row in rows(place, "searches") if row["strategy_id"]}
    for run in plan.runs:
        row = searches[run.strategy["strategy_id"]]
        assert row["hits_told"] == row["retrieved"] == str(run.told)
        assert (row["from_day"], row["to_day"], row["date"]) == ("", "2026-05-02", "2026-05-02")
        for digest in row["file_sha256"].split("; "):
            (kept,) = (place / "records" / "raw").glob(f"{digest}*")
            assert hashlib.sha256(kept.read_bytes()).hexdigest() == digest
    assert not list((place / "records" / "unfinished").glob("*/*"))
    assert dict(read_upkeep(place).sources)["Crossref"] == FIRST
    records = {row["record_id"]: row for row in rows(place, "records")}
    assert records["pmid-80000001"]["report_id"] == "able-2019"
    assert records["trial-nct08888888"]["study_id"] == "first-study"
    assert records["pmid-90000203"]["pmcid"] == "PMC9000203"


@pytest.mark.slow
def test_what_each_service_tells_of_a_record_is_understood(place, replies):
    give_strategies(place, replies.load())
    search(place, *SERVICES, environment=KEY)
    records = {row["record_id"]: row for row in rows(place, "records")}
    kinds = {name: row["kind"] for name, row in records.items()}
    assert kinds["doi-10-9999-example-201"] == "preprint"
    assert kinds["doi-10-9999-example-2026-301"] == "abstract"
    assert kinds["doi-10-9999-example-2026-302"] == "article"
    assert kinds["doi-10-9999-example-2026-303"] == "notice"
    assert records["doi-10-9999-example-2026-302"]["flags"] == "retracted; no_abstract"
    assert records["pmid-90000402"]["flags"] == "retracted"
    assert records["pmid-90000102"]["authors"] == "Able, Ann; Example Group"
    assert records["pmid-90000203"]["authors"] == "Able, Ann"
    assert records["pmid-90000202"]["trials"] == "NCT08888888"
    assert records["doi-10-9999-example-2026-301"]["doi"] == "10.9999/example-2026-301"


@pytest.mark.slow
def test_a_later_search_begins_a_week_before_the_mark_and_brings_what_is_new(place, replies):
    give_strategies(place, replies.load())
    search(place, "pubmed", "europepmc", "clinicaltrials", "crossref")
    plan = search(place, "pubmed", "europepmc", "clinicaltrials", "crossref", today=LATER)
    assert [run.failure for run in plan.runs] == [""] * 4
    assert {(run.window.from_day, run.window.to_day) for run in plan.runs} == {("2026-04-25", "2026-06-01")}
    done = {run.source.NAME: run for run in plan.runs}
    assert (done["PubMed"].done.new, done["PubMed"].done.known) == (1, 1)
    assert (done["ClinicalTrials.gov"].done.new, done["ClinicalTrials.gov"].done.known) == (0, 1)


@pytest.mark.slow
def test_a_search_without_a_hit_is_a_search_and_moves_the_mark(place, replies):
    give_strategies(place, replies.load("europepmc"), "Europe PMC")
    search(place, "europepmc")
    (run,) = search(place, "europepmc", today=LATER).runs
    assert (run.failure, run.told, run.done) == ("", 0, None)
    row = next(row for row in rows(place, "searches") if row["search_id"] == run.search_id)
    assert (row["retrieved"], row["from_day"], row["to_day"]) == ("0", "2026-04-25", "2026-06-01")
    (kept,) = (place / "records" / "raw").glob(f"{row['file_sha256']}*")
    assert json.loads(kept.read_text(encoding="utf-8"))["hitCount"] == 0
    (plan,) = plan_searches(open_loop(place), ["europepmc"], environment={}, today=LATER).runs
    assert plan.window.from_day == "2026-05-25"


def test_the_same_bytes_from_another_run_are_a_search_of_their_own(place, replies):
    """A quiet register gives in June what it gave in May; the mark moves all the same."""
    give_strategies(place, replies.load("trials"), "ClinicalTrials.gov")
    replies.say("/trials/studies", Reply.of("trials/later.json"))
    search(place, "clinicaltrials")
    (run,) = search(place, "clinicaltrials", today=LATER).runs
    assert (run.failure, run.done.new, run.done.known, run.done.already) == ("", 0, 1, "")
    assert len([row for row in rows(place, "hits") if row["record_id"] == "trial-nct06666666"]) == 2


@pytest.mark.slow
def test_words_that_a_service_left_out_are_told(place, replies):
    give_strategies(place, replies.load("pubmed"), "PubMed")
    (run,) = search(place, "pubmed").runs
    assert run.remarks == ('quoted words not found: "exmaple"[Title/Abstract]',)


@pytest.mark.slow
def test_a_hit_that_does_not_come_is_asked_for_again_and_named(place, replies):
    give_strategies(place, replies.load("pubmed"), "PubMed")
    listed = json.loads(Reply.of("pubmed/first-list.json").body)
    listed["esearchresult"]["idlist"].append("90000199")
    listed["esearchresult"]["count"] = "4"
    replies.say("/pubmed/esearch.fcgi", Reply.json(listed))
    empty = Reply(b"<?xml version='1.0'?><PubmedArticleSet></PubmedArticleSet>")
    fetch = {"db": "pubmed", "WebEnv": "MCID_made-up-1", "query_key": "1", "retmode": "xml"}
    more = {"retmax": "200", "tool": "livingreview"}
    replies.say("/pubmed/efetch.fcgi", empty, query=fetch | {"retstart": "400"} | more)
    again = {"db": "pubmed", "id": "90000199", "retmode": "xml", "tool": "livingreview"}
    replies.say("/pubmed/efetch.fcgi", Reply(b"<eFetchResult/>", 400), query=again)
    (run,) = search(place, "pubmed").runs
    assert run.failure == ""
    assert replies.unknown == []
    row = next(row for row in rows(place, "searches") if row["search_id"] == run.search_id)
    assert (row["hits_told"], row["retrieved"]) == ("4", "3")
    assert row["note"] == "PubMed told 4 hits and gave nothing for: 90000199."


def test_without_a_key_a_service_that_needs_one_is_left_and_said_so(place, replies):
    give_strategies(place, replies.load("openalex"), "OpenAlex")
    plan = search(place, "openalex")
    assert plan.runs == []
    assert plan.left == ["openalex-example: OpenAlex asks for a key, and OPENALEX_API_KEY is not set"]
    assert replies.asked == []


@pytest.mark.slow
def test_a_key_and_an_address_are_sent_and_stand_nowhere_afterwards(place, replies, capsys, monkeypatch):
    give_strategies(place, replies.load("openalex"), "OpenAlex")
    monkeypatch.setenv("OPENALEX_API_KEY", "a-made-up-key")
    assert main(["--root", str(place), "search", "openalex", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "with the key of OPENALEX_API_KEY" in told
    assert main(["--root", str(place), "search", "openalex"]) == 0
    assert replies.asked[-1][1]["api_key"] == "a-made-up-key"
    everything = told + "".join(capsys.readouterr())
    for path in place.rglob("*"):
        everything += path.read_text(encoding="utf-8") if path.is_file() else str(path)
    assert "a-made-up-key" not in everything


def test_a_key_that_a_service_repeats_is_not_shown(place, replies):
    give_strategies(place, replies, "PubMed")
    said = {"error": "API key invalid", "api-key": "a-secret"}
    replies.say("/pubmed/esearch.fcgi", Reply.json(said, status=400))
    (run,) = search(place, "pubmed", environment={"NCBI_API_KEY": "a-secret"}).runs
    assert "API key invalid" in run.failure
    assert "a-secret" not in run.failure


def test_a_dry_run_shows_the_requests_and_makes_none(place, replies, capsys):
    give_strategies(place, replies.load(), "PubMed", "OpenAlex")
    before = tables_of(place)
    assert main(["--root", str(place), "search", "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert f"GET {replies.endpoints['PubMed']}/esearch.fcgi?db=pubmed&term=example%5Btiab%5D&" in told
    assert "OPENALEX_API_KEY is not set" in told
    assert "main: Scopus is searched by hand" in told
    assert replies.asked == []
    assert tables_of(place) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "no strategy of data/strategies.csv has this id or source"),
        (("--from", "2026-1-1"), "'2026-1-1' is no day"),
        (("--to", "2999-01-01"), "lies in the future"),
        (("pubmed", "--from", "2026-03-02", "--to", "2026-03-01"), "is later than --to"),
    ],
)
def test_a_wrong_call_ends_with_2_and_asks_nothing(place, replies, capsys, words, told):
    give_strategies(place, replies.load())
    assert main(["--root", str(place), "search", *words]) == 2
    assert told in capsys.readouterr().err
    assert replies.asked == []


def test_an_address_that_review_yml_lacks_is_asked_for_by_name(place, replies):
    give_strategies(place, replies, "PubMed")
    (place / "review.yml").write_text("mode: living\n", encoding="utf-8")
    with pytest.raises(
        LoopError, match=r"review\.yml names no address of PubMed; .*eutils\.ncbi\.nlm\.nih\.gov"
    ):
        search(place, "pubmed")


@pytest.mark.slow
def test_one_service_that_fails_does_not_stop_the_others(place, replies, capsys):
    give_strategies(place, replies.load("crossref"), "PubMed", "Crossref")
    replies.say("/pubmed/esearch.fcgi", Reply(b"no", 403))
    assert main(["--root", str(place), "search"]) == 2
    told = capsys.readouterr().out
    assert "1 of 2 strategies searched and taken in" in told
    assert "again: livingreview search pubmed-example" in told
    assert {row["strategy_id"] for row in rows(place, "searches")} == {"", IDS["Crossref"]}


def test_a_service_that_cannot_be_reached_is_tried_once_for_all_its_strategies(place, replies):
    give_strategies(place, replies.load("pubmed"), "PubMed")
    text = (place / "data" / "strategies.csv").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("pubmed-example"))
    more = text + line.replace("pubmed-example", "pubmed-other") + "\n"
    (place / "data" / "strategies.csv").write_text(more, encoding="utf-8")
    closed = (place / "review.yml").read_text(encoding="utf-8").replace(f":{replies.port}/", ":9/")
    (place / "review.yml").write_text(closed, encoding="utf-8")
    before = tables_of(place)
    plan = search(place, "pubmed")
    assert len({run.failure for run in plan.runs}) == 1
    assert "no answer (no connection)" in plan.runs[0].failure
    assert tables_of(place) == before


def test_days_that_are_asked_for_stand_in_the_search(place, replies):
    give_strategies(place, replies, "Crossref")
    replies.say("/crossref/works", Reply.of("crossref/later.json"))
    (run,) = search(place, "crossref", from_day="2026-01-01", to_day="2026-01-31").runs
    row = next(row for row in rows(place, "searches") if row["search_id"] == run.search_id)
    assert (row["from_day"], row["to_day"]) == ("2026-01-01", "2026-01-31")
    asked = replies.asked[0][1]["filter"]
    assert asked == "prefix:10.9999,from-created-date:2026-01-01,until-created-date:2026-01-31"


def test_a_strategy_out_of_use_is_left(place, replies):
    give_strategies(place, replies.load("pubmed"), "PubMed")
    loop = open_loop(place)
    loop.tables["strategies"][-1 if loop.tables["strategies"][-1]["source"] == "PubMed" else 1][
        "valid_to"
    ] = "2026-01-01"
    plan = plan_searches(loop, ["pubmed"], environment={}, today=datetime.date(2026, 5, 2))
    assert plan.runs == []
    assert "not in use on 2026-05-02" in plan.left[0]
