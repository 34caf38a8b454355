"""What became of held reports and of their trials is found in two sources and a register, and kept."""

import datetime
import functools
import json

import pytest

from livingreview.checks import check_project
from livingreview.cli import main
from livingreview.evidence import load_evidence, read_cells
from livingreview.evidence.package import load_package
from livingreview.evidence.writing import save_tables
from livingreview.surveillance.asking import Client
from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.watching import propose_articles, watch
from tests.surveillance import exports
from tests.surveillance.asked import KEY, give_strategies, search, tables_of
from tests.surveillance.example import HELD, bring
from tests.surveillance.replies import Reply

pytestmark = pytest.mark.usefixtures("only_loopback")
TODAY = datetime.date(2026, 6, 1)


@pytest.fixture
def watched(place, replies):
    return give_strategies(place, replies.load())


def look(place, today=TODAY):
    client = Client(waits=0.01, tries=2, pace=0.0)
    return watch(open_loop(place), client=client, environment={}, today=today)


def rows(place, table):
    return read_cells((place / "data" / f"{table}.csv").read_bytes())


def test_both_sources_are_asked_and_each_notice_stands_once(watched, replies):
    done = look(watched)
    assert done.failures == []
    assert replies.unknown == []
    assert done.asked == {"Crossref": 2, "PubMed": 1, "ClinicalTrials.gov": 1}
    assert done.unknown["Crossref"] == ["baker-2020-abstract"]
    told = {row["notice_id"]: row for row in rows(watched, "notices")}
    assert sorted(told) == [
        "able-2019.crossref.correction.10-9999-notice-1",
        "able-2019.crossref.retraction.10-9999-notice-2",
        "able-2019.pubmed.correction.j-example-med-2026-feb-12-2-99-doi-10-9999-notice-1",
        "able-2019.pubmed.retraction.80000777",
    ]
    assert told["able-2019.crossref.retraction.10-9999-notice-2"]["day"] == "2026-04-20"
    assert {row["read_on"] + row["effect"] for row in told.values()} == {""}
    marks = {row["watch_id"]: (row["day"], row["answer"]) for row in rows(watched, "watches")}
    assert marks == {
        "able-2019.crossref": ("2026-06-01", "there"),
        "able-2019.pubmed": ("2026-06-01", "there"),
        "baker-2020-abstract.crossref": ("2026-06-01", "not_there"),
    }


def test_a_second_watch_adds_nothing_and_leaves_what_a_person_wrote(watched):
    look(watched)
    told = rows(watched, "notices")
    told[0] |= {"read_on": "2026-06-02", "effect": "corrected", "note": "One count."}
    save_tables(watched / "data", load_package(watched / "data"), {"notices": told})
    done = look(watched, datetime.date(2026, 6, 8))
    assert done.notices == []
    assert rows(watched, "notices") == told
    assert {row["day"] for row in rows(watched, "watches")} == {"2026-06-08"}


@pytest.mark.slow
def test_a_retraction_stands_beside_the_name_and_a_correction_does_not(watched):
    before = load_evidence(watched).report_names["able-2019"]
    look(watched)
    evidence = load_evidence(watched)
    assert before.endswith("(author not established)") or "retracted" not in before
    assert "retracted" in evidence.report_names["able-2019"]
    kept = [row for row in rows(watched, "notices") if row["kind"] == "correction"]
    save_tables(watched / "data", load_package(watched / "data"), {"notices": kept})
    assert load_evidence(watched).report_names["able-2019"] == before


def test_the_status_of_no_report_is_touched(watched):
    before = (watched / "data" / "reports.csv").read_bytes()
    look(watched)
    assert (watched / "data" / "reports.csv").read_bytes() == before


def test_a_trial_is_followed_and_each_change_is_kept(watched, replies):
    look(watched)
    (trial,) = rows(watched, "trials")
    assert (trial["study_id"], trial["status"], trial["completion"]) == (
        "first-study",
        "COMPLETED",
        "2024-11",
    )
    assert rows(watched, "trial_events") == []  # the first look is no change
    told = json.loads(Reply.of("trials/held.json").body)
    module = told["studies"][0]["protocolSection"]["statusModule"]
    module["resultsFirstPostDateStruct"] = {"date": "2026-06-05", "type": "ACTUAL"}
    replies.say("/trials/studies", Reply.json(told))
    done = look(watched, datetime.date(2026, 6, 8))
    assert [(row["event_id"], row["before"], row["after"]) for row in done.events] == [
        ("nct08888888.2026-06-08.results-posted", "", "2026-06-05")
    ]
    assert rows(watched, "trial_events") == done.events


def test_a_merged_number_is_followed_to_the_one_that_stands_for_it(watched, replies):
    look(watched)
    replies.say("/trials/studies", Reply.json({"studies": []}))
    replies.say("/trials/studies/NCT08888888", Reply(b"", 301, {"Location": "/trials/studies/NCT05555555"}))
    entry = json.loads(Reply.of("trials/held.json").body.replace(b"NCT08888888", b"NCT05555555"))
    replies.say("/trials/studies/NCT05555555", Reply.json(entry["studies"][0]))
    done = look(watched, datetime.date(2026, 6, 8))
    assert [(row["what"], row["after"]) for row in done.events] == [("merged_into", "NCT05555555")]
    assert rows(watched, "trials")[0]["number"] == "NCT08888888"


