"""Marks placed in pixels, and the figure made of them."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from livingreview.book import __file__ as book
from livingreview.charts.drawn import draw_sheet, draw_sheets
from livingreview.charts.sheet import (
    COLOURS,
    DEFERRED,
    PAGE,
    PHONE,
    WIDE,
    Sheet,
    SheetFigure,
    anchor_of,
    wrap,
)
from livingreview.display.html import Column, HtmlTable, Row
from livingreview.display.marks import Figure

NAMES = {"svg": "http://www.w3.org/2000/svg"}
STUDY = Figure("4/9 (44%)", "roe-2020.outcome.all.cr", "reports/roe-2020.html#roe-2020.outcome.all.cr")


def lay_out(sheet: Sheet) -> None:
    sheet.text(0, 10, "Adults <18")
    with sheet.row(STUDY, 20, 26):
        sheet.interval(-20, 100.04, 33, left=10, right=200)
        sheet.point(60, 33, shape="square", size=8)
        sheet.text(sheet.width, 33, "44 [14–79]", align="right", bold=True)
    sheet.height = 60


def figure() -> SheetFigure:
    return SheetFigure("CR: adults", lay_out, "One study.", HtmlTable("t", [Column("a")], [Row(["b"])]))


@pytest.fixture(scope="module")
def drawn() -> ElementTree.Element:
    sheet = Sheet(WIDE)
    lay_out(sheet)
    return ElementTree.fromstring(
        draw_sheet(sheet.as_data()).replace("<svg ", f'<svg xmlns="{NAMES["svg"]}" ', 1)
    )


def test_a_picture_is_as_large_as_its_sheet(drawn):
    assert (drawn.get("width"), drawn.get("height"), drawn.get("viewBox")) == (
        str(WIDE),
        "60",
        f"0 0 {WIDE} 60",
    )


def test_all_marks_of_a_row_are_one_link_that_the_keyboard_passes(drawn):
    (link,) = drawn.findall(".//svg:a", NAMES)
    assert (link.get("href"), link.get("tabindex")) == (STUDY.href, "-1")
    inside = [mark.text for mark in link.iter(f"{{{NAMES['svg']}}}text")]
    assert inside == ["44 [14–79]"]
    assert len(link.findall(".//svg:path", NAMES)) == 4  # the field, the interval, its arrow head, the point
    assert "Adults <18" in [mark.text for mark in drawn.iter(f"{{{NAMES['svg']}}}text")]


def test_an_interval_ends_in_an_arrow_only_where_it_goes_on():
    sheet = Sheet(WIDE)
    sheet.interval(0, 250, 5, left=0, right=200)
    line, arrow = sheet.as_data()["marks"]
    assert (line["d"], arrow["x"]) == ("M0,0L200,0", 197)


def test_rectangles_lie_under_lines_and_lines_under_points():
    sheet = Sheet(WIDE)
    sheet.point(1, 1)
    sheet.line(0, 0, 5, 5)
    sheet.rect(0, 0, 9, 9)
    assert [mark["d"][:8] for mark in sheet.as_data()["marks"]] == ["M0,0L9,0", "M0,0L5,5", "M-4,0A4,"]


def test_a_tall_picture_is_parted_for_paper_between_rows():
    sheet = Sheet(WIDE)
    for _ in range(30):
        sheet.may_break()
        with sheet.row(STUDY, sheet.height, 50):
            sheet.text(0, sheet.height + 25, "row")
            sheet.line(0, sheet.height, WIDE, sheet.height)
        sheet.height += 50
    parts = re.findall(r"<svg.*?</svg>", draw_sheet(sheet.as_data()))
    heights = [int(re.search(r' height="(\d+)"', part)[1]) for part in parts]
    assert sum(heights) == sheet.height
    assert max(heights) <= PAGE
    sheet.breaks, sheet.height = [place + 0.4 for place in sheet.breaks[1:]], sheet.height + 0.4
    parted = draw_sheets([sheet.as_data(), sheet.as_data()])
    kept = sum(map(int, re.findall(r' height="(\d+)"', parted.partition("lr-phone")[0])))
    assert f'style="--lr-ratio: {WIDE} / {kept}"' in parted, "the place kept is as tall as the parts together"
    assert sum(part.count("<a ") for part in parts) == sum(part.count("<text ") for part in parts) == 30


def test_words_wrap_and_none_is_cut():
    words = "Multicentre retrospective series of adults"
    lines = wrap(words, 100)
    assert len(lines) > 2
    assert " ".join(lines) == words


def test_a_figure_is_laid_out_for_both_widths_and_drawn_apart(monkeypatch):
    monkeypatch.setenv("LIVINGREVIEW_DEFER_CHARTS", "1")
    html = str(figure().__html__())
    found = DEFERRED.search(html)
    picture = draw_sheets(json.loads(found["sheets"]))
    assert re.findall(r'<svg[^>]* width="(\d+)"', picture) == [str(WIDE), str(PHONE)]
    assert 'id="figure-cr-adults"' in html
    assert 'href="#figure-cr-adults"' in html
    assert 'aria-label="CR: adults. One study."' in html


def test_anchors_are_addresses():
    assert anchor_of("Remission (CR), all: adults") == "figure-remission-cr-all-adults"
    one, other = (anchor_of(f"As studies became available: {'x' * 60}; {what}") for what in ("CR", "CRh"))
    assert one != other
    assert len(one) < 80


def test_the_book_gives_every_colour_its_variable():
    css = (Path(book).parent / "web" / "lr.css").read_text()
    for name, value in COLOURS.items():
        for kind in ("fill", "stroke"):
            assert f'.lr-sheet [{kind}="{value}"] {{ {kind}: var(--lr-c-{name}, {value}); }}' in css
        assert css.count(f"--lr-c-{name}: ") == 2, "dark and forced colours"
    assert len(set(COLOURS.values())) == len(COLOURS)
