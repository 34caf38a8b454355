"""Reading the evidence."""

import pandas as pd
import pytest

from livingreview.evidence import expand_days, load_evidence


def test_columns_and_types_are_those_declared(review):
    for name, table in review.package.tables.items():
        frame = review.tables[name]
        assert list(frame.columns) == table.columns
        for field in table.fields:
            assert str(frame[field.name].dtype) == field.dtype, (name, field.name)


@pytest.mark.slow
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


def test_codes_become_words(review):
    assert review.label("cohorts", "disease", "aml") == "AML"
    assert review.label("cohorts", "disease", pd.NA) == ""


@pytest.mark.parametrize(
    ("text", "days"),
    [("1-3,15-17", [1, 2, 3, 15, 16, 17]), ("0-2", [0, 1, 2]), ("8", [8]), ("x", None), ("1;2", None)],
)
def test_days_are_expanded(text, days):
    assert expand_days(text) == days
