"""Posted results fill a sheet: a row for every cell, or the reason why not; and never a grade."""

import datetime
from collections import Counter

import pytest

from livingreview.checks.tables import check_data
from livingreview.evidence import load_evidence, read_cells
from livingreview.extraction.adding import add
from livingreview.extraction.ctgov import read_ctgov
from livingreview.extraction.drafts import PROPOSED
from livingreview.extraction.euctr import read_euctr
from livingreview.extraction.measuring import fragment
from livingreview.extraction.proposing import NO_GROUP, NOBODY, propose
from livingreview.extraction.reading import Book, read_rows
from livingreview.extraction.resolving import resolve
from livingreview.extraction.taking import take
from livingreview.extraction.workbook import SheetError, read_sheet, write_sheet
from tests.extraction.registry import (
    EUROPEAN,
    EVENTS,
    LONG,
    SURVIVAL,
    as_bytes,
    outcomes,
    study,
)

TODAY = datetime.date(2026, 11, 29)
ANSWERS = {  # what no file tells, as a reader would enter it
    "text_seen": "full text",
    "status": "context",
    "status_reason": "A trial of another disease, to try the sheet",
    "study": "Made-up trial",
    "study_design": "randomised trial",
}
MEDIAN = "outcomeMeasures[0].classes[0].categories[0]"
WHO = {"disease": "AML", "setting": "relapsed or refractory", "age_group": "adults"}


@pytest.fixture(scope="module")
def proposal(review):
    return propose(review, read_ctgov(as_bytes(study())))


def rows_of(proposal, table, **cells):
    rows = proposal.draft.rows[table]
    return [row for row in rows if all(row.get(name, "") == text for name, text in cells.items())]


def evidence_rows(proposal):
    """All rows but the questions of appraisal, which wait for an answer as in every sheet."""
    return [row for name, rows in proposal.draft.rows.items() if name != "appraisals" for row in rows]


def test_every_cell_of_the_file_has_one_fate(proposal):
    assert [fate.cell for fate in proposal.fates] == proposal.posted.cells
    paths = [row["locator"] for row in evidence_rows(proposal)]
    for fate in proposal.fates:
        if fate.table and fate.table != "cohorts":
            assert paths.count(fate.cell.path) == 1, fate.cell.path
        assert bool(fate.table) != bool(fate.why)


def test_each_row_prints_the_numbers_of_its_cell(proposal):
    rows = {row["locator"]: row for row in evidence_rows(proposal)}
    told = [fate for fate in proposal.fates if fate.table]
    assert len(told) == 48
    for fate in told:
        if fate.table == "cohorts":
            continue
        row, cell = rows[fate.cell.path], fate.cell
        assert row[PROPOSED] == "livingreview: results of ClinicalTrials.gov"
        printed = row["as_reported"].split(" … ")
        for number in filter(None, (cell.value, cell.total, cell.low, cell.high)):
            assert fragment(number) in printed, cell.path
        counts = (row.get("events"), row.get("total"))
        assert "events" not in row or counts == (cell.value, cell.total)


def test_no_row_has_a_grade(proposal):
    assert len(proposal.draft.rows["adverse_events"]) == 16
    for row in proposal.draft.rows["adverse_events"]:
        assert not {"grade_min", "grade_max"} & row.keys()


def test_serious_and_other_events_of_one_term_are_two_events(proposal):
    rows = rows_of(proposal, "adverse_events", cohort="drug-a")
    told = {row["term"]: (row["events"], row["total"]) for row in rows}
    assert told["Anemia, serious"] == ("3", "39")
    assert told["Anemia, not serious"] == ("12", "39")
    assert told["Serious adverse event"] == ("15", "39")
    assert told["Adverse event, not serious"] == ("35", "39")
    (row,) = rows_of(proposal, "adverse_events", cohort="drug-a", term="Anemia, serious")
    assert row["note"].startswith("Printed as 13200-Anemia. Events: 5. Blood and lymphatic")
    assert row["group"] == "blood"


