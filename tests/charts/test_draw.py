"""Charts drawn in a process of their own: specifications in, pictures out."""

import io
import json
import sys

import pytest

from livingreview.charts import draw

SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"values": [{"a": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
    "width": "container",
}


def drawn(monkeypatch, capsys, charts) -> list:
    """What the program answers to some charts on its standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(charts)))
    draw.main()
    return json.loads(capsys.readouterr().out)


def test_every_chart_comes_back_under_its_key(monkeypatch, capsys):
    keys = ("0123456789ab", "ba9876543210")
    told = drawn(monkeypatch, capsys, [[key, json.dumps(SPEC)] for key in keys])
    assert [key for key, _, _ in told] == list(keys)
    for key, picture, script in told:
        assert picture.count("<svg ") == 1
        assert f'data-chart="{key}"' in picture
        assert script.startswith(f'lrChart("{key}",')


def test_nothing_in_nothing_out(monkeypatch, capsys):
    assert drawn(monkeypatch, capsys, []) == []


def test_a_chart_that_is_none_stops_the_program(monkeypatch, capsys):
    with pytest.raises(ValueError, match="conversion failed"):
        drawn(monkeypatch, capsys, [["0123456789ab", json.dumps(SPEC | {"mark": "no-such-mark"})]])
