"""Counts that may be pooled: rows of outcomes and adverse events with their study, and what bars one.

What bars a count is said in words, and looks at no result: see the protocol page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence, records, split_ids, split_levels
from livingreview.tables.choice import Kinship, is_whole, kinship
from livingreview.tables.common import full_name, text, whole, with_cohorts
from livingreview.tables.outcomes import FATAL, select_outcomes
from livingreview.tables.pool import PRIMARY

NO_CARE = "whether a trial or routine care is not reported"
LEAST_PATIENTS = 5  # a smaller group was published because of what happened in it
SMALLEST_PART = 0.5  # share of a study's patients below which a part of them is a subgroup
MOST_LOST = 0.20  # share of patients not evaluable beyond which counting them as failures says nothing
SECONDARY = "secondary"  # designs that treat no patient of their own
SINGLE = "single"  # designs that tell of single patients
EVERYONE = "all"  # the base of counts of all patients
HARM = "harm"  # adverse events, by the names of `pooled_results`
ONCE = "once"  # counted over the treatment and what follows it
# A population, see `own_families`.
WHERE = ("p_position", "p_family", "c_disease", "c_setting", "c_age_group")


@dataclass(frozen=True)
class PooledResult:
    """One row of ``pooled_results.csv``: a result by all the codes or terms that count it, widest first.

    ``levels`` are those of its codes that lie within each other, the strictest first, each by all its codes.
    """

    result_id: str
    name: str
    table: str
    codes: tuple[str, ...]
    grade_min: int | None
    time_months: float | None
    levels: tuple[tuple[str, ...], ...] = ()
    attribution: str = ""
    note: str = ""

    def counts(self, row: Mapping) -> bool:
        """Whether a row of adverse events, by its term and by what it is put down to, is of this result."""
        related = row["attribution"] == self.attribution
        return row["term"] in self.codes and (related or not self.attribution)


def pooled_results(evidence: Evidence) -> list[PooledResult]:
    """What is pooled under one name, in the order in which it is told."""
    if "pooled_results" not in evidence.memo:
        evidence.memo["pooled_results"] = [
            PooledResult(
                row["result_id"],
                row["name"],
                row["table"],
                tuple(split_ids(row["codes"])),
                whole(row["grade_min"]),
                None if pd.isna(row["time_months"]) else float(row["time_months"]),
                split_levels(text(row["levels"])),
                text(row["attribution"]),
                text(row["note"]),
            )
            for row in records(evidence.tables["pooled_results"].sort_values("position"))
        ]
    return evidence.memo["pooled_results"]


def result_of_event(evidence: Evidence, row: Mapping) -> PooledResult | None:
    """The result that a row of adverse events counts for: one of its own attribution before one of any."""
    found = [one for one in pooled_results(evidence) if one.table == "adverse_events" and one.counts(row)]
    return max(found, key=lambda one: bool(one.attribution), default=None)


def pooled_codes(evidence: Evidence, table: str) -> list[str]:
    """Codes or terms of a table that are counted under one name, of each name the widest first."""
    return [code for result in pooled_results(evidence) if result.table == table for code in result.codes]


def pooled_groups(evidence: Evidence) -> tuple[str, ...]:
    """Groups of outcomes whose counts may be pooled, as the schema declares them, and ``harm``."""
    rules = evidence.package.field("outcomes", "outcome").rules
    return (*(name for name, rule in rules.items() if rule.pooled), HARM)


def timed_codes(evidence: Evidence) -> list[str]:
    """Times of assessment that have a pool of their own each, the earliest first, as the schema has them."""
    return evidence.package.field("outcomes", "assessed_at").codes_in("timed")


def is_timed(evidence: Evidence, outcome: str) -> bool:
    """Whether counts of an outcome mean something only with the time at which it was looked for."""
    field = evidence.package.field("outcomes", "outcome")
    return outcome in field.groups and field.rule(field.group(outcome)).time == "point"


def base_of(evidence: Evidence, denominator: str) -> str:
    """Whom a count is of: ``all`` patients, or a group of them that keeps a pool to itself."""
    return evidence.package.field("outcomes", "denominator").group(denominator)


def base_name(evidence: Evidence, base: str) -> str:
    """Whom a count is of, in words."""
    return evidence.package.field("outcomes", "denominator").rule(base).title


def say_base(evidence: Evidence, row: Mapping) -> str:
    """'of responders': whom a row with its `base` is counted from; '' of all patients."""
    field = evidence.package.field("outcomes", "denominator")
    narrower = field.broad.get(row["denominator"])  # words closer than those of its base
    return "" if row["base"] == EVERYONE else f"of {narrower or base_name(evidence, row['base'])}"


def is_evaluable(evidence: Evidence, row: Mapping) -> bool:
    """Whether a count leaves out patients who could not be evaluated."""
    return evidence.package.field("outcomes", "denominator").step(row["denominator"]) == "evaluable"


def count_rows(evidence: Evidence, group: str) -> list[dict]:
    """Rows of one group of outcomes, or of ``harm``, with their study and all that the rules ask for.

    Each under the family of its own regimen, see `own_families`.
    """
    if (name := f"counts:{group}") not in evidence.memo:
        rows = _harm_rows(evidence) if group == HARM else select_outcomes(evidence, group)
        found = own_families(evidence, _with_study(evidence, rows))
        evidence.memo[name] = [
            row | {"part_of": 0 if may_add_up(evidence, row) else part_of(evidence, row)} for row in found
        ]
    return evidence.memo[name]


def _harm_rows(evidence: Evidence) -> list[dict]:
    """Adverse events under the name they are pooled by, in the shape of outcomes."""
    found = []
    for row in with_cohorts(evidence, "adverse_events"):
        if result := result_of_event(evidence, row):
            shape = {"outcome": result.result_id, "denominator": EVERYONE, "assessed_at": ONCE}
            told = {"words": result.name, "least_grade": result.grade_min, "wanted": result.attribution}
            found.append(row | shape | told)
    # A count of one of the grades wanted stands for all of them only where no other of them is counted.
    lowest: dict[tuple, set[int]] = {}
    for row in found:
        if row["least_grade"] and not pd.isna(row["grade_min"]) and row["grade_min"] >= row["least_grade"]:
            lowest.setdefault(_event_of(row), set()).add(int(row["grade_min"]))
    return [row | {"others_told": lowest.get(_event_of(row), set()) > {row["grade_min"]}} for row in found]


def _event_of(row: Mapping) -> tuple[str, str, str]:
    """Study, result and arm of a count of adverse events."""
    return row["c_study_id"], row["outcome"], text(row["c_arm"])


def _with_study(evidence: Evidence, rows: Iterable[dict]) -> list[dict]:
    studies, reports = (
        {row[key]: row for row in records(evidence.tables[table])}
        for table, key in (("studies", "study_id"), ("reports", "report_id"))
    )
    outcomes, whom = (evidence.package.field("outcomes", name) for name in ("outcome", "denominator"))
    times = evidence.package.field("outcomes", "assessed_at")
    order = {code: place for place, code in enumerate(timed_codes(evidence))}
    cares = study_cares(evidence)
    once = {code for result in pooled_results(evidence) for code in result.codes}
    # A report whose date is not established came no earlier than the study's first.
    dated = evidence.tables["reports"].dropna(subset=["first_available"])
    earliest = dated.groupby("study_id")["first_available"].min().to_dict()
    kin = kinship(evidence)
    found = []
    for row in rows:
        if pd.isna(row["cohort_id"]):
            continue
        study = studies[row["c_study_id"]]
        code = row["outcome"]
        timing = ONCE if "least_grade" in row else outcomes.rule(outcomes.group(code)).time
        if code in once and timing == "follow_up":
            timing = ONCE
        available = text(reports[row["report_id"]]["first_available"])
        found.append(
            row
            | {
                "study_id": study["study_id"],
                "arm": kin.arm(row["cohort_id"]),
                "design": study["design"],
                "care": cares[study["study_id"]],
                "available": available or earliest.get(study["study_id"], ""),
                "first_told": earliest.get(study["study_id"], "") or available,
                "name": full_name(evidence, row),
                "study": study["name"],
                "direction": "bad" if "least_grade" in row else outcomes.direction(code),
                "base": whom.group(row["denominator"]),
                "evaluable": whom.step(row["denominator"]) == "evaluable",
                "timing": timing,
                "time_told": times.group(row["assessed_at"]),
                "late": order.get(row["assessed_at"], -1),
                "words": row.get("words") or evidence.label("outcomes", "outcome", code),
            }
        )
    return found


def study_cares(evidence: Evidence) -> dict[str, str]:
    """Whether each study is a trial, routine care or secondary, by its design (key: study_id).

    ``single`` of a case report; '' where it is not known.
    """
    design = evidence.package.field("studies", "design")
    told = {study: design.group(code) for study, code in evidence.study_designs.items()}
    return {study: "" if care == "unknown" else care for study, care in told.items()}


def bar(row: dict, kind: str = PRIMARY) -> str:
    """Why one count may not enter a pool of a kind; '' where it may."""
    return _bar_always(row) or _bar_time(row, kind) or _bar_kind(row, kind)


def _bar_always(row: dict) -> str:
    if pd.isna(row["events"]) or pd.isna(row["total"]):
        return "the count is not reported and cannot be recovered"
    if row["total"] < LEAST_PATIENTS:
        return f"fewer than {LEAST_PATIENTS} patients"
    if row["care"] == SINGLE:
        return "single patients"
    if row["care"] == SECONDARY:
        return "a comparison or review of other studies"
    if row["base"] == "subgroup":
        return "a subgroup picked out of a cohort"
    if whole := row.get("part_of"):
        return say_part(whole)
    if row["base"] == "unknown":
        return "whom the count is of is not reported"
    if row["evaluable"] and pd.isna(row["c_n_enrolled"]):
        return "counted from evaluable patients; the number treated is not reported"
    if row["evaluable"] and row["total"] < (1 - MOST_LOST) * row["c_n_enrolled"]:
        return f"only {row['total']} of {row['c_n_enrolled']} patients could be evaluated"
    if is_second_hand(row) and not is_whole(row):
        return "another publication's count, of a part of the cohort"
    return _bar_event(row) if "least_grade" in row else ""


def say_part(whole: int) -> str:
    """Why a part of a study's patients stays out."""
    return f"a subgroup picked out of a cohort: fewer than half of its study's {whole} patients"


