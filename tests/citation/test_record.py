"""The review's own record is valid, and a version that is not frozen is a draft."""

import datetime
import json
from unicodedata import normalize

import jsonschema
import pytest
import rispy
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livingreview.checks.characters import has_hidden
from livingreview.checks.record import NAMES, check_record
from livingreview.citation import (
    author_names,
    book_item,
    chapter_item,
    describe_deposit,
    format_item,
    head_tags,
    item_to_bibtex,
    items_to_ris,
    read_citation,
)
from livingreview.evidence import read_bibliography
from tests.cited import PUBLISHED, RECORD
from tests.conftest import ROOT


def test_the_record_is_valid_citation_file_format():
    schema = json.loads(
        (ROOT / "livingreview" / "checks" / "citation-file-format-1.2.0.json").read_text(encoding="utf-8")
    )
    jsonschema.Draft7Validator(schema).validate(RECORD)
    jsonschema.Draft7Validator(schema).validate(PUBLISHED)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(RECORD | {"url": ""})


def test_a_version_that_is_not_frozen_is_cited_as_a_draft(tmp_path):
    (tmp_path / "CITATION.cff").write_bytes((ROOT / "CITATION.cff").read_bytes())
    draft = read_citation(tmp_path)
    item = chapter_item(draft | {"url": "https://example.org/review"}, title="T", page="bortezomib")
    assert f"Version {RECORD['version']}, draft; " in format_item(item)
    assert "draft" in item_to_bibtex(item)
    assert "draft" in items_to_ris([item])
    assert item["URL"] == "https://example.org/review/chapters/bortezomib.html", (
        "a draft is not kept under its version"
    )
    (tmp_path / "releases" / RECORD["version"]).mkdir(parents=True)
    assert not read_citation(tmp_path)["draft"]


NAME = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=9
).map(lambda name: normalize("NFC", f"N{name}".strip()))
PERSON = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("family-names", "given-names", "name-particle", "name-suffix", "alias"), NAME),
        "affiliation": NAME,
        "orcid": st.just("https://orcid.org/0000-0002-1825-0097"),
    },
)
ENTITY = st.fixed_dictionaries({"name": NAME}, optional={"alias": NAME, "country": st.just("NO")})
LICENCE = st.sampled_from(["CC-BY-4.0", "MIT", "Apache-2.0"])
DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2026, 11, 1))  # a day to come is told
RECORDS = st.fixed_dictionaries(
    {
        "cff-version": st.just("1.2.0"),
        "message": NAME,
        "title": NAME,
        "authors": st.lists(
            st.one_of(PERSON, ENTITY),
            min_size=1,
            max_size=3,
            unique_by=lambda person: frozenset(person.items()),
        ),
        "license": st.one_of(LICENCE, st.lists(LICENCE, min_size=1, max_size=3, unique=True)),
        "version": st.one_of(st.from_regex(r"[0-9a-z][0-9a-z.]{0,5}", fullmatch=True), st.just(1.2)),
        "date-released": st.one_of(DAYS, DAYS.map(str)),
    },
    optional={
        "type": st.sampled_from(["dataset", "software"]),
        "keywords": st.lists(NAME, min_size=1, max_size=3, unique=True),
        "url": st.just("https://example.org/a"),
        "repository-code": st.just("https://example.org/code"),
        "doi": st.just("10.5281/zenodo.1003150"),
        "abstract": NAME,
        "references": st.just([{"type": "article", "title": "T", "authors": [{"name": "N"}]}]),
    },
)
FORMS = {
    "reference": lambda record: format_item(book_item(record)),
    "BibTeX": lambda record: item_to_bibtex(book_item(record)),
    "RIS": lambda record: items_to_ris([book_item(record)]),
    "head": lambda record: head_tags(record, chapter_item(record, title="C", page="c"), path="c.html"),
    "deposit": lambda record: describe_deposit(record, "d"),
    "names": author_names,
}


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(RECORDS)
def test_whatever_the_format_allows_is_cited_in_every_form_or_told(tmp_path, record):
    (tmp_path / "CITATION.cff").write_text(yaml.safe_dump(record, allow_unicode=True), encoding="utf-8")
    problems = check_record(tmp_path)
    nameless = [person for person in record["authors"] if not person.keys() & set(NAMES)]
    if nameless or record["version"] == 1.2 or any(map(has_hidden, str(record))):
        assert problems
        return
    assert problems == []
    read = read_citation(tmp_path)
    made = {name: make(read) for name, make in FORMS.items()}
    assert len(made["names"]) == len(made["deposit"]["creators"]) == len(record["authors"])
    entries = read_bibliography(made["BibTeX"]).entries.values()
    assert len(next(iter(entries)).persons["author"]) == len(record["authors"])
    (ris,) = rispy.loads(made["RIS"])
    assert len(ris["authors"]) == len(record["authors"])
    for person, called in zip(record["authors"], made["names"], strict=True):
        for key in NAMES[:3]:
            assert person.get(key, "") in called


def test_particles_suffixes_and_single_names_stand_in_every_form():
    people = [
        {"family-names": "Berg", "given-names": "Ann", "name-particle": "van den", "name-suffix": "Jr."},
        {"alias": "moss"},
        {"given-names": "Madonna"},
        {"family-names": "Linnaeus"},
        {"name": "The {Group} and others"},
    ]
    record = RECORD | {"authors": people, "license": ["CC-BY-4.0", "MIT"]}
    made = {name: str(make(record)) for name, make in FORMS.items()}
    for name, text in made.items():
        for word in ("Berg", "Ann", "van den", "Jr.", "moss", "Madonna", "Linnaeus"):
            if (name, word) != ("reference", "Ann"):  # which has initials
                assert word in text, (name, word, text)
    entry = next(iter(read_bibliography(made["BibTeX"]).entries.values()))
    first, *rest = entry.persons["author"]
    assert (first.prelast_names, first.last_names, first.lineage_names) == (["van", "den"], ["Berg"], ["Jr."])
    assert [person.last_names[-1].strip("{}") for person in rest[:3]] == ["moss", "Madonna", "Linnaeus"]
    assert "https://spdx.org/licenses/MIT.html" in made["head"]
    assert describe_deposit(record, "d")["license"] == "cc-by-4.0"
