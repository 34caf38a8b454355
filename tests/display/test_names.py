"""What reports are called, and how their references read."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import BibliographyData, Entry, Person, parse_string

from livingreview.citation import entry_to_csl, format_reference, item_to_bibtex, write_bibtex
from livingreview.evidence import select_class
from livingreview.evidence.names import name_in_words, name_reports, trial_name
from livingreview.pages.cards import make_cards
from livingreview.tables.common import report_link


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
        ("2019", ""),
    ],
)
def test_a_trial_is_known_by_an_acronym_or_a_number(study, trial):
    assert trial_name(study) == trial


def test_author_year_and_trial():
    assert named(a=(entry("Kantarjian, Hagop", year="2017"), "TOWER")) == {"a": "Kantarjian 2017 (TOWER)"}
    assert named(a=(entry("{von Stackelberg}, Arend", year="2016"), "A case")) == {
        "a": "von Stackelberg 2016"
    }
    assert named(a=(entry(r"G{\"o}kbuget, N", year="2016"), "A case")) == {"a": "Gökbuget 2016"}


def test_reports_of_one_author_and_year_are_told_apart():
    first, second = entry("Brown, P", year="2021"), entry("Brown, P", year="2021")
    assert named(x=(first, "AALL1331"), y=(second, "AALL1331")) == {
        "x": "Brown 2021a (AALL1331)",
        "y": "Brown 2021b (AALL1331)",
    }
    assert named(x=(first, "AALL1331"), y=(second, "A series")) == {
        "x": "Brown 2021 (AALL1331)",
        "y": "Brown 2021",
    }


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
        "a": "TOWER (a) (author and year not established)",
        "b": "TOWER (b) (author and year not established)",
    }


def test_every_report_of_the_review_has_a_name_of_its_own(review):
    names = review.report_names
    assert set(names) == set(review.tables["reports"]["report_id"])
    assert len(set(names.values())) == len(names)
    for report_id, name in names.items():
        assert name != report_id
        assert re.match(r"\w", name)
        authors = review.bibliography.entries[report_id].persons.get("author")
        assert authors or "not established" in name


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


def test_a_link_to_a_report_shows_its_name(review):
    assert report_link(review, "kantarjian-2017") == (
        '<a href="reports/kantarjian-2017.html">Kantarjian 2017 (TOWER)</a>'
    )


def test_a_card_says_its_interval_and_leaves_out_what_is_not_reported(review):
    told = [card for cards in make_cards(review).values() for card in cards.values()]
    assert not [card["what"] for card in told if re.search(r"_|\d%?; \d+(\.\d+)? ?%", card["what"])]
    assert any("95% CI" in card["what"] for card in told)


def test_a_reference_without_volume_has_no_lonely_marks(review):
    assert str(format_reference("a", entry("Roe, A", title="T", year="2011", pages="627--634"))).endswith(
        "T. 2011:627–634."
    )
    assert str(format_reference("a", entry("Roe, A", title="T", pages="627--634"))).endswith("T. p. 627–634.")
    assert str(
        format_reference("a", entry("Roe, A", title="T", year="2011", volume="3", number="2", pages="1"))
    ).endswith("T. 2011; 3(2):1.")
    for key, record in review.bibliography.entries.items():
        words = str(format_reference(key, record).striptags())
        assert not re.search(r"; ?:|:\s*$|\.\.|; ?\.|\bn\.d\.|\bNone\b|\( ?\)", words), words


@given(st.from_regex(r"10\.[0-9]{4,5}/[A-Za-z0-9_.;()/:-]{1,30}", fullmatch=True))
def test_a_doi_is_exported_as_it_is(doi):
    record = BibliographyData({"a": entry("Roe, A", title="T & U", year="2011", doi=doi)})
    text = write_bibtex(record)
    assert f'"{doi}"' in text
    assert parse_string(text, "bibtex").entries["a"].fields["doi"] == doi
    assert entry_to_csl("a", record.entries["a"])["DOI"] == doi
    assert f'href="https://doi.org/{doi}"' in format_reference("a", record.entries["a"])


def test_an_escaped_underscore_of_a_record_is_taken_as_one():
    record = BibliographyData({"a": entry("Roe, A", title="T", doi=r"10.1007/978-3-642\_14")})
    assert '"10.1007/978-3-642_14"' in write_bibtex(record)
    assert "https://doi.org/10.1007/978-3-642_14" in format_reference("a", record.entries["a"])


def test_the_reviews_own_address_is_exported_as_it_is():
    item = {
        "id": "x",
        "type": "book",
        "title": "A_B & C",
        "edition": "Version 1",
        "issued": {"date-parts": [[2026, 1, 2]]},
        "author": [{"literal": "Nobody"}],
        "URL": "https://example.org/a_b",
    }
    text = item_to_bibtex(item)
    assert '"https://example.org/a_b"' in text
    assert r"A\_B \& C" in text
