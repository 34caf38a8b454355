"""Every box is the sum of those that follow from it, in any history of searches and decisions."""

import csv
import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from livingreview.surveillance.flow import count_flow, count_flows, versions_of
from livingreview.surveillance.prisma import as_prisma
from livingreview.surveillance.tables import name_version, open_loop


def test_the_flow_of_a_review_with_every_fate(worked):
    loop = open_loop(worked)
    flow = count_flow(loop.tables, [""])
    main, other = flow.arms["databases"], flow.arms["others"]
    assert main.sources == {"Scopus": 10, "A register": 1}
    assert (main.duplicates, main.known, main.unscreened, main.screened) == (1, 1, 3, 6)
    assert (main.excluded, main.sought, main.not_retrieved, main.unread) == (1, 5, 1, 1)
    assert (main.assessed, main.excluded_for, main.context, main.included) == (3, {"wrong": 1}, 1, 1)
    assert (other.identified, other.duplicates, other.unscreened) == (2, 1, 1)
    assert (flow.previous_studies, flow.previous_reports, flow.waiting) == (2, 2, 1)
    assert [arm.misfits() for arm in flow.arms.values()] == [[], []]


def test_the_table_of_the_prisma_tool_has_its_columns_and_counts(worked):
    loop = open_loop(worked)
    header, *rows = as_prisma(count_flow(loop.tables, [""]))
    assert header == ["data", "node", "box", "description", "boxtext", "tooltips", "url", "n"]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    counts = {row[0]: row[7] for row in rows}
    assert (counts["database_results"], counts["register_results"], counts["website_results"]) == (
        "10",
        "1",
        "2",
    )
    assert counts["dbr_excluded"] == "Kept as context, 1; wrong, 1"
    assert len(rows) == 32


def test_one_source_may_be_searched_as_a_database_and_as_a_register(worked):
    tables = open_loop(worked).tables
    searches = [row | {"source": "One for all"} for row in tables["searches"]]
    counts = {row[0]: row[7] for row in as_prisma(count_flow(tables | {"searches": searches}, [""]))}
    assert (counts["database_results"], counts["register_results"], counts["website_results"]) == (
        *("10", "1"),
        "2",
    )


def test_a_release_closes_the_searches_of_its_version(worked_copy):
    assert name_version(worked_copy, "2026.12.0") == 3
    assert name_version(worked_copy, "2027.1.0") == 0
    tables = open_loop(worked_copy).tables
    assert versions_of(tables["searches"]) == list(count_flows(tables)) == ["2026.12.0"]
    assert count_flow(tables, ["2026.12.0"]).arms["databases"].screened == 6


def test_a_report_that_left_is_counted_where_it_left_and_not_after(worked_copy):
    loop = open_loop(worked_copy)
    reports = {row["report_id"]: row for row in loop.tables["reports"]}
    reports["able-2019"]["status"] = "excluded"
    loop.tables["departures"] = [
        {"report_id": "able-2019", "day": "2026-06-01", "reason": "x", "version": ""}
    ]
    loop.changed |= {"reports", "departures"}
    loop.save()
    flow = count_flow(open_loop(worked_copy).tables, [""])
    assert (flow.previous_studies, flow.left_studies, flow.left_reports, flow.total_studies) == (2, 1, 1, 1)
    assert flow.reports == {
        "previous": ["able-2019", "baker-2020-abstract"],
        "new": [],
        "left": ["able-2019"],
    }
    assert {row[0]: row[7] for row in as_prisma(flow)}["left_studies"] == "1"
    assert name_version(worked_copy, "2026.12.0") == 4  # three searches, and what left
    tables = open_loop(worked_copy).tables
    tables["searches"].append(tables["searches"][-1] | {"search_id": "later", "version": ""})
    assert versions_of(tables["searches"], tables["departures"]) == ["2026.12.0", ""]
    after = count_flow(tables, [""])
    assert (after.previous_studies, after.left_studies, after.total_studies) == (1, 0, 1)


def test_a_study_leaves_with_the_last_of_its_reports():
    reports = [{"report_id": name, "study_id": "one", "status": "included"} for name in ("a", "b")]
    rows = [{"report_id": name, "basis": "before_log", "record_id": name} for name in ("a", "b")]
    tables = {name: [] for name in ("strategies", "searches", "hits", "records", "reasons")}
    tables |= {"screening": rows, "reports": reports}
    gone = [{"report_id": "a", "version": "2026.1.0"}, {"report_id": "b", "version": "2026.2.0"}]
    flows = count_flows(tables | {"departures": gone})
    first, second = flows["2026.1.0"], flows["2026.2.0"]
    assert (first.left_studies, first.left_reports, first.total_studies, first.total_reports) == (0, 1, 1, 1)
    assert (second.left_studies, second.left_reports, second.total_studies) == (1, 1, 0)


