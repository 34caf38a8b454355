"""What belongs together must fit: a part and its whole, ages and their group, a total and whom it counts,
a report's year and its study's dates, a trial's number and its study.

Both cells were typed by the same hand, but a slip of it is in one of them. Which codes are part of which, and
which ages a group stands for, is declared in the schema (`within`, `spans`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import pandas as pd

from livingreview.checks.checked import REGISTER, Checked
from livingreview.checks.printed import SIZES
from livingreview.checks.problems import Problem, quote
from livingreview.checks.said import names_of_codes
from livingreview.checks.wording import Names, numbers_in
from livingreview.evidence import BIBLIOGRAPHY, UNSAID, split_ids
from livingreview.evidence.schema import Field

_STRATA = ("disease", "setting", "age_group")
_AGES = ("age_min_years", "age_max_years", "age_centre_years")


def check_parts_of_cohorts(checked: Checked) -> Iterator[Problem]:
    """A part of a cohort has the stratum of its whole or one within it.

    Where two parts or more contradict their whole and none fits it, the whole is named.
    """
    cohorts = {row["cohort_id"]: (line, row) for line, row in checked.lines("cohorts")}
    for column in _STRATA:
        field = checked.package.field("cohorts", column)
        names = Names(names_of_codes(checked, field)) if field.within else None
        placed = {*field.within, *(code for wider in field.within.values() for code in wider)}
        misfits: dict[str, list[tuple[int, dict]]] = {}
        fits: Counter[str] = Counter()
        for line, row in checked.rows_of("cohorts", column, "parent_cohort_id") if names else ():
            whole = cohorts.get(row["parent_cohort_id"], (0, {}))[1]
            if names is None or pd.isna(whole.get(column)) or row[column] not in placed:
                continue
            if whole[column] in field.wholes(row[column]) or _is_said(names, field, row, whole, column):
                fits[row["parent_cohort_id"]] += 1
            else:
                misfits.setdefault(row["parent_cohort_id"], []).append((line, row))
        for parent, parts in misfits.items():
            line, whole = cohorts[parent]
            yield from _tell_misfit(checked, field, (line, whole), parts, blame=not fits[parent])


def _is_said(names: Names, field: Field, row: Mapping, whole: Mapping, column: str) -> bool:
    """A setting may be told more coarsely of a part; a note of one of the two may name the part's."""
    if column == "setting" and row[column] in field.wholes(whole[column]):
        return True
    notes = " … ".join(str(each["note"]) for each in (row, whole) if not pd.isna(each.get("note")))
    return row[column] in names.among(notes)


def _tell_misfit(
    checked: Checked, field: Field, whole: tuple[int, dict], parts: list[tuple[int, dict]], *, blame: bool
) -> Iterator[Problem]:
    column, mend = field.name, "correct one of the two, or name the part's in its note"
    if blame and len(parts) > 1:
        line, row = whole
        shared = set.intersection(*(field.wholes(part[column]) for _, part in parts))
        nearest = [code for code in field.within if code in shared] or sorted(shared)
        expected = f"what holds its parts ({_words(field, [part[column] for _, part in parts])})" + (
            f", such as {field.label(nearest[0])}" if nearest else ""
        )
        found = quote(field.label(row[column]))
        yield checked.problem("cohorts", line, column, "part-of-whole", found, expected, mend)
        return
    for line, row in parts:
        expected = f"{field.label(whole[1][column])} or a part of it, as of {whole[1]['cohort_id']}"
        found = quote(field.label(row[column]))
        yield checked.problem("cohorts", line, column, "part-of-whole", found, expected, mend)


def _words(field: Field, codes: list[str]) -> str:
    return ", ".join(field.label(code) for code in dict.fromkeys(codes))


