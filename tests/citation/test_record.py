"""The review's own record is valid, and a version that is not frozen is a draft."""

import json

import jsonschema
import pytest

from livingreview.citation import chapter_item, format_item, item_to_bibtex, items_to_ris, read_citation
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
