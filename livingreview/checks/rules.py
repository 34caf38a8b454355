"""Rules about rows that the schema cannot say: counts, intervals, dates.

Each rule is one function of the checked tables that yields problems.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from livingreview.checks.checked import REGISTER, Checked
from livingreview.checks.problems import Problem, quote
from livingreview.evidence import expand_days


def check_events_within_total(checked: Checked) -> Iterator[Problem]:
    """Nobody can have an event who was not counted."""
    for table, line, row in checked.rows("events", "total"):
        if row["events"] > row["total"]:
            yield checked.problem(
                table,
                line,
                "events",
                "events-over-total",
                f"{row['events']} of {row['total']}",
                "events no more than total",
                "look for swapped columns or a typing slip",
            )


def check_total_present(checked: Checked) -> Iterator[Problem]:
    """Events without a denominator cannot be read."""
    for table, line, row in checked.rows("events"):
        if "total" in row and pd.isna(row["total"]):
            yield checked.problem(
                table,
                line,
                "total",
                "total-missing",
                "events without a total",
                "the number counted from",
                "give the total, or empty the events and say why in the note",
            )


def check_total_within_cohort(checked: Checked) -> Iterator[Problem]:
    """A denominator cannot exceed the cohort."""
    sizes = checked.frames["cohorts"].set_index("cohort_id")["n_enrolled"].dropna()
    for table, line, row in checked.rows("total", "cohort_id"):
        size = sizes.get(row["cohort_id"])
        if size is not None and not pd.isna(size) and row["total"] > size:
            yield checked.problem(
                table,
                line,
                "total",
                "total-over-cohort",
                row["total"],
                f"at most the cohort's {size} patients",
                "correct the count, the cohort it is of, or the cohort's n_enrolled",
            )


def rounds_to(value: float, printed: str, slack: float = 1e-9) -> bool:
    """Whether `value` rounds to the number printed, at its number of decimals (half a unit either way)."""
    decimals = len(printed.partition(".")[2])
    return abs(value - float(printed)) <= 0.5 * 10**-decimals + slack


def check_percent(checked: Checked) -> Iterator[Problem]:
    """The printed percentage must follow from the counts."""
    for table, line, row in checked.rows("events", "total", "percent_reported_pct"):
        printed = str(row["percent_reported_pct"])
        if row["total"] == 0 or not re.fullmatch(r"\d+(\.\d+)?", printed):
            continue
        percent, count = 100 * row["events"] / row["total"], row["events"]
        # Words that hold a count once do not say that it is a percentage as well.
        known = float(printed) != count and checked.is_excused(row["row_id"], printed, count)
        if not rounds_to(percent, printed) and not known:
            yield checked.problem(
                table,
                line,
                "percent_reported_pct",
                "percent-disagrees",
                f"{printed} for {row['events']}/{row['total']}",
                f"{percent:.2f} to rounding",
                REGISTER,
            )


def check_partitions(checked: Checked) -> Iterator[Problem]:
    """Exclusive categories of a cohort must add up to their total."""
    for table, frame in checked.frames.items():
        if not {"partition", "cohort_id", "events", "total"} <= set(frame):
            continue
        for _, part in frame.dropna(subset=["partition", "events", "total"]).groupby(
            ["cohort_id", "partition"]
        ):
            line, total, events = part.index[0], part["total"].max(), part["events"].sum()
            if len(totals := sorted(part["total"].unique())) > 1:
                if any(checked.is_excused(row_id, *totals) for row_id in part["row_id"]):
                    continue
                yield checked.problem(
                    table,
                    line,
                    "total",
                    "partition-totals",
                    f"totals {totals} in partition {part['partition'].iloc[0]!r}",
                    "one total",
                    REGISTER,
                )
            elif events != total and not any(
                checked.is_excused(row_id, events, total) for row_id in part["row_id"]
            ):
                yield checked.problem(
                    table,
                    line,
                    "events",
                    "partition-sum",
                    f"{' + '.join(map(str, part['events']))} = {events}",
                    f"{total}, the total of partition {part['partition'].iloc[0]!r}",
                    REGISTER,
                )


# (low, middle, high) columns that must stand in this order wherever a table has them.
_ORDERED = (
    ("ci_low", "estimate", "ci_high"),
    ("range_low", "estimate", "range_high"),
    ("value_low", "value", "value_high"),
    ("age_min_years", "age_centre_years", "age_max_years"),
    ("ci_low_reported_pct", "percent_reported_pct", "ci_high_reported_pct"),
    ("follow_up_min_months", "follow_up_median_months", "follow_up_max_months"),
    ("grade_min", "grade_max"),
    ("n_evaluable", "n_enrolled"),
    ("start", "end"),
    ("enrolment_start", "enrolment_end"),
)


_INTERVALS = (
    ("ci_low", "estimate", "ci_high"),
    ("ci_low_reported_pct", "percent_reported_pct", "ci_high_reported_pct"),
)


def check_order(checked: Checked) -> Iterator[Problem]:
    """Limits contain their estimate, ranges their centre, starts come before ends."""
    for columns in _ORDERED:
        for low, high in itertools.pairwise(columns):
            for table, line, row in checked.rows(low, high):
                first, second = _comparable(row[low]), _comparable(row[high])
                # Dates that contradict each other may be registered.
                known = isinstance(first, str) and checked.is_excused(row.get("row_id"), first, second)
                if _after(first, second) and not known:
                    yield checked.problem(
                        table,
                        line,
                        low,
                        "order",
                        f"{low} {row[low]}, {high} {row[high]}",
                        f"{low} no more than {high}",
                        "look for swapped cells; " + REGISTER,
                    )


def check_limits_apart(checked: Checked) -> Iterator[Problem]:
    """No limit of an interval is its estimate, but at none or all, or where the number is printed twice."""
    for low, estimate, high in _INTERVALS:
        for table, line, row in checked.rows("as_reported", low, estimate):
            value = _comparable(row[estimate])
            same = [
                limit for limit in (low, high) if not pd.isna(row[limit]) and _comparable(row[limit]) == value
            ]
            printed = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", row["as_reported"])]
            if same and value not in (0, 100) and printed.count(value) <= len(same):
                found, expected = (
                    f"{estimate} and {same[0]} {row[same[0]]}",
                    f"as in {quote(row['as_reported'])}",
                )
                place = (table, line, same[0], "limit-is-estimate")
                yield checked.problem(*place, found, expected, "look for a slip in one of the two")


def _comparable(value: Any) -> Any:
    """Numbers as numbers; dates of unequal precision compare on the part both have."""
    try:
        is_date = isinstance(value, str) and re.match(
            r"\d{4}-|\d{4}$", value
        )  # a column of numbers may well hold 1112
        return value if is_date else float(value)
    except ValueError:
        return str(value)


def _after(first: Any, second: Any) -> bool:
    if isinstance(first, str) or isinstance(second, str):
        first, second = str(first), str(second)
        width = min(len(first), len(second))
        return first[:width] > second[:width]
    return first > second


def check_level(checked: Checked) -> Iterator[Problem]:
    """A confidence interval has two limits and a level; a median may lack the upper one and say why."""
    for line, row in checked.lines("survival"):
        low, high, level, is_open = (
            not pd.isna(row[name]) for name in ("ci_low", "ci_high", "ci_level", "ci_high_open")
        )
        if is_open and (high or row["statistic"] != "median"):
            yield checked.problem(
                "survival",
                line,
                "ci_high_open",
                "interval-open",
                f"{row['ci_high_open']!r} with " + ("an upper limit" if high else f"a {row['statistic']}"),
                "an open interval only for a median without ci_high",
                "empty one of the two",
            )
        elif (low or high or level or is_open) and not (low and level and high != is_open):
            yield checked.problem(
                "survival",
                line,
                "ci_level",
                "interval-incomplete",
                "part of an interval",
                "ci_low, ci_high (or ci_high_open) and ci_level together",
                "complete or empty all of them",
            )


def check_landmark(checked: Checked) -> Iterator[Problem]:
    """A landmark needs its time, a percentage stays within 0-100."""
    for line, row in checked.lines("survival"):
        if row["statistic"] == "landmark" and pd.isna(row["time_months"]):
            yield checked.problem(
                "survival",
                line,
                "time_months",
                "landmark-time",
                "a landmark without a time",
                "the time in months",
                "give the time",
            )
        if row["unit"] == "pct" and not pd.isna(row["estimate"]) and row["estimate"] > 100:
            yield checked.problem(
                "survival", line, "estimate", "percent-range", row["estimate"], "0 to 100", "check the unit"
            )


def check_percent_range(checked: Checked) -> Iterator[Problem]:
    """No percentage lies above 100."""
    for column in ("percent_reported_pct", "ci_low_reported_pct", "ci_high_reported_pct"):
        for table, line, row in checked.rows(column):
            if re.fullmatch(r"\d+(\.\d+)?", str(row[column])) and float(row[column]) > 100:
                yield checked.problem(
                    table,
                    line,
                    column,
                    "percent-range",
                    row[column],
                    "0 to 100",
                    "look for a lost decimal point",
                )


def check_calendar_dates(checked: Checked) -> Iterator[Problem]:
    """A date must exist (no 31 June), and not lie in the future of its own report's century."""
    for table, spec in checked.package.tables.items():
        columns = [
            item.name for item in spec.fields if "[0-9]{4}(-[0-9]{2}" in item.constraints.get("pattern", "")
        ]
        for column in columns:
            for line, cell in checked.frames[table][column].dropna().items():
                text = str(cell)
                if re.fullmatch(r"\d{4}(-\d{2}){0,2}", text):
                    try:
                        stamp = pd.Timestamp(text + "-01" * (2 - text.count("-")))
                    except ValueError:
                        stamp = None
                    if stamp is None or not 1940 <= stamp.year <= 2100:
                        yield checked.problem(
                            table,
                            line,
                            column,
                            "no-such-date",
                            quote(text),
                            "a date that exists",
                            "check the date against the report",
                        )


