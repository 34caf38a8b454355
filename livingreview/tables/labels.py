"""What rows are called: as short as the data allow, and never two rows of one display alike."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

import pandas as pd

from livingreview.evidence import UNSAID, Evidence
from livingreview.tables.common import NOT_REPORTED, short_name, study_name, text

ORGAN = ("adverse_events", "group")  # it stands in a heading
# Columns of a row that may part it from another, the most telling first.
TELLING = (
    "timepoint",
    "period",
    "attribution",
    "group",
    "assessed_at",
    "denominator",
    "definition",
    "origin",
)
Words = Callable[[Mapping], str]


class TwinsError(ValueError):
    """Two rows of one display would carry the same label: a reader could not tell which is which."""


def distinguish(rows: Sequence[Mapping], base: Words, details: Iterable[Words]) -> list[str]:
    """A label for each row: `base`, and of `details` in their order those that part rows called the same.

    Where a detail is missing from one of such rows its label says nothing more: the others say what they are.
    """
    labels = [base(row) for row in rows]
    for detail in details:
        for places in _same(labels):
            words = [detail(rows[place]) for place in places]
            if len(set(words)) > 1:
                for place, more in zip(places, words, strict=True):
                    known = more and more.lower() not in labels[place].lower()
                    labels[place] += f", {more}" if known else ""
    return labels


def name_apart(
    display: str, rows: Sequence[Mapping], names: Sequence[str], cells: Sequence, details: Iterable[Words]
) -> list[str]:
    """The names of a table's rows, with what parts those that would say the same in all other cells.

    Parameters
    ----------
    display : str
        Title of the table.
    rows, names : sequence
        Evidence rows, and what each is called.
    cells : sequence
        The other words in each row's cells.
    """
    told = {id(row): (name, str(cell)) for row, name, cell in zip(rows, names, cells, strict=True)}
    labels = distinguish(rows, lambda row: "\n".join(told[id(row)]), details)
    ends = [label[len("\n".join(told[id(row)])) :] for row, label in zip(rows, labels, strict=True)]
    named = [name + end for name, end in zip(names, ends, strict=True)]
    refuse_twins(
        display,
        [((name, str(cell)), row["row_id"]) for row, name, cell in zip(rows, named, cells, strict=True)],
    )
    return named


def _same(labels: Sequence[str]) -> list[list[int]]:
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(label, []).append(place)
    return [found for found in places.values() if len(found) > 1]


def refuse_twins(display: str, labels: Iterable[tuple[Hashable, str]]) -> None:
    """Raise `TwinsError` where two rows of a display carry the same label.

    Parameters
    ----------
    display : str
        Title of the chart or table.
    labels : iterable of (label, row_id)
        What each row says of itself, with all that stands above it, and its address.
    """
    seen: dict[Hashable, str] = {}
    for label, row_id in labels:
        if label in seen:
            words = label if isinstance(label, str) else "; ".join(str(part) for part in label if part)
            msg = (
                f"{display!r}: rows {seen[label]} and {row_id} carry the same label, {words!r}. Say what "
                "parts them in the data: the cohort's label, its time point, its definition or attribution"
            )
            raise TwinsError(msg)
        seen[label] = row_id


def row_details(evidence: Evidence, table: str) -> list[Words]:
    """What may part two rows of a table, the most telling first: cohort, arm, time, definition, report."""
    package = evidence.package.tables[table]

    def of_cohort(column: str) -> Words:
        return lambda row: evidence.label("cohorts", column, row[f"c_{column}"])

    def of_row(column: str) -> Words:
        if package.field(column).labels:
            return lambda row: _coded(evidence, table, column, row[column])
        return lambda row: "" if text(row[column]) in ("", UNSAID) else text(row[column])

    own = [of_row(name) for name in TELLING if name in package.columns and (table, name) != ORGAN]
    return [
        lambda row: _without_study(row["c_label"], study_name(evidence, row["cohort_id"])),
        of_cohort("arm"),
        *own,
        of_cohort("age_group"),
        lambda row: short_name(evidence, row["report_id"]),
    ]


def _without_study(label: str, study: str) -> str:
    """A cohort's label without the name of its study, which stands before it already."""
    return label.removeprefix(study).lstrip(" ,:") or label


def _coded(evidence: Evidence, table: str, column: str, code) -> str:
    words = evidence.label(table, column, code)
    if pd.isna(code) or not words:
        return ""
    return f"{column} {words}" if words == NOT_REPORTED else words
