"""What a row holds must stand in its own words: in the fragment it was taken from, or in what is said of it.

A number has a witness besides its cell, so that a slip in one of the two is seen. The first witness is the
printed fragment, in digits or words; a row's note, and the arithmetic of a derived figure, are others. What
reports seldom repeat beside a figure has one of its own kind: a denominator is a size of its cohort, or what
the cohort's other rows count from; a time stands in the row's address; a level is the usual one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.checks.wording import (
    durations_in,
    is_one,
    months_of_id,
    numbers_in,
    pairs_in,
    said_in,
    without_numbering,
    words_of,
)
from livingreview.evidence.lexical import is_plain

SIZES = ("n_enrolled", "n_evaluable")
COUNTS = ("events", "total", *SIZES)
MONTHS = ("time_months", "follow_up_median_months", "follow_up_min_months", "follow_up_max_months")
GRADES = ("grade_min", "grade_max")
AGES = ("age_centre_years", "age_min_years", "age_max_years")
USUAL_LEVEL = 0.95
LONGEST_CYCLE = 42  # days, where a regimen does not say how long its cycle is
_SAID = ("max_cycles", "grade_min", "grade_max", "value", "doses_per_day", *COUNTS)
_SAID_OF_DAYS = ("as_reported", "note", "derivation", "condition", "frequency")
_OFTEN = 2  # other rows that count from the same denominator
_NUMBERED_DAY = re.compile(r"\b(?:days?|d)[ .]?\d", re.IGNORECASE)
_DAY_NOUGHT = re.compile(r"\b(?:days?|d)[ .]?0\b", re.IGNORECASE)  # the nought of 1,000 mg is none
_MORE_A_DAY = re.compile(
    r"\b(?:twice|thrice|times|bid|tid|b\.i\.d|every \d+ h|q\d+h?|divided|doses)\b", re.IGNORECASE
)


class Witnesses:
    """What is said elsewhere about the figures of a row: its cohort's sizes, its fellow rows."""

    def __init__(self, checked: Checked):
        self.checked = checked
        self.cohorts = {row["cohort_id"]: row for _, row in checked.lines("cohorts")}

    @cached_property
    def _fellows(self) -> tuple[Counter, Counter, dict[str, set[float]]]:
        totals: Counter = Counter()
        events: Counter = Counter()
        printed: dict[str, set[float]] = {}
        for table, _, row in self.checked.rows("cohort_id", "as_reported"):
            cohort = row["cohort_id"]
            printed.setdefault(cohort, set()).update(
                numbers_in(row["as_reported"]) if table != "cohorts" else ()
            )
            if not pd.isna(row.get("total")):
                totals[table, cohort, row["total"]] += 1
            if not pd.isna(row.get("events")):
                events[cohort, row["events"]] += 1
        return totals, events, printed

    @cached_property
    def _cycles(self) -> Counter:
        columns = ("cycle_length_days", "max_cycles")
        rows = [
            (row["report_id"], name, row.get(name))
            for _, row in self.checked.lines("regimens")
            for name in columns
        ]
        return Counter(item for item in rows if not pd.isna(item[2]))

    def is_size(self, table: str, row: dict) -> bool:
        """Whether a denominator is a size of the row's cohort or its parent, or that of fellow rows."""
        totals, events, _ = self._fellows
        cohort, total = row.get("cohort_id"), row["total"]
        own = self.cohorts.get(cohort, {})
        sizes = [
            group.get(name)
            for group in (own, self.cohorts.get(own.get("parent_cohort_id"), {}))
            for name in SIZES
        ]
        if any(not pd.isna(size) and size == total for size in sizes):
            return True
        return totals[table, cohort, total] > _OFTEN or events[cohort, total] > (
            not pd.isna(row.get("events")) and row["events"] == total
        )

    def is_of_one(self, row: dict) -> bool:
        """Whether a row tells of a single patient, of whom a report prints no number."""
        size, total = self.cohorts.get(row.get("cohort_id"), {}).get("n_enrolled"), row.get("total")
        return not pd.isna(size) and size == 1 and (pd.isna(total) or total == 1)

    def is_counted(self, row: dict, size: float) -> bool:
        """Whether another row of a cohort prints its size."""
        return size in self._fellows[2].get(row["cohort_id"], ())

    @cached_property
    def _grades(self) -> Counter:
        rows = [row for _, row in self.checked.lines("adverse_events")]
        grades = [(row["report_id"], row["locator"], name, row[name]) for row in rows for name in GRADES]
        return Counter(item for item in grades if not pd.isna(item[3]))

    def is_grade_of_others(self, row: dict, column: str) -> bool:
        """Whether other events of the same sentence have the grade: it is printed once for all."""
        return self._grades[row["report_id"], row["locator"], column, row[column]] > _OFTEN

    def is_cycle_of_another(self, row: dict, column: str) -> bool:
        """Whether another regimen of the report has the same cycle."""
        return self._cycles[row["report_id"], column, row[column]] > 1