def test_one_term_of_two_organ_systems_is_told_apart(proposal):
    terms = [row["term"] for row in rows_of(proposal, "adverse_events", cohort="drug-a")]
    pain = [term for term in terms if term.startswith("Pain")]
    assert pain == [
        "Pain, not serious",
        "Pain (Musculoskeletal and connective tissue disorders), not serious",
    ]


def test_a_term_is_written_as_the_review_writes_it_and_has_its_group(proposal):
    (row,) = rows_of(proposal, "adverse_events", cohort="drug-a", term="Cytokine release syndrome, serious")
    assert row["group"] == "immune system"


def test_a_long_term_is_shortened_and_told_and_an_unknown_system_is_left_to_the_reader(proposal):
    (row,) = [row for row in rows_of(proposal, "adverse_events", cohort="drug-a") if "…" in row["term"]]
    assert len(row["term"]) <= 80
    assert LONG in row["note"]
    assert "group" not in row


def test_what_is_left_is_told_with_the_reason(proposal):
    told = {fate.cell.path.partition("Module.")[2]: fate.why for fate in proposal.left()}
    assert told == {
        "seriousEvents[2].stats[0]": "it counts 4 events and no participants",
        "seriousEvents[2].stats[1]": NOBODY,
        "periods[1].milestones[0].achievements[1]": NOBODY,
        f"{MEDIAN}.measurements[1]": "its value is 'NA': Median not reached",
        "outcomeMeasures[0].analyses[1]": "its value is '<0.001'",
    }


def test_a_cell_of_an_unknown_group_is_left(review):
    told = study(adverseEventsModule=EVENTS | {"eventGroups": EVENTS["eventGroups"][:1]})
    found = propose(review, read_ctgov(as_bytes(told)))
    left = Counter(fate.why for fate in found.left() if "Events" in fate.cell.path)
    assert left[NO_GROUP] == 7


def test_groups_of_patients_have_size_age_and_place(proposal):
    (drug,) = rows_of(proposal, "cohorts", cohort="drug-a")
    assert (drug["n_enrolled"], drug["age_statistic"], drug["age_min_years"]) == ("40", "median", "18")
    assert (drug["arm"], drug["regimen"], drug["parent_cohort"]) == ("experimental arm", "drug-a", "all")
    assert drug["as_reported"] == "40 … 41 … 18 … 70"
    (control,) = rows_of(proposal, "cohorts", cohort="standard-care")
    assert control["arm"] == "control arm"
    (part,) = rows_of(proposal, "cohorts", cohort="drug-a-with-a-questionnaire")
    assert not {"n_enrolled", "arm", "regimen"} & part.keys()


def test_categories_that_make_their_total_are_a_partition(proposal, review):
    rows = rows_of(proposal, "characteristics", cohort="drug-a")
    assert [row["partition"] for row in rows] == ["sex", "sex"]
    told = study()
    sexes = told["resultsSection"]["baselineCharacteristicsModule"]["measures"][1]["classes"][0]
    sexes["categories"][0]["measurements"][0]["value"] = "17"
    found = propose(review, read_ctgov(as_bytes(told)))
    assert not any(row.get("partition") for row in rows_of(found, "characteristics", cohort="drug-a"))
    assert all(row["partition"] for row in rows_of(found, "characteristics", cohort="standard-care"))


def test_a_group_of_which_more_are_counted_than_began_has_no_size(review):
    told = outcomes(SURVIVAL | {"denoms": [{"units": "Participants", "counts": [
        {"groupId": "OG000", "value": "38"}, {"groupId": "OG001", "value": "41"}]}]})  # fmt: skip
    (row,) = rows_of(propose(review, read_ctgov(as_bytes(told))), "cohorts", cohort="drug-a")
    assert "n_enrolled" not in row
    assert row["note"].startswith("40 started, and up to 41 are counted.")


def test_deaths_are_the_reviews_outcome(proposal):
    (row,) = rows_of(proposal, "outcomes", cohort="drug-a", outcome="death, any cause")
    assert (row["events"], row["total"], row["timepoint"]) == ("9", "40", EVENTS["timeFrame"])


