"""What the commands that ask the network say."""

from __future__ import annotations

from collections.abc import Mapping

from livingreview.surveillance.searching import Plan, Run, tell_window
from livingreview.surveillance.tell import tell_import


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
