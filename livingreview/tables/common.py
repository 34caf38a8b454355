"""Shared by the table and chart builders: strata, cohort names, missing cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup, escape

from livingreview.display.html import link
from livingreview.display.numbers import NOT_REPORTED  # noqa: F401 - one word for all tables
from livingreview.evidence import UNSAID, Evidence, records
from livingreview.evidence.names import shorten

NO_FAMILY = {"name": "Several regimens, or regimen not stated", "position": 99}


def text(value, missing: str = "") -> str:
    """A cell as text; `missing` where it is empty."""
    return missing if pd.isna(value) else str(value)


def whole(value) -> int | None:
    """A cell as a whole number; None where it is empty."""
    return None if pd.isna(value) else int(value)


def has_95(row: Mapping) -> bool:
    """Whether both limits of a 95% confidence interval are printed: no other gives a standard error here."""
    limits, level = (row["ci_low"], row["ci_high"]), row["ci_level"]
    return not any(map(pd.isna, (*limits, level))) and level == 0.95


def capitalise(words: str) -> str:
    """First letter upper case, the rest as it is (so 'MRD' stays)."""
    return words[:1].upper() + words[1:]


def in_sentence(name: str) -> str:
    """A title as it stands inside a sentence: 'new drug' of 'New drug', 'MRD' as it is."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def report_link(evidence: Evidence, report_id: str, folder: str = "reports/"):
    """Link to a report's page, by what the report is called; `folder` is where the page is seen from."""
    return link(evidence.report_names[report_id], f"{folder}{report_id}.html")


def identifier_links(evidence: Evidence, report_id: str, *, of: str = "") -> list[Markup]:
    """The identifiers of a report as links, each with its scheme, in the order of the schema's codes.

    Parameters
    ----------
    of : str
        A scheme: its identifiers alone, without its name.
    """
    if "identifiers" not in evidence.memo:
        field = evidence.package.field("identifiers", "scheme")
        schemes = list(field.constraints.get("enum", ()))
        rows = records(evidence.tables["identifiers"])
        rows = sorted(rows, key=lambda row: schemes.index(row["scheme"]) if schemes else 0)
        evidence.memo["identifiers"] = group_by(rows, "report_id")
    found = evidence.memo["identifiers"].get(report_id, ())
    return [_identifier_link(evidence, row, bool(of)) for row in found if of in ("", row["scheme"])]


def number_link(evidence: Evidence, scheme: str, value: str) -> Markup:
    """A number of some scheme of identifiers, linked where the schema has an address for it."""
    form = evidence.package.field("identifiers", "value").form(scheme, value)
    if form is None or not form.address:
        return escape(value)
    return link(value, form.address.replace("{}", quote(value, safe="/:;()")))


def _identifier_link(evidence: Evidence, row: Mapping, bare: bool) -> Markup:
    shown = number_link(evidence, row["scheme"], row["value"])
    name = "" if bare else f"{evidence.label('identifiers', 'scheme', row['scheme'])} "
    printed = "" if pd.isna(row["as_printed"]) else f" (printed as {row['as_printed']})"
    return Markup("{}{}{}").format(name, shown, printed)


def cohorts_by_id(evidence: Evidence) -> dict[str, dict]:
    """Each row of ``cohorts`` by its cohort_id."""
    if "cohorts_by_id" not in evidence.memo:
        rows = records(evidence.tables["cohorts"])
        evidence.memo["cohorts_by_id"] = {row["cohort_id"]: row for row in rows}
    return evidence.memo["cohorts_by_id"]


def with_cohorts(evidence: Evidence, table: str) -> list[dict]:
    """Rows of a table with what is known of their cohort, in ``c_`` columns.

    These are its label, arm, disease, setting, age group, size, study, regimen, parent cohort and family of
    regimens; a control arm stands in the family of the arm it was randomised against. Settings that the
    schema groups are one, by the name of their group; ``c_setting_told`` is the report's own.
    Rows, not a frame: they are parted again and again, and pandas takes a millisecond to part one frame of
    thirty columns of its own kinds.
    """
    if (name := f"with_cohorts:{table}") not in evidence.memo:
        columns = (
            "label", "arm", "disease", "setting", "age_group", "n_enrolled", "study_id", "regimen_id",
            "parent_cohort_id",
        )  # fmt: skip
        settings = evidence.package.field("cohorts", "setting").groups
        every = cohorts_by_id(evidence)
        cohorts = {
            cohort: {f"c_{name}": row[name] for name in columns}
            | {
                "c_setting": settings.get(row["setting"], row["setting"]),
                "c_setting_told": row["setting"],
                "c_arm_at": text(row["arm"]) or text(every.get(row["parent_cohort_id"], row)["arm"]),
            }
            for cohort, row in every.items()
        }
        unknown = {f"c_{name}": pd.NA for name in (*columns, "setting_told", "arm_at")}
        evidence.memo[name] = [
            row | cohorts.get(row["cohort_id"], unknown) | _family_of(evidence, row["cohort_id"])
            for row in records(evidence.tables[table])
        ]
    return evidence.memo[name]


