"""Rules about what may be shown together: directions of outcomes, and cohorts that share no patient."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.evidence import DESCRIPTOR

DIRECTIONS = ("good", "bad", "neutral")


def check_directions(checked: Checked) -> Iterator[Problem]:
    """Every outcome says whether it is good or bad for a patient, else a failure could pass as a success."""
    field = checked.package.field("outcomes", "outcome")
    for code in field.constraints.get("enum", ()):
        if (found := field.directions.get(code)) not in DIRECTIONS:
            yield Problem(
                DESCRIPTOR,
                0,
                "outcome",
                "direction",
                f"{quote(code)}: {quote(found) if found else 'no direction'}",
                f"one of {', '.join(DIRECTIONS)}",
                "declare it under 'directions' of outcomes.outcome",
            )


def check_disjoint_cohorts(checked: Checked) -> Iterator[Problem]:
    """Cohorts of one set are of one study, and none is part of another: only then may they be added up."""
    cohorts = checked.frames["cohorts"].set_index("cohort_id")
    parents = cohorts["parent_cohort_id"].dropna().to_dict()
    by_set: dict[str, list[tuple[int, str]]] = {}
    for line, row in checked.lines("disjoint_cohorts"):
        if not pd.isna(row["set_id"]) and row["cohort_id"] in cohorts.index:
            by_set.setdefault(row["set_id"], []).append((line, row["cohort_id"]))
    for members in by_set.values():
        names = {cohort for _, cohort in members}
        first = members[0][1]
        for line, cohort in members:
            above, seen = parents.get(cohort), {cohort}
            while above is not None and above not in names and above not in seen:
                seen.add(above)
                above = parents.get(above)
            if above in names - {cohort}:
                found, expected = f"{cohort} is part of {above}", "cohorts that share no patient"
            elif cohorts["study_id"][cohort] != cohorts["study_id"][first]:
                found, expected = f"{cohort} and {first} are of two studies", "cohorts of one study"
            else:
                continue
            yield checked.problem(
                "disjoint_cohorts",
                line,
                "set_id",
                "disjoint-cohorts",
                found,
                expected,
                "take the row out, or give the set another name",
            )


CHOICE_RULES = (check_directions, check_disjoint_cohorts)