def _bar_event(row: dict) -> str:
    """Why a count of adverse events may not enter."""
    least, low, high = row["least_grade"], row["grade_min"], row["grade_max"]
    if least and pd.isna(low):
        return "the grade is not reported"
    if least and (low < least or low == FATAL > least):
        return "of other grades"
    if least and row["others_told"] and (low > least or (not pd.isna(high) and high == low)):
        return "of one grade alone; other grades are counted as well"
    if not pd.isna(row["period"]):
        return "counted over a part of the treatment"
    if row["attribution"] == "treatment_related" and not row.get("wanted"):
        return "only events put down to the treatment"
    return ""


def _bar_time(row: dict, kind: str) -> str:
    if row["timing"] == "follow_up":
        return "depends on how long patients were followed"
    if row["timing"] == ONCE or kind in ("any_time", "widest", "trials", "routine"):
        return ""
    if row["time_told"] == "unknown":
        return "the time point is not reported"
    return "" if row["time_told"] == "timed" else "assessed at a time of its own"


def _bar_kind(row: dict, kind: str) -> str:
    if kind == "no_arms" and row["arm"]:
        return "an arm of a randomised trial"
    if kind == "first_hand" and is_second_hand(row):
        return "known from another publication only"
    if kind in ("trials", "routine") and not row["care"]:
        return NO_CARE
    if kind == "trials" and row["care"] != "trial":
        return "not a trial"
    if kind == "routine" and row["care"] != "routine":
        return "not routine care"
    return ""