def test_a_trial_that_a_person_entered_is_asked_about_and_keeps_what_was_entered(watched, replies):
    own = {"trial_id": "nct07777777", "number": "NCT07777777", "awaited": "yes", "note": "By hand."}
    save_tables(watched / "data", load_package(watched / "data"), {"trials": [own]})
    replies.say("/trials/studies", Reply.of("trials/page-1.json"))
    look(watched)
    told = {row["trial_id"]: row for row in rows(watched, "trials")}
    assert (told["nct07777777"]["status"], told["nct07777777"]["note"]) == ("RECRUITING", "By hand.")
    assert told["nct07777777"]["awaited"] == "yes"
    assert told["nct08888888"]["awaited"] == "no"


def test_a_source_that_fails_writes_nothing_of_its_own_and_the_others_stand(watched, replies):
    replies.say("/crossref/works", Reply(b"{", 200))
    done = look(watched)
    assert len(done.failures) == 1
    assert "the answer was cut" in done.failures[0]
    assert {row["source"] for row in rows(watched, "watches")} == {"PubMed"}


def test_without_network_the_command_ends_with_2_and_writes_nothing(watched, replies, capsys, monkeypatch):
    look(watched)
    quick = functools.partial(Client, tries=1, pace=0.0)
    monkeypatch.setattr("livingreview.surveillance.asking.Client", quick)
    closed = (watched / "review.yml").read_text(encoding="utf-8").replace(f":{replies.port}/", ":9/")
    (watched / "review.yml").write_text(closed, encoding="utf-8")
    before = tables_of(watched)
    assert main(["--root", str(watched), "watch"]) == 2
    told = capsys.readouterr().err
    assert told.count("no answer (no connection)") == 3
    assert "the last answers are of 2026-06-01" in told
    assert tables_of(watched) == before


@pytest.mark.slow
def test_the_command_says_what_is_new_late_and_to_be_read(watched, capsys):
    assert main(["--root", str(watched), "watch"]) == 0
    told = capsys.readouterr().out
    assert "NEW: able-2019: retraction, by Crossref: 10.9999/notice.2" in told
    assert "4 notice(s) nobody has read" in told
    assert "NCT08888888: completed 2024-11, no results posted;" in told
    assert "Crossref: 2 asked about; not known there: baker-2020-abstract (1)" in told


@pytest.mark.slow
def test_the_article_of_a_meeting_abstract_is_proposed_and_not_asserted(watched):
    article = HELD[1] | {"pmid": "80000555", "doi": "10.9999/the.article", "kind": "Article", "pages": "1-9"}
    article |= {"title": article["title"] + ", final results"}
    other = exports.make_works(1)[0]
    bring(watched, exports.scopus([article, other]))
    loop = open_loop(watched)
    assert propose_articles(loop) == [
        ("baker-2020-abstract", "pmid-80000555", "the same first author, nearly the same title")
    ]
    assert not loop.index.rows["pmid-80000555"]["report_id"]
    assert main(["--root", str(watched), "pairs", "--different", "pmid-80000555", "baker-2020-abstract"]) == 0
    assert propose_articles(open_loop(watched)) == []


@pytest.mark.slow
def test_a_review_of_full_size_passes_its_checks_after_a_search_and_a_watch(project, replies, monkeypatch):
    """What services say becomes rows that the schema and every rule accept, of a real review's reports."""
    upkeep = project / "review.yml"
    text = upkeep.read_text(encoding="utf-8").partition("endpoints:")[0]
    upkeep.write_text(text, encoding="utf-8")
    (project / "data" / "strategies.csv").write_text(
        (project / "data" / "strategies.csv").read_text(encoding="utf-8").splitlines()[0] + "\n", "utf-8"
    )
    give_strategies(project, replies.load())
    search(project, today=datetime.date(2026, 5, 2), environment=KEY)
    assert check_project(project) == []
    loop = open_loop(project)
    report_id, held = next((key, row) for key, row in loop.held.rows.items() if row["pmid"] and row["doi"])
    work = json.loads(
        Reply.of("crossref/held.json").body.replace(b"10.9999/EXAMPLE.900", held["doi"].encode())
    )
    replies.say("/crossref/works", Reply.json(work))
    replies.say(
        "/pubmed/efetch.fcgi",
        Reply(Reply.of("pubmed/held.xml").body.replace(b"80000001", held["pmid"].encode())),
    )
    number = next(row["number"] for row in rows(project, "trials") if row["number"].startswith("NCT"))
    trials = Reply.of("trials/held.json").body.replace(b"NCT08888888", number.encode())
    replies.say("/trials/studies", Reply(trials))
    done = look(project, datetime.date(2026, 5, 2))
    assert done.failures == []
    assert {row["report_id"] for row in done.notices} == {report_id}
    replies.say("/trials/studies", Reply(trials.replace(b"COMPLETED", b"TERMINATED")))
    assert [row["what"] for row in look(project, datetime.date(2026, 5, 9)).events] == ["status"]
    assert check_project(project) == []
