"""Digits as they are printed: 54.0 says more than 54, and 60 less than 60.0.

A spreadsheet that reads a table of text takes 3.50 for a number and writes 3.5 back, in every column: what is
lost stands in the printed fragment, as long as it prints the number in one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from livingreview.checks.cells import MEND, RawTable
from livingreview.checks.problems import Problem, quote
from livingreview.checks.wording import in_printed_digits
from livingreview.evidence.schema import Field, Table

FRAGMENT = "as_reported"
# What LibreOffice makes of a cell that is a percentage and nothing else: its digits are no witness.
_REWRITTEN = re.compile(r"-?\d+\.\d0 ?%")


def holds_digits(item: Field) -> bool:
    """Whether a column holds numbers in the digits that are printed."""
    return item.type == "number" or item.name.endswith("_reported_pct")


def print_cell(item: Field, row: Mapping[str, str]) -> str:
    """A cell in the digits that its fragment or its derivation prints; itself if in none or several."""
    is_percent = item.name.endswith("_pct") or (item.name != "time_months" and row.get("unit") == "pct")
    derivation = row.get("derivation", "")
    return in_printed_digits(row[item.name], row[FRAGMENT], derivation, is_percent=is_percent)


def is_certain(row: Mapping[str, str]) -> bool:
    """Whether the fragment is as a person wrote it, so that a machine may go by its digits."""
    return not _REWRITTEN.fullmatch(row[FRAGMENT])


def check_digits(raw: RawTable, name: str) -> Iterator[Problem]:
    """Every number of a row of evidence has the decimals that are printed."""
    columns = columns_of(raw.table)
    for line, cells in zip(raw.lines, raw.rows, strict=True):
        if len(cells) != len(raw.header):
            continue  # a shifted row is told as such
        row = dict(zip(raw.header, cells, strict=True))
        for item in columns:
            if row[item.name] and (printed := print_cell(item, row)) != row[item.name]:
                place = row[FRAGMENT] if printed in row[FRAGMENT] else row.get("derivation", "")
                expected = f"{printed}, as in {quote(place)}"
                mend = f"write the digits that are printed, or run: {MEND}"
                found, key = row[item.name], raw.key_of(cells)
                yield Problem(name, line, item.name, "digits-as-printed", found, expected, mend, key)


def columns_of(table: Table) -> list[Field]:
    """The columns of a table of evidence that hold printed numbers; none of another table."""
    return [item for item in table.fields if holds_digits(item)] if FRAGMENT in table.columns else []
