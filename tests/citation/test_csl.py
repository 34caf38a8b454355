"""Every field of every kind of record survives BibTeX, RIS and CSL-JSON."""

import json
import string

import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import BibliographyData, Entry, Person

from livingreview.citation import entry_to_csl, format_reference, items_to_ris, write_bibtex
from livingreview.citation.csl import FIELDS as VARIABLES
from livingreview.citation.csl import KINDS as TYPES
from livingreview.citation.csl import PUBLISHERS
from livingreview.evidence import read_bibliography
from livingreview.evidence.bibliography import FIELDS, KINDS, MONTHS
from livingreview.evidence.latex import plain_text

WORDS = st.lists(
    st.text(string.ascii_letters + string.digits + "é−–“”ñµα&%_#$~^<>,.;:()/+=|", min_size=1, max_size=8),
    max_size=4,
).map(lambda words: " ".join(["X", *words]))
TEXT = st.one_of(
    WORDS, WORDS.map(lambda words: f"{{DNA}} {words}"), WORDS.map(lambda words: f"a {{{words}}}")
)
NAME = (
    st.text(string.ascii_letters + "éñüßø-'", min_size=2, max_size=7)
    .filter(lambda name: "--" not in name and "''" not in name)
    .map(lambda name: f"Q{name}")
)
PERSON = st.one_of(
    st.builds("{}, {}".format, NAME, NAME),
    st.builds("van der {}, {} B.".format, NAME, NAME),
    st.builds("{}, Jr, {}".format, NAME, NAME),
    st.builds("{{{} & {} AB}}".format, NAME, NAME),
)
ONE_OF_ITS_KIND = {
    "doi": st.from_regex(r"10\.[0-9]{4}/[A-Za-z0-9_.;()<>&%#~-]{1,20}", fullmatch=True),
    "url": st.from_regex(r"https://[a-z]{3,9}\.org/[A-Za-z0-9_.?=&%#~/-]{0,20}", fullmatch=True),
    "pmid": st.integers(1, 10**8).map(str),
    "pmcid": st.integers(1, 10**8).map(lambda number: f"PMC{number}"),
    "urldate": st.dates().map(str).filter(lambda day: day > "1000"),
    "eid": st.sampled_from(["1383288", "e12"]),
    "pages": st.sampled_from(["5", "54–59", "e200–e204", "S12–S15, S20"]),
    "keywords": st.sampled_from(["one", "one, two", "a b, c"]),
    "year": st.integers(1000, 2999).map(str),
}


@st.composite
def records(draw):
    names = draw(
        st.sets(st.sampled_from([name for name in FIELDS if name not in ("month", "day", *PUBLISHERS)]))
    )
    fields = {name: draw(ONE_OF_ITS_KIND.get(name, TEXT)) for name in FIELDS if name in names}
    if "journal" in fields:
        fields.pop("booktitle", None)
    kind = draw(st.sampled_from(KINDS))
    if kind not in ("article", "misc"):
        fields.pop("eid", None)
    if draw(st.booleans()):
        fields[draw(st.sampled_from(PUBLISHERS))] = draw(TEXT)
    if "year" in fields and draw(st.booleans()):
        fields |= {"month": str(draw(st.integers(1, 12)))}
        fields |= {"day": str(draw(st.integers(1, 28)))} if draw(st.booleans()) else {}
    persons = {
        role: [Person(name) for name in draw(st.lists(PERSON, max_size=3))] for role in ("author", "editor")
    }
    return Entry(kind, fields, {role: people for role, people in persons.items() if people})


@pytest.mark.slow
@settings(max_examples=25)
@given(records())
def test_a_record_survives_bibtex(record):
    again = read_bibliography(write_bibtex(BibliographyData({"k": record}))).entries["k"]
    assert again.type == record.type
    assert dict(again.fields.items()) == dict(record.fields.items())
    assert again.persons == record.persons


@pytest.mark.slow
@settings(max_examples=25)
@given(records())
def test_a_record_survives_csl_json_and_ris(record):
    item = json.loads(json.dumps(entry_to_csl("k", record)))
    (ris,) = rispy.loads(items_to_ris([item]))
    plain = {name: plain_text(value) for name, value in record.fields.items()}
    notes, said = ris.get("notes", []), set(flatten(ris))
    for name, value in plain.items():
        if name in ("month", "day", "urldate", "year"):
            continue
        if name in VARIABLES:
            assert item[VARIABLES[name]] == value
        assert value in item.values()
        parts = value.split("–") if name == "pages" else value.split(", ") if name == "keywords" else [value]
        parts = [value.partition("–")[0], value.partition("–")[2]] if name == "pages" else parts
        for part in filter(None, parts):
            assert part in said or any(note.endswith(f": {part}") for note in notes), (name, part, ris)
    issued = [int(plain[name]) for name in ("year", "month", "day") if name in plain]
    assert item.get("issued", {"date-parts": [[]]})["date-parts"][0] == issued
    assert ris.get("year", "") == plain.get("year", "").lstrip("0")
    for role, target in (("author", "authors"), ("editor", "secondary_authors")):
        assert len(ris.get(target, [])) == len(record.persons.get(role, [])) == len(item.get(role, []))
        for person in record.persons.get(role, []):
            assert any(plain_text(person.last_names[-1]) in name for name in ris[target])
    assert item["type"] == TYPES[record.type]


def flatten(values):
    for value in values.values():
        yield from value if isinstance(value, list) else [value]


@settings(max_examples=25)
@given(records())
def test_any_record_is_written_as_a_reference(record):
    text = str(format_reference("k", record).striptags())
    # "None" may be a word of the record itself; it must not come from a field that is not there.
    assert "None" not in text or "None" in str(record)
    for name in ("title", "journal", "booktitle"):
        if name in record.fields:
            assert plain_text(record.fields[name]).rstrip(".").split()[0] in text


def test_every_kind_and_field_has_its_place():
    assert set(TYPES) == set(KINDS)
    assert set(FIELDS) - set(VARIABLES) == {"number", "eid", "year", "month", "day", "urldate"}
    assert len(MONTHS) == 12


CHAPTER = """@incollection{a, author = {Example, Anna and van der Beispiel, Piet}, editor = {Roe, Ann},
  title = {A chapter on remission}, booktitle = {A made-up handbook}, publisher = {Press}, address = {Oslo},
  edition = {2}, year = {2021}, pages = {210--219}, doi = {10.1007/978-3-000-00001-2_14}}"""


def test_a_chapter_keeps_its_book():
    entry = read_bibliography(CHAPTER).entries["a"]
    item = entry_to_csl("a", entry)
    assert (item["type"], item["container-title"]) == ("chapter", "A made-up handbook")
    assert "TY  - CHAP" in items_to_ris([item])
    assert "T2  - A made-up handbook" in items_to_ris([item])
    assert str(format_reference("a", entry).striptags()) == (
        "Example A, van der Beispiel P. A chapter on remission. In: Roe A, editor. A made-up handbook. 2 ed. "
        "Oslo: Press; 2021. p. 210–219. doi:10.1007/978-3-000-00001-2_14"
    )


@pytest.mark.parametrize("address", ["https://example.org/a_b", "javascript:alert(1)"])
def test_an_address_is_a_link_and_a_script_is_none(address):
    entry = read_bibliography(f"@online{{a, title = {{T}}, url = {{{address}}}, year = 2020}}").entries["a"]
    text = str(format_reference("a", entry))
    assert (f'href="{address}"' in text) == address.startswith("https")
