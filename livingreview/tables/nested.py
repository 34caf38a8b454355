"""Nested results in one model: each study tells the levels it counts, and all levels are pooled together.

Which codes lie within each other is declared in ``pooled_results.csv`` (``levels``). Studies are those of the
pool of the widest definition; of each all its levels are taken, not the widest alone. A study that counts the
strictest level and no other stays out: whether it parted those who would be counted by a wider one, or has
them among its count, its report does not show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from livingreview.display.html import Column, HtmlTable, Row, Stack
from livingreview.display.numbers import format_percent, is_second_hand, make_figure
from livingreview.evidence import Evidence
from livingreview.synthesis import OrderedFit, fit_ordered
from livingreview.tables.common import capitalise, say_studies
from livingreview.tables.counts import (
    EVERYONE,
    WHERE,
    PooledResult,
    bar,
    count_rows,
    pooled_results,
)
from livingreview.tables.plan import patients_of, synthesis_plan, widest_pools
from livingreview.tables.pool import FAR_FROM_MEDIAN, LEAST_STUDIES, PRIMARY, WIDEST, Entry, Plan
from livingreview.tables.synthesis import estimate_words, interval_words, say_rule

NOTHING = (
    "In no population of this chapter do three studies count a result by definitions that lie within each "
    "other, with one of them at least counting two."
)
MEANING = (
    "Reports count one result by stricter and wider definitions. Each line lies within the next: a patient "
    "counted in it is counted below it too. The model pools all lines together. A study that counts one line "
    "alone still tells something of the others, since studies that count two show how many of the wider "
    "group belong to the stricter one. Pooled by itself a line rests on its own studies alone; a new study "
    "is expected there by the Bayesian model and here by this one's own errors, widened by a t "
    "distribution: of few studies this interval is the wider."
)
NOT_COUNTED = "not counted"


@dataclass(frozen=True)
class NestedPool:
    """One population's studies with what each counts of every level.

    Attributes
    ----------
    result : PooledResult
        What is counted.
    plan : Plan
        The pool of the widest definition.
    entries : tuple of Entry
        Its studies, but for those of `alone`.
    alone : tuple of Entry
        Studies left out, since they count the strictest level and no other.
    levels : tuple of tuple of str
        The strictest first, each by the codes that studies count it by.
    rows : tuple of tuple of tuple of dict
        Of each study, of each level, the evidence rows (several where cohorts are added up; none where the
        level is not counted).
    """

    result: PooledResult
    plan: Plan
    entries: tuple[Entry, ...]
    alone: tuple[Entry, ...]
    levels: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[tuple[dict, ...], ...], ...]

    @cached_property
    def fit(self) -> OrderedFit:
        """All levels in one model."""
        counts = {
            level[0]: [_events(told[number]) for told in self.rows]
            for number, level in enumerate(self.levels)
        }
        return fit_ordered(counts, [entry.total for entry in self.entries])

    def tells(self, level: int) -> list[Entry]:
        """The studies that count a level."""
        return [entry for entry, rows in zip(self.entries, self.rows, strict=True) if rows[level]]

    def tell_both(self, level: int) -> int:
        """How many studies count something on either side of the step from a level to the next wider one."""
        return sum(any(rows[: level + 1]) and any(rows[level + 1 :]) for rows in self.rows)


def _events(rows: Sequence[dict]) -> float:
    return float(sum(int(row["events"]) for row in rows)) if rows else float("nan")


def nested_pools(evidence: Evidence) -> list[NestedPool]:
    """Every population of which three studies count levels of one result, one of them at least two."""
    if "nested" not in evidence.memo:
        evidence.memo["nested"] = [
            pool
            for result in pooled_results(evidence)
            if result.levels
            for plan in widest_pools(evidence, result).values()
            if (pool := _nest(evidence, result, plan)) is not None
        ]
    return evidence.memo["nested"]


def _nest(evidence: Evidence, result: PooledResult, plan: Plan) -> NestedPool | None:
    if len(plan.entries) < LEAST_STUDIES:
        return None
    groups = evidence.package.field("outcomes", "outcome").groups
    wanted = {groups.get(code, "") for level in result.levels for code in level} - {""}
    counted = (row for group in sorted(wanted) for row in count_rows(evidence, group))
    rows = [row for row in counted if not bar(row, "widest")]
    told = {entry: _levels_of(entry, rows, result.levels) for entry in plan.entries}
    known = {entry: levels for entry, levels in told.items() if any(levels[1:])}
    if len(known) < LEAST_STUDIES:
        return None
    levels, merged = _merge(result.levels, list(known.values()))
    if len(levels) < 2:
        return None
    alone = tuple(entry for entry in plan.entries if entry not in known)
    return NestedPool(result, plan, tuple(known), alone, levels, tuple(merged))


def _levels_of(entry: Entry, rows: Sequence[dict], levels: Sequence[Sequence[str]]) -> list[tuple[dict, ...]]:
    """Of one study the rows of each level: of a sum only where every part counts it."""
    by_part = []
    for row_id in entry.row_ids:
        base = next(row for row in rows if row["row_id"] == row_id)
        by_part.append(_levels_of_part(base, rows, levels))
    return [tuple(row for row in told if row) if all(told) else () for told in zip(*by_part, strict=True)]


def _levels_of_part(base: dict, rows: Sequence[dict], levels: Sequence[Sequence[str]]) -> list[dict | None]:
    """Of the patients of a row the count of each level, from the widest inwards, None where there is none.

    A stricter count that exceeds a wider one is of other patients or of another time: it is no part of it.
    """
    same = [row for row in rows if _of_the_same(row, base)]
    found: list[dict | None] = []
    most = base["total"]
    for level in reversed(levels):
        counts = [row for row in same if row["outcome"] in level and row["events"] <= most]
        best = max(counts, key=lambda row: _rank(row, base, level), default=None)
        if base["outcome"] in level:
            best = base
        found.append(best)
        most = most if best is None else best["events"]
    return found[::-1]


def _of_the_same(row: dict, base: dict) -> bool:
    """Whether a row counts from the patients of another, of the same population and treatment."""
    return (
        all(row[name] == base[name] for name in (*WHERE, "base", "total"))
        and not set(patients_of(row)).isdisjoint(patients_of(base))
    )  # fmt: skip


def _rank(row: dict, base: dict, level: Sequence[str]) -> tuple:
    return (
        row["assessed_at"] == base["assessed_at"],
        row["cohort_id"] == base["cohort_id"],
        row["late"],
        not is_second_hand(row),
        -level.index(row["outcome"]),
        row["row_id"],
    )


def _merge(
    levels: Sequence[Sequence[str]], told: Sequence[Sequence[tuple[dict, ...]]]
) -> tuple[tuple[tuple[str, ...], ...], list[tuple[tuple[dict, ...], ...]]]:
    """Levels that are counted; two neighbours that no study tells apart are taken as one.

    Without a study that counts on both sides of a step, nothing but the difference between studies would say
    how large it is. Where all that do count the same the likelihood is greatest with a step of none.
    """
    counted = [place for place in range(len(levels)) if any(rows[place] for rows in told)]
    groups: list[list[int]] = [[place] for place in counted[:1]]
    for before, place in pairwise(counted):
        if any(_is_step(rows[: before + 1], rows[place:]) for rows in told):
            groups.append([place])
        else:
            groups[-1].append(place)
    names = tuple(
        tuple(
            code
            for place in group
            for code in levels[place]
            if any(row["outcome"] == code for rows in told for row in rows[place])
        )
        for group in groups
    )
    # Of levels taken as one a study that counts two counts the same in both.
    merged = [
        tuple(next((rows[place] for place in group if rows[place]), ()) for group in groups) for rows in told
    ]
    return names, merged


def _is_step(stricter: Sequence[tuple[dict, ...]], wider: Sequence[tuple[dict, ...]]) -> bool:
    """Whether a study has patients in a wider level who are in none of the stricter ones it counts."""
    inner, outer = [_events(rows) for rows in stricter if rows], [_events(rows) for rows in wider if rows]
    return bool(inner and outer) and max(inner) < min(outer)


def tabulate_nested(evidence: Evidence, *, caption: str) -> Stack:
    """The levels of each nested result in one model, beside the separate pools; and each study's counts."""
    tables = []
    for pool in nested_pools(evidence):
        name = f"{caption}: {pool.plan.stratum}"
        tables += [
            HtmlTable(
                name, _columns(), _rows(evidence, pool), list(_notes(evidence, pool, told=bool(tables)))
            ),
            _tabulate_counts(evidence, pool, f"{name}, each study's counts"),
        ]
    return Stack(tables, NOTHING)


