"""Which counts share a pool: the rules of the protocol page, none of which looks at a result.

A question is one outcome of one population, counted from one kind of patients. Its primary pool holds the
counts of one time; each other kind of pool (`livingreview.tables.pool.KINDS`) changes one rule and is named
after it. What bars a count is in `livingreview.tables.counts`, how much is shown of a pool in
`livingreview.tables.pool`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence
from livingreview.tables.choice import ANOTHER, RIVAL, Choice, choose_counts, is_whole, name_sum
from livingreview.tables.common import group_by, stratum_name
from livingreview.tables.counts import (
    EVERYONE,
    HARM,
    ONCE,
    WHERE,
    PooledResult,
    bar,
    base_name,
    count_rows,
    part_of,
    pooled_groups,
    pooled_results,
    say_part,
    timed_codes,
)
from livingreview.tables.kept_out import count_outside
from livingreview.tables.pool import CARES, KINDS, PRIMARY, Entry, Part, Place, Plan

ANY = "any"


def synthesis_plan(
    evidence: Evidence, groups: tuple[str, ...] | None = None, kinds: tuple[str, ...] = (PRIMARY,)
) -> list[Plan]:
    """Every population and outcome that at least two studies report, with what the rules allow.

    Parameters
    ----------
    groups : tuple of str, optional
        Groups of outcomes, and ``harm``; unless given all that may be pooled. Of one that may not, nothing.
    kinds : tuple of str
        The kinds of pools wanted, of `livingreview.tables.pool.KINDS`. A pool of another kind than the
        primary is there only where its counts are not those of a primary one.

    Raises
    ------
    ValueError
        If a group of outcomes or a kind does not exist.
    """
    if unknown := set(kinds) - set(KINDS):
        msg = f"no kind of pool {min(unknown)!r}; kinds are {', '.join(KINDS)}"
        raise ValueError(msg)
    pooled = pooled_groups(evidence)
    known = {*evidence.package.field("outcomes", "outcome").rules, *pooled}
    if unknown := set(groups or ()) - known if "outcomes" in evidence.package.tables else ():
        msg = f"no group of outcomes {min(unknown)!r}; groups are {', '.join(sorted(known))}"
        raise ValueError(msg)
    groups = pooled if groups is None else tuple(group for group in groups if group in pooled)
    for group in groups:
        if (name := f"plan:{group}") not in evidence.memo:
            evidence.memo[name] = list(_plan_group(evidence, count_rows(evidence, group)))
    return [plan for group in groups for plan in evidence.memo[f"plan:{group}"] if plan.kind in kinds]


def _plan_group(evidence: Evidence, rows: list[dict]) -> Iterator[Plan]:
    wide = {
        code: {"outcome": result.result_id, "words": result.name, "width": place, "code": code}
        for result in pooled_results(evidence)
        if result.table == "outcomes" and len(result.codes) > 1
        for place, code in enumerate(result.codes)
    }
    told: set[tuple[Entry, ...]] = set()
    for key, part in group_by(rows, *WHERE, "outcome", "base").items():
        if len({row["study_id"] for row in part}) > 1:
            for plan in _plan_question(evidence, key, part, nested=part[0]["outcome"] in wide):
                told.add(plan.entries)
                yield plan
    nested = [row | wide[row["outcome"]] for row in rows if row["outcome"] in wide]
    for key, part in group_by(nested, *WHERE, "outcome", "base").items():
        codes = {row["code"] for row in part if not bar(row, "widest")}
        if len({row["study_id"] for row in part}) > 1 and len(codes) > 1:
            widest = _make_plan(evidence, key, part, ANY, "widest")
            pools = [widest, *_parted(evidence, key, part, widest)]
            yield from (plan for plan in pools if plan.entries and plan.entries not in told)


def _plan_question(evidence: Evidence, key: tuple, part: list[dict], *, nested: bool) -> Iterator[Plan]:
    """The primary pools of a question, and those with one rule changed that hold other counts."""
    timing = part[0]["timing"]
    times = _times_in(evidence, part) if timing == "point" else [ONCE]
    primary = [_make_plan(evidence, key, part, time, PRIMARY) for time in times or [""]]
    yield from primary
    others = [
        _make_plan(evidence, key, part, plan.place.time, kind)
        for plan in primary
        for kind in ("no_arms", "first_hand")
    ]
    whole = primary[0]
    if timing == "point":
        whole = _make_plan(evidence, key, part, ANY, "any_time")
        others.append(whole)
    if not nested:
        others += _parted(evidence, key, part, whole)
    told = {plan.entries for plan in primary}
    for plan in others:
        if plan.entries and plan.entries not in told:
            yield plan


def _times_in(evidence: Evidence, part: Sequence[dict]) -> list[str]:
    told = {row["assessed_at"] for row in part if not bar(row)}
    return [time for time in timed_codes(evidence) if time in told]


def _parted(evidence: Evidence, key: tuple, part: Sequence[dict], whole: Plan) -> Iterator[Plan]:
    """Trials apart from routine care, where a pool holds both."""
    if {"trial", "routine"} <= {entry.care for entry in whole.entries}:
        for kind in ("trials", "routine"):
            yield _make_plan(evidence, key, part, whole.place.time, kind)


def _make_plan(evidence: Evidence, key: tuple, part: Sequence[dict], time: str, kind: str) -> Plan:
    _, family, disease, setting, age, what, base = key
    left_out: list[tuple[dict, str]] = []
    rows = []
    for row in part:
        if reason := bar(row, kind):
            left_out.append((row, reason))
        elif time not in (ANY, ONCE, "") and row["assessed_at"] != time:
            when = evidence.label("outcomes", "assessed_at", row["assessed_at"])
            left_out.append((row, f"assessed {when}"))
        else:
            rows.append(row)
    rows, narrower = _widest_and_latest(rows) if time == ANY else (rows, [])
    widths = any("width" in row for row in part)
    kept, dropped = choose_counts(
        evidence, rows, alike=_alike_base if widths or time == ONCE else alike_counts, rivals=False
    )
    kept, arms = _one_arm_a_study(kept)
    kept, parts = _most_of_a_study(evidence, kept)
    entries = sorted(map(make_entry, kept), key=lambda entry: (entry.available or "9999", entry.row_id))
    place = Place(family, disease, setting, age, what, base, time)
    codes = (family, disease, setting, age, what, base, time, "" if kind == PRIMARY else kind)
    plan = Plan(
        stratum=f"{family}: {stratum_name(evidence, disease, setting, age)}",
        outcome=part[0]["words"],
        when=_say_time(evidence, time),
        base=base_name(evidence, base),
        key=".".join(filter(None, map(str, codes))).lower().replace(" ", "-"),
        place=place,
        kind=kind,
        entries=tuple(entries),
        left_out=tuple(
            (row["row_id"], row["name"], reason)
            for row, reason in [*left_out, *narrower, *dropped, *arms, *parts]
        ),
    )
    apart = kind in CARES or {"trial", "routine"} <= {entry.care for entry in entries}
    return replace(plan, outside=count_outside(evidence, plan)) if apart else plan


def _say_time(evidence: Evidence, time: str) -> str:
    words = {ONCE: "whatever the time", ANY: "any time", "": "time point not reported"}
    return words.get(time) or evidence.label("outcomes", "assessed_at", time)


def _widest_and_latest(rows: Sequence[dict]) -> tuple[list[dict], list[tuple[dict, str]]]:
    """Of counts of the same patients the widest definition, then the latest printed time."""

    def rank(row: dict) -> tuple[int, int]:
        return -row.get("width", 0), row["late"]

    best: dict[tuple, tuple[int, int]] = {}
    for row in rows:
        for same in patients_of(row):
            best[same] = max(best.get(same, rank(row)), rank(row))
    kept, dropped = [], []
    for row in rows:
        if rank(row) == max(best[same] for same in patients_of(row)):
            kept.append(row)
        else:
            dropped.append((row, "a wider definition or a later time is counted"))
    return kept, dropped


def patients_of(row: dict) -> tuple[tuple, tuple]:
    """Two ways to know the same patients again: their cohort, and a study's arm of the same size."""
    return (row["cohort_id"],), (row["study_id"], row["arm"], is_whole(row), int(row["total"]))