def check_ages_of_group(checked: Checked) -> Iterator[Problem]:
    """Some ages of a cohort are of its age group: nobody of 18 or older is all there is of children.

    Where a group is of both ages its median or mean says of which there are more.
    """
    field = checked.package.field("cohorts", "age_group")
    for line, row in checked.rows_of("cohorts", "age_group"):
        centre = row.get("age_centre_years")
        if not pd.isna(centre) and not field.centres_number(row["age_group"], centre):
            if not checked.is_excused(row["row_id"], f"{centre:g}"):
                found = f"{field.label(row['age_group'])}, {row['age_statistic']} {centre:g} years"
                fits = [field.label(code) for code in field.centres if field.centres_number(code, centre)]
                expected = f"{' or '.join(fits) or 'another group'}, or another age"
                yield checked.problem(
                    "cohorts", line, "age_group", "ages-of-group", found, expected, REGISTER
                )
            continue
        low, high = field.spans.get(row["age_group"], (None, None))
        lowest, highest, centre = (row.get(name) for name in _AGES)
        if pd.isna(lowest) and pd.isna(highest):
            lowest = highest = centre
        if high is not None and not pd.isna(lowest) and lowest >= high:
            ages = f"from {lowest:g} years"
        elif low is not None and not pd.isna(highest) and highest < low:
            ages = f"up to {highest:g} years"
        else:
            continue
        if not checked.is_excused(row["row_id"], f"{(lowest if ages.startswith('from') else highest):g}"):
            found = f"{field.label(row['age_group'])} {ages}"
            fits = [
                field.label(code)
                for code in field.spans
                if all(pd.isna(age) or field.spans_number(code, age) for age in (lowest, highest))
            ]
            expected = f"{' or '.join(fits) or 'another group'}, or other ages"
            yield checked.problem("cohorts", line, "age_group", "ages-of-group", found, expected, REGISTER)


def check_denominators(checked: Checked) -> Iterator[Problem]:
    """A total of all patients is a size of the cohort or of its whole; a total of some is no total of all.

    Of all patients count the denominators that the schema puts into the group ``all``.
    """
    field = checked.package.field("outcomes", "denominator")
    cohorts = {row["cohort_id"]: row for _, row in checked.lines("cohorts")}
    everyone: dict[tuple[str, float], list[str]] = {}
    rows = list(checked.rows_of("outcomes", "denominator", "total", "cohort_id"))
    for _, row in rows:
        if field.group(row["denominator"]) == "all":
            everyone.setdefault((row["cohort_id"], row["total"]), []).append(row["row_id"])
    for line, row in rows:
        own = cohorts.get(row["cohort_id"], {})
        sizes = _sizes(own) or _sizes(cohorts.get(own.get("parent_cohort_id"), {}))
        wider = _sizes(own) | _sizes(cohorts.get(own.get("parent_cohort_id"), {}))
        total, group = row["total"], field.group(row["denominator"])
        others = everyone.get((row["cohort_id"], total), [])
        if checked.is_excused(row["row_id"], total) or _tells(row["note"], total):
            continue
        place = ("outcomes", line, "denominator", "denominator-of-total")
        found = f"{field.label(row['denominator'])}, {total:g}"
        mend = "look for a slip in the two, or say in the note whom the total counts"
        if group == "all" and row["denominator"] not in field.steps and sizes and total not in wider:
            expected = f"a size of the cohort: {' or '.join(f'{size:g}' for size in sorted(wider))}"
            yield checked.problem(*place, found, expected, mend)
        elif group in set(field.steps.values()) and total in sizes and others and total > 1:
            expected = f"fewer than all {total:g}, whom {others[0]} counts as all"
            yield checked.problem(*place, found, expected, mend)


def _tells(note: str | None, total: float) -> bool:
    return not pd.isna(note) and total in numbers_in(note)


def _sizes(cohort: Mapping) -> set[float]:
    return {float(cohort[name]) for name in SIZES if not pd.isna(cohort.get(name))}


def check_years_of_reports(checked: Checked) -> Iterator[Problem]:
    """A report is published neither before its study began nor before it was public or its data were cut.

    An interim report comes before the end of enrolment; where all of a study's reports do, none can have
    printed that end.
    """
    studies = {row["study_id"]: row for _, row in checked.lines("studies")}
    years: dict[str, int] = {}
    for key, fields in (checked.records or {}).items():
        if fields.get("year", "").isdigit():
            years[key] = int(fields["year"])
    latest: dict[str, int] = {}
    for _, row in checked.rows_of("reports", "report_id", "study_id"):
        if row["report_id"] in years:
            latest[row["study_id"]] = max(years[row["report_id"]], latest.get(row["study_id"], 0))
    for _, row in checked.rows_of("reports", "report_id"):
        year, study = years.get(row["report_id"]), studies.get(row["study_id"], {})
        if year is None or _tells(row["note"], year):
            continue
        dates = [
            ("the start of enrolment", study.get("enrolment_start"), year),
            ("the end of enrolment", study.get("enrolment_end"), latest.get(row["study_id"], year)),
            ("the cut of its data", row.get("data_cutoff"), year),
            ("the day it was first public", row.get("first_available"), year),
        ]
        for what, date, told in dates:
            if not pd.isna(date) and date[:4].isdigit() and told < int(date[:4]):
                expected = f"{date[:4]} or later: {what} is {date}"
                mend = "correct the year or the date, or say in the note of the report how both can be"
                place = (BIBLIOGRAPHY, 0, f"{row['report_id']}.year", "year-before")
                yield Problem(*place, str(year), expected, mend)
                break


