"""Figures drawn in a process of their own: sheets on its standard input, pictures on its output.

What is drawn is tested where it is drawn (`test_sheet.py`), and the process as a whole where it is started.
"""

import io
import json
import sys

import pytest

from livingreview.charts import draw


@pytest.fixture
def drawn(monkeypatch, capsys):
    """A function that hands the program some figures and gives what it answers; nothing is really drawn."""
    monkeypatch.setattr(draw, "draw_sheets", lambda sheets: f"picture of {sheets}")

    def answer(figures: list) -> list:
        monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(figures)))
        draw.main()
        return json.loads(capsys.readouterr().out)

    return answer


def test_every_figure_comes_back_under_its_key_and_in_its_place(drawn):
    assert drawn([["b", [1]], ["a", [2]]]) == [["b", "picture of [1]"], ["a", "picture of [2]"]]


def test_nothing_in_nothing_out(drawn):
    assert drawn([]) == []


def test_a_figure_that_cannot_be_drawn_stops_the_program_without_an_answer(drawn, monkeypatch, capsys):
    """Half an answer would be taken for a whole one."""

    def fail(sheets):
        raise ValueError(sheets)

    monkeypatch.setattr(draw, "draw_sheets", fail)
    with pytest.raises(ValueError, match="7"):
        drawn([["b", [7]]])
    assert capsys.readouterr().out == ""
