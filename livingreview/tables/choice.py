"""Which counts stand for a study: decided here for pools, for charts of results and for the explorer alike.

A trial is reported again and again, whole and in parts, and reviews repeat it. Of the rows that tell the same
thing of one study those are taken that together hold most of its patients, none of them twice: a whole before
its parts, the larger before the smaller. Cohorts known to share no patient are added up; that they share none
is declared in ``disjoint_cohorts.csv`` and never guessed from their names. The drawn evidence map asks for
patients, not for a result: it chooses among cohorts by itself (`livingreview.charts.evidence_map`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf

import pandas as pd

from livingreview.display.numbers import is_second_hand
from livingreview.evidence import Evidence, records
from livingreview.tables.common import study_name, text

ANOTHER = "another cohort or report of the same study is counted"
RIVAL = "another regimen of the same report is counted"


@dataclass(frozen=True)
class Choice:
    """What stands for one study, or for one arm of a randomised trial.

    Attributes
    ----------
    study_id : str
        The study.
    rows : tuple of dict
        One row, or rows of cohorts that share no patient, the largest first: their counts are added up.
    size : int
        Patients of all of them.
    regimen : str
        The regimen, where a report compares several: they are never added up. Else ''.
    """

    study_id: str
    rows: tuple[dict, ...]
    size: int
    regimen: str = ""

    @property
    def is_sum(self) -> bool:
        """Whether counts are added up."""
        return len(self.rows) > 1


def name_sum(study: str, parts: Iterable[tuple[str, int, int]]) -> str:
    """What a sum is called: the study and, of each cohort, its label, events and patients."""
    return f"{study}: " + " + ".join(f"{label} ({events}/{total})" for label, events, total in parts)


def say_sum(parts: Sequence[tuple[int, int]]) -> str:
    """The arithmetic of a sum, '8/21 + 11/14 + 4/5 = 23/40'."""
    terms = " + ".join(f"{events}/{total}" for events, total in parts)
    return f"{terms} = {sum(events for events, _ in parts)}/{sum(total for _, total in parts)}"


@dataclass(frozen=True)
class Kinship:
    """How cohorts hang together.

    Attributes
    ----------
    parents, sets, arms : mapping of str to str
        The larger cohort, the set of cohorts that share no patient and the arm of a cohort, where it has one.
    available : mapping of str to str
        When each report first became public.
    """

    parents: Mapping[str, str]
    sets: Mapping[str, str]
    arms: Mapping[str, str]
    available: Mapping[str, str]

    def line(self, cohort_id: str) -> list[str]:
        """A cohort, the larger one it is part of, and so on."""
        found = [cohort_id]
        while (above := self.parents.get(found[-1], "")) and above not in found:
            found.append(above)
        return found

    def arm(self, cohort_id: str) -> str:
        """The randomised arm a cohort is or belongs to; '' where there is none."""
        return next((self.arms[above] for above in self.line(cohort_id) if above in self.arms), "")

    def apart(self, one: str, other: str) -> bool:
        """Whether two cohorts of a study share no patient: they, or wholes around them, are declared so."""
        first, second = self.line(one), self.line(other)
        if one in second or other in first:
            return False
        return any(
            above != beside and above in self.sets and self.sets[above] == self.sets.get(beside)
            for above in first
            for beside in second
        )


def kinship(evidence: Evidence) -> Kinship:
    """How the cohorts of some evidence hang together."""
    if "kinship" not in evidence.memo:
        cohorts, declared = evidence.tables["cohorts"], evidence.tables["disjoint_cohorts"]

        def pairs(frame: pd.DataFrame, key: str, value: str) -> dict[str, str]:
            return dict(frame[[key, value]].dropna().itertuples(index=False, name=None))

        evidence.memo["kinship"] = Kinship(
            pairs(cohorts, "cohort_id", "parent_cohort_id"),
            pairs(declared, "cohort_id", "set_id"),
            pairs(cohorts, "cohort_id", "arm"),
            {row["report_id"]: text(row["first_available"]) for row in records(evidence.tables["reports"])},
        )
    return evidence.memo["kinship"]


def is_whole(row: Mapping) -> bool:
    """Whether a row's cohort is a whole one, not a part of another."""
    return pd.isna(row["c_parent_cohort_id"] if "c_parent_cohort_id" in row else row["parent_cohort_id"])


def count_size(row: Mapping) -> int:
    """Patients a row counts from; 0 where their number is not printed."""
    return 0 if pd.isna(row["total"]) else int(row["total"])


