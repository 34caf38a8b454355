"""The reports' records survive every form."""

import re

import pytest
import rispy

from livingreview.citation import entry_to_csl, format_reference, items_to_ris, write_bibtex
from livingreview.evidence import read_bibliography


@pytest.mark.slow
def test_the_bibliography_survives_bibtex(review):
    again = read_bibliography(write_bibtex(review.bibliography))
    assert list(again.entries) == list(review.bibliography.entries)
    for key, entry in review.bibliography.entries.items():
        assert again.entries[key] == entry, key


def test_the_bibliography_survives_ris(review):
    items = [entry_to_csl(key, entry) for key, entry in review.bibliography.entries.items()]
    text = items_to_ris(items)
    assert not re.search(r"^\d+\.$|[{}\\]", text, re.MULTILINE)
    read = {entry["id"]: entry for entry in rispy.loads(text)}
    assert len(read) == len(items)
    for item in items:
        entry = read[item["id"]]
        assert entry.get("title") == item.get("title")
        assert entry.get("doi") == item.get("DOI")
        assert entry.get("secondary_title") == item.get("container-title")
        assert len(entry.get("authors", [])) == len(item.get("author", []))
        assert entry.get("year") == (str(item["issued"]["date-parts"][0][0]) if "issued" in item else None)


def test_pages_without_a_volume_follow_the_year():
    text = "@article{x, author={Example, A}, title={T}, journal={J}, year={2020}, pages={5--9}}"
    told = str(format_reference("x", read_bibliography(text).entries["x"]))
    assert "2020:5–9" in told
    assert "; :" not in told