def check_days_in_cycle(checked: Checked) -> Iterator[Problem]:
    """Days of a drug ascend, and lie within the cycle where its length is known."""
    lengths = checked.frames["regimens"].set_index("regimen_id")["cycle_length_days"].dropna()
    for line, row in checked.lines("regimen_components"):
        if pd.isna(row["days"]):
            continue
        days = expand_days(str(row["days"]))
        if days is None:
            continue  # the schema's pattern has already refused it
        length = lengths.get(row["regimen_id"])
        if any(b <= a for a, b in itertools.pairwise(days)):
            yield checked.problem(
                "regimen_components",
                line,
                "days",
                "days-order",
                quote(row["days"]),
                "days in ascending order, each once",
                "reorder the days",
            )
        elif length is not None and days[-1] > length and not checked.is_excused(row["row_id"], length):
            yield checked.problem(
                "regimen_components",
                line,
                "days",
                "days-over-cycle",
                f"day {days[-1]}",
                f"at most the cycle's {length} days",
                REGISTER,
            )


def check_dose(checked: Checked) -> Iterator[Problem]:
    """A dose and its unit come together."""
    for line, row in checked.lines("regimen_components"):
        if pd.isna(row["dose"]) != pd.isna(row["dose_unit"]):
            yield checked.problem(
                "regimen_components",
                line,
                "dose_unit",
                "dose-unit",
                f"dose {row['dose']}, unit {row['dose_unit']}",
                "both or neither",
                "complete or empty both",
            )


