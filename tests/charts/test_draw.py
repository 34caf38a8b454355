"""Charts drawn in a process of their own: specifications on its standard input, pictures on its output.

What is drawn is tested where it is drawn (`test_render.py`), and the process as a whole where it is started.
"""

import io
import json
import sys

import pytest

from livingreview.charts import draw


@pytest.fixture
def drawn(monkeypatch, capsys):
    """A function that hands the program some charts and gives what it answers; nothing is really drawn."""
    monkeypatch.setattr(draw, "draw_deferred", lambda key, spec: (f"picture of {spec}", f"script of {key}"))

    def answer(charts: list) -> list:
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(charts)))
        draw.main()
        return json.loads(capsys.readouterr().out)

    return answer


def test_every_chart_comes_back_under_its_key_and_in_its_place(drawn):
    assert drawn([["b", "{1}"], ["a", "{2}"]]) == [
        ["b", "picture of {1}", "script of b"],
        ["a", "picture of {2}", "script of a"],
    ]


def test_nothing_in_nothing_out(drawn):
    assert drawn([]) == []


def test_a_chart_that_cannot_be_drawn_stops_the_program_without_an_answer(drawn, monkeypatch, capsys):
    """Half an answer would be taken for a whole one."""

    def fail(key, spec):
        raise ValueError(key)

    monkeypatch.setattr(draw, "draw_deferred", fail)
    with pytest.raises(ValueError, match="b"):
        drawn([["b", "{}"]])
    assert capsys.readouterr().out == ""