def _columns() -> list[Column]:
    return [
        Column("Definition"),
        Column("Counted by"),
        Column("All in one model: median [95% CI]", True),
        Column("Of the next line", True),
        Column("New study, 95%", True),
        Column("Pooled by itself"),
    ]


def _rows(evidence: Evidence, pool: NestedPool) -> list[Row]:
    rows = []
    for number, level in enumerate(pool.levels):
        entries = pool.tells(number)
        patients = sum(entry.total for entry in entries)
        rows.append(
            Row(
                [
                    say_level(evidence, level),
                    f"{say_studies(len(entries))}, {patients} patients",
                    *_say_level_values(pool, number),
                    _say_alone(evidence, pool, level),
                ]
            )
        )
    return rows


def _say_level_values(pool: NestedPool, number: int) -> list[str | list[str]]:
    """Median, share of the next wider level and interval of a new study."""
    fit, name = pool.fit, pool.levels[number][0]
    if fit.status != "ok":
        return ["not estimable", "", ""]
    value, interval = fit.median(name)
    total = sum(entry.total for entry in pool.entries)
    share = ""
    if number < len(pool.levels) - 1:
        part, limits = fit.share(name)
        told = say_studies(pool.tell_both(number))
        share = f"{format_percent(part, total)} [{interval_words(limits, total)}], from {told}"
    return [
        f"{format_percent(value, total)} [{interval_words(interval, total)}]",
        share,
        _say_new(fit.new_study(name), total),
    ]


