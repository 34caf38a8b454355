"""A code whose row's words name another is told in its cell; the words of the real rows name their own."""

import pytest

from livingreview.checks.said import (
    SAID_RULES,
    check_cohorts_said,
    check_dose_units,
    check_graded_terms,
    check_outcomes_said,
    names_of_codes,
)
from livingreview.checks.tables import check_data
from tests.checks.damage import set_cell
from tests.checks.spoilt import line_of, spoil, told

pytestmark = pytest.mark.slow

# Table, row, column, what a slip of the hand makes of it, the rule that tells it.
SLIPS = [
    ("survival", "bertaina-2017.survival.all.os-24m", "endpoint", "EFS", "code-of-words"),
    ("survival", "locatelli-2021.survival.blinatumomab.efs-hr", "statistic", "mean", "code-of-words"),
    ("outcomes", "mitcl-pbc-2022.outcome.all.cr", "outcome", "pr", "code-of-words"),
    ("outcomes", "zhou-2022.outcome.all.cr-crh", "outcome", "mrd_negative", "code-of-words"),
    ("outcomes", "zhou-2022.outcome.all.cr", "assessed_at", "course_1", "cycles-said"),
    ("outcomes", "ramos-2025.outcome.mrd-positive-ph.mrd-conversion", "assessed_at", "courses_2",
     "cycles-said"),
    ("outcomes", "lipomit-vmp-2024.outcome.cr", "timepoint", "53 days after start", "not-as-reported"),
    ("outcomes", "ramos-2025.outcome.mrd-positive.mrd-conversion", "percent_reported_pct", "60",
     "digits-as-printed"),
    ("outcomes", "hogan-2025.outcome.all.cr", "locator", "https://example.org/hogan", "locator-address"),
    ("cohorts", "ramos-2025.cohort.t-cell", "disease", "aml", "code-of-words"),
    ("cohorts", "hochberg-2026.cohort.relapsed-lymphoblastic-cr", "setting", "refractory", "code-of-words"),
    ("cohorts", "graall-clofarabine-2011.cohort.endevol", "age_group", "paediatric", "code-of-words"),
    ("regimen_components", "graall-clofarabine-2011.component.vandevol.etoposide", "drug_id",
     "mitoxantrone", "drug-of-words"),
    ("regimen_components", "linder-2016.component.linder-blinatumomab.blinatumomab.step2", "drug_id",
     "bortezomib", "drug-of-words"),
    ("regimen_components", "graall-clofarabine-2011.component.endevol.clofarabine", "dose_unit", "g/m2",
     "unit-printed"),
    ("regimen_components", "mitcl-pbc-2022.component.mitcl.mitoxantrone", "dose_unit", "mg/m2",
     "unit-printed"),
    ("regimen_components", "hochberg-2026.component.mitcl.clofarabine", "dose_unit", "mg/m2/day",
     "unit-printed"),
    ("regimen_components", "linder-2016.component.linder-blinatumomab.blinatumomab.step1", "dose_unit",
     "mg/day", "unit-printed"),
    ("regimens", "kantarjian-2017.regimen.blinatumomab", "family_id", "bortezomib-other", "family-of-drugs"),
    ("adverse_events", "linder-2016.ae.patient.hypotension", "term", "Pyrexia", "term-of-words"),
]  # fmt: skip


def test_the_words_of_every_real_row_name_its_codes(checked):
    assert told(SAID_RULES, checked) == set()


def test_each_slip_is_told_in_its_cell_and_says_what_the_words_name(project):
    """All at once: a check of a whole project takes longer than any rule."""
    places = {(*set_cell(project, *slip[:1], *slip[2:4], row_id=slip[1]), slip[4]): slip for slip in SLIPS}
    problems = {
        (problem.file, problem.row, problem.column, problem.rule): problem
        for problem in check_data(project)[1]
    }
    assert places.keys() <= problems.keys(), [places[place] for place in places.keys() - problems.keys()]
    for place in places:
        assert all((problems[place].found, problems[place].expected, problems[place].mend))
    (efs,) = [problems[place] for place in places if place[2] == "endpoint"]
    assert efs.found == "'event-free survival'"
    assert efs.expected.startswith("overall survival, as in")


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "note"),
    [
        ("survival", "bertaina-2017.survival.all.os-24m", "endpoint", "EFS",
         "Called OS; its definition is that of event-free survival."),
        ("outcomes", "mitcl-pbc-2022.outcome.all.cr", "outcome", "pr", "Read as a partial remission."),
        ("outcomes", "zhou-2022.outcome.all.cr", "assessed_at", "course_1", "All of them after cycle 1."),
        ("cohorts", "graall-clofarabine-2011.cohort.endevol", "age_group", "paediatric",
         "Children and adolescents, though called adults."),
        ("regimen_components", "graall-clofarabine-2011.component.vandevol.etoposide", "drug_id",
         "mitoxantrone", "Etoposide is a misprint for mitoxantrone."),
        ("adverse_events", "linder-2016.ae.patient.hypotension", "term", "Pyrexia", "Pyrexia beside it."),
    ],
)  # fmt: skip
def test_a_note_that_names_the_code_is_a_way_out(checked, table, key, column, value, note):
    line = line_of(checked, table, row_id=key)
    place = (f"{table}.csv", line, column)
    assert place in told(SAID_RULES, spoil(checked, table, line, **{column: value, "note": "As printed."}))
    assert place not in told(SAID_RULES, spoil(checked, table, line, **{column: value, "note": note}))


