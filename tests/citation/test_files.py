"""The downloads that cite a chapter and its reports."""

import json

import rispy
from pybtex.database import parse_string

from livingreview.citation import list_included, write_citations
from livingreview.evidence import select_class
from tests.cited import RECORD


def test_files_of_a_chapter_hold_its_included_reports_only(review, tmp_path):
    write_citations(
        RECORD, review, {"bortezomib": "Bortezomib combinations", "methods": "Methods"}, tmp_path / "cite"
    )
    names = {path.name for path in (tmp_path / "cite").iterdir()}
    assert {
        "bortezomib.bib",
        "methods.ris",
        "review.json",
        "review-reports.ris",
        "bortezomib-reports.bib",
    } <= names
    assert "methods-reports.bib" not in names
    status = review.tables["reports"].set_index("report_id")["status"]
    expected = set(list_included(select_class(review, "bortezomib")).entries)
    assert expected
    assert all(status[key] == "included" for key in expected)
    for ending, keys in (
        ("bib", lambda text: set(parse_string(text, "bibtex").entries)),
        ("ris", lambda text: {entry["id"] for entry in rispy.loads(text)}),
        ("json", lambda text: {item["id"] for item in json.loads(text)}),
    ):
        assert (
            keys((tmp_path / "cite" / f"bortezomib-reports.{ending}").read_text(encoding="utf-8")) == expected
        )
