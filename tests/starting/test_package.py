"""The data package of a new review: what the engine asks for, in words of no field."""

import json
import re

import pytest
import yaml

from livingreview.evidence.contract import ASKED, parse_review
from livingreview.starting.package import WORDS, describe_package
from livingreview.tables.counts import HARM
from tests.conftest import ROOT
from tests.starting.conftest import ANSWERS
from tests.test_architecture import words_of_the_field

# Columns whose codes or words are a review's own.
OWN = {
    "cohorts.disease",
    "cohorts.setting",
    "cohorts.age_group",
    "characteristics.characteristic",
    "outcomes.outcome",
    "outcomes.denominator",
    "outcomes.assessed_at",
    "survival.endpoint",
    "survival.modifier",
    "survival.origin",
    "figures.modifier",
    "patient_timeline.basis",
    "patient_timeline.kind",
    "patient_timeline.value",
    "patient_timeline.unit",
    "patient_timeline.response",
    "definitions.kind",
    "figures.topic",
    "findings.class_id",
}


def columns_of(descriptor):
    return {
        f"{table['name']}.{field['name']}": field
        for table in descriptor["resources"]
        for field in table["schema"]["fields"]
    }


@pytest.mark.slow
def test_every_table_of_the_engine_is_declared_and_empty_but_for_the_classes():
    descriptor = describe_package(ANSWERS)
    assert [table["name"] for table in descriptor["resources"]] == list(ASKED)
    rows = {table["name"]: table["rows"] for table in descriptor["resources"] if table["rows"]}
    assert rows == {"regimen_classes": 2, "families": 2}


@pytest.mark.slow
def test_columns_that_are_no_reviews_own_are_those_of_this_review():
    """Where a column of this review changes, that of a new one does: what a page says of it is one."""
    here = columns_of(json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8")))
    new = columns_of(describe_package(ANSWERS))
    shown = {name for name in here.keys() ^ new.keys() if name.startswith("findings.")}
    assert here.keys() - shown == new.keys() - shown
    for name in here.keys() - OWN - shown:
        assert new[name] == here[name], f"{name}: correct starting/package.yaml, or name it in OWN"


@pytest.mark.slow
def test_outcomes_groups_and_times_are_those_asked_for():
    package = parse_review(describe_package(ANSWERS))
    outcome, times = (package.field("outcomes", name) for name in ("outcome", "assessed_at"))
    assert list(outcome.labels) == ["seroconversion", "infection", "hospital"]
    assert outcome.codes_in("infections") == ["infection", "hospital"]
    assert {name: rule.time for name, rule in outcome.rules.items()} == {
        "immune_response": "point",
        "infections": "once",
    }
    assert times.codes_in("timed") == ["week_4", "week_12"]
    assert HARM not in outcome.rules
    shown = {item.name: item.shows.heading for item in package.table("findings").fields if item.shows}
    assert shown == {"immune_response": "Immune response, of 100", "infections": "Infections, of 100"}


@pytest.mark.slow
def test_no_choice_of_a_sheet_is_a_place_to_fill_in():
    columns = columns_of(describe_package(ANSWERS))
    assert columns["cohorts.disease"]["labels"] == {
        "an_infection": "an infection",
        "mixed": "several conditions together",
    }
    for name, field in columns.items():
        assert not [words for words in field.get("labels", {}).values() if "to fill in" in words], name


@pytest.mark.slow
def test_no_word_of_a_disease_a_drug_or_a_regimen_stands_in_the_templates():
    folder = WORDS.parent
    texts = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    words = {*words_of_the_field(), "remission", "mrd", "relapse", "leukaemic", "marrow"}
    known = {"package.yaml": {"remission", "relapse"}}  # the engine's own names of steps and kinds of events
    for path in texts:
        text = path.read_text(encoding="utf-8").casefold()
        found = [word for word in words if re.search(rf"\b{re.escape(word.casefold())}\b", text)]
        assert set(found) <= known.get(path.name, set()), f"{path.relative_to(folder)} names {found}"


@pytest.mark.slow
def test_the_words_file_knows_no_table_that_the_engine_does_not():
    assert yaml.safe_load(WORDS.read_text(encoding="utf-8"))["tables"].keys() == ASKED.keys()
