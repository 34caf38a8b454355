"""What the conclusions, the ratings and the chapters' own words rest on."""

import ast
import re

import pandas as pd
import pytest

from livingreview.checks.wording import numbers_in
from livingreview.display.numbers import exact_interval, is_second_hand
from livingreview.evidence import records, split_ids
from livingreview.execution import read_chapter
from livingreview.manuscript import find_pages
from livingreview.tables.counts import base_of
from livingreview.tables.readings import untold_studies
from tests.conftest import ROOT
from tests.drawn import CLASSES

SAME = {
    "outcomes": ("outcome", "base"),
    "adverse_events": ("term", "grade_min", "grade_max", "attribution"),
}
FINDINGS = ("remission", "mrd", "survival", "early_death")


def named_in_chapters() -> dict[str, set[str]]:
    """The rows whose numbers each page's own words show."""
    found = {}
    for path in find_pages(ROOT / "chapters"):
        cells = [cell.source for cell in read_chapter(path).notebook.cells if cell.cell_type == "code"]
        found[path.stem] = {
            keyword.value.value
            for cell in cells
            for node in ast.walk(ast.parse(cell))
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "glue_figures"
            for keyword in node.keywords
        }
    return found


@pytest.fixture(scope="module")
def places(review) -> dict[str, set[str]]:
    """Each conclusion, rating, summarised finding and page with the rows it shows or rests on."""
    found = named_in_chapters()
    for table, key in (("claims", "claim_id"), ("certainty", "certainty_id")):
        for row in records(review.tables[table]):
            shown = re.findall(r"\{([^}]+)\}", row.get("text", ""))
            found[row[key]] = {*split_ids(row["rests_on"]), *shown}
    for row in records(review.tables["findings"]):
        cells = [row[name] for name in FINDINGS if not pd.isna(row[name])]
        found[row["finding_id"]] = {row_id for cell in cells for row_id in split_ids(cell)}
    return found


@pytest.fixture(scope="module")
def alike(review) -> dict[tuple, list[dict]]:
    """Counts of the same thing in the same patients of one study; estimates change with follow-up."""
    cohorts = {row["cohort_id"]: row for row in records(review.tables["cohorts"])}
    found: dict[tuple, list[dict]] = {}
    for table, columns in SAME.items():
        for row in records(review.tables[table]):
            cohort = cohorts[row["cohort_id"]]
            whom = [cohort[name] for name in ("study_id", "disease", "setting", "age_group", "arm")]
            row["base"] = base_of(review, row.get("denominator", ""))
            key = (table, *whom, *(row[name] for name in columns))
            found.setdefault(tuple("" if pd.isna(part) else part for part in key), []).append(row)
    return found


def test_a_report_is_quoted_at_first_hand_wherever_it_can_be(places, alike):
    """A number repeated by another report may stand beside the first-hand one, never in its place."""
    better = {
        row["row_id"]: [
            other["row_id"]
            for other in same
            if not is_second_hand(other)
            and not pd.isna(other["events"])
            and (pd.isna(row["total"]) or pd.isna(other["total"]) or other["total"] >= row["total"])
        ]
        for same in alike.values()
        for row in same
        if is_second_hand(row)
    }
    faults = {
        (place, row_id): better[row_id]
        for place, shown in places.items()
        for row_id in shown
        if better.get(row_id) and not shown & set(better[row_id])
    }
    assert not faults


@pytest.mark.parametrize("class_id", CLASSES)
def test_every_included_study_of_ten_patients_is_in_a_conclusion(review, class_id):
    """`livingreview reread` lists those that are in none."""
    assert untold_studies(review, class_id) == set()


def test_the_width_that_a_rating_names_is_that_of_the_largest_study(review):
    """So the methods page has it where nothing is pooled; the widest interval was once named instead."""
    named = 0
    for rating in records(review.tables["certainty"]):
        told = re.findall(r"[^;.,]*percentage points[^;.,]*", rating["reason"])
        counts = [review.row(row_id) for row_id in split_ids(rating["rests_on"])]
        counts = [row for row in counts if not pd.isna(row.get("events")) and not pd.isna(row.get("total"))]
        said = {number for part in told if "wider than" not in part for number in numbers_in(part)}
        if not said or not counts or "pooled interval" in rating["reason"]:
            continue
        named += 1
        most = max(int(row["total"]) for row in counts)
        ends = [exact_interval(int(row["events"]), most) for row in counts if row["total"] == most]
        widths = {round(100 * (high - low)) for low, high in ends}
        close = widths | {width + 1 for width in widths if "almost" in " ".join(told)}
        assert said & close, (rating["certainty_id"], said, widths)
    assert named > 5


def test_whom_a_summary_counts_by_line_is_what_the_report_counts(review):
    """A line of the summary that names how many came from where repeats the cohort's own counts."""
    findings = review.tables["findings"].set_index("finding_id")
    finding = findings.loc["child-later-relapse.mitoxantrone-clofarabine"]
    rows = review.tables["characteristics"]
    rows = rows[rows["cohort_id"].eq(review.row(finding["remission"])["cohort_id"])]
    wanted = rows[rows["characteristic"].isin(["disease_status", "phenotype"])]
    said = f"{finding['who']} {finding['note']}"
    assert sorted(map(int, re.findall(r"\d+", said))) == sorted(wanted["events"].astype(int))


@pytest.mark.parametrize("class_id", CLASSES)
def test_each_class_says_what_is_known_of_response_residual_disease_survival_and_harm(review, class_id):
    groups = review.package.field("outcomes", "outcome").groups
    claims = review.tables["claims"]
    rows = {
        row_id
        for cell in claims.loc[claims["class_id"].eq(class_id), "rests_on"]
        for row_id in split_ids(cell)
    }
    told = {review.row_tables[row_id] for row_id in rows}
    told |= {groups[review.row(row)["outcome"]] for row in rows if review.row_tables[row] == "outcomes"}
    assert {"response", "mrd", "survival", "adverse_events"} <= told