def check_timeline_order(checked: Checked) -> Iterator[Problem]:
    """A patient's events stand in order of time, unless the contradiction is registered."""
    frame = checked.frames["patient_timeline"]
    for _, course in frame.dropna(subset=["position"]).sort_values("position").groupby("cohort_id"):
        if course["position"].duplicated().any():
            line = course.index[course["position"].duplicated()][0]
            yield checked.problem(
                "patient_timeline",
                line,
                "position",
                "position-twice",
                course.loc[line, "position"],
                "each position once in a course",
                "renumber",
            )
        latest = ""
        for line, row in course.dropna(subset=["start"]).iterrows():
            if checked.is_excused(row["row_id"], row["start"]):
                continue
            if latest and _after(latest, str(row["start"])):
                yield checked.problem(
                    "patient_timeline",
                    line,
                    "start",
                    "timeline-order",
                    row["start"],
                    f"not before {latest}, the start of an earlier event",
                    REGISTER,
                )
            latest = max(latest, str(row["start"]))


RULES = (
    check_events_within_total,
    check_total_present,
    check_total_within_cohort,
    check_percent,
    check_percent_range,
    check_partitions,
    check_order,
    check_limits_apart,
    check_level,
    check_landmark,
    check_calendar_dates,
    check_days_in_cycle,
    check_dose,
    check_timeline_order,
)
