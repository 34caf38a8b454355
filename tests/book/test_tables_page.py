"""Tables in a browser: sorted, taken to a spreadsheet, passed over, their heads in view."""

import csv
import io
import re

import pytest

from tests.visit import Visit

pytestmark = [pytest.mark.book, pytest.mark.browser]
LONG = ".lr-table table:has(tbody tr:nth-child(24)):has(a.lr-figure):has(thead th:has-text('%'))"

# What stands above a table may grow as it comes into view: it is looked for until it is there.
FURNISHED = "t => { t.scrollIntoView({ behavior: 'instant' }); return t.querySelector('.lr-sort'); }"


@pytest.fixture
def visit(book, chromium):
    """A page with long tables, from disk, everything open."""
    with Visit(chromium, f"file://{book}", "chapters/bortezomib-evidence.html") as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach(item => { item.open = true; })")
        table = visit.page.locator(LONG).first
        visit.page.wait_for_function(FURNISHED, arg=table.element_handle())
        visit.table = table
        yield visit
        assert visit.console == []


def numbers(table, column: int) -> list[list[float]]:
    """The percentages of a column, group by group, as they stand."""
    groups = [[]]
    for row in table.locator("tbody tr").all():
        if "lr-group" in (row.get_attribute("class") or ""):
            groups.append([])
        elif found := re.search(r"([\d.]+)%", row.locator(f":nth-child({column})").first.inner_text()):
            groups[-1].append(float(found[1]))
    return groups


def test_a_head_sorts_within_its_groups_by_keyboard_and_gives_the_order_back(visit):
    heads = visit.table.locator("thead th")
    column = next(i for i in range(heads.count()) if "%" in heads.nth(i).inner_text()) + 1
    before = numbers(visit.table, column)
    press = heads.nth(column - 1).locator("button")
    press.focus()
    for way in ("ascending", "descending"):
        visit.page.keyboard.press("Enter")
        assert heads.nth(column - 1).get_attribute("aria-sort") == way
        wanted = [sorted(group, reverse=way == "descending") for group in before]
        assert numbers(visit.table, column) == wanted
    visit.page.keyboard.press("Enter")
    assert heads.nth(column - 1).get_attribute("aria-sort") is None
    assert numbers(visit.table, column) == before


def test_a_table_is_taken_clean_to_a_spreadsheet(visit):
    with visit.page.expect_download() as download:
        tools = visit.table.locator("xpath=preceding-sibling::span[contains(@class, 'lr-tools')]")
        tools.get_by_role("button", name="Download this table").click()
    content = download.value.path().read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len({len(line) for line in lines}) == 1
    assert len(lines) - 1 == visit.table.locator("tbody tr:not(.lr-group, .lr-below)").count()
    cells = [cell for line in lines for cell in line]
    assert not [cell for cell in cells if re.search(r"[\n\t]|registered|  ", cell)]
    assert not [cell for cell in cells if re.fullmatch(r"\d+/\d+|\d+-\d+", cell)], "no date"
    assert re.fullmatch(r"[a-z0-9-]+\.csv", download.value.suggested_filename)


def test_what_stands_under_a_row_is_in_its_line_of_a_copy(book, chromium):
    """A note once made its row up to ten lines high; now it stands below, and is a column of the file."""
    with Visit(chromium, f"file://{book}", "chapters/aml.html") as visit:
        lines = visit.page.evaluate("lrSheet.linesOf(document.querySelector('.lr-sof table'))")
        rows = visit.page.locator(".lr-sof tbody tr:not(.lr-group, .lr-below)").count()
        notes = visit.page.locator(".lr-sof tbody tr.lr-below").count()
    assert lines[0][-1] == "Note"
    assert len({len(line) for line in lines}) == 1
    assert len(lines) - 1 == rows
    assert sum(bool(line[-1]) for line in lines[1:]) == notes > 0


def test_a_long_table_is_passed_over_by_keyboard_and_its_head_stays_in_view(visit):
    page = visit.page
    skip = visit.table.locator("xpath=preceding-sibling::button[contains(@class, 'lr-skip')]")
    skip.focus()
    assert skip.bounding_box()["height"] > 15, "seen while it has the focus"
    page.keyboard.press("Enter")
    behind = "table => table.compareDocumentPosition(document.activeElement)"
    assert visit.table.evaluate(behind) == 4, "what follows the table and is not in it"
    visit.table.evaluate("table => table.rows[9].scrollIntoView({ behavior: 'instant' })")
    head = visit.table.locator("thead th").first.bounding_box()
    bar = page.locator(".bd-header-article").bounding_box()
    assert head["y"] == pytest.approx(bar["y"] + bar["height"], abs=2)
