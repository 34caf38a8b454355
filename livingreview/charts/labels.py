"""What studies and outcomes are called in a figure: short, never an id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import pandas as pd

from livingreview.evidence import UNSAID, Evidence, records
from livingreview.evidence.names import trial_name
from livingreview.tables.common import capitalise, group_by, short_name, stratum_name, study_name, text
from livingreview.tables.counts import base_of, say_base
from livingreview.tables.labels import distinguish, refuse_twins, row_details

AGES = ("mixed", UNSAID)  # both say that adults and children may be among the patients


def population_of(evidence: Evidence, row: Mapping) -> tuple[str, str, str]:
    """Disease, setting and age group of a row's cohort, in codes.

    Settings are those that the schema's field ``cohorts.setting`` groups; cohorts of both ages and those
    whose age is not reported are one.
    """
    settings = evidence.package.field("cohorts", "setting").groups
    age = "mixed" if row["c_age_group"] in AGES else row["c_age_group"]
    return row["c_disease"], settings.get(row["c_setting"], row["c_setting"]), age


def name_population(evidence: Evidence, population: tuple[str, str, str], rows: Iterable[Mapping]) -> str:
    """A population in words; `rows` are those of it that are shown."""
    ages = {row["c_age_group"] for row in rows}
    age = "mixed" if len(ages) > 1 else next(iter(ages))
    words = capitalise(stratum_name(evidence, population[0], population[1], age))
    return f"{words}, or age not reported" if len(ages) > 1 else words


def name_study(evidence: Evidence, report_id: str, cohort_id: str) -> str:
    """The report's name, or the study in another's report: 'TOWER (in Roe 2018)'; the study leads in both.

    Where several studies are parts of one trial, as by risk of relapse, the name says which part it is.
    """
    name, study = short_name(evidence, report_id), study_name(evidence, cohort_id)
    trial = trial_name(study)
    several = trial and _trials(evidence)[trial] > 1
    if evidence.report_studies[report_id] == evidence.cohort_studies[cohort_id]:
        parted = several and "(" not in study and name.startswith(trial)
        return study + name.removeprefix(trial) if parted else name
    study = study if several else trial or study
    return f"{study}, in {name}" if "(" in study + name else f"{study} (in {name})"


def _trials(evidence: Evidence) -> Counter[str]:
    """By the name of each trial, as how many studies its parts stand."""
    if "parts_of_trials" not in evidence.memo:
        evidence.memo["parts_of_trials"] = Counter(map(trial_name, evidence.tables["studies"]["name"]))
    return evidence.memo["parts_of_trials"]


def name_reports(evidence: Evidence, rows: Iterable[Mapping]) -> str:
    """The names of all reports whose counts are added up: 'Roe 2018 and Doe 2020'."""
    names = dict.fromkeys(name_study(evidence, row["report_id"], row["cohort_id"]) for row in rows)
    return " and ".join(names)


def own_words(label: str, *told: str) -> str:
    """What a cohort's label says beyond words told beside it: 'Late relapse' of 'Children, late relapse'."""
    return capitalise(own_parts(label, *told))


def own_parts(label: str, *told: str) -> str:
    """The same as the label has it, 'late relapse'."""
    known = {word for words in told for word in _words(words)}
    return ", ".join(part for part in label.split(", ") if not _words(part) <= known)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def main_family(evidence: Evidence) -> str:
    """The family of regimens that needs no name: the first of a class's own, if no other class is shown."""
    families = evidence.families.drop_duplicates("family_id").sort_values("position")
    first = next(iter(records(families)), None)
    if first is None or first["part"] != "core" or not is_of_one_class(evidence):
        return ""
    return str(first["name"])


def is_of_one_class(evidence: Evidence) -> bool:
    """Whether all regimens are those of one class, as in a chapter; of a clinical setting they are not."""
    return len(set(evidence.families["class_id"])) == 1


def by_population(evidence: Evidence, rows: Iterable[dict]) -> Iterator[tuple[str, list[dict]]]:
    """Rows by population, the largest first, and in it by family of regimens, named if it is not the first.

    A population is as large as the cohorts of its rows.
    """
    strata = group_by(
        (row | {"population": population_of(evidence, row)} for row in rows),
        "population",
        "c_family_position",
        "c_family",
    )
    main = main_family(evidence)
    told: dict[tuple, list[dict]] = {}
    for (population, *_), part in strata.items():
        told.setdefault(population, []).extend(part)
    sizes = {
        population: sum(0 if pd.isna(row["total"]) else row["total"] for row in part)
        for population, part in told.items()
    }
    for key in sorted(strata, key=lambda key: (-sizes[key[0]], key)):
        population, _, family = key
        name = name_population(evidence, population, told[population])
        yield name if family == main else f"{name}: {family}", strata[key]


def name_lines(evidence: Evidence, display: str, stratum: str, rows: Sequence[Mapping]) -> list[str]:
    """What the rows of outcomes under one heading of a display are called, no two alike.

    The study's name; of an arm or a part its cohort, too.
    """

    def base(row: Mapping) -> str:
        name = name_study(evidence, row["report_id"], row["cohort_id"])
        if not text(row["c_arm"]) and not text(row["c_parent_cohort_id"]):
            return name
        study = study_name(evidence, row["cohort_id"])
        return f"{name}: {row['c_label'].removeprefix(study).lstrip(' ,:') or row['c_label']}"

    labels = distinguish(rows, base, row_details(evidence, "outcomes"))
    refuse_twins(
        display, [((stratum, label), row["row_id"]) for label, row in zip(labels, rows, strict=True)]
    )
    return labels


def short_outcome(words: str) -> str:
    """The abbreviation that an outcome's name gives, 'CR' of 'complete remission (CR)'; else the name."""
    found = re.search(r"\(([^()]*[A-Z][^()]*)\)$", words)
    return found[1] if found else words


def mrd_limit(row: Mapping) -> str:
    """'limit 0.01%': below what MRD counts as negative, where it is told; limits differ tenfold."""
    definition = text(row["definition"])
    if found := re.search(r"(?<![\d.])0?\.\d+ ?%", definition):
        return f"limit {found[0]}"
    return "limit 0.01%" if re.search(r"10\^?[-−–]4|1 in 10[ ,]?000", definition) else ""


def say_whom(evidence: Evidence, row: dict) -> str:
    """', of responders' where not all randomised are counted."""
    base = base_of(evidence, row["denominator"])
    whom = "" if base == "unknown" else say_base(evidence, row | {"base": base})
    return whom and f", {whom}"
