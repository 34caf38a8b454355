"""Rules about what is watched: notices read have an effect, what left is gone, trials name what is there."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.surveillance.identity import slug


def check_ids_of_trials(checked: Checked) -> Iterator[Problem]:
    """A trial's id is its number."""
    for line, row in checked.rows_of("trials", "trial_id", "number"):
        wanted = slug(row["number"])
        if row["trial_id"] != wanted:
            place = ("trials", line, "trial_id", "id-of-another")
            yield checked.problem(*place, quote(row["trial_id"]), wanted, "correct the id, or the number")


def check_notices(checked: Checked) -> Iterator[Problem]:
    """A notice that was read says what follows; a correction excludes nothing, an exclusion was made."""
    statuses = {
        row["report_id"]: row["status"] for _, row in checked.rows_of("reports", "report_id", "status")
    }
    for line, row in checked.rows_of("notices", "notice_id", "report_id", "kind", "seen_on"):
        status = statuses.get(row["report_id"], "excluded")
        for column, rule, found, expected, mend in _check_notice(row, status):
            yield checked.problem("notices", line, column, rule, found, expected, mend)


def _check_notice(row: dict, status: str) -> Iterator[tuple[str, str, str, str, str]]:
    read_on, effect, note = (
        "" if pd.isna(row[name]) else row[name] for name in ("read_on", "effect", "note")
    )
    if bool(read_on) != bool(effect):
        column, expected = "read_on" if effect else "effect", "the day of reading and its effect, or neither"
        yield column, "half-read", "nothing", expected, "fill or empty both"
    if read_on and read_on < row["seen_on"]:
        yield "read_on", "days-swapped", quote(read_on), f"a day from {row['seen_on']} on", "correct the day"
    if effect and not note and row["kind"] != "article":
        yield "note", "no-reason", "nothing", "why, or what was corrected", "readers must know; fill it"
    if effect == "excluded" and row["kind"] == "correction":
        mend = "say what was corrected; a report is excluded for a reason of its own, by its status_reason"
        yield "effect", "correction-excludes", quote(effect), "unchanged or corrected", mend
    elif effect == "excluded" and status != "excluded":
        mend = f"set the status of {row['report_id']} in reports.csv to excluded, and say why"
        yield "effect", "not-excluded", f"a report that is {status}", "a report that is excluded", mend


def check_departures(checked: Checked) -> Iterator[Problem]:
    """A report that left is not included any more."""
    included = {
        row["report_id"]
        for _, row in checked.rows_of("reports", "report_id", "status")
        if row["status"] == "included"
    }
    for line, row in checked.rows_of("departures", "report_id"):
        if row["report_id"] in included:
            place, found = ("departures", line, "report_id", "still-included"), quote(row["report_id"])
            mend = "correct its status in reports.csv, with why, or delete this row"
            yield checked.problem(*place, found, "a report that is not included any more", mend)


def check_trials(checked: Checked) -> Iterator[Problem]:
    """What a trial could overturn is said of awaited ones alone."""
    for line, row in checked.rows_of("trials", "trial_id", "awaited"):
        if row["awaited"] == "no" and not pd.isna(row["overturns"]):
            place, expected = ("trials", line, "overturns", "not-awaited"), "nothing, for a trial not awaited"
            yield checked.problem(
                *place, quote(row["overturns"]), expected, "empty it, or say that it is awaited"
            )


WATCHED_RULES = (check_ids_of_trials, check_notices, check_departures, check_trials)
