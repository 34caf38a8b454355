"""Three months of a living review: each brings what was seeded, and nothing else moves."""

import datetime
import importlib.util
import json
import re

import pytest

from livingreview.evidence import load_evidence, load_package, read_cells
from livingreview.evidence.writing import save_tables
from livingreview.releases import make_release
from livingreview.releases.diff import compare
from livingreview.releases.feed import write_feed
from livingreview.releases.reread import record_readings
from livingreview.releases.snapshot import load_snapshot
from livingreview.surveillance.asking import Client
from livingreview.surveillance.flow import count_flow, count_flows
from livingreview.surveillance.tables import open_loop
from livingreview.surveillance.waiting import list_waiting
from livingreview.surveillance.watching import watch
from tests.conftest import ROOT
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


BEFORE, MONTHS = "2026.4.0", ("2026.5.0", "2026.6.0", "2026.7.0")
KEPT, STUDY = "pmid-90000101", "roe-2026"
RESTS_ON = "laopaiboon-2015.outcome.{}-azithromycin.failure"


@pytest.fixture
def small(tmp_path, replies, capsys):
    """The example review with a conclusion that was read and a strategy that is stored, released once."""
    path = ROOT / "examples" / "azithromycin" / "make.py"
    spec = importlib.util.spec_from_file_location("azithromycin_example", path)
    spec.loader.exec_module(made := importlib.util.module_from_spec(spec))
    made.make_review(root := tmp_path / "review")
    settings = root / "review.yml"
    text = re.sub(r"(?m)^endpoints:\n(?:  .*\n)*", "", settings.read_text(encoding="utf-8"))
    settings.write_text(text.rstrip() + "\n", encoding="utf-8")
    give_strategies(root, replies.load("pubmed"), "PubMed")
    row_id = next(row["row_id"] for row in rows_of(root, "outcomes") if "-azithromycin." in row["row_id"])
    claim = {"claim_id": "azithromycin.claim.failure", "class_id": "azithromycin", "position": "1"}
    claim |= {"text": f"Treatment failed in {{{row_id}}}.", "rests_on": row_id, "certainty": "low"}
    claim |= {"certainty_reason": "One trial.", "overturned_by": "A larger trial."}
    add_rows(root, claims=[claim])
    record_readings(root, ["azithromycin.claim.failure"], day="2026-04-01")
    release(root, BEFORE, "The start.")
    return root


def rows_of(root, table):
    return read_cells((root / "data" / f"{table}.csv").read_bytes())


def add_rows(root, **tables):
    package = load_package(root / "data")
    save_tables(root / "data", package, {name: rows_of(root, name) + rows for name, rows in tables.items()})


def release(root, version, told):
    """Freeze a version whose change log says one thing."""
    changes = root / "CHANGELOG.md"
    text = changes.read_text(encoding="utf-8") if version != BEFORE else "# Changes\n"
    changes.write_text(text.rstrip() + f"\n\n## {version}\n\n- {told}\n", encoding="utf-8")
    cited = (root / "CITATION.cff").read_text(encoding="utf-8")
    day = "2026-{:02d}-28".format(int(version.split(".")[1]))
    for name, value in (("version", version), ("date-released", day)):
        line = f'{name}: "{value}"' if name == "version" else f"{name}: {value}"
        cited, count = re.subn(rf"(?m)^{name}:.*$", line, cited)
        cited += "" if count else f"{line}\n"
    (root / "CITATION.cff").write_text(cited, encoding="utf-8")
    make_release(root, version)


def decide(root, decisions, stage="title_abstract"):
    for reader in ("ab", "cd"):
        say(root, reader, decisions, stage)


def enter_report(root):
    """The record that was kept, as a report of a randomised trial."""
    evidence = {
        "report_id": STUDY,
        "locator": "table 2",
        "basis": "reported",
        "verification": "single_reading",
    }
    cohorts, outcomes, regimens = [], [], []
    for arm, drug, events, total in (
        ("experimental", "azithromycin", 4, 50),
        ("control", "amoxycillin", 9, 50),
    ):
        regimen = {"regimen_id": f"{STUDY}-{drug}", "family_id": drug, "name": drug.capitalize()}
        regimen |= {"role": "studied" if arm == "experimental" else "comparator", "as_reported": drug}
        regimens.append(evidence | regimen | {"row_id": f"{STUDY}.regimen.{drug}"})
        cohort = {"cohort_id": f"{STUDY}.{drug}", "study_id": STUDY, "regimen_id": f"{STUDY}-{drug}"}
        cohort |= {"label": f"Roe 2026, {drug}", "arm": arm, "disease": "lrti", "setting": "not_reported"}
        cohort |= {"age_group": "any", "age_statistic": "not_reported", "n_enrolled": str(total)}
        cohorts.append(evidence | cohort | {"row_id": f"{STUDY}.cohort.{drug}", "as_reported": str(total)})
        count = {"cohort_id": cohort["cohort_id"], "outcome": "failure", "events": str(events)}
        count |= {"total": str(total), "denominator": "treated", "assessed_at": "not_reported"}
        count |= {"definition": "not_reported", "as_reported": f"{events} of {total}"}
        outcomes.append(evidence | count | {"row_id": f"{STUDY}.outcome.{drug}.failure"})
    report = {"report_id": STUDY, "study_id": STUDY, "kind": "article", "text_seen": "abstract"}
    report |= {"status": "included", "status_reason": "A randomised trial"}
    pmid = {"identifier_id": f"{STUDY}.pmid", "report_id": STUDY, "scheme": "pmid", "value": "90000101"}
    study = {"study_id": STUDY, "name": "Roe 2026", "design": "randomised"}
    add_rows(
        root,
        studies=[study],
        reports=[report],
        identifiers=[pmid | {"basis": "its record"}],
        regimens=regimens,
        cohorts=cohorts,
        outcomes=outcomes,
    )
    entry = "@article{roe-2026,\n  author = {Roe, Ann},\n  title = {Long follow-up of a first cohort},\n"
    path = root / "data" / "references.bib"
    path.write_text(
        path.read_text(encoding="utf-8")
        + entry
        + "  journal = {Journal of Example Medicine},\n  year = {2026}\n}\n",
        encoding="utf-8",
    )