def _say_new(interval: tuple[float, float], total: int) -> list[str]:
    """Where a new study would be expected; where that is far from the median, that it is."""
    wide = [FAR_FROM_MEDIAN] if interval[1] - interval[0] > WIDEST else []
    return [interval_words(interval, total), *wide]


def say_level(evidence: Evidence, level: Sequence[str]) -> str:
    """A level in words, by the codes that it is counted by here."""
    return capitalise("; or ".join(evidence.label("outcomes", "outcome", code) for code in level))


def _say_alone(evidence: Evidence, pool: NestedPool, level: Sequence[str]) -> list[str]:
    """The pools of the same population by the codes of a level alone: the primary ones, else any time."""
    place = pool.plan.place
    where = (place.family, place.disease, place.setting, place.age)
    groups = evidence.package.field("outcomes", "outcome").groups
    wanted = tuple({groups[code] for code in level})
    for kind in (PRIMARY, "any_time"):
        found = [
            plan
            for plan in synthesis_plan(evidence, wanted, kinds=(kind,))
            if plan.place.what in level
            and plan.place.base == EVERYONE
            and (plan.place.family, plan.place.disease, plan.place.setting, plan.place.age) == where
            and plan.decision == "pooled"
        ]
        if found:
            return [_say_pool(evidence, plan, several=len(level) > 1) for plan in found]
    return ["in no pool of its own"]


def _say_pool(evidence: Evidence, plan: Plan, *, several: bool) -> str:
    fit = plan.pooled
    which = f"{evidence.label('outcomes', 'outcome', plan.place.what)}, " if several else ""
    return (
        f"{estimate_words(fit)} [{interval_words(fit.ci, fit.total)}], {which}{say_rule(evidence, plan)}, "
        f"{say_studies(fit.k)}"
    )


def _notes(evidence: Evidence, pool: NestedPool, *, told: bool) -> Iterator[str]:
    if not told:
        yield MEANING
    if joined := [level for level in pool.levels if len(level) > 1]:
        words = "; ".join(say_level(evidence, level) for level in joined)
        yield f"Taken as one line, since no study counts both or they count the same: {words}."
    if pool.alone:
        strict = evidence.label("outcomes", "outcome", pool.result.levels[0][0])
        names = ", ".join(entry.name.split(":")[0] for entry in pool.alone)
        yield (
            f"Left out, since they count {strict} and nothing wider, so that their "
            f"reports do not show who is meant: {names}."
        )


def _tabulate_counts(evidence: Evidence, pool: NestedPool, caption: str) -> HtmlTable:
    columns = [
        Column("Study"),
        *(Column(say_level(evidence, level), True) for level in pool.levels),
        Column("Of", True),
    ]
    rows = [
        Row(
            [
                entry.name,
                *([make_figure(evidence, row["row_id"]) for row in told] or NOT_COUNTED for told in levels),
                f"{entry.total}",
            ]
        )
        for entry, levels in zip(pool.entries, pool.rows, strict=True)
    ]
    return HtmlTable(caption, columns, rows)
