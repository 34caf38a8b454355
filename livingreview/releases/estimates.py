"""Every estimate of the review under a key that does not change: two versions can be set side by side."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pandas as pd

from livingreview.display.numbers import (
    exact_interval,
    format_count,
    format_interval,
    format_number,
    format_percent,
    write_printed,
)
from livingreview.evidence import Evidence, records
from livingreview.tables.common import text, whole

DIGITS = 10  # kept of a value: a last bit that differs between two machines is no change


@dataclass(frozen=True)
class Estimate:
    """One estimate.

    Attributes
    ----------
    key : str
        Its row_id, or another name that stays the same from version to version.
    label : str
        Whom and what it describes.
    value, low, high : float or None
        The estimate and its 95% interval, in `unit`; proportions 0-1.
    unit : str
        ``proportion``, or the unit a survival figure is printed in.
    kind : str
        Table or method it comes from.
    report_id : str
        The report that printed it; '' where it rests on several.
    events, total : int or None
        Counts of a proportion.
    printed, printed_ends : str
        The report's own digits, where it prints the value or its interval: '4.0', '2.9 to 5.3'.
    """

    key: str
    label: str
    value: float
    low: float | None = None
    high: float | None = None
    unit: str = "proportion"
    kind: str = "outcomes"
    report_id: str = ""
    events: int | None = None
    total: int | None = None
    printed: str = ""
    printed_ends: str = ""

    @property
    def text(self) -> str:
        """As a reader sees it: '10/23 (43%), 23 to 66%'."""
        return ", ".join(part for part in (self.point, self.interval) if part)

    @property
    def point(self) -> str:
        """The value with its counts or unit."""
        if self.unit != "proportion":
            value = self.printed or format_number(self.value)
            return value + {"pct": "%", "ratio": ""}.get(self.unit, f" {self.unit}")
        if self.events is None:
            return format_percent(self.value, self.total)
        return format_count(self.events, self.total, self.printed)

    @property
    def interval(self) -> str:
        """The interval, '' where there is none."""
        if self.low is None or self.high is None:
            return ""
        if self.unit == "proportion":
            return format_interval(self.low, self.high, self.total)
        return self.printed_ends or f"{format_number(self.low)} to {format_number(self.high)}"

    def same_as(self, other: Estimate) -> bool:
        """Whether value, interval and counts are the same; a new label alone moves nothing."""
        return all(
            getattr(self, name) == getattr(other, name)
            for name in ("value", "low", "high", "unit", "events", "total")
        )

    def to_dict(self) -> dict:
        """The estimate as plain values, empty ones left out."""
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


def collect_estimates(evidence: Evidence) -> list[Estimate]:
    """Every estimate of the review, in order of its key.

    Raises
    ------
    ValueError
        If two estimates have one key.
    """
    found = sorted(
        (estimate for source in SOURCES for estimate in source(evidence)), key=lambda item: item.key
    )
    for first, second in itertools.pairwise(found):
        if first.key == second.key:
            msg = f"two estimates are called {first.key!r}; each needs a key of its own"
            raise ValueError(msg)
    return found


def outcome_estimates(evidence: Evidence) -> Iterator[Estimate]:
    """Every outcome row: events of a total with the exact interval, or else the printed percentage."""
    for row in records(evidence.tables["outcomes"]):
        label = f"{_whom(evidence, row)}: {evidence.label('outcomes', 'outcome', row['outcome'])}"
        base = {"key": row["row_id"], "label": label, "report_id": row["report_id"], "kind": "outcomes"}
        if not pd.isna(row["events"]) and not pd.isna(row["total"]) and row["total"] > 0:
            low, high = exact_interval(row["events"], row["total"])
            yield Estimate(
                **base,
                value=_settle(row["events"] / row["total"]),
                low=_settle(low),
                high=_settle(high),
                events=int(row["events"]),
                total=int(row["total"]),
                printed=text(row["percent_reported_pct"]),
            )
        elif not pd.isna(row["percent_reported_pct"]):
            share = float(row["percent_reported_pct"]) / 100
            yield Estimate(**base, value=_settle(share), total=whole(row["total"]))


def survival_estimates(evidence: Evidence) -> Iterator[Estimate]:
    """Every survival row as printed, with the printed interval."""
    for row in records(evidence.tables["survival"]):
        if pd.isna(row["estimate"]):
            continue
        when = "" if pd.isna(row["time_months"]) else f" at {format_number(row['time_months'])} months"
        endpoint, statistic = (
            evidence.label("survival", column, row[column]) for column in ("endpoint", "statistic")
        )
        ends = (row["ci_low"], row["ci_high"])
        # An open interval has no upper end, and is none to compare.
        low, high = (None, None) if any(pd.isna(end) for end in ends) else map(_settle, ends)
        yield Estimate(
            row["row_id"],
            f"{_whom(evidence, row)}: {endpoint}, {statistic}{when}",
            _settle(row["estimate"]),
            low,
            high,
            str(row["unit"]),
            "survival",
            row["report_id"],
            total=whole(row["total"]),
            printed=write_printed(row, row["estimate"]),
            printed_ends="" if low is None else " to ".join(write_printed(row, end) for end in ends),
        )


# What is frozen with a release; a function of the evidence that yields estimates is added here.
SOURCES = (outcome_estimates, survival_estimates)


def _whom(evidence: Evidence, row: dict) -> str:
    cohort_id, report_id = row["cohort_id"], row["report_id"]
    if pd.isna(cohort_id):
        return evidence.report_names.get(report_id, report_id)
    study = evidence.study_names.get(cohort_id, evidence.report_names.get(report_id, report_id))
    return f"{study}, {evidence.cohort_labels.get(cohort_id, cohort_id)}"


def _settle(value) -> float:
    return float(f"{float(value):.{DIGITS}g}")
