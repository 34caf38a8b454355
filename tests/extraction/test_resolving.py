"""Words become ids, what follows from the rest is filled in, and nothing is guessed."""

import pytest

from tests.extraction.example import ROWS, changed, read
from tests.extraction.test_reading import told


def test_the_example_becomes_rows_of_the_data(known):
    sheet, entry = read(known)
    assert sheet.problems == []
    assert (entry.report_id, entry.is_new) == ("qwerty-2024", True)
    assert entry.authors == ["Qwerty, Anna", "Asdf, Bert"]
    assert entry.record == {
        "title": "A regimen in a made-up cohort",
        "year": "2024",
        "journal": "Journal of Examples",
        "volume": "3",
        "number": "1",
        "pages": "12--19",
    }
    ids = {table: [item.row.get("row_id") for item in rows] for table, rows in entry.rows.items() if rows}
    assert ids["cohorts"] == ["qwerty-2024.cohort.all"]
    assert ids["outcomes"] == ["qwerty-2024.outcome.all.cr"]
    assert ids["survival"] == ["qwerty-2024.survival.all.os-median"]
    cohort, outcome = entry.rows["cohorts"][0].row, entry.rows["outcomes"][0].row
    assert (cohort["regimen_id"], cohort["study_id"]) == ("qwerty-2024-studied", "made-up-cohort")
    assert (outcome["cohort_id"], outcome["denominator"]) == ("qwerty-2024.all", "treated")
    number = entry.rows["identifiers"][0].row
    assert (number["identifier_id"], number["value"]) == ("qwerty-2024.doi", "10.5555/example.1")
    assert number["basis"] == "https://example.org/abstract"


def test_what_follows_from_the_rest_is_filled_in(known):
    _, entry = read(known)
    outcome, survival = entry.rows["outcomes"][0].row, entry.rows["survival"][0].row
    event = entry.rows["adverse_events"][0].row
    assert (
        outcome["definition"] == "not_reported"
    )  # the report gives none; the outcome's name is the review's
    assert (outcome["basis"], outcome["verification"]) == ("reported", "single_reading")
    assert (outcome["assessed_at"], outcome["locator"]) == ("not_reported", "Abstract")
    assert (survival["unit"], survival["ci_level"], survival["origin"]) == ("months", "0.95", "not_reported")
    assert event["group"] == "immune"  # as the review has this term


def test_no_level_of_an_interval_is_made_up(known):
    _, entry = read(known, **changed("survival", as_reported="median OS 9.1 months (6.0-12.2)"))
    assert entry.rows["survival"][0].row["ci_level"] == ""


@pytest.mark.parametrize(
    ("cells", "basis"),
    [
        ({"derivation": "45% of 40"}, "derived"),
        ({"source_citation": "reference 12"}, "restated"),
        ({"derivation": "45% of 40", "source_citation": "reference 12"}, "restated_derived"),
        ({"derivation": "45% of 40", "basis": "printed in the report itself"}, "reported"),
    ],
)
def test_the_basis_follows_from_where_a_figure_is_from(known, cells, basis):
    _, entry = read(known, **changed("outcomes", **cells))
    assert entry.rows["outcomes"][0].row["basis"] == basis


def test_of_several_groups_none_is_taken_for_granted(known):
    part = ROWS["cohorts"][0] | {"cohort": "relapsed", "label": "Relapsed", "parent_cohort": "all"}
    outcome = ROWS["outcomes"][0] | {"cohort": ""}
    _, entry = read(known, cohorts=[ROWS["cohorts"][0], part], outcomes=[outcome])
    assert entry.rows["cohorts"][1].row["parent_cohort_id"] == "qwerty-2024.all"
    assert entry.rows["outcomes"][0].row["cohort_id"] == ""  # the check names it as missing
    _, entry = read(known, outcomes=[outcome])
    assert entry.rows["outcomes"][0].row["cohort_id"] == "qwerty-2024.all"


def test_a_group_is_found_by_its_words_too(known):
    _, entry = read(known, **changed("outcomes", cohort="adults, relapsed or refractory"))
    assert entry.rows["outcomes"][0].row["cohort_id"] == "qwerty-2024.all"


def test_two_groups_of_one_name_are_told(known):
    sheet, _ = read(known, cohorts=ROWS["cohorts"] * 2)
    assert told(sheet) == [("name-twice", "Cohorts", 3, "cohort")]


def test_a_family_by_its_name_alone_and_a_wrong_one_with_the_nearest(known):
    _, entry = read(known)
    assert entry.rows["regimens"][0].row["family_id"] == "blinatumomab-alone"
    sheet, _ = read(known, **changed("regimens", family="Blinatumomab alon"))
    assert told(sheet) == [("reference-unknown", "Regimens", 2, "family")]
    assert "did you mean 'Blinatumomab'?" in sheet.problems[0].mend