def _one_arm_a_study(choices: Sequence[Choice]) -> tuple[list[Choice], list[tuple[dict, str]]]:
    """Of a trial both of whose arms are of one family the larger one."""
    kept: dict[str, Choice] = {}
    for choice in sorted(choices, key=lambda choice: -choice.size):
        kept.setdefault(choice.study_id, choice)
    left = [choice for choice in choices if kept[choice.study_id] is not choice]
    reasons = [
        (row, RIVAL if row["arm"] and kept[choice.study_id].rows[0]["arm"] else ANOTHER)
        for choice in left
        for row in choice.rows
    ]
    return list(kept.values()), reasons


def _most_of_a_study(
    evidence: Evidence, choices: Sequence[Choice]
) -> tuple[list[Choice], list[tuple[dict, str]]]:
    """Choices without those of cohorts that may be added up, whose others are not counted."""
    kept: list[Choice] = []
    left: list[tuple[dict, str]] = []
    for choice in choices:
        if size := part_of(evidence, *choice.rows):
            left += [(row, say_part(size)) for row in choice.rows]
        else:
            kept.append(choice)
    return kept, left


def alike_counts(row: dict) -> tuple:
    """What counts of one study must share to be added up: outcome, denominator and time."""
    return row["outcome"], str(row["base"]), row["assessed_at"]


