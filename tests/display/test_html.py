"""Tables and other pieces of a page: text is escaped, parts are there for a screen reader and a phone."""

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from livingreview.display.html import (
    Column,
    Folded,
    Fragment,
    HtmlTable,
    Row,
    Stack,
    fold,
    join_tables,
    link,
    render,
    render_cell,
)
from livingreview.display.numbers import Figure

EVIL = "<b>\"x\"</b> & 'y'"
FIGURE = Figure("4/10 (40%)", "a.b", "reports/a.html#a.b", "as printed", marks=("restated",))


def table(caption="Caption", rows=None, columns=("Name", "Number")) -> HtmlTable:
    """A small table; its second column holds numbers."""
    rows = rows or [Row(["one", "1"], anchor="row-one"), Row(["two", "2"])]
    return HtmlTable(caption, [Column(columns[0]), Column(columns[1], True)], rows)


def test_a_table_names_its_columns_rows_and_addresses():
    html = str(table().__html__())
    assert html.count('<th scope="col"') == 2
    assert html.count('<th scope="row">') == 2
    assert html.count('<tr id="row-one">') == 1
    assert 'data-label="Number">1<' in html, "a script finds the cells of a row that has an address"
    assert html.count("data-label") == 1
    assert '<table class="lr-n2"' in html
    assert "<caption>Caption</caption>" in html


def test_a_heading_goes_over_all_columns_and_is_no_row():
    shown = table(rows=[Row(["Group"], heading=True), Row(["one", "1"])])
    assert '<tr class="lr-group"><th scope="rowgroup" colspan="2">Group</th></tr>' in str(shown.__html__())
    assert shown.length == "1 row"
    assert table().length == "2 rows"


def test_what_stands_below_a_row_is_none_of_its_cells_and_no_row():
    shown = table(rows=[Row(["one", "1"], below="a note"), Row(["two", "2"])])
    html = str(shown.__html__())
    assert '</tr>\n<tr class="lr-below"><td colspan="2">a note</td></tr>' in html
    assert html.count("lr-below") == 1
    assert shown.length == "2 rows"
    assert "one | 1 | a note" in shown._repr_mimebundle_()["text/plain"]


def test_every_text_of_a_table_is_escaped():
    shown = HtmlTable(EVIL, [Column(EVIL), Column(EVIL)], [Row([EVIL, [EVIL, EVIL]], anchor=EVIL)], [EVIL])
    html = str(shown.__html__())
    assert "<b>" not in html
    assert html.count("&lt;b&gt;") >= 7


def test_titles_of_columns_are_safe_in_a_style():
    """On a phone the style sheet writes them before the cells: a quotation mark may not end the string."""
    labels = table(columns=("First", "a'b\"c\\d<e\n&")).labels
    assert labels.startswith("--c2:'a")
    assert labels.count("'") == 2
    assert not set('"<&\n') & set(labels)
    assert r"\27 " in labels
    assert r"\5c " in labels


def test_a_cell_of_several_parts_sets_one_under_the_other():
    assert render_cell(["a", Markup("<i>b</i>"), None]) == "a<br><i>b</i><br>"
    assert render_cell(3) == "3"
    assert render_cell(FIGURE) == FIGURE.link()


def test_marks_of_figures_are_explained_above_their_table():
    shown = table(rows=[Row(["one", FIGURE]), Row(["two", ["and", FIGURE]])])
    assert shown.figures == [FIGURE, FIGURE]
    assert str(shown.__html__()).count('<p class="lr-note lr-legend">') == 1
    assert "lr-note" not in str(table().__html__())


def test_tables_are_joined_under_headings_and_one_stays_as_it_is():
    first, second = table("Doses: A"), table("B")
    joined = join_tables([first, second], "All")
    assert [row.cells[0] for row in joined.rows if row.heading] == ["A", "B"]
    assert joined.length == "4 rows"
    assert join_tables([first], "All") is first


def test_what_opens_on_paper_is_a_fold_without_a_class():
    """By which lr-page.js and book/pdf.py know it."""
    html = str(fold(table(), "Reports", printed=True).__html__())
    assert html.startswith('<div class="lr-printed"><details><summary>Reports</summary>')


def test_what_is_folded_says_what_it_holds():
    assert fold(table()).summary == "Caption (2 rows)"
    html = str(Folded(EVIL, table()).__html__())
    assert html.startswith('<details class="lr-fold"><summary>&lt;b&gt;')
    assert html.count("<table") == 1


def test_a_stack_of_nothing_says_so():
    assert "nothing &lt;here&gt;" in str(Stack([], "nothing <here>").__html__())
    assert str(Stack([table(), table()]).__html__()).count("<table") == 2
    assert Stack([], "nothing")._repr_mimebundle_()["text/plain"] == "nothing"


def test_every_piece_has_a_plain_text_too():
    """A notebook without HTML shows it."""
    rows = [Row(["one", ["a", Markup("<i>b</i>")]])]
    assert table(rows=rows)._repr_mimebundle_()["text/plain"] == "Caption\none | a; b"
    heading = Fragment("heading.html.j2", {"text": "T", "anchor": "t"}, "In words")
    assert heading._repr_mimebundle_() == {"text/html": '<h3 id="t">T</h3>', "text/plain": "In words"}
    for piece in (table(), fold(table()), Stack([table()])):
        assert set(piece._repr_mimebundle_()) == {"text/html", "text/plain"}


def test_a_template_that_lacks_a_value_fails():
    """A page never shows an empty place where something was forgotten."""
    with pytest.raises(UndefinedError):
        render("heading.html.j2")


@pytest.mark.parametrize(
    ("href", "links"),
    [
        ("https://example.org/?a=1&b=2", True),
        ("HTTP://example.org", True),
        ("reports/a.html#b", True),
        ("javascript:alert(1)", False),
        (" JaVa\tScript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_an_address_of_the_web_or_of_the_book_is_a_link(href, links):
    html = link("<words>", href)
    assert html.startswith("<a href=") == links
    assert "&lt;words&gt;" in html


def test_columns_keep_twelve_letters_where_all_of_them_fit():
    """Intervals once stood in columns of seven letters, beside columns with room to spare."""
    cells = ["Study", "23 to 41 per cent of all", "12", ["short", "a longer second part"]]
    table = HtmlTable("Caption", [Column(name) for name in "ABCD"], [Row(cells)])
    assert table.widths == [0, 12, 2, 12]
    assert str(table.__html__()).count('style="--w:12"') == 2
    many = HtmlTable("Caption", [Column(str(i)) for i in range(9)], [Row(["a word of some length"] * 9)])
    assert set(many.widths) == {0}
