"""What the methods page says of searches, the flow of records, and the decisions."""

import dataclasses

import pytest

from livingreview.display.html import Stack
from livingreview.evidence import load_evidence
from livingreview.pages.searching import (
    show_flow,
    tabulate_press,
    tabulate_screening,
    tabulate_searches,
    tabulate_strategies,
)
from tests.surveillance.example import DAY
from tests.tables.test_notices import with_rows


def test_the_flow_of_records_adds_up(review):
    """What was found was read, what was read was left out or kept, what was kept are the reports.

    As PRISMA 2020 asks for it.
    """
    flow = show_flow(review)
    before = flow.parts[0] if isinstance(flow, Stack) else flow  # alone until a strategy was run
    found, read, left_out, kept, included, context = before.values["boxes"]
    assert found["count"] == read["count"] == left_out["count"] + included["count"] + context["count"]
    assert kept["count"] == included["count"] + context["count"]
    assert sum(count for name, count in found["parts"] if "queries" not in name) == found["count"]
    assert sum(count for _, count in kept["parts"]) == kept["count"]
    assert review.tables["screening"]["reason"].notna().all(), "each decision says why"


def test_every_record_screened_stands_under_its_decision_with_its_reason(review):
    frame = review.tables["screening"]
    shown = {
        decision: tabulate_screening(review, decision, caption=decision).content.rows
        for decision in frame["decision"].unique()
    }
    assert {decision: len(rows) for decision, rows in shown.items()} == frame[
        "decision"
    ].value_counts().to_dict()
    assert all(row.cells[3] for rows in shown.values() for row in rows)


@pytest.mark.slow
def test_what_was_decided_before_and_since_the_log_stands_apart(worked):
    before, since = show_flow(load_evidence(worked)).parts
    assert before.values["title"] == "Before decisions were logged"
    assert before.values["boxes"][0]["count"] == 2
    counts = {box["title"]: box["count"] for box in since.values["boxes"]}
    assert counts["Records identified by databases and registers"] == 11
    assert counts["Records identified by other methods"] == 2
    assert counts["Records still to be screened"] == 1
    assert counts["Studies included in all"] == 2
    assert "wrong" in str(since.__html__())


@pytest.mark.slow
def test_what_left_is_drawn_where_it_left_and_the_old_log_stays_as_it_was(worked):
    evidence = load_evidence(worked)
    reports = evidence.tables["reports"]
    reports = reports.assign(status=reports["status"].mask(reports["report_id"].eq("able-2019"), "excluded"))
    row = {"report_id": "able-2019", "day": "2026-06-01", "reason": "Retracted"}
    evidence = with_rows(evidence, departures=[row])
    evidence = dataclasses.replace(evidence, tables=evidence.tables | {"reports": reports})
    before, since = show_flow(evidence).parts
    assert before.values["boxes"] == show_flow(load_evidence(worked)).parts[0].values["boxes"]
    counts = {box["title"]: (box["count"], box["parts"]) for box in since.values["boxes"]}
    assert counts["Studies that left"] == (1, [("reports", 1)])
    assert counts["Studies included in all"] == (1, [("reports", 1)])
    assert "Studies that left" not in str(show_flow(load_evidence(worked)).parts[1].__html__())


def test_every_search_and_strategy_is_listed(review, worked):
    assert len(tabulate_searches(review, caption="All").rows) == len(review.tables["searches"])
    rows = {row.cells[0]: row.cells for row in tabulate_strategies(load_evidence(worked), caption="All").rows}
    assert rows["main"][4] == DAY
    assert rows["main"][3] == "nothing: run whole"
    assert rows["main"][2] == "example*"
    assert len(tabulate_strategies(review, caption="All").rows) == len(review.tables["strategies"])


def test_press_shows_six_elements_a_strategy_and_says_where_there_is_none(review, worked):
    table = tabulate_press(review, caption="PRESS")
    assert len(table.rows) == len(review.tables["strategies"])
    assert all(len(row.cells) == 7 and all(row.cells) for row in table.rows)
    none = tabulate_press(load_evidence(worked), caption="PRESS")
    assert "No strategy has been checked" in str(none.__html__())