def choose_counts(
    evidence: Evidence,
    rows: Iterable[dict],
    *,
    alike: Callable[[dict], object],
    size: Callable[[dict], int] = count_size,
    apart: bool = True,
    rivals: bool = True,
) -> tuple[list[Choice], list[tuple[dict, str]]]:
    """What stands for each study among rows that tell the same thing, and the rows left out, with the reason.

    Parameters
    ----------
    rows : iterable of dict
        Evidence rows with their cohort.
    alike : callable
        What two rows must have in common to be added up: their time and whom they are counted from.
    size : callable
        Patients of a row.
    apart : bool
        Whether of studies that share patients one alone is kept, as in a pool.
    rivals : bool
        Whether each regimen of a report that compares several is kept, as a choice of its own; else that of
        the most patients alone, as in a pool.
    """
    kin = kinship(evidence)
    units: dict[tuple[str, str], list[dict]] = {}
    for row in rows:
        unit = (evidence.cohort_studies[row["cohort_id"]], kin.arm(row["cohort_id"]))
        units.setdefault(unit, []).append(row)
    choices, dropped = [], []
    for (study, _), every in units.items():
        same = _told_of_both_arms(units, study, every, size)
        chosen = _most_patients(kin, by_rank(evidence, same, size), alike, size)
        ids = {row["row_id"] for row in chosen}
        dropped += [(row, ANOTHER) for row in every if row["row_id"] not in ids]
        found = [
            Choice(study, tuple(part), sum(map(size, part)), regimen)
            for regimen, part in _by_regimen(chosen).items()
        ]
        found.sort(key=lambda choice: -choice.size)
        choices += found if rivals else found[:1]
        dropped += [] if rivals else [(row, RIVAL) for choice in found[1:] for row in choice.rows]
    if apart:
        choices, shared = one_of_each_patient(evidence, choices)
        dropped += shared
    return choices, dropped


def _by_regimen(rows: Sequence[dict]) -> dict[str, list[dict]]:
    """Rows of one study by regimen where one of its reports compares several, else all together under ''.

    Two reports of one trial may call its regimen by two names; a report that names two means two.
    """
    regimens: dict[str, set[str]] = {}
    for row in rows:
        regimens.setdefault(row["report_id"], set()).add(_regimen(row))
    if all(len(named) == 1 for named in regimens.values()):
        return {"": list(rows)}
    parts: dict[str, list[dict]] = {}
    for row in rows:
        parts.setdefault(_regimen(row), []).append(row)
    return parts


def _regimen(row: Mapping) -> str:
    return text(row["c_regimen_id"] if "c_regimen_id" in row else row["regimen_id"])


def _told_of_both_arms(
    units: Mapping[tuple[str, str], list[dict]], study: str, rows: list[dict], size: Callable[[dict], int]
) -> list[dict]:
    """Of an arm's rows those of the report that tells the most of both arms: they stand side by side."""
    arms = [same for (other, arm), same in units.items() if other == study and arm]
    if len(arms) < 2 or not any(rows is same for same in arms):
        return rows
    reports = set.intersection(*({row["report_id"] for row in same} for same in arms))

    def patients(report_id: str) -> tuple:
        told = [row for same in arms for row in same if row["report_id"] == report_id]
        return all(map(size, told)), sum(map(size, told)), report_id

    best = max(reports, key=patients, default="")
    return [row for row in rows if row["report_id"] == best] or rows


def by_rank(evidence: Evidence, rows: Iterable[dict], size: Callable[[dict], int]) -> list[dict]:
    """The first before the last by `standing`; of equals by their identifiers."""
    by_id = sorted(rows, key=lambda row: row["row_id"])
    return sorted(by_id, key=lambda row: standing(evidence, row, size(row)), reverse=True)


def standing(evidence: Evidence, row: dict, size: int) -> tuple:
    """Larger before smaller; then the included report, the first-hand, the whole, more grades, the later."""
    return (
        size,
        row["report_id"] in evidence.included,
        not is_second_hand(row),
        is_whole(row),
        *_grades(row),
        kinship(evidence).available.get(row["report_id"], ""),
    )


def _grades(row: Mapping) -> tuple[float, float]:
    """The lower the least and the higher the greatest grade of an event, the larger; no grade is any."""
    least, most = (row.get(name, pd.NA) for name in ("grade_min", "grade_max"))
    return 0 if pd.isna(least) else -least, inf if pd.isna(most) else most