def _family_of(evidence: Evidence, cohort_id) -> dict:
    if "cohort_families" not in evidence.memo:
        families = evidence.families.to_dict("index")
        cohorts = cohorts_by_id(evidence)
        own = {cohort: families.get(row["regimen_id"], NO_FAMILY) for cohort, row in cohorts.items()}
        against = {
            (row["report_id"], row["study_id"]): own[cohort]
            for cohort, row in cohorts.items()
            if text(row["arm"]) == "experimental"
        }
        for cohort, row in cohorts.items():
            above = cohorts.get(row["parent_cohort_id"], row)
            if "control" in (text(row["arm"]), text(above["arm"])):
                own[cohort] = against.get((row["report_id"], row["study_id"]), own[cohort])
        evidence.memo["cohort_families"] = {
            cohort: {
                "c_family": family["name"],
                "c_family_position": int(family["position"]),
                "c_part": family.get("part", ""),
                "c_class": family.get("class_id", ""),
            }
            for cohort, family in own.items()
        }
    missing = {"c_family": NO_FAMILY["name"], "c_family_position": NO_FAMILY["position"]}
    return evidence.memo["cohort_families"].get(cohort_id, missing | {"c_part": "", "c_class": ""})


def group_by(rows: Iterable[dict], *columns: str) -> dict:
    """Rows by the value of a column, or by the values of several, in order of first appearance.

    Rows that lack one are left out.
    """
    groups: dict = {}
    for row in rows:
        values = tuple(row[column] for column in columns)
        if not any(pd.isna(value) for value in values):
            groups.setdefault(values if len(columns) > 1 else values[0], []).append(row)
    return groups


def stratum_name(evidence: Evidence, disease, setting, age_group) -> str:
    """Disease, setting and age group in words: what may stand side by side."""
    codes = {"disease": disease, "setting": setting, "age_group": age_group}
    names = [evidence.label("cohorts", column, code) for column, code in codes.items()]
    return ", ".join(names[:2] if age_group == UNSAID else names)


def iterate_strata(evidence: Evidence, rows: Iterable[dict]) -> Iterator[tuple[str, list[dict]]]:
    """(name, rows) per family of regimens, disease, setting and age group, largest first in each family.

    Strata are never mixed in one table or panel. Control arms that were given something else stand with the
    arm they were randomised against, and the name says so.
    """
    groups = group_by(rows, "c_family_position", "c_family", "c_disease", "c_setting", "c_age_group")
    patients = {
        key: sum(0 if pd.isna(row["c_n_enrolled"]) else row["c_n_enrolled"] for row in part)
        for key, part in groups.items()
    }
    for key in sorted(groups, key=lambda key: (key[:2], -patients[key], key)):
        _, family, *stratum = key
        yield f"{name_family(evidence, family, groups[key])}: {stratum_name(evidence, *stratum)}", groups[key]


def name_family(evidence: Evidence, family: str, rows: Iterable[Mapping]) -> str:
    """A family of regimens as a heading, saying so where control arms stand in it that were given others."""
    names = evidence.families["name"].to_dict()
    control = any(row["c_arm_at"] == "control" and names.get(row["c_regimen_id"]) != family for row in rows)
    return f"{family}, with its controls" if control else family


def say_studies(number: int) -> str:
    """'1 study', '3 studies'."""
    return f"{number} stud{'y' if number == 1 else 'ies'}"


def study_name(evidence: Evidence, cohort_id: str) -> str:
    """Short name of the study a cohort belongs to."""
    return str(evidence.study_names[cohort_id])


def short_name(evidence: Evidence, report_id: str) -> str:
    """What a report is called in a label: its name without what is not established of it."""
    return shorten(evidence.report_names[report_id])


def source_name(evidence: Evidence, row: Mapping) -> str:
    """What a row's report is called: 'Roe 2020', or 'TRIAL, in Roe 2020' of another study than its own."""
    name = short_name(evidence, row["report_id"])
    if evidence.report_studies[row["report_id"]] == evidence.cohort_studies[row["cohort_id"]]:
        return name
    return f"{study_name(evidence, row['cohort_id'])}, in {name}"


def full_name(evidence: Evidence, row: Mapping) -> str:
    """A row's report, see `source_name`, and its cohort's label, the study's name once."""
    study, label = study_name(evidence, row["cohort_id"]), row["c_label"]
    return f"{source_name(evidence, row)}: {label.removeprefix(study).lstrip(' ,:') or label}"


def in_declared_order(evidence: Evidence, rows: Iterable[dict], table: str, column: str) -> list[dict]:
    """Rows in the order in which the schema declares the codes of a column, otherwise as they stood."""
    rank = {code: i for i, code in enumerate(evidence.package.field(table, column).labels)}
    return sorted(rows, key=lambda row: rank.get(row[column], len(rank)))