def check_numbers_of_trials(checked: Checked) -> Iterator[Problem]:
    """A trial's number is of one study, or of studies that share patients, or a note names it of another."""
    if "identifiers" not in checked.package.tables or "note" not in checked.frames["studies"]:
        return  # without notes of studies nobody could say why two share a number
    reports = {row["report_id"]: row for _, row in checked.lines("reports")}
    studies = {row["study_id"]: row for _, row in checked.lines("studies")}
    count = Counter(row["study_id"] for row in reports.values())
    held: dict[str, dict[str, list[tuple[int, dict]]]] = {}
    for line, row in checked.rows_of("identifiers", "report_id", "scheme", "value"):
        if row["scheme"] == "registry" and row["report_id"] in reports:
            study = reports[row["report_id"]]["study_id"]
            held.setdefault(row["value"], {}).setdefault(study, []).append((line, row))
    for number, rows in held.items():
        main = max(rows, key=lambda study: (len(rows[study]), count[study]))
        joined = _joined(studies, main)
        for study, places in rows.items():
            notes = (studies.get(each, {}).get("note") for each in (study, main))
            if study in joined or any(number in note for note in notes if not pd.isna(note)):
                continue
            name = studies.get(main, {}).get("name", main)
            mend = "correct it, take that study, or name the number in the note of the study"
            for line, row in places:
                note = reports[row["report_id"]].get("note")
                if pd.isna(note) or number not in note:
                    place = ("identifiers", line, "value", "number-of-study")
                    expected = f"a number that is not of the study {name}"
                    yield checked.problem(*place, quote(number), expected, mend)


def _joined(studies: Mapping[str, Mapping], study: str) -> set[str]:
    """A study and those that share patients with it, at any remove."""
    found, waiting = {study}, [study]
    while waiting:
        own = waiting.pop()
        named = studies.get(own, {}).get("overlaps_with")
        near = set() if pd.isna(named) else set(split_ids(named))
        near |= {
            other
            for other, row in studies.items()
            if not pd.isna(row.get("overlaps_with")) and own in split_ids(row["overlaps_with"])
        }
        waiting += near - found
        found |= near
    return found


def check_narrower_counts(checked: Checked) -> Iterator[Problem]:
    """Of the same patients at the same time no more have reached the narrower outcome than the wider one."""
    field, alike = checked.package.field("outcomes", "outcome"), ("cohort_id", "total", "assessed_at")
    counted: dict[tuple, list[tuple[int, dict]]] = {}
    for line, row in checked.rows_of("outcomes", "outcome", "events", *alike):
        counted.setdefault(tuple(row[name] for name in alike), []).append((line, row))
    for line, narrow, wide in (
        (line, narrow, wide)
        for rows in counted.values()
        for line, narrow in rows
        for _, wide in rows
        if narrow["events"] > wide["events"]
        and wide["outcome"] in field.wholes(narrow["outcome"]) - {narrow["outcome"]}
        and narrow["assessed_at"] not in ("other", UNSAID)
    ):
        expected = f"at most {wide['events']}, as in {wide['row_id']} ({field.label(wide['outcome'])})"
        place = ("outcomes", line, "events", "narrower-count")
        yield checked.problem(*place, narrow["events"], expected, "look for a slip in one of the two rows")


BELONGING_RULES = (
    check_narrower_counts,
    check_parts_of_cohorts,
    check_ages_of_group,
    check_denominators,
    check_years_of_reports,
    check_numbers_of_trials,
)
