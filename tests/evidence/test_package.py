"""Reading the evidence and cutting it into classes."""

import pandas as pd
import pytest

from livingreview.evidence import expand_days, load_evidence, select_class, select_part


def test_columns_and_types_are_those_declared(review):
    for name, table in review.package.tables.items():
        frame = review.tables[name]
        assert list(frame.columns) == table.columns
        for field in table.fields:
            assert str(frame[field.name].dtype) == field.dtype, (name, field.name)


def test_only_empty_cells_are_missing(tmp_path, root):
    import shutil

    shutil.copytree(root / "data", tmp_path / "data")
    path = tmp_path / "data" / "glossary.csv"
    path.write_text("term,meaning,synonyms\nNA,not available,\n", encoding="utf-8")
    assert load_evidence(tmp_path).tables["glossary"]["term"].tolist() == ["NA"]


def test_tables_handed_out_are_copies(review):
    frame = review.table("outcomes")
    frame["events"] = 0
    assert (review.tables["outcomes"]["events"] != 0).any()
    with pytest.raises(KeyError, match="there are"):
        review.table("nothing")


def test_a_class_holds_its_own_reports_only(review):
    part = select_class(review, "bortezomib")
    reports = set(part.tables["cohorts"]["report_id"])
    assert "ramos-2025" in reports
    assert "linder-2016" not in reports
    assert "kantarjian-2017" not in reports
    assert set(part.tables["outcomes"]["cohort_id"]) <= set(part.tables["cohorts"]["cohort_id"])
    assert part.row("ramos-2025.outcome.relapse.cr")["events"] == 10
    with pytest.raises(KeyError):
        part.row("linder-2016.cohort.patient")


def test_the_parts_of_a_class_share_no_cohort_and_lose_none(review):
    for class_id in review.tables["regimen_classes"]["class_id"]:
        whole = select_class(review, class_id)
        core, beside = (
            set(select_part(whole, part).tables["cohorts"]["cohort_id"]) for part in ("core", "beside")
        )
        assert not core & beside
        assert core | beside == set(whole.tables["cohorts"]["cohort_id"])
    with pytest.raises(ValueError, match="core"):
        select_part(review, "other")


def test_classes_together_hold_every_cohort(review):
    parts = [
        set(select_class(review, class_id).tables["cohorts"]["cohort_id"])
        for class_id in review.tables["regimen_classes"]["class_id"]
    ]
    assert set().union(*parts) == set(review.tables["cohorts"]["cohort_id"])


def test_an_unknown_class_names_those_there_are(review):
    with pytest.raises(KeyError, match="bortezomib"):
        select_class(review, "bortezomb")


def test_codes_become_words(review):
    assert review.label("cohorts", "disease", "aml") == "AML"
    assert review.label("cohorts", "disease", pd.NA) == ""


@pytest.mark.parametrize(
    ("text", "days"),
    [("1-3,15-17", [1, 2, 3, 15, 16, 17]), ("0-2", [0, 1, 2]), ("8", [8]), ("x", None), ("1;2", None)],
)
def test_days_are_expanded(text, days):
    assert expand_days(text) == days
