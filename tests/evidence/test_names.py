"""What reports are called, and how their references read."""

import re

import pandas as pd
import pytest
from pybtex.database import BibliographyData, Entry, Person

from livingreview.evidence import select_class
from livingreview.evidence.names import name_in_words, name_reports, shorten, trial_name, warn


def entry(author: str = "", **fields: str) -> Entry:
    return Entry("article", fields, {"author": [Person(author)]} if author else {})


def named(**reports: tuple[Entry, str]) -> dict[str, str]:
    ids = [name.replace("_", "-") for name in reports]
    entries = dict(zip(ids, (record for record, _ in reports.values()), strict=True))
    return name_reports(
        BibliographyData(entries),
        pd.DataFrame({"report_id": ids, "study_id": ids}),
        pd.DataFrame({"study_id": ids, "name": [study for _, study in reports.values()]}),
    )


@pytest.mark.parametrize(
    ("study", "trial"),
    [
        ("TOWER", "TOWER"),
        ("MT103-211 (phase 2)", "MT103-211"),
        ("CLO-CYx4", "CLO-CYx4"),
        ("VANDEVOL, children (SFCE)", "VANDEVOL"),
        ("Linder case", ""),
        ("MC and MEC in ALL", ""),
        ("20120215 (a phase 3 trial)", "20120215"),
        ("Trial 20120215 (a phase 3 trial)", "Trial 20120215"),
        ("2019", ""),
    ],
)
def test_a_trial_is_known_by_an_acronym_or_a_number(study, trial):
    assert trial_name(study) == trial


def test_a_trial_leads_and_others_go_by_author_and_year():
    assert named(a=(entry("Kantarjian, Hagop", year="2017"), "TOWER")) == {"a": "TOWER (Kantarjian 2017)"}
    assert named(a=(entry("{von Stackelberg}, Arend", year="2016"), "A case")) == {
        "a": "von Stackelberg 2016"
    }
    assert named(a=(entry(r"G{\"o}kbuget, N", year="2016"), "A case")) == {"a": "Gökbuget 2016"}


def test_reports_of_one_author_and_year_are_told_apart():
    first, second = entry("Brown, P", year="2021"), entry("Brown, P", year="2021")
    assert named(x=(first, "AALL1331"), y=(second, "AALL1331")) == {
        "x": "AALL1331 (Brown 2021a)",
        "y": "AALL1331 (Brown 2021b)",
    }
    assert named(x=(first, "AALL1331"), y=(second, "A series")) == {
        "x": "AALL1331 (Brown 2021a)",
        "y": "Brown 2021b",
    }, "cited alike, whatever stands before"


def test_what_is_not_established_is_said():
    assert named(a=(entry(year="2018"), "TOWER")) == {"a": "TOWER, 2018 (author not established)"}
    assert named(a=(entry(), "A series")) == {"a": "A series (author and year not established)"}
    assert named(a=(entry(), "A series (ASH 1)")) == {
        "a": "A series (ASH 1; author and year not established)"
    }
    assert named(a=(entry("Assi, R"), "A series")) == {"a": "Assi (year not established)"}
    assert named(a=(entry("others", year="2018"), "A series 2018")) == {
        "a": "A series, 2018 (author not established)"
    }
    assert named(a=(entry(), "TOWER"), b=(entry(), "TOWER")) == {
        "a": "TOWER, report a (author and year not established)",
        "b": "TOWER, report b (author and year not established)",
    }


def test_a_report_without_an_author_is_told_from_others_by_what_it_is():
    """ "TOWER, report d" told a reader nothing."""
    first, second = entry(shorttitle="transplantation report"), entry(shorttitle="{News}")
    assert named(a=(first, "TOWER"), b=(second, "TOWER"), c=(entry(), "TOWER")) == {
        "a": "TOWER, transplantation report (author and year not established)",
        "b": "TOWER, News (author and year not established)",
        "c": "TOWER (author and year not established)",
    }
    dated = entry(year="2012", shorttitle="abstract 6500")
    assert named(a=(dated, "TOWER"), b=(entry(year="2012"), "TOWER")) == {
        "a": "TOWER, 2012, abstract 6500 (author not established)",
        "b": "TOWER, 2012 (author not established)",
    }
    assert named(a=(first, "TOWER"), b=(first, "TOWER"))["a"].startswith("TOWER, report a"), "alike"
    assert named(a=(first, "TOWER")) == {"a": "TOWER (author and year not established)"}, "alone"


@pytest.mark.parametrize(
    ("name", "warned"),
    [
        ("Roe 2017", "Roe 2017 (retracted)"),
        ("TOWER (Roe 2017)", "TOWER (Roe 2017; retracted)"),
        ("Roe (year not established)", "Roe (retracted; year not established)"),
        ("TOWER (Roe; year not established)", "TOWER (Roe; retracted; year not established)"),
        ("T, (author and year not established)", "T, (retracted; author and year not established)"),
    ],
)
def test_a_warning_stands_in_a_names_brackets_and_stays_where_it_is_shortened(name, warned):
    assert warn(name, "retracted") == warned
    assert warn(name, "") == name
    assert "retracted" in shorten(warned)


def test_an_author_without_a_year_is_called_undated():
    """A row of a figure was once called by a surname alone."""
    assert shorten("O'Brien (year not established)") == "O'Brien (undated)"
    assert shorten("MT103-211 (Stein; year not established)") == "MT103-211 (Stein; undated)"
    assert shorten("TOWER, report a (author and year not established)") == "TOWER, report a"
    assert shorten("A series (ASH 1; author and year not established)") == "A series (ASH 1)"
    assert shorten("TOWER, 2018 (author not established)") == "TOWER, 2018"


def test_every_report_of_the_review_has_a_name_of_its_own(review):
    names = review.report_names
    assert set(names) == set(review.tables["reports"]["report_id"])
    assert len(set(names.values())) == len(names)
    for report_id, name in names.items():
        assert name != report_id
        assert not re.search(r", report [a-z]\b", name), "say what it is: `shorttitle` of its record"
        assert re.match(r"\w", name)
        authors = review.bibliography.entries[report_id].persons.get("author")
        assert authors or "not established" in name


@pytest.mark.slow
def test_a_class_calls_its_reports_as_the_whole_does(review):
    for class_id in review.tables["regimen_classes"]["class_id"]:
        part = select_class(review, class_id)
        assert set(part.tables["reports"]["report_id"]) <= set(part.report_names)
        assert part.report_names.items() <= review.report_names.items()


def test_ids_in_words_become_names_and_addresses_stay():
    names = {"brown-2021": "Brown 2021a", "brown-2021-lr": "Brown 2021b"}
    assert name_in_words(names, "as brown-2021, brown-2021-lr.") == "as Brown 2021a, Brown 2021b."
    for kept in ("brown-2021.outcome.all.cr", "reports/brown-2021.html", "brown-2021-x", "xbrown-2021"):
        assert name_in_words(names, kept) == kept
    assert name_in_words({}, "brown-2021") == "brown-2021"