def cohorts_apart(evidence: Evidence) -> dict[str, list[str]]:
    """For each cohort those of its study that are known to share no patient with it, where there are any."""
    kin = kinship(evidence)
    studies: dict[str, list[str]] = {}
    for cohort, study in evidence.cohort_studies.items():
        studies.setdefault(study, []).append(cohort)
    # Apart are cohorts of declared sets and their parts, so that a study without such a set has none.
    declared = {evidence.cohort_studies[cohort] for cohort in kin.sets}
    found = {
        one: [other for other in studies[study] if kin.apart(one, other)]
        for study in sorted(declared)
        for one in studies[study]
    }
    return {cohort: others for cohort, others in found.items() if others}


def _most_patients(
    kin: Kinship, rows: Sequence[dict], alike: Callable[[dict], object], size: Callable[[dict], int]
) -> list[dict]:
    """Of one study's rows, by rank, those that share no patient and together hold the most of them."""
    present = {row["cohort_id"] for row in rows}
    wholes = [row for row in rows if not any(above in present for above in kin.line(row["cohort_id"])[1:])]
    sets = []
    for first in wholes:
        taken = [first]
        for row in wholes:
            if alike(row) == alike(first) and all(
                kin.apart(row["cohort_id"], other["cohort_id"]) for other in taken
            ):
                taken.append(row)
        sets.append(taken)
    most = max(sets, key=lambda taken: sum(map(size, taken)))  # of equals the first, which ranks highest
    return sorted(most, key=size, reverse=True)


def one_of_each_patient(
    evidence: Evidence, choices: Iterable[Choice]
) -> tuple[list[Choice], list[tuple[dict, str]]]:
    """Of studies that share patients those that make the most studies; of as many, those of more patients.

    Two trials are pooled, and counted, as two where both are told, not as the one analysis that joins them:
    how far apart they lie is worth knowing.
    """
    by_study: dict[str, list[Choice]] = {}
    for choice in choices:
        by_study.setdefault(choice.study_id, []).append(choice)
    size = {study: sum(choice.size for choice in own) for study, own in by_study.items()}
    kept: set[str] = set()
    for group in _sharing(evidence, sorted(by_study, key=lambda study: (-size[study], study))):
        kept |= max(
            _apart_sets(evidence, group),
            key=lambda chosen: (len(chosen), sum(size[study] for study in chosen)),
        )
    dropped = []
    for study in sorted(by_study.keys() - kept):
        other = next(one for one in sorted(evidence.overlaps[study]) if one in kept)
        name = study_name(evidence, by_study[other][0].rows[0]["cohort_id"])
        rows = [row for choice in by_study[study] for row in choice.rows]
        dropped += [(row, f"shares patients with {name}") for row in rows]
    chosen = [choice for study in by_study if study in kept for choice in by_study[study]]
    return sorted(chosen, key=lambda choice: -choice.size), dropped


def _sharing(evidence: Evidence, studies: Sequence[str]) -> list[list[str]]:
    """Studies in groups that hang together by shared patients, most of them alone."""
    groups: list[list[str]] = []
    for study in studies:
        touched = [group for group in groups if evidence.overlaps[study] & set(group)]
        groups = [group for group in groups if group not in touched]
        groups.append([one for group in touched for one in group] + [study])
    return groups


def _apart_sets(evidence: Evidence, studies: Sequence[str]) -> list[set[str]]:
    """Every set of some studies of which no two share patients."""
    sets: list[set[str]] = [set()]
    for study in studies:
        sets += [chosen | {study} for chosen in sets if not evidence.overlaps[study] & chosen]
    return [chosen for chosen in sets if chosen]


def patients_once(evidence: Evidence, choices: Sequence[Choice]) -> list[Choice]:
    """Choices of whole cohorts, and of parts only where no whole that may hold their patients is among them.

    Such a whole is a cohort around them, one of their study that is not known to be apart, or one of a study
    that shares its patients. It holds over all strata of a display: a part stands in a stratum of its own,
    where its whole has none.
    """
    kin = kinship(evidence)
    wholes = [choice for choice in choices if is_whole(choice.rows[0])]
    shown = {row["cohort_id"] for choice in choices for row in choice.rows}

    def holds(whole: Choice, choice: Choice) -> bool:
        if whole.study_id in evidence.overlaps[choice.study_id]:
            return True
        return whole.study_id == choice.study_id and not all(
            kin.apart(row["cohort_id"], other["cohort_id"]) for row in choice.rows for other in whole.rows
        )

    def is_told(choice: Choice) -> bool:
        around = {above for row in choice.rows for above in kin.line(row["cohort_id"])[1:]}
        return bool(shown & around) or any(holds(whole, choice) for whole in wholes)

    return [choice for choice in choices if is_whole(choice.rows[0]) or not is_told(choice)]
