"""Outcomes have a direction: what is good for a patient is never counted, titled or drawn as what is bad."""

import dataclasses
import json

import pytest

from livingreview.checks.directions import check_directions
from livingreview.checks.rules import Checked
from livingreview.evidence.schema import parse_field
from livingreview.tables.choice import Choice
from livingreview.tables.counts import _with_study
from livingreview.tables.outcomes import select_outcomes
from livingreview.tables.plan import make_entry, synthesis_plan

GROUPS = ("response", "mrd", "mortality", "transplant")


@pytest.fixture(scope="module")
def field(review):
    return review.package.tables["outcomes"].field("outcome")


def entry_of(review, row_id):
    rows = [row for group in GROUPS for row in _with_study(review, select_outcomes(review, group))]
    row = next(row for row in rows if row["row_id"] == row_id)
    return make_entry(Choice(row["study_id"], (row,), row["total"]))


def test_every_outcome_has_a_direction(review, field):
    assert set(field.directions) == set(field.labels) == set(field.constraints["enum"])
    assert set(field.directions.values()) == {"good", "bad", "neutral"}
    assert list(check_directions(Checked(review.package, dict(review.tables)))) == []


def test_a_code_without_direction_is_a_problem(review, field):
    for spoiled in (
        {code: way for code, way in field.directions.items() if code != "relapse"},
        field.directions | {"relapse": "sad"},
    ):
        table = review.package.tables["outcomes"]
        fields = tuple(
            dataclasses.replace(item, directions=spoiled) if item.name == "outcome" else item
            for item in table.fields
        )
        tables = review.package.tables | {"outcomes": dataclasses.replace(table, fields=fields)}
        package = dataclasses.replace(review.package, tables=tables)
        found = list(check_directions(Checked(package, dict(review.tables))))
        assert len(found) == 1
        assert "relapse" in found[0].found


def test_the_schema_reads_directions(root):
    assert parse_field({"name": "x"}).direction("y") == "neutral"
    assert parse_field({"name": "x", "directions": {"y": "bad"}}).direction("y") == "bad"
    text = json.loads((root / "data" / "datapackage.json").read_text(encoding="utf-8"))
    declared = next(item for item in text["resources"] if item["name"] == "outcomes")["schema"]["fields"]
    assert next(item for item in declared if item["name"] == "outcome")["directions"]["mrd_positive"] == "bad"


@pytest.mark.parametrize(
    ("row_id", "count"),
    [("rosen-2000.outcome.all.early-death", (5, 31)), ("nelken-2016.outcome.all.treatment-death", (0, 19))],
)
def test_who_was_not_evaluated_is_not_counted_as_unharmed(review, row_id, count):
    """5 of 31 became 5 of 33, 0 of 19 became 0 of 20: safer than was seen."""
    entry = entry_of(review, row_id)
    assert (entry.events, entry.total, entry.rebased) == (*count, False)


def test_who_was_not_evaluated_is_counted_as_not_responding(review):
    entry = entry_of(review, "gokbuget-2018.outcome.treated.mrd-conversion")
    assert (entry.events, entry.total, entry.rebased) == (88, 116, True)
    rebased = [entry for plan in synthesis_plan(review) for entry in plan.entries if entry.rebased]
    outcomes = review.tables["outcomes"].set_index("row_id")["outcome"]
    codes = review.package.tables["outcomes"].field("outcome").directions
    assert all(codes[outcomes[row_id]] == "good" for entry in rebased for row_id in entry.row_ids)
