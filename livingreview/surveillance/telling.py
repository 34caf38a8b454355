"""What the commands that ask the network say."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from livingreview.surveillance.identity import Row
from livingreview.surveillance.overdue import months_overdue
from livingreview.surveillance.searching import Plan, Run, tell_window
from livingreview.surveillance.tell import tell_import
from livingreview.surveillance.watching import Watched

_MOST = 8


def tell_plan(plan: Plan, environment: Mapping[str, str]) -> str:
    """Every request that would be made first, without keys."""
    lines = []
    for run in plan.runs:
        key = run.source.KEY
        with_key = f"; with the key of {key}" if key and environment.get(key) else ""
        lines += [
            f"{run.strategy['strategy_id']}: {tell_window(run.window)}{with_key}",
            f"  GET {run.request}",
        ]
    return "\n".join([*lines, *plan.left, "nothing was asked and nothing changed (--dry-run)"])


def tell_runs(plan: Plan, day: str) -> str:
    """What became of every strategy."""
    lines = []
    for run in plan.runs:
        lines.append(f"{run.strategy['strategy_id']}: {tell_window(run.window)}")
        lines += [f"  {line}" for line in _tell_run(run, day)]
    failed = [run for run in plan.runs if run.failure]
    if plan.runs:
        sound = len(plan.runs) - len(failed)
        lines.append(f"{sound} of {len(plan.runs)} strategies searched and taken in")
    if failed:
        again = " ".join(run.strategy["strategy_id"] for run in failed)
        lines.append(f"of the others nothing was written; again: livingreview search {again}")
    return "\n".join([*lines, *plan.left])


def _tell_run(run: Run, day: str) -> list[str]:
    if run.failure:
        return [f"FAILED: {run.failure}"]
    lines = [f"{run.source.NAME} says: {remark}" for remark in run.remarks]
    if run.resumed:
        lines.append(f"{run.resumed} page(s) of an earlier run that broke were used")
    if run.done is None:
        return [*lines, f"search {run.search_id}, run on {day}: no hit"]
    lines.append(f"{run.told} hits told, {sum(len(export.records) for _, export in run.done.files)} came")
    # Page by page the files are of no interest to a reader: what could not be read in them is.
    told = tell_import(run.done, day).splitlines()
    return [*lines, *(line for line in told if not line.startswith(tuple(_page_names(run))))]


def _page_names(run: Run) -> list[str]:
    return [f"{name}: " for name, _ in run.done.files] if run.done else []


def tell_watched(
    done: Watched,
    proposed: Sequence[tuple[str, str, str]],
    tables: Mapping[str, Sequence[Row]],
    today: datetime.date,
) -> str:
    """What a watch found, and what a person has to do about it."""
    lines = []
    for source, count in done.asked.items():
        unknown = done.unknown[source]
        more = f"; not known there: {_some(unknown)}" if unknown else ""
        lines.append(f"{source}: {count} asked about{more}")
    if done.without:
        lines.append(f"without DOI and PubMed number, asked about nowhere: {_some(done.without)}")
    lines += [f"NEW: {_tell_notice(row)}" for row in done.notices]
    unread = [row for row in tables["notices"] if not row["read_on"]]
    if unread:
        lines.append(
            f"{len(unread)} notice(s) nobody has read; no version is released before: read each, and enter "
            "read_on, effect and note in data/notices.csv"
        )
    for row in done.events:
        lines.append(
            f"{row['trial_id'].upper()}: {row['what'].replace('_', ' ')}: "
            f"{row['before'] or 'nothing'} -> {row['after'] or 'nothing'}"
        )
    late = [(months, row) for row in tables["trials"] if (months := months_overdue(row, today))]
    for months, row in sorted(late, key=lambda item: (-item[0], item[1]["number"])):
        lines.append(
            f"{row['number']}: completed {row['completion']}, no results posted; {months} months overdue"
        )
    lines += [
        f"perhaps the article of {report}: {record} ({why}); "
        f"livingreview pairs --same-study {record} {report}, or --different"
        for report, record, why in proposed
    ]
    return "\n".join(lines)


def tell_age(tables: Mapping[str, Sequence[Row]], today: datetime.date) -> str:
    """How old the last answers are."""
    days = [row["day"] for row in tables["watches"]] + [row["seen_on"] for row in tables["trials"]]
    last = max(filter(None, days), default="")
    if not last:
        return "nothing has been looked up yet"
    age = (today - datetime.date.fromisoformat(last)).days
    return f"the last answers are of {last}, {age} days old"


def _tell_notice(row: Row) -> str:
    kind = row["kind"].replace("_", " ")
    return f"{row['report_id']}: {kind}, by {row['source']}: {row['notice']}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return f"{', '.join(names[:_MOST])}{more} ({len(names)})"
