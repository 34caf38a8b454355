"""Every figure of a chapter, laid out for desk and phone: nothing is cut and nothing overlaps."""

import re
from itertools import combinations

import pytest

from livingreview import charts
from livingreview.charts.sheet import FEWEST_MARKS, PHONE, WIDE, Sheet, SheetFigure
from livingreview.charts.words import measure
from livingreview.evidence import select_class, select_part, select_setting
from tests.drawn import CLASSES, FIGURES, sheets_of

# Figures of which one row holds several marks: lights of a report, days of a drug.
MANY_A_ROW = ("bias", "calendars")


@pytest.fixture(scope="module")
def figures(review) -> list[tuple[str, SheetFigure]]:
    found = []
    for name in CLASSES:
        chapter = select_class(review, name)
        core = select_part(chapter, "core")
        for kind, draw in FIGURES.items():
            parts = draw(chapter, core).parts
            found += [(f"{name}, {kind}", part) for part in parts if isinstance(part, SheetFigure)]
    (whole,) = charts.draw_map(review, title="Evidence").parts
    return [*found, ("review, map", whole)]


@pytest.fixture(scope="module")
def in_settings(review) -> list[tuple[str, SheetFigure]]:
    """What the pages of clinical settings draw."""
    found = []
    for name in review.tables["settings"]["setting_id"]:
        place = select_setting(review, name)
        drawn = {
            "randomised": charts.draw_randomised(place, title="Randomised"),
            "response": charts.draw_response(place, "response", title="Response", most=30),
            "mrd": charts.draw_response(place, "mrd", title="MRD", most=30),
        }
        found += [(f"{name}, {kind}", part) for kind, stack in drawn.items() for part in sheets_of(stack)]
    return found


def count_marks(kind: str, sheet: Sheet) -> int:
    """The rows of a sheet in which something is drawn; of some kinds every mark."""
    seen = [mark["n"] for mark in sheet.marks if mark["n"] and mark.get("o", 1)]
    return len(seen) if kind in MANY_A_ROW else len(set(seen))


@pytest.mark.slow
def test_a_figure_has_three_marks_or_is_a_table(figures, in_settings):
    """Two strips of survival and one ratio once filled a figure each."""
    for name, figure in [*figures, *in_settings]:
        for sheet in figure.sheets():
            assert count_marks(name.rpartition(", ")[2], sheet) >= FEWEST_MARKS, (name, figure.title)
    drawn = {name for name, _ in in_settings}
    assert "adult-relapse, randomised" in drawn
    assert "aml, randomised" not in drawn


def boxes(sheet: Sheet) -> list[tuple[str, float, float, float, float]]:
    """Words, left, right, top and bottom of each text."""
    found = []
    for text in sheet.texts:
        # Words are measured wide, so that they fit in any browser.
        width = 0.97 * measure(text["t"], size=text["s"], bold=text["b"] == "bold")
        left = text["x"] - {"left": 0, "right": width, "center": width / 2}[text["a"]]
        found.append((text["t"], left, left + width, text["y"] - 0.72 * text["s"], text["y"]))
    return found


def test_every_kind_of_figure_is_drawn(figures):
    kinds = {name.partition(", ")[2] for name, _ in figures}
    assert kinds == set(FIGURES)


@pytest.mark.slow
def test_no_word_leaves_its_picture(figures):
    for name, figure in figures:
        for sheet in figure.sheets():
            for words, left, right, top, bottom in boxes(sheet):
                inside = left >= -1 and right <= sheet.width + 1 and top >= -1 and bottom <= sheet.height + 1
                assert inside, (name, sheet.width, words)


@pytest.mark.slow
def test_no_word_stands_on_another(figures):
    for name, figure in figures:
        for sheet in figure.sheets():
            found = sorted(boxes(sheet), key=lambda box: box[3])
            for one, other in combinations(found, 2):
                if other[3] > one[4]:
                    continue
                beside = one[2] <= other[1] + 1 or other[2] <= one[1] + 1
                assert beside or one[4] <= other[3] + 2, (name, sheet.width, one[0], other[0])


@pytest.mark.slow
def test_marks_stay_on_the_sheet(figures):
    for name, figure in figures:
        for sheet in figure.sheets():
            for mark in sheet.marks:
                assert -1 <= mark["x"] <= sheet.width + 1, (name, mark)
                assert -1 <= mark["y"] <= sheet.height + 1, (name, mark)


@pytest.mark.slow
def test_paper_breaks_no_picture_through_a_word_or_a_mark(figures):
    parted = 0
    for name, figure in figures:
        for sheet in figure.sheets():
            for top in sheet.as_data()["parts"][1:]:
                parted += 1
                for words, _, _, high, low in boxes(sheet):
                    assert high >= top - 1 or low <= top + 1, (name, words)
                for mark in sheet.marks:
                    ends = [mark["y"] + float(y) for y in re.findall(r",(-?[\d.]+)", mark["d"])]
                    assert min(ends) >= top - 1 or max(ends) <= top + 1, (name, mark)
    assert parted > 5


@pytest.mark.slow
def test_paper_parts_no_title_from_what_it_names(figures):
    """Between a title, which leads to no row, and a place where paper may break there is a row."""
    titles = 0
    for name, figure in figures:
        for sheet in figure.sheets():
            for place in sheet.breaks:
                above = [text for text in sheet.texts if text["y"] <= place]
                heads = [text for text in above if text["b"] == "bold" and text["x"] == 0 and not text["n"]]
                if not heads:
                    continue
                titles += 1
                last = max(heads, key=lambda text: text["y"])
                assert any(mark["n"] and last["y"] <= mark["y"] <= place for mark in sheet.marks), (
                    name,
                    last["t"],
                )
    assert titles > 20


@pytest.mark.slow
def test_each_picture_links_to_the_rows_of_its_table(figures):
    for name, figure in figures:
        told = {link.href for link in figure.table.figures}
        wide, phone = figure.sheets()
        assert (wide.width, phone.width) == (WIDE, PHONE)
        assert wide.links, name
        assert set(wide.links) == set(phone.links), name
        assert set(wide.links) <= told, name


def test_what_a_figure_shows_is_told_in_words(figures):
    for name, figure in figures:
        assert len(figure.description) > 40, name
        assert "None" not in figure.description, name
        assert not re.search(r"\b(nan|NA)\b", figure.description), name