@pytest.mark.parametrize(
    ("form", "rule", "column"),
    [
        ({"authors": "Anna Qwerty"}, "author-form", "authors"),
        ({"authors": "Anna Qwerty, Bert Asdf, Carl Yxcv, Dora Vbnm"}, "author-form", "authors"),
        ({"doi": "10.1080/16078454.2022.2111992"}, "report-held", "doi"),
        ({"registry": "NCT03476239"}, "study-other", "study"),
        ({"study": ""}, "form-missing", "study"),
        ({"title": "", "journal": ""}, "form-missing", "title"),
        ({"report": "qwerty-2023"}, "report-unknown", "report"),
        ({"study": "TOWER"}, "study-known", "study_design"),
        ({"status": "perhaps"}, "code-unknown", "status"),
    ],
)
def test_what_the_form_lacks_or_holds_too_much_is_told_at_its_line(known, form, rule, column):
    sheet, _ = read(known, form)
    assert (rule, column) in {(item.rule, item.column) for item in sheet.problems}
    assert all(item.file.endswith("Report") and item.row > 1 for item in sheet.problems)


def test_a_group_of_authors_stands_in_braces(known):
    sheet, entry = read(known, {"authors": "{The Example Group}; Qwerty, Anna"})
    assert sheet.problems == []
    assert entry.report_id == "the-example-group-2024"


def test_a_study_that_is_here_is_not_made_again(known):
    sheet, entry = read(known, {"study": "tower", "study_design": ""})
    assert sheet.problems == []
    assert "studies" not in entry.rows
    tower = known.evidence.report_studies["kantarjian-2017"]
    assert entry.rows["reports"][0].row["study_id"] == tower


def test_rows_are_added_to_a_report_that_is_here(known):
    sheet, entry = read(
        known,
        {"report": "zhou-2022", "study_design": ""},
        regimens=[],
        cohorts=[],
        survival=[],
        adverse_events=[],
    )
    assert sheet.problems == []
    assert (entry.report_id, entry.is_new, entry.record) == ("zhou-2022", False, {})
    row = entry.rows["outcomes"][0].row
    assert row["cohort_id"] == "zhou-2022.all"
    assert row["row_id"] not in known.evidence.row_tables
    assert row["row_id"].startswith("zhou-2022.outcome.all.cr-")


def test_a_new_study_is_told_with_the_nearest_that_is_here(known):
    sheet, _ = read(known, {"study": "TOWWER"})
    assert "'TOWWER' is a new study; the nearest that is here: 'TOWER'" in sheet.remarks


def test_where_a_number_was_read_is_said_as_it_is_known(known):
    for form, basis in (
        ({}, "https://example.org/abstract"),
        ({"page_read": "", "record_from": "the record in x.ris"}, "the record in x.ris"),
        ({"page_read": ""}, "the report"),
    ):
        _, entry = read(known, form)
        assert entry.rows["identifiers"][0].row["basis"] == basis


def test_a_partition_is_made_a_name(known):
    _, entry = read(known, **changed("outcomes", partition="Disease status"))
    assert entry.rows["outcomes"][0].row["partition"] == "disease-status"


def test_noughts_that_a_spreadsheet_took_off_are_put_back_as_printed_and_told(known):
    words = "median OS 9.10 months (95% CI 6.0-12.2)"
    sheet, entry = read(known, **changed("survival", estimate=9.1, ci_low=6.0, as_reported=words))
    row = entry.rows["survival"][0].row
    assert (row["estimate"], row["ci_low"], row["ci_high"]) == ("9.10", "6.0", "12.2")
    assert sheet.remarks[-2:] == [
        "sheet.xlsx: Survival, row 2, column estimate: '9.1' is taken as 9.10, as printed",
        "sheet.xlsx: Survival, row 2, column ci_low: '6' is taken as 6.0, as printed",
    ]


def test_a_study_without_a_name_is_told_once_and_not_as_a_new_one(known):
    sheet, _ = read(known, {"study": ""})
    assert [(item.column, item.rule) for item in sheet.problems] == [("study", "form-missing")]
    assert not any("is a new study" in remark for remark in sheet.remarks)


def test_a_remedy_is_one_of_what_is_expected(known):
    """A group is told by its short name, though its words were near."""
    sheet, _ = read(known, **changed("outcomes", cohort="Adults, relapsed or refractry"))
    (problem,) = sheet.problems
    assert (problem.expected, problem.mend) == ("one of: all", "did you mean 'all'?")
    sheet, _ = read(known, **changed("regimens", family="blinatumomab-subcutanous"))
    assert sheet.problems[0].mend.startswith("did you mean 'Blinatumomab given under the skin'? If not, ")
