"""The schema as plain values."""

import pytest

from livingreview.evidence.schema import parse_field, parse_package


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


def test_a_code_may_be_a_step_and_have_broader_words():
    field = parse_field(
        {"name": "a", "labels": {"x": "x in full"}, "steps": {"x": "alive"}, "broad": {"y": "y and its like"}}
    )
    assert [field.step(code) for code in "xy"] == ["alive", ""]
    assert [field.broad_label(code) for code in "xyz"] == ["x in full", "y and its like", "z"]