def _alike_base(row: dict) -> tuple:
    """The same where the definition or the time may differ."""
    return row["outcome"], str(row["base"])


def make_entry(choice: Choice) -> Entry:
    """A study's count as it is pooled.

    Patients who could not be evaluated are counted as failures, so only of a good outcome: to count them as
    free of a bad one would make the treatment look safer than it was seen to be.
    """
    rows = choice.rows
    again = [
        row["evaluable"] and row["direction"] == "good" and row["c_n_enrolled"] != row["total"]
        for row in rows
    ]
    parts = tuple(
        Part(
            row["row_id"],
            row["c_label"],
            int(row["events"]),
            int(row["c_n_enrolled"] if rebased else row["total"]),
        )
        for row, rebased in zip(rows, again, strict=True)
    )
    name = rows[0]["name"]
    if choice.is_sum:
        name = name_sum(rows[0]["study"], [(part.label, part.events, part.total) for part in parts])
    return Entry(
        rows[0]["row_id"],
        choice.study_id,
        name,
        sum(part.events for part in parts),
        sum(part.total for part in parts),
        any(again),
        any(map(is_second_hand, rows)),
        _first_told(choice),
        parts,
        care=rows[0].get("care", ""),
        setting=rows[0].get("c_setting_told", ""),
        arm=rows[0].get("arm", "") if isinstance(rows[0].get("arm", ""), str) else "",
    )


def _first_told(choice: Choice) -> str:
    """When a study first became public, whichever report its count was read in.

    A sum was there when the last of its cohorts was: that is told by their own reports, where they are not
    restated by others.
    """
    if not choice.is_sum:
        return str(choice.rows[0]["first_told"])
    return max(str(row["first_told" if is_second_hand(row) else "available"]) for row in choice.rows)


def widest_pools(evidence: Evidence, result: PooledResult) -> dict[tuple[str, str, str, str], Plan]:
    """Of each population every study's count of a result, of all patients, widest definition, any time.

    The key is family, disease, setting and age group; a pool may be of one study, or of none.
    """
    if (name := f"widest:{result.result_id}") in evidence.memo:
        return evidence.memo[name]
    groups = (HARM,) if result.table == "adverse_events" else pooled_groups(evidence)[:-1]
    rows = [
        row | {"words": result.name, "outcome": result.result_id, "code": row["outcome"], "width": width}
        for group in groups
        for row in count_rows(evidence, group)
        if (width := _width(row, result)) is not None and row["base"] == EVERYONE
    ]
    evidence.memo[name] = {
        key[1:5]: _make_plan(evidence, key, part, ANY, "widest")
        for key, part in group_by(rows, *WHERE, "outcome", "base").items()
    }
    return evidence.memo[name]


def _width(row: dict, result: PooledResult) -> int | None:
    """The place of a row's code among those of a result, the widest first; None where it is not of it."""
    if result.table == "adverse_events":
        return 0 if row["outcome"] == result.result_id else None
    return result.codes.index(row["outcome"]) if row["outcome"] in result.codes else None