@pytest.mark.parametrize(
    ("cells", "is_told"),
    [
        ({"definition": "<10^-3 by flow", "as_reported": "MRD negative (<10^-4 by flow)"}, True),
        ({"definition": "<10^-4 by flow", "as_reported": "MRD negative (<10^-4 by flow)"}, False),
        ({"definition": "within 60 days", "as_reported": "died within 30 days"}, True),
        ({"definition": "within sixty days", "as_reported": "died within 60 days"}, False),
        ({"definition": "within 60 days", "as_reported": "6/40 patients (15%)"}, False),
        (
            {"definition": "within 60 days", "as_reported": "died within 30 days", "note": "60 in Table 2"},
            False,
        ),
    ],
)
def test_limits_and_days_of_a_definition_are_the_printed_ones(checked, cells, is_told):
    line = line_of(checked, "outcomes", row_id="zeidan-2012.outcome.all.early-death")
    spoilt = spoil(checked, "outcomes", line, **{"note": None, "timepoint": None, **cells})
    assert (("outcomes.csv", line, "definition") in told(SAID_RULES, spoilt)) is is_told


@pytest.mark.parametrize(
    ("outcome", "definition", "is_told"),
    [
        ("cr_cri", "complete remission (CR) or CR with incomplete hematologic recovery (CRi)", False),
        ("pr", "complete remission (CR) or CR with incomplete hematologic recovery (CRi)", True),
        ("crc", "complete remission, any count recovery", False),  # a part of it
        ("cr", "complete remission", False),
        ("crh", "CR", True),
        ("transplant", "allogeneic HSCT in CR", False),  # of another kind
        ("transplant_death", "considered related to treatment", True),
        ("death", "not_reported", False),
    ],
)
def test_a_definition_is_of_the_outcome_or_of_none_of_its_kind(checked, outcome, definition, is_told):
    line = line_of(checked, "outcomes", row_id="hogan-2025.outcome.all.cr")
    spoilt = spoil(checked, "outcomes", line, outcome=outcome, definition=definition, note=None)
    assert (("outcomes.csv", line, "outcome") in told([check_outcomes_said], spoilt)) is is_told


@pytest.mark.parametrize(
    ("unit", "fragment", "is_told"),
    [
        ("mg/m2", "topotecan 1 mg/m(2) /day IV", True),
        ("mg/m2/day", "topotecan 1 mg/m(2) /day IV", False),
        ("mg/m2", "topotecan 1 mg/m2 per day", True),
        ("mg/m2/day", "topotecan 1 mg/m2 daily", True),
        ("mg/m2/day", "topotecan 1 mg/m2 … × 5 days", False),  # what is left out may be the day
        ("mg/m2", "topotecan 1 mg/m2 … × 5 days", False),
        ("g/m2/day", "cytarabine 3 gm/m2 daily", True),
        ("ug", "thiotepa 15 mcg daily", False),
    ],
)
def test_a_unit_is_of_a_day_where_the_fragment_says_so(checked, unit, fragment, is_told):
    line = line_of(checked, "regimen_components", row_id="shukla-2014.component.tvtc.topotecan")
    cells = {"dose_unit": unit, "as_reported": fragment, "note": None, "derivation": None}
    spoilt = spoil(checked, "regimen_components", line, **cells)
    assert (("regimen_components.csv", line, "dose_unit") in told([check_dose_units], spoilt)) is is_told


def test_what_codes_are_called_comes_from_the_schema_and_the_glossary(checked):
    outcomes = names_of_codes(checked, checked.package.field("outcomes", "outcome"))
    assert {"complete remission (CR)", "complete remission", "CR", "complete response"} <= outcomes["cr"]
    assert "CR" not in outcomes["pr"]
    assert "HR" in names_of_codes(checked, checked.package.field("survival", "statistic"))["hazard_ratio"]


@pytest.mark.parametrize(
    ("words", "is_told"),
    [
        ("9 of 12 refractory patients", True),
        ("9 of 12 children", True),
        ("9 of 12 adults with relapsed disease", False),
        (
            "9 of 12 patients were refractory",
            False,
        ),  # no word for the patients: it may be what became of them
    ],
)
def test_patients_are_of_a_cohort_of_their_stratum(checked, words, is_told):
    whole = line_of(checked, "cohorts", cohort_id="ramos-2025.relapse")
    line = line_of(checked, "outcomes", row_id="ramos-2025.outcome.relapse.cr")
    labelled = spoil(checked, "cohorts", whole, label="Relapsed adults", note=None)
    spoilt = spoil(labelled, "outcomes", line, as_reported=words)
    assert (("outcomes.csv", line, "cohort_id") in told([check_cohorts_said], spoilt)) is is_told


def test_a_graded_event_has_its_plain_term_and_one_without_a_grade_may_be_called_severe(checked):
    line = line_of(checked, "adverse_events", row_id="iguchi-2017.ae.all.severe-infection")
    assert checked.frames["adverse_events"].loc[line, "term"] == "Infection, severe"
    assert list(check_graded_terms(checked)) == []
    (problem,) = check_graded_terms(spoil(checked, "adverse_events", line, grade_min=3, grade_max=4))
    assert (problem.column, problem.rule, problem.mend) == ("term", "term-graded", "write 'Infection'")
    assert problem.expected.endswith("grade 3 to 4")
