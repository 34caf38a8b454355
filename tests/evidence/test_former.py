"""Which mentions of a report's id are its own, and what they become under another."""

import pytest

from livingreview.evidence import load_package
from livingreview.evidence.former import may_mention, rename_entries, rename_in, rename_rows, with_regimens
from tests.conftest import ROOT

IDS = {"alpha-trial": "roe-2019"}


@pytest.fixture(scope="module")
def package():
    return load_package(ROOT / "data")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("alpha-trial", "roe-2019"),
        ("alpha-trial.outcome.all.cr", "roe-2019.outcome.all.cr"),
        ("b.outcome.all.cr; alpha-trial.outcome.all.cr", "b.outcome.all.cr; roe-2019.outcome.all.cr"),
        ("Same patients as alpha-trial.", "Same patients as roe-2019."),
        ('name="alpha-trial.survival.os"', 'name="roe-2019.survival.os"'),
        ("reports/alpha-trial.html#alpha-trial.cohort.all", "reports/roe-2019.html#roe-2019.cohort.all"),
    ],
)
def test_an_id_is_renamed_alone_and_at_the_head_of_addresses(before, after):
    assert rename_in(before, IDS) == after


@pytest.mark.parametrize(
    "text",
    ["alpha-trial-2", "the-alpha-trial", "alpha-trials", "https://example.org/alpha-trial/x", "Alpha-trial"],
)
def test_what_only_looks_like_it_stays(text):
    assert rename_in(text, IDS) == text


def test_ids_of_studies_and_words_of_reports_are_not_those_of_reports(package):
    told = {
        (name, column): may_mention(package, package.tables[name], column)
        for name, column in (
            ("reports", "report_id"),
            ("reports", "study_id"),
            ("studies", "study_id"),
            ("studies", "overlaps_with"),
            ("studies", "note"),
            ("cohorts", "regimen_id"),
            ("outcomes", "as_reported"),
            ("claims", "claim_id"),
            ("claims", "rests_on"),
            ("readings", "slice_reports"),
            ("disjoint_cohorts", "cohort_id"),
            ("identifiers", "identifier_id"),
        )
    }
    assert {place for place, may in told.items() if not may} == {
        ("reports", "study_id"),
        ("studies", "study_id"),
        ("studies", "overlaps_with"),
        ("outcomes", "as_reported"),
        ("claims", "claim_id"),
    }


def test_regimens_of_a_report_follow_it_also_where_another_names_them(package):
    regimen = dict.fromkeys(package.tables["regimens"].columns, "") | {
        "row_id": "alpha-trial.regimen.alpha-trial-drug",
        "report_id": "alpha-trial",
        "regimen_id": "alpha-trial-drug",
    }
    assert with_regimens(IDS, [regimen])["alpha-trial-drug"] == "roe-2019-drug"
    cohort = dict.fromkeys(package.tables["cohorts"].columns, "") | {
        "row_id": "b.cohort.all",
        "report_id": "b",
        "regimen_id": "alpha-trial-drug",
        "study_id": "alpha-trial",
    }
    renamed = rename_rows(package, {"regimens": [regimen], "cohorts": [cohort]}, IDS)
    assert renamed["regimens"][0]["row_id"] == "roe-2019.regimen.roe-2019-drug"
    assert renamed["cohorts"][0] == cohort | {"regimen_id": "roe-2019-drug"}


def test_a_record_that_a_search_stored_keeps_its_id(package):
    screened = [
        dict.fromkeys(package.tables["screening"].columns, "")
        | {"record_id": "alpha-trial", "report_id": "alpha-trial"}
    ]
    assert rename_rows(package, {"screening": screened}, IDS)["screening"][0]["record_id"] == "roe-2019"
    stored = [dict.fromkeys(package.tables["records"].columns, "") | {"record_id": "alpha-trial"}]
    renamed = rename_rows(package, {"screening": screened, "records": stored}, IDS)
    assert renamed["screening"][0] == screened[0] | {"report_id": "roe-2019"}
    assert renamed["records"] == stored


def test_entries_of_the_bibliography_are_renamed_by_their_keys_alone():
    text = "@article{alpha-trial,\n  title = {On alpha-trial, again}\n}\n@misc{alpha-trial-2,\n}\n"
    assert rename_entries(text, IDS) == text.replace("{alpha-trial,\n  t", "{roe-2019,\n  t")
