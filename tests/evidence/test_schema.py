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


def test_a_code_lies_within_wider_ones_and_stands_for_a_span_of_numbers():
    field = parse_field(
        {"name": "a", "within": {"x": ["y"], "y": ["z"]}, "spans": {"x": [1, 2], "z": [3, None]}}
    )
    assert [field.wholes(code) for code in "xyz"] == [{"x", "y", "z"}, {"y", "z"}, {"z"}]
    assert [number for number in (0, 1, 1.9, 2) if field.spans_number("x", number)] == [1, 1.9]
    assert [number for number in (2, 3, 99) if field.spans_number("z", number)] == [3, 99]
    assert field.spans_number("y", 0)
