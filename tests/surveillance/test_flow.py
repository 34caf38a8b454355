"""Every box is the sum of those that follow from it, in any history of searches and decisions."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from livingreview.surveillance.flow import as_prisma, count_flow, count_flows, versions_of
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
    assert len(rows) == 30


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
    }
)


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
    versions = versions_of(searches)
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