RECORDS = [f"r{number}" for number in range(8)]
FATES = some.sampled_from(
    [
        None,
        ("title_abstract", "excluded"),
        ("title_abstract", "sought"),
        *(("full_text", name) for name in ("excluded", "context", "included", "not_retrieved")),
    ]
)
HISTORY = some.fixed_dictionaries(
    {
        "searches": some.lists(
            some.tuples(
                some.sampled_from(["2026.1.0", "2026.2.0", ""]), some.sampled_from(["main", "sites"])
            ),
            min_size=1,
            max_size=4,
        ),
        "hits": some.lists(
            some.tuples(some.integers(0, 3), some.sampled_from(RECORDS), some.integers(1, 3)), max_size=20
        ),
        "fates": some.lists(FATES, min_size=8, max_size=8),
        "copies": some.lists(some.sampled_from(["", "", "", "r0", "r1"]), min_size=8, max_size=8),
        "held": some.sets(some.sampled_from(RECORDS), max_size=2),
        "left": some.dictionaries(
            some.sampled_from([*RECORDS, "held"]), some.sampled_from(["2026.1.0", "2026.2.0", ""]), max_size=4
        ),
    }
)


@pytest.mark.slow
@given(HISTORY)
def test_any_history_adds_up(history):
    add_up(history)


@pytest.mark.slow
@settings(max_examples=1_000)
@given(HISTORY)
def test_a_thousand_histories_add_up(history):
    add_up(history)


def add_up(history):
    """Count the flow of a history in every view of it, and hold the views against one another."""
    searches = [
        {"search_id": f"s{n}", "strategy_id": strategy, "version": version, "source": strategy}
        for n, (version, strategy) in enumerate(history["searches"])
    ]
    hits = {(f"s{n % len(searches)}", record): copies for n, record, copies in history["hits"]}
    same = {
        name: other
        for name, other in zip(RECORDS, history["copies"], strict=True)
        if other and name not in ("r0", "r1")
    }
    tables = {
        "strategies": [
            {"strategy_id": "main", "kind": "database"},
            {"strategy_id": "sites", "kind": "website"},
        ],
        "searches": searches,
        "hits": [{"search_id": s, "record_id": r, "copies": str(n)} for (s, r), n in hits.items()],
        "records": [
            {
                "record_id": name,
                "same_as": same.get(name, ""),
                "report_id": "held" if name in history["held"] else "",
            }
            for name in RECORDS
        ],
        "reasons": [],
        "screening": [
            {"record_id": name, "search_id": "s0", "stage": fate[0], "decision": fate[1], "basis": "agreed"}
            | {"report_id": name if fate[1] == "included" else "", "reason_id": "", "reason": "x"}
            for name, fate in zip(RECORDS, history["fates"], strict=True)
            if fate and name not in same
        ]
        + [
            {
                "record_id": "held",
                "report_id": "held",
                "basis": "before_log",
                "search_id": "",
                "decision": "included",
            }
        ],
        "reports": [
            {"report_id": name, "study_id": f"study-{name[-1]}", "status": "included"}
            for name in (*RECORDS, "held")
        ],
    }
    # A report leaves in the version that brought it, or later.
    order = ["2026.1.0", "2026.2.0", ""]
    brought: dict[str, int] = {}
    for search, record in hits:
        name = same.get(record, record)
        place = order.index(next(row["version"] for row in searches if row["search_id"] == search))
        brought[name] = min(place, brought.get(name, place))
    tables["departures"] = [
        {"report_id": name, "version": version}
        for name, version in history["left"].items()
        if order.index(version) >= brought.get(name, 0)
    ]
    versions = versions_of(searches, tables["departures"])
    assert list(count_flows(tables)) == versions + (["all"] if len(versions) > 1 else [])  # each once
    flows = [count_flow(tables, [version]) for version in versions] + [count_flow(tables, versions)]
    for flow in flows:
        assert [misfit for arm in flow.arms.values() for misfit in arm.misfits()] == []
    *apart, together = flows
    for arm in ("databases", "others"):
        assert sum(flow.arms[arm].identified for flow in apart) == together.arms[arm].identified
    assert sum(flow.arms[arm].screened for flow in apart for arm in flow.arms) == sum(
        arm.screened for arm in together.arms.values()
    )
    for before, after in itertools.pairwise(apart):
        assert (after.previous_studies, after.previous_reports) == (
            before.total_studies,
            before.total_reports,
        )
    assert together.total_reports == apart[-1].total_reports
    assert together.previous_studies == apart[0].previous_studies
    for flow in flows:
        for arm in flow.arms.values():
            told = {name: len(records) for name, records in arm.boxes.items() if name != "duplicates"}
            wanted = {"excluded_in_full": sum(arm.excluded_for.values())}
            wanted |= {name: getattr(arm, name) for name in ("known", "unscreened", "excluded", "unread")}
            wanted |= {name: getattr(arm, name) for name in ("not_retrieved", "context", "included")}
            assert told == {name: count for name, count in wanted.items() if count}
