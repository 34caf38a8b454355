"""What a register's results say beside what the review has of an article: differences, to be looked at.

Only like is set beside like: one group of patients, by its name, and one outcome, endpoint, characteristic or
event without a grade. Nothing is changed; a person decides which differences are discrepancies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from livingreview.evidence import Evidence, records
from livingreview.evidence.writing import write_rows
from livingreview.extraction.grouping import Arm, cut
from livingreview.extraction.proposing import Proposal
from livingreview.extraction.reading import code_for
from livingreview.extraction.workbook import SheetError
from livingreview.surveillance.identity import Row, normal

KIND = "report_vs_registry"
# Table -> the columns that say what is counted, and those whose numbers are compared.
COMPARED = {
    "cohorts": ((), ("n_enrolled",)),
    "characteristics": (("characteristic", "category"), ("events", "total")),
    "outcomes": (("outcome",), ("events", "total", "percent_reported_pct")),
    "survival": (("endpoint", "statistic", "time_months"), ("estimate", "ci_low", "ci_high")),
    "adverse_events": (("term",), ("events", "total")),
}
# Columns that, where they are filled, make a row of an article count something that the register does not.
_APART = {"adverse_events": ("grade_min", "grade_max", "period"), "survival": ("group",)}


@dataclass
class Beside:
    """Two sources side by side.

    Attributes
    ----------
    report_id : str
    pairs : dict of str to str
        Title of a group of the file -> cohort of the report.
    rows : list of dict
        Proposed discrepancies, in the columns of ``discrepancies.csv``.
    alike, differing : int
        Rows of which both have numbers.
    unsure : list of str
        Things of which either has several rows, so that none can be set beside the other for certain.
    """

    report_id: str
    pairs: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    alike: int = 0
    unsure: list[str] = field(default_factory=list)

    @property
    def differing(self) -> int:
        """How many rows differ in a number."""
        return len(self.rows)


def compare_report(
    evidence: Evidence, proposal: Proposal, report_id: str, *, same: Mapping[str, str] | None = None
) -> Beside:
    """Set a file's proposed rows beside those of a report of the review.

    Parameters
    ----------
    same : mapping of str to str, optional
        Title of a group of the file -> name of the report's cohort (its id, the end of it, or its label), as
        a person says.

    Raises
    ------
    SheetError
        If the review has no such report, or `same` names what is not there.
    """
    if report_id not in set(evidence.tables["reports"]["report_id"]):
        msg = f"--against {report_id}: no report of this review; its ids stand in data/reports.csv"
        raise SheetError(msg)
    done = Beside(report_id)
    cohorts = _pair_cohorts(evidence, proposal.arms.arms, report_id, same or {})
    done.pairs = {arm.title: cohort for arm in proposal.arms.arms if (cohort := cohorts.get(arm.short))}
    for table in COMPARED:
        if table in evidence.package.tables:
            _compare_table(evidence, proposal, table, cohorts, done)
    return done


def _pair_cohorts(
    evidence: Evidence, arms: Sequence[Arm], report_id: str, same: Mapping[str, str]
) -> dict[str, str]:
    """Short name of a group of the file -> cohort of the report: where one name means one of each."""
    frame = evidence.tables["cohorts"]
    called: dict[str, set[str]] = {}
    for row in records(frame.loc[frame["report_id"].eq(report_id)]):
        tail = row["cohort_id"].removeprefix(f"{report_id}.")
        for name in (row["cohort_id"], tail, row["label"]):
            called.setdefault(normal(name), set()).add(row["cohort_id"])
    told = {}
    for title, name in same.items():
        arm = next((arm for arm in arms if normal(title) in (normal(arm.title), normal(arm.short))), None)
        found = called.get(normal(name), set())
        if arm is None or len(found) != 1:
            there = [item.title for item in arms] if arm is None else sorted(set().union(*called.values()))
            what, whose = (title, "groups of the file") if arm is None else (name, f"cohorts of {report_id}")
            msg = f"--arm: {what!r} is none of the {whose}; there are: {', '.join(there)}"
            raise SheetError(msg)
        told[arm.short] = min(found)
    for arm in arms:
        found = called.get(normal(arm.title), set())
        if len(found) == 1 and arm.short not in told and not found & set(told.values()):
            told[arm.short] = min(found)
    return told


def _compare_table(
    evidence: Evidence, proposal: Proposal, table: str, cohorts: Mapping[str, str], done: Beside
) -> None:
    columns, numbers = COMPARED[table]
    frame = evidence.tables[table]
    held: dict[tuple, list[dict]] = {}
    for cells in records(frame.loc[frame["report_id"].eq(done.report_id)]):
        row = {name: "" if pd.isna(value) else str(value) for name, value in cells.items()}
        if not _is_apart(table, row):
            held.setdefault((row["cohort_id"], *(_key(row[name]) for name in columns)), []).append(row)
    posted: dict[tuple, list[Row]] = {}
    for row in proposal.draft.rows.get(table, ()):
        if cohort := cohorts.get(row["cohort"]):
            codes = (_key(_code(evidence, table, name, row.get(name, ""))) for name in columns)
            posted.setdefault((cohort, *codes), []).append(row)
    for key, mine in posted.items():
        theirs = held.get(key, [])
        if len(mine) == len(theirs) == 1:
            _compare_rows(proposal, table, numbers, theirs[0], mine[0], done)
        elif theirs:
            done.unsure.append(f"{table}, {': '.join(map(str, key))}: {len(theirs)} row(s) and {len(mine)}")


def _is_apart(table: str, row: Row) -> bool:
    is_narrow = table == "adverse_events" and row["attribution"] == "treatment_related"
    return is_narrow or any(row[name] for name in _APART.get(table, ()))


def _key(text: str) -> float | str:
    """A cell by which two rows are of one thing: numbers as numbers, words without capitals."""
    try:
        return float(text)
    except ValueError:
        return normal(text)


def _code(evidence: Evidence, table: str, name: str, words: str) -> str:
    item = evidence.package.field(table, name)
    return found[0] if item.constraints.get("enum") and (found := code_for(item, words)) else words


def _compare_rows(
    proposal: Proposal, table: str, numbers: Sequence[str], held: Row, posted: Row, done: Beside
) -> None:
    pairs = {name: (held[name], posted.get(name, "")) for name in numbers}
    if not all(pairs.get("events", ("", ""))):  # one of the two prints a percentage alone
        pairs["percent_reported_pct"] = (_percent(held), _percent(posted))
    told = {name: pair for name, pair in pairs.items() if all(pair)}
    differ = {name: pair for name, pair in told.items() if _is_other(*pair)}
    if not differ:
        done.alike += bool(told)
        return
    number = proposal.posted.number
    what = (
        posted.get("term")
        or posted.get("outcome")
        or posted.get("endpoint")
        or posted.get("category")
        or "size"
    )
    place = posted["locator"].removeprefix("resultsSection.")
    tail = held["row_id"].removeprefix(f"{done.report_id}.")
    explained = "; ".join(
        f"{name.replace('_', ' ')}: {one} here, {two} there" for name, (one, two) in differ.items()
    )
    done.rows.append(
        {
            "discrepancy_id": f"{done.report_id}.discrepancy.registry-{tail.replace('.', '-')}",
            "report_id": done.report_id,
            "kind": KIND,
            "title": cut(f"{what}: other numbers in the trial register", 120),
            "where_a": cut(str(held["locator"]), 120),
            "value_a": cut(f"“{held['as_reported']}”", 160),
            "where_b": cut(f"{number}, {place}", 120),
            "value_b": cut(posted["as_reported"], 160),
            "explanation": cut(f"{explained}. The group is called {posted['cohort']} there.", 600),
            "affects": held["row_id"],
        }
    )


def _percent(row: Row) -> str:
    """A percentage from the counts, or as printed where they are not."""
    events, total = row.get("events", ""), row.get("total", "")
    if events and total and int(total):
        return str(round(100 * int(events) / int(total), 4))
    return row.get("percent_reported_pct", "")


def _is_other(one: str, two: str) -> bool:
    """Whether two numbers differ by more than the rounding of the one with fewer decimals."""
    decimals = min(len(text.removesuffix(".0").partition(".")[2]) for text in (one, two))
    return abs(float(one) - float(two)) > 0.5 * 10**-decimals * (decimals > 0 or "." in one + two) + 1e-9


def write_beside(path: Path, evidence: Evidence, done: Beside) -> None:
    """Write the proposed discrepancies as a table; what only a person can say is empty."""
    columns = evidence.package.table("discrepancies").columns
    write_rows(path, columns, [[row.get(name, "") for name in columns] for row in done.rows])


def tell_beside(done: Beside, path: Path) -> Iterator[str]:
    """What was set beside what, in lines."""
    if not done.pairs:
        yield (
            f"{done.report_id}: no group of the file is called as one of its cohorts; "
            "say which are the same: --arm 'TITLE=COHORT'"
        )
        return
    pairs = ", ".join(f"{title!r} = {cohort}" for title, cohort in done.pairs.items())
    yield f"{done.report_id}: {pairs}"
    yield f"{done.alike} row(s) with the same numbers, {done.differing} that differ: {path}"
    yield from (f"  {row['affects']}: {row['explanation']}" for row in done.rows)
    if done.unsure:
        yield "not compared, since one of the two has several rows of it:"
        yield from (f"  {item}" for item in done.unsure)