def part_of(evidence: Evidence, *rows: dict) -> int:
    """Of how many patients of its study a count is of less than half; 0 where it is not, or not known.

    Patients of the same population, arm and family of regimens, whichever report tells of them; where a
    report compares regimens those of the same one in that report. Cohorts declared to share no patient are
    asked about together: one of them by itself is as much a part as any.

    Parameters
    ----------
    rows : dict
        One count, or those that are added up, with their cohort and their own family, see `own_families`.
    """
    sizes = [_size(evidence, row) for row in rows]
    largest = whole_size(evidence, rows[0])
    return 0 if any(map(pd.isna, sizes)) or sum(sizes) >= SMALLEST_PART * largest else largest


def may_add_up(evidence: Evidence, row: dict) -> bool:
    """Whether a row's cohort is declared to share no patient with others, to which it may be added."""
    kin = kinship(evidence)
    return any(above in kin.sets for above in kin.line(row["cohort_id"]))


def _size(evidence: Evidence, row: dict) -> int:
    """Patients of a row's cohort; of those in remission, say, who are a part by nature, of the one around."""
    line = kinship(evidence).line(row["cohort_id"])
    sizes = cohort_sizes(evidence)
    if row.get("base", EVERYONE) != EVERYONE:
        return next((sizes[above] for above in line[1:] if above in sizes), pd.NA)
    return sizes.get(line[0], row.get("total", pd.NA))


