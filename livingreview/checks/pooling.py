"""Rules of the tables that pools are made by and set beside: names that exist, figures as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import pandas as pd

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote
from livingreview.checks.wording import numbers_in
from livingreview.evidence import split_ids, split_levels

NUMBER = re.compile(r"(?<![\d.])\d*\.?\d+")
_OF_A_SOURCE = (
    *("class_id", "source_url", "page_read", "family_id", "disease", "setting", "age_group"),
    *("search_to", "model", "studies", "patients"),
)
_SIZES = ("studies", "patients")  # of a part of the patients they are others
COUNTED = ("proportion", "odds_ratio", "risk_ratio")  # measures of results, others are of endpoints
_RATIOS = ("hazard_ratio", "odds_ratio", "risk_ratio")
COLUMNS = {"outcomes": "outcome", "survival": "endpoint"}


def check_pooled_results(checked: Checked) -> Iterator[Problem]:
    """Every code of a pooled result exists and, as every term, counts for one result alone."""
    told: dict[tuple[str, str, str], str] = {}
    terms = set(checked.frames["adverse_events"]["term"].dropna())
    for line, row in checked.rows_of("pooled_results", "table", "codes"):
        table = row["table"]
        column = COLUMNS.get(table)
        known = checked.package.field(table, column).labels if column else terms
        for code in split_ids(row["codes"]):
            cause = "" if pd.isna(row["attribution"]) else row["attribution"]
            first = told.setdefault((table, code, cause), row["result_id"])
            if known and code not in known:
                expected, mend = f"a name in {table}.{column or 'term'}", "correct the name, or leave it out"
            elif first != row["result_id"]:
                expected, mend = f"a name under one result, not under {first} too", "leave it out of one"
            else:
                continue
            yield checked.problem("pooled_results", line, "codes", "pooled-code", quote(code), expected, mend)


def check_levels_of_pools(checked: Checked) -> Iterator[Problem]:
    """Levels are codes of the result, each once, in the order of codes turned round."""
    for line, row in checked.rows_of("pooled_results", "codes", "levels"):
        codes = split_ids(row["codes"])
        levels = split_levels(row["levels"])
        named = [code for level in levels for code in level]
        place = ("pooled_results", line, "levels", "pooled-levels")
        for code in named:
            if code not in codes:
                expected, mend = f"codes of this row: {row['codes']}", "correct the name, or add it to codes"
                yield checked.problem(*place, quote(code), expected, mend)
            elif named.count(code) > 1:
                yield checked.problem(*place, quote(code), "each code once", "leave it out of one level")
        known = [[codes.index(code) for code in level if code in codes] for level in levels]
        for within, around in pairwise(filter(None, known)):
            if max(around) > min(within):
                expected = "the strictest level first, as codes has the widest first"
                yield checked.problem(*place, quote(row["levels"]), expected, "turn the order of one round")


def check_names_of_pools(checked: Checked) -> Iterator[Problem]:
    """A grade or time that bounds a pooled result stands in its name, by which pages call it."""
    for line, row in checked.rows_of("pooled_results", "name"):
        for column in ("grade_min", "time_months"):
            value = row[column]
            if not pd.isna(value) and float(value) not in numbers_in(row["name"]):
                place = ("pooled_results", line, column, "name-of-pool")
                expected = f"a number of {quote(row['name'])}"
                yield checked.problem(*place, value, expected, "correct it, or the name")


def check_grades_apart(checked: Checked) -> Iterator[Problem]:
    """Grades of an event counted one by one have their sum beside them, which alone is pooled.

    Each patient is counted at the highest grade. Without the sum a study would leave the pool of that grade
    or more because it had events of a higher one.
    """
    least = {
        term: float(row["grade_min"])
        for _, row in checked.rows_of("pooled_results", "codes", "grade_min")
        for term in split_ids(row["codes"])
    }
    same = ["cohort_id", "term", "attribution", "period", "total"]
    rows = [
        (line, row)
        for line, row in checked.rows_of("adverse_events", "cohort_id", "term", "grade_min", "events")
        if row["term"] in least
    ]
    alone: dict[tuple, list[tuple[int, float]]] = {}
    summed = set()
    for line, row in rows:
        key = tuple("" if pd.isna(row[name]) else str(row[name]) for name in same)
        low, high = float(row["grade_min"]), row["grade_max"]
        if low == least[row["term"]] and (pd.isna(high) or float(high) > low):
            summed.add(key)
        elif low >= least[row["term"]]:
            alone.setdefault(key, []).append((line, low))
    for key, told in alone.items():
        grades = sorted(low for _, low in told)
        if key not in summed and len(told) > 1 and grades[0] == least[key[1]]:
            line = min(line for line, low in told if low == grades[0])
            found = f"grades {' and '.join(f'{grade:g}' for grade in grades)} of {key[1]}, one by one"
            expected = f"one more count, of grade {grades[0]:g} or more: their sum"
            mend = "enter the sum, basis derived, with its derivation"
            yield checked.problem("adverse_events", line, "grade_max", "grades-apart", found, expected, mend)


def check_one_synthesis(checked: Checked) -> Iterator[Problem]:
    """The values of one publication are of the same studies and patients, read on one page."""
    first: dict[tuple[str, str], object] = {}
    for line, row in checked.rows_of("published_syntheses", "source"):
        for column in _OF_A_SOURCE:
            if column in _SIZES and not pd.isna(row["part"]):
                continue
            value = None if pd.isna(row[column]) else row[column]
            same = first.setdefault((row["source"], column), value)
            if value != same:
                place = ("published_syntheses", line, column, "two-sources")
                expected = f"{quote(same)}, as for other values of {row['source']}"
                yield checked.problem(*place, quote(value), expected, "correct one of the two")


def check_published_syntheses(checked: Checked) -> Iterator[Problem]:
    """A published value stands in its fragment, as printed or as a hundredth, beside a pool there may be."""
    results = {row["result_id"] for _, row in checked.rows_of("pooled_results", "result_id")}
    endpoints = set(checked.package.field("survival", "endpoint").labels)
    for line, row in checked.rows_of("published_syntheses", "estimate", "as_reported", "measure", "code"):
        printed = {Fraction(number) for number in NUMBER.findall(row["as_reported"])}
        is_share = row["measure"] in ("proportion", "landmark")
        shares = {100 * number for number in printed if is_share and number <= 1}
        for column in ("estimate", "ci_low", "ci_high"):
            value = row[column]
            if isinstance(value, str) and NUMBER.fullmatch(value) and Fraction(value) not in printed | shares:
                yield checked.problem(
                    "published_syntheses",
                    line,
                    column,
                    "published-figure",
                    quote(value),
                    f"a number of {quote(row['as_reported'])}",
                    "enter the figure as printed, a share in percent",
                )
        known = results if row["measure"] in COUNTED else endpoints
        if known and row["code"] not in known:
            yield checked.problem(
                "published_syntheses",
                line,
                "code",
                "published-code",
                quote(row["code"]),
                f"one of: {', '.join(sorted(known))}",
                "name the result of pooled_results, or the endpoint, that it is set beside",
            )
        for column in ("disease", "setting", "age_group"):
            codes = checked.package.field("cohorts", column).labels
            if isinstance(row[column], str) and codes and row[column] not in codes:
                yield checked.problem(
                    "published_syntheses",
                    line,
                    column,
                    "published-code",
                    quote(row[column]),
                    f"a code of cohorts.{column}",
                    "correct it",
                )


def check_contrasts_of_syntheses(checked: Checked) -> Iterator[Problem]:
    """A ratio says what it is against, a share at a time when; no other value does."""
    for line, row in checked.rows_of("published_syntheses", "measure"):
        for column, measures in (("against", _RATIOS), ("time_months", ("landmark",))):
            if pd.isna(row[column]) == (row["measure"] in measures):
                expected = f"{'filled' if row['measure'] in measures else 'empty'} with {row['measure']}"
                place = ("published_syntheses", line, column, "published-contrast")
                yield checked.problem(*place, row[column], expected, "correct it, or the measure")


def check_external_controls(checked: Checked) -> Iterator[Problem]:
    """Both counts of a comparison are of one outcome, printed, and not of two randomised arms."""
    outcomes = {row["row_id"]: row for _, row in checked.rows_of("outcomes", "row_id", "outcome")}
    arms = {row["cohort_id"]: row for _, row in checked.rows_of("cohorts", "cohort_id", "arm")}
    for line, row in checked.rows_of("external_controls", "treated_row_id", "control_row_id"):
        pair = [
            outcomes[row_id]
            for row_id in (row["treated_row_id"], row["control_row_id"])
            if row_id in outcomes
        ]
        if len(pair) < 2:
            continue  # told as a broken link
        one, other = pair
        randomised = [arms[count["cohort_id"]] for count in pair if count["cohort_id"] in arms]
        if one["outcome"] != other["outcome"]:
            found, expected = other["outcome"], f"a count of {one['outcome']}, as of those treated"
        elif any(pd.isna(count[name]) for count in pair for name in ("events", "total")):
            found, expected = "a count without events or total", "counts with both"
        elif len(randomised) == 2 and len({arm["study_id"] for arm in randomised}) == 1:
            found, expected = "two arms of one randomised trial", "controls that were not randomised"
        else:
            continue
        place = ("external_controls", line, "control_row_id", "external-control")
        yield checked.problem(*place, quote(found), expected, "name another row, or take the comparison out")


POOLING_RULES = (
    check_external_controls,
    check_grades_apart,
    check_pooled_results,
    check_levels_of_pools,
    check_names_of_pools,
    check_one_synthesis,
    check_published_syntheses,
    check_contrasts_of_syntheses,
)
