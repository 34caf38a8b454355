"""The schema as plain values."""

import pytest

from livingreview.evidence.schema import parse_package


def test_a_schema_is_parsed_with_one_or_several_key_fields():
    package = parse_package(
        {
            "name": "p",
            "resources": [
                {"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "a"}], "primaryKey": ["a"]}}
            ],
        }
    )
    assert package.tables["t"].primary_key == "a"
    with pytest.raises(KeyError, match="has no column"):
        package.tables["t"].field("b")