def whole_size(evidence: Evidence, row: dict) -> int:
    """Most patients that any report tells of a row's study, population, arm and family; 0 where none does."""
    told = _larger(evidence).get(_population(kinship(evidence), row), ())
    own = row["report_id"], text(row["c_regimen_id"])
    compared = len(_regimens(evidence).get((row["report_id"], row["c_study_id"]), ())) > 1
    return max(
        (
            size
            for report, regimen, size in told
            if (report, regimen) == own or (not compared and report != own[0])
        ),
        default=0,
    )


def _regimens(evidence: Evidence) -> dict[tuple[str, str], set[str]]:
    """The regimens that each report tells of in each study."""
    if "regimens_of_reports" not in evidence.memo:
        found: dict[tuple[str, str], set[str]] = {}
        for row in records(evidence.tables["cohorts"].dropna(subset=["regimen_id"])):
            found.setdefault((row["report_id"], row["study_id"]), set()).add(row["regimen_id"])
        evidence.memo["regimens_of_reports"] = found
    return evidence.memo["regimens_of_reports"]


def _population(kin: Kinship, row: dict) -> tuple:
    return (row["c_study_id"], kin.arm(row["cohort_id"]), *(row[name] for name in WHERE))


def cohort_sizes(evidence: Evidence) -> dict[str, int]:
    """Patients enrolled in each cohort whose number is known (key: cohort_id)."""
    if "cohort_sizes" not in evidence.memo:
        evidence.memo["cohort_sizes"] = {
            row["cohort_id"]: int(row["n_enrolled"])
            for row in records(evidence.tables["cohorts"])
            if not pd.isna(row["n_enrolled"])
        }
    return evidence.memo["cohort_sizes"]


def _larger(evidence: Evidence) -> dict[tuple, list[tuple[str, str, int]]]:
    """Of each study's population, arm and family the cohorts: report, regimen and patients."""
    if "cohorts_by_population" not in evidence.memo:
        kin, found = kinship(evidence), {}
        for row in own_families(evidence, with_cohorts(evidence, "cohorts")):
            if (size := cohort_sizes(evidence).get(row["cohort_id"])) is not None:
                told = (row["report_id"], text(row["c_regimen_id"]), size)
                found.setdefault(_population(kin, row), []).append(told)
        evidence.memo["cohorts_by_population"] = found
    return evidence.memo["cohorts_by_population"]


def own_families(evidence: Evidence, rows: list[dict]) -> list[dict]:
    """Rows with the family of their own regimen, which of a control arm is not that of its heading.

    Left out are those of families of which the evidence holds control arms alone. Other tables than that of
    the rows count as well: chemotherapy has the harms of controls, though its other cohorts tell of none.
    """
    families, present = evidence.families.to_dict("index"), _families_present(evidence)
    found = []
    for row in rows:
        own = families.get(row["c_regimen_id"])
        name, position = (
            (own["name"], int(own["position"])) if own else (row["c_family"], row["c_family_position"])
        )
        if row["c_arm_at"] != "control" or (own and name in present):
            found.append(row | {"p_family": name, "p_position": position})
    return found


def _families_present(evidence: Evidence) -> set[str]:
    """The families under which some cohort of the evidence stands that is no control arm."""
    if "families_present" not in evidence.memo:
        evidence.memo["families_present"] = {
            row["c_family"] for row in with_cohorts(evidence, "cohorts") if row["c_arm_at"] != "control"
        }
    return evidence.memo["families_present"]
