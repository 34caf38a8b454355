"""Records of the bibliography have the identifiers of their reports."""

from livingreview.citation.csl import entry_to_csl
from livingreview.citation.formats import items_to_ris
from livingreview.evidence import read_bibliography
from livingreview.evidence.identifiers import complete_records

RECORD = "@article{roe-2020, title = {T}, doi = {10.1/a}}"
ROWS = [
    {"report_id": "roe-2020", "scheme": "doi", "value": "10.1/b"},
    {"report_id": "roe-2020", "scheme": "pmid", "value": "123"},
    {"report_id": "roe-2020", "scheme": "pmcid", "value": "PMC9"},
    {"report_id": "roe-2020", "scheme": "registry", "value": "NCT00000001"},
    {"report_id": "doe-2021", "scheme": "pmid", "value": "456"},
]


def test_a_record_gets_what_it_lacks_and_keeps_what_it_has():
    entries = complete_records(read_bibliography(RECORD), ROWS).entries
    assert dict(entries["roe-2020"].fields) == {"title": "T", "doi": "10.1/a", "pmid": "123", "pmcid": "PMC9"}
    assert list(entries) == ["roe-2020"]


def test_reference_managers_get_them():
    item = entry_to_csl("k", complete_records(read_bibliography(RECORD), ROWS).entries["roe-2020"])
    assert (item["PMID"], item["PMCID"]) == ("123", "PMC9")
    ris = items_to_ris([item])
    assert "PMID: 123" in ris
    assert "PMCID: PMC9" in ris


def test_what_is_kept_stays_unchanged():
    read = read_bibliography(RECORD)
    complete_records(read, ROWS)
    assert "pmid" not in read.entries["roe-2020"].fields