def check_printed_figures(checked: Checked) -> Iterator[Problem]:
    """Every number of every row of evidence has its witness."""
    witnesses = Witnesses(checked)
    for table in checked.package.evidence_tables:
        columns = [item.name for item in table.fields if _is_number(item.name, item.type)]
        for line, row in checked.lines(table.name):
            if pd.isna(row["as_reported"]) or pd.isna(row["basis"]):
                continue
            for column in columns:
                if _is_told(row[column]) and not _has_witness(witnesses, table.name, row, column):
                    yield _tell(checked, table.name, line, row, column)
            if not pd.isna(row.get("events")) and not pd.isna(row.get("total")):
                yield from _check_pair(checked, table.name, line, row)


def _is_number(name: str, kind: str) -> bool:
    return (kind in ("integer", "number") or name.endswith("_reported_pct")) and name != "position"


def _is_told(value: Any) -> bool:
    """Whether a cell holds a number; text in a column of printed percentages is told by the schema."""
    return not pd.isna(value) and (not isinstance(value, str) or is_plain("number", value))


def _tell(checked: Checked, table: str, line: int, row: dict, column: str) -> Problem:
    derived = "derived" in row["basis"]
    basis = checked.package.field(table, "basis").label("derived")
    expected = f"a figure of {quote(row['as_reported'])}" + (
        ", its derivation or its note" if derived else ""
    )
    mend = (
        f"look for a slip; of a figure worked out from printed ones the basis is {quote(basis)} and the "
        f"derivation is the sum with its result, such as {_example(row, column)}; what else the fragment "
        "lacks is said in the note"
    )
    return checked.problem(table, line, column, "not-as-reported", row[column], expected, mend)


def _example(row: dict, column: str) -> str:
    """How the derivation of a row may be written, in its own numbers where it has a percentage."""
    percent, total = row.get("percent_reported_pct"), row.get("total")
    if column == "events" and not pd.isna(percent) and not pd.isna(total):
        return quote(f"{percent}% of {total} = {row['events']}")
    return quote(f"… = {row[column]}")


def _check_pair(checked: Checked, table: str, line: int, row: dict) -> Iterator[Problem]:
    """Where the fragment prints how many of how many, the two belong together."""
    pairs, own = pairs_in(row["as_reported"]), (row["events"], row["total"])
    touched = [pair for pair in pairs if pair[0] == own[0] or pair[1] == own[1]]
    if touched and own not in touched and "derived" not in row["basis"]:
        found = f"{row['events']} of {row['total']}"
        expected, mend = f"as in {quote(row['as_reported'])}", "look for a slip in one of the two"
        column = "events" if any(pair[1] == own[1] for pair in touched) else "total"
        yield checked.problem(table, line, column, "not-as-reported", found, expected, mend)


def _has_witness(witnesses: Witnesses, table: str, row: dict, column: str) -> bool:
    value, fragment = float(row[column]), row["as_reported"]
    words = words_of(row, "as_reported", "note", "derivation", "label")
    if column in COUNTS:  # grade 3/4 is no witness that three had it
        words = without_numbering(words)
    numbers = numbers_in(words)
    if column in ("total", *SIZES) and "estimate" in row:
        numbers -= _own_figures(row, words)
    if value == 0 and (column in SIZES or column == "total"):
        return False  # a number in the fragment may be anything, but no group is of nobody
    if _is_near(value, numbers) or (column in _SAID and _is_near(value, said_in(words))):
        return True
    if column in SIZES:
        return is_one(fragment) if value == 1 else witnesses.is_counted(row, value)
    if column in COUNTS:
        return _is_count(witnesses, table, row, column, value)
    if column in MONTHS:
        return _is_time(row, column, value, words)
    if column in AGES:
        return _is_near(value, {round(number / 12, 2) for number in durations_in(words, "month")})
    if column in GRADES:
        return _is_grade(row, column, value) or witnesses.is_grade_of_others(row, column)
    if column == "cycle_length_days":
        weeks = durations_in(words, "week")
        fits = _is_near(value, {7 * number for number in weeks} | {7 * sum(weeks)})
        return fits or witnesses.is_cycle_of_another(row, column)
    if column == "max_cycles":
        return witnesses.is_cycle_of_another(row, column)
    if column == "doses_per_day":
        return _is_daily(row, value)
    if column == "ci_level":
        return _is_near(value, {USUAL_LEVEL} | {number / 100 for number in numbers})
    return _is_converted(row, column, value, numbers)


def _own_figures(row: dict, words: str) -> set[float]:
    """What a survival row prints once, as its estimate, limit or time: no witness of how many there were."""
    own = {
        float(row[name])
        for name in ("estimate", "ci_low", "ci_high", "time_months")
        if _is_told(row.get(name))
    }
    printed = Counter(map(float, re.findall(r"\d+(?:\.\d+)?", words)))
    return {number for number in own if printed[number] == 1}


