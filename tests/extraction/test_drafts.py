"""What is known of a record stands in the sheet, with the usual rows of its class to be filled."""

from dataclasses import replace

from livingreview.extraction.drafts import (
    draft_more,
    form_of_record,
    start_draft,
    usual_codes,
    usual_questions,
)
from livingreview.surveillance.readers import Found
from tests.extraction.example import FOUND


def test_what_a_database_says_fills_the_form(known):
    form = form_of_record(known.evidence, FOUND)
    assert form["authors"] == "Qwerty, Anna; Asdf, Bert"
    assert (form["doi"], form["pages"], form["kind"]) == ("10.5555/example.1", "12-19", "journal article")
    assert "registry" not in form
    assert "study" not in form


def test_initials_behind_a_name_are_parted_from_it(known):
    form = form_of_record(known.evidence, Found(authors=("Qwerty A", "van der Asdf BC", "The Example Group")))
    assert form["authors"] == "Qwerty, A; van der Asdf, BC; {The Example Group}"


def test_a_trial_that_is_here_names_its_study(known):
    numbers = known.evidence.tables["identifiers"]
    number = numbers.loc[
        numbers["report_id"].eq("kantarjian-2017") & numbers["scheme"].eq("registry"), "value"
    ]
    form = form_of_record(known.evidence, Found(title="More of it", trials=(number.iloc[0],)))
    assert (
        form["study"]
        == known.evidence.tables["studies"]
        .set_index("study_id")
        .loc[known.evidence.report_studies["kantarjian-2017"], "name"]
    )


def test_the_usual_outcomes_are_those_most_reports_of_the_class_count(known):
    of_class = usual_codes(known.evidence, "outcomes", ("outcome",), "blinatumomab")
    of_all = usual_codes(known.evidence, "outcomes", ("outcome",))
    assert of_class[0] == ("cr",)
    assert set(of_class) < set(of_all)
    terms = [term for (term,) in usual_codes(known.evidence, "adverse_events", ("term",), "blinatumomab")]
    assert "Cytokine release syndrome" in terms[:3]


def test_a_draft_offers_rows_in_words(known):
    draft = start_draft(known.evidence, FOUND, class_id="blinatumomab")
    assert draft.rows["outcomes"][0] == {"cohort": "all", "outcome": "complete remission (CR)"}
    assert draft.rows["cohorts"] == [{"cohort": "all", "regimen": "studied"}]
    assert draft.rows["figures"] == []


def offered(known, table, **more):
    rows = start_draft(known.evidence, FOUND, **more).rows[table]
    return {" / ".join(text for name, text in row.items() if name != "cohort") for row in rows}


def test_rows_are_those_usual_in_the_disease_once_it_is_known(known):
    aml = {"class_id": "bortezomib", "disease": "aml"}
    traits, before = (offered(known, "characteristics", **more) for more in (aml, {"class_id": "bortezomib"}))
    assert any("T-cell" in words or "CNS" in words for words in before)
    assert traits
    assert not any("T-cell" in words or "CNS" in words for words in traits)
    assert "overall response (ORR)" in offered(known, "outcomes", **aml)
    assert "relapse-free survival / proportion at a time" in offered(known, "survival", **aml)
    harms = offered(known, "adverse_events", **aml)
    assert {"Febrile neutropenia", "Peripheral neuropathy"} <= harms  # of the disease, and of the drug
    draft = start_draft(known.evidence, FOUND, **aml)
    assert draft.rows["cohorts"] == [
        {
            "cohort": "all",
            "regimen": "studied",
            "disease": known.package.field("cohorts", "disease").label("aml"),
        }
    ]


def test_a_disease_that_no_report_of_the_class_treats_offers_what_others_count_in_it(known):
    assert "overall response (ORR)" in offered(known, "outcomes", class_id="blinatumomab", disease="aml")


def test_no_event_is_offered_with_severe_behind_it_beside_its_columns_of_grades(known):
    held = known.evidence.tables["adverse_events"]["term"]
    assert held.str.endswith(", severe").any()
    for class_id in ("", *known.evidence.tables["regimen_classes"]["class_id"]):
        assert not any(
            words.endswith(", severe") for words in offered(known, "adverse_events", class_id=class_id)
        )
    words = known.choices()["adverse_events", "term"]
    assert not any(text.endswith(", severe") for text in words)
    assert "Mucosal inflammation" in words  # which no report of the review has but as severe


def test_more_rows_for_a_report_offer_nothing_and_name_it(known):
    draft = draft_more(known.evidence, "zhou-2022")
    assert draft.form["report"] == "zhou-2022"
    assert not any(draft.rows.values())


def test_the_family_is_filled_in_where_there_is_but_one_to_choose(known):
    families = known.evidence.tables["families"]
    counts = families.groupby("class_id")["family_id"].count()
    several = counts.index[counts > 1][0]
    assert "family" not in start_draft(known.evidence, class_id=several).rows["regimens"][0]
    assert "family" not in start_draft(known.evidence).rows["regimens"][0]
    only = families.iloc[:1]
    alone = replace(known.evidence, tables=known.evidence.tables | {"families": only})
    for class_id in ("", only["class_id"].iloc[0]):
        (row,) = start_draft(alone, class_id=class_id).rows["regimens"]
        assert row["family"] == only["name"].iloc[0]


def test_questions_are_those_of_the_tools_by_which_such_reports_were_judged(known):
    tools = known.evidence.tables["appraisal_tools"]

    def asked(**form):
        questions = [row["question"] for row in usual_questions(known.evidence, form)]
        return {tool for tool in tools["tool"] if any(text.startswith(f"{tool}, ") for text in questions)}

    single = "JBI checklist for case reports"
    assert asked(kind="case report") == {single}
    assert "RoB 2" in asked(study_design="randomised trial")
    assert not {single, "ROBINS-I"} & asked(study_design="randomised trial")
    studies = known.evidence.tables["studies"].set_index("study_id")["name"]
    assert "RoB 2" in asked(study=studies[known.evidence.report_studies["kantarjian-2017"]])
    assert asked() == set(tools["tool"])
    first = usual_questions(known.evidence, {"kind": "case report"})[0]["question"]
    assert first == f"{single}, 1: Are the patient's demographics described?"


def test_a_review_without_questions_offers_none(known):
    tables = {name: known.evidence.tables[name].iloc[:0] for name in ("appraisals", "appraisal_tools")}
    empty = replace(known.evidence, tables=known.evidence.tables | tables)
    assert start_draft(empty).rows["appraisals"] == []
