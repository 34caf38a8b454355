"""The record by which an archive takes in a release."""

import json

from livingreview.citation import describe_deposit, read_citation
from livingreview.evidence import load_package
from tests.conftest import ROOT


def test_the_archive_record_agrees_with_the_citation():
    record = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    expected = describe_deposit(read_citation(ROOT), load_package(ROOT / "data").description)
    assert record == expected, "CITATION.cff changed. To mend: livingreview zenodo"
    assert record["creators"] == [{"name": "The living review contributors"}]
    assert "doi" not in record
    person = {"family-names": "B", "given-names": "A", "orcid": "https://orcid.org/0000-0002-1825-0097"}
    assert describe_deposit(read_citation(ROOT) | {"authors": [person]}, "x")["creators"] == [
        {"name": "B, A", "orcid": "0000-0002-1825-0097"}
    ]