def test_the_form_has_what_the_file_says_of_the_study(proposal):
    form = proposal.draft.form
    assert (form["authors"], form["year"], form["first_available"]) == (
        "{A Made-up Group}",
        "2024",
        "2024-05-06",
    )
    assert (form["kind"], form["registry"]) == ("trial registry entry", "NCT09999999")


def test_a_review_without_a_table_is_told_so(review):
    from dataclasses import replace

    tables = {name: table for name, table in review.package.tables.items() if name != "figures"}
    without = replace(review, package=replace(review.package, tables=tables))
    found = propose(without, read_ctgov(as_bytes(study())))
    assert "figures" not in found.draft.rows
    assert len(found.fates) == 53
    assert Counter(fate.why for fate in found.left())["the review has no table for it"] > 10


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["nct.xlsx", "nct", "eu.xlsx"])
def test_what_a_reader_leaves_is_taken_and_counted_as_proposed(project, tmp_path, kind):
    """From a file of results through a sheet into sound data."""
    here = Book(load_evidence(project))
    posted = read_euctr(EUROPEAN) if kind.startswith("eu") else read_ctgov(as_bytes(study()))
    draft = propose(here.evidence, posted, class_id="blinatumomab").draft
    draft.form |= ANSWERS
    for row in draft.rows["cohorts"]:
        row |= WHO
    for row in draft.rows["figures"]:
        row["topic"] = row.get("topic") or "design"
    for row in draft.rows["adverse_events"]:
        row["group"] = row.get("group") or "other"
    for row in draft.rows["regimens"]:
        row["family"] = "Blinatumomab alone" if row["role"] == "the regimen under study" else ""
    left_out = draft.rows["figures"].pop()
    path = tmp_path / kind
    write_sheet(path, here.package, draft, here.choices())
    sheet = read_rows(read_sheet(path, here.package), here)
    taken = take(project, here.package, resolve(sheet, here), today=TODAY)
    assert [*sheet.problems, *taken.problems] == []
    assert check_data(project)[1] == []
    (row,) = read_cells((project / "data" / "proposals.csv").read_bytes())
    assert row["tool"] == f"livingreview: results of {posted.register}"
    entered = read_cells((project / "data" / "figures.csv").read_bytes())
    assert left_out["locator"] not in [row["locator"] for row in entered]
    again = tmp_path / "again"
    again.write_bytes(EUROPEAN if kind.startswith("eu") else as_bytes(study()))
    with pytest.raises(SheetError, match="is here already as a-made-up-group"):
        add(project, str(again), output=tmp_path / "again.xlsx", environment={})
    tables = ("regimens", "cohorts", "characteristics", "outcomes", "survival", "adverse_events", "figures")
    assert int(row["rows_taken"]) == sum(len(draft.rows[table]) for table in tables)


@pytest.mark.slow
def test_rows_proposed_for_a_report_twice_are_added_up(project, tmp_path):
    here = Book(load_evidence(project))
    for number, term in enumerate(("Sneezing", "Hiccups"), 1):
        draft = propose(here.evidence, read_ctgov(as_bytes(study()))).draft
        draft.form = dict.fromkeys(draft.form, "") | {"report": "linder-2016"}
        row = draft.rows["adverse_events"][0] | {"term": term, "cohort": "patient", "group": "other"}
        row |= {"events": "1", "total": "1", "as_reported": "1 … 1"}
        draft.rows = {table: [] for table in draft.rows} | {"adverse_events": [row]}
        path = tmp_path / f"more-{number}.xlsx"
        write_sheet(path, here.package, draft, here.choices())
        sheet = read_rows(read_sheet(path, here.package), here)
        taken = take(project, here.package, resolve(sheet, here), today=TODAY)
        assert [*sheet.problems, *taken.problems] == []
        here = Book(load_evidence(project))
    (row,) = read_cells((project / "data" / "proposals.csv").read_bytes())
    assert row["rows_taken"] == "2"
