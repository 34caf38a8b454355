"""Which rows a figure takes: whole cohorts of included reports, no patient twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

import pandas as pd

from livingreview.display.html import HtmlTable, Stack
from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence
from livingreview.evidence.schema import Field
from livingreview.tables.choice import Choice, is_whole, kinship
from livingreview.tables.counts import SMALLEST_PART

Item = TypeVar("Item")


def instead_of_figure(table: HtmlTable) -> Stack:
    """The numbers of a figure that would have too few marks (`FEWEST_MARKS`), under its own title."""
    return Stack([replace(table, caption=table.caption.removesuffix(", numbers"))])


def main_direction(field: Field, group: str) -> str:
    """What most outcomes of a group are: good (responses) or bad (deaths)."""
    told = Counter(field.direction(code) for code in field.codes_in(group))
    return "bad" if told["bad"] > told["good"] else "good"


def whole_reports(evidence: Evidence, rows: Iterable[dict]) -> list[dict]:
    """Rows of included reports, and of others where they repeat what is known of a whole cohort.

    Of regimens that belong to no family nothing is taken.
    """
    return [
        row
        for row in rows
        if row["c_part"]
        and (row["report_id"] in evidence.included or (is_second_hand(row) and is_whole(row)))
    ]


def one_of_each(
    evidence: Evidence, items: Iterable[Item], row_of: Callable[[Item], dict], told: Callable[[Item], tuple]
) -> list[Item]:
    """Of items that may share patients the first by `told`; of equals the included, the first-hand.

    Items of one study share none where they are its two arms or their cohorts are known to be apart, items of
    two studies where neither study is said to overlap with the other.

    Parameters
    ----------
    row_of : callable
        The evidence row of an item, with its cohort.
    told : callable
        What an item is ranked by, the largest first.
    """
    kin = kinship(evidence)

    def rank(item: Item) -> tuple:
        row = row_of(item)
        included = row["report_id"] in evidence.included
        return *told(item), included, not is_second_hand(row), row["row_id"]

    def shares(one: str, other: str) -> bool:
        study, beside = evidence.cohort_studies[one], evidence.cohort_studies[other]
        if study != beside:
            return beside in evidence.overlaps[study]
        arms = {kin.arm(one), kin.arm(other)}
        return ("" in arms or len(arms) == 1) and not kin.apart(one, other)

    kept: list[Item] = []
    for item in sorted(items, key=rank, reverse=True):
        cohort = row_of(item)["cohort_id"]
        if not any(shares(cohort, row_of(other)["cohort_id"]) for other in kept):
            kept.append(item)
    return kept


def larger_groups(told: Sequence[Choice], rows: Sequence[dict]) -> list[Choice]:
    """Shares without a count, of more than twice the patients of the part that their report counts."""
    shares = [row for row in rows if pd.isna(row["events"])]
    return [
        Choice(choice.study_id, (row,), 0)
        for choice in told
        if not is_whole(first := choice.rows[0]) and not pd.isna(first["events"])
        for row in shares
        if all(row[name] == first[name] for name in ("report_id", "outcome", "base"))
        and SMALLEST_PART * group_size([row]) > group_size(choice.rows)
    ]


def group_size(rows: Sequence[dict]) -> int:
    """Patients of the cohorts of some rows, or those counted where that is not known."""
    sizes = (row["total"] if pd.isna(row["c_n_enrolled"]) else row["c_n_enrolled"] for row in rows)
    return sum(0 if pd.isna(size) else int(size) for size in sizes)