def moved(root, before, after):
    return compare(load_snapshot(root, before), load_snapshot(root, after))


def reports_in(difference):
    return {kind: names for kind, names in difference.reports.items() if names}


@pytest.mark.slow
def test_diff_verdicts_and_feed_of_three_months_tell_what_was_seeded_and_nothing_else(small, replies):
    # May: a search and its screening; nothing of the evidence moves.
    search(small, "pubmed", today=MAY)
    others = {row["record_id"] for row in rows_of(small, "records")} - {KEPT}
    decide(small, {KEPT: "include"} | dict.fromkeys(others, "exclude"))
    decide(small, {KEPT: "include"}, "full_text")
    settle_all(small)
    release(small, MONTHS[0], "One record was kept.")
    may = moved(small, BEFORE, MONTHS[0])
    assert {change.table for change in may.rows} == {"searches", "records", "hits", "screening"}
    assert (may.estimates, may.conclusions, reports_in(may)) == ((), (), {})

    # June: the report is entered, another record is left out.
    search(small, "pubmed", today=JUNE)
    decide(small, {"pmid-90000103": "exclude"})
    enter_report(small)
    settle_all(small)
    release(small, MONTHS[1], "Roe 2026 is entered.")
    june = moved(small, *MONTHS[:2])
    assert reports_in(june) == {"added": [STUDY]}
    assert {(row.table, row.kind, row.report_id) for row in june.rows if row.evidence} == {
        (table, "new_evidence", STUDY) for table in ("regimens", "cohorts", "outcomes")
    }
    assert {row.report_id for row in june.rows if row.table == "reports"} == {STUDY}
    assert june.estimates
    assert {move.cause for move in june.estimates} == {"new_evidence"}
    (conclusion,) = june.conclusions
    assert (conclusion.kind, conclusion.to_read_again) == ("new evidence", True)
    record_readings(small, [conclusion.claim_id], day="2026-06-28")

    # July: the search brings nothing; a count on which the conclusion rests is corrected.
    none = Reply.json(json.loads(Reply.of("pubmed/none.json").body))
    query = {"db": "pubmed", "term": "example[tiab]", "retmode": "json", "usehistory": "y", "retmax": "10000"}
    query |= {"mindate": "2026/05/25", "maxdate": "2026/07/01", "datetype": "crdt", "tool": "livingreview"}
    replies.say("/pubmed/esearch.fcgi", none, query=query)
    assert search(small, "pubmed", today=JULY).runs[0].done is None
    rows = rows_of(small, "outcomes")
    row_id = rows_of(small, "claims")[0]["rests_on"]
    row = next(row for row in rows if row["row_id"] == row_id)
    row["events"] = str(int(row["events"]) + 1)
    row["as_reported"] = f"{row['events']} … {row['total']}"
    save_tables(small / "data", load_package(small / "data"), {"outcomes": rows})
    release(small, MONTHS[2], "A count is corrected.")
    july = moved(small, *MONTHS[1:])
    assert [(item.key, item.kind) for item in july.rows if item.evidence] == [(row_id, "correction")]
    assert {item.table for item in july.rows if not item.evidence} == {"searches", "readings"}
    assert reports_in(july) == {"corrected": ["laopaiboon-2015"]}
    assert {move.cause for move in july.estimates} == {"correction"}
    (conclusion,) = july.conclusions
    assert (conclusion.kind, conclusion.rows, conclusion.to_read_again) == ("rows changed", (row_id,), True)

    # The feed tells each month what its change log says, the newest first; the searches know their version.
    told = re.findall(
        r"One record was kept|Roe 2026 is entered|A count is corrected|The start", write_feed(small)
    )
    assert told == ["A count is corrected", "Roe 2026 is entered", "One record was kept", "The start"]
    assert [row["version"] for row in rows_of(small, "searches") if row["strategy_id"]] == list(MONTHS)
    # The flow counts a report with the search that found it.
    flows = count_flows(open_loop(small).tables)
    assert [flows[name].previous_reports for name in MONTHS] == [1, 2, 2]
    assert [flows[name].new_reports for name in MONTHS] == [1, 0, 0]
    assert replies.unknown == []