def _is_near(value: float, numbers: set[float] | frozenset[float]) -> bool:
    return any(abs(value - number) < 1e-9 for number in numbers)


def _is_count(witnesses: Witnesses, table: str, row: dict, column: str, value: float) -> bool:
    if witnesses.is_of_one(row) and value in (0, 1):
        return True
    if column == "total":
        return witnesses.is_size(table, row)
    everyone = re.search(r"\b(?:all|each|every|everyone)\b", row["as_reported"], re.IGNORECASE)
    return bool(everyone) and not pd.isna(row.get("total")) and value == row["total"]


def _is_time(row: dict, column: str, value: float, words: str) -> bool:
    """Printed in years; or, of a landmark, in the row's address: …-24m, …-2y."""
    if _is_near(value, {12 * number for number in durations_in(words, "year")}):
        return True
    return column == "time_months" and months_of_id(row["row_id"]) == value


def _is_grade(row: dict, column: str, value: float) -> bool:
    """Grades stand in the row's address too (…-g3); severe events are of grade 3 or 4, and up to 5."""
    named = re.search(r"-g([1-5])(?:-?([1-5]))?", row["row_id"])
    if named and str(int(value)) in named.groups():
        return True
    lowest = 0 if pd.isna(row["grade_min"]) else row["grade_min"]
    if column == "grade_max":
        return value in (5, lowest) or (value, lowest) == (4, 3)
    fatal = re.search(r"fatal|death|died|lethal", f"{row['as_reported']} {row['row_id']}", re.IGNORECASE)
    return value == 5 and bool(fatal)


def _is_daily(row: dict, value: float) -> bool:
    often = "" if pd.isna(row["frequency"]) else row["frequency"]
    words = f"{row['as_reported']} {often}"
    hours = re.findall(r"(?:every |q)(\d+) ?h", words)
    return any(value * int(item) == 24 for item in hours) or (value == 1 and not _MORE_A_DAY.search(words))


def _is_converted(row: dict, column: str, value: float, numbers: frozenset[float]) -> bool:
    """A proportion printed as a fraction of 1 is kept in percent, points lost in a copy are put back."""
    in_percent = column.endswith("_pct") or row.get("unit") == "pct"
    if in_percent and _is_near(value, {100 * number for number in numbers if 0 < number < 1}):
        return True
    digits = re.sub(r"\D|\.0$", "", str(value))
    lost = "derived" in row["basis"] and re.search(r"decimal point", str(row["derivation"]), re.IGNORECASE)
    return bool(lost) and digits in {f"{number:.0f}" for number in numbers}


def check_fragments(checked: Checked) -> Iterator[Problem]:
    """Every row of evidence has the fragment it was taken from, joined as all are."""
    for table in checked.package.evidence_tables:
        for line, row in checked.lines(table.name):
            words = row["as_reported"]
            place = (table.name, line, "as_reported")
            if pd.isna(words):
                yield checked.problem(
                    *place, "fragment-missing", "nothing", "the printed words", "copy them from the report"
                )
            elif "..." in words:
                found, expected = quote(words), "… between the parts of a fragment"
                yield checked.problem(
                    *place, "fragment-form", found, expected, "write … for the three points"
                )


def check_printed_days(checked: Checked) -> Iterator[Problem]:
    """Where a fragment numbers days, those of its row are among them; elsewhere they are days of a cycle."""
    cycles = {row["regimen_id"]: row["cycle_length_days"] for _, row in checked.lines("regimens")}
    for line, row in checked.rows_of("regimen_components", "days", "as_reported"):
        days = {float(day) for day in re.findall(r"\d+", row["days"])}
        place = ("regimen_components", line, "days", "not-as-reported")
        if _NUMBERED_DAY.search(row["as_reported"]):
            if days - numbers_in(words_of(row, *_SAID_OF_DAYS)):
                expected = f"days of {quote(row['as_reported'])} or its note"
                yield checked.problem(*place, row["days"], expected, "look for a slip in one of the two")
            continue
        cycle, told = cycles.get(row["regimen_id"]), words_of(row, *_SAID_OF_DAYS, "locator")
        last = LONGEST_CYCLE if cycle is None or pd.isna(cycle) else int(cycle)
        beyond = {day for day in days if day > last} - numbers_in(told)
        if beyond or (0.0 in days and not _DAY_NOUGHT.search(told)):
            expected = f"days from 1 to {last}, since {quote(row['as_reported'])} numbers none"
            mend = "look for a slip; say in the note why it is another day"
            yield checked.problem(*place, row["days"], expected, mend)


PRINTED_RULES = (check_printed_figures, check_fragments, check_printed_days)
