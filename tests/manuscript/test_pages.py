"""A page taken apart: the same cells as MyST reads, each on the line where an editor shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.execution import read_chapter
from livingreview.manuscript import expand_chapter, find_pages
from livingreview.manuscript.pages import Heading, mask_prose, parse_page
from tests.conftest import ROOT

PAGES = find_pages(ROOT / "chapters")
LINES = st.sampled_from(
    (
        *(
            "# Title",
            "## Part",
            "text",
            "",
            "---",
            "===",
            "```",
            "````",
            "```{code-cell} ipython3",
            ":tags: [a]",
        ),
        *("x = 1", "~~~", ":::{note}", ":::", "<!--", "-->", "    # indented", "#no heading", "\u2028# odd"),
    )
)


@pytest.mark.slow
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_cells_are_those_that_are_run(path):
    text = expand_chapter(path)
    page, notebook = parse_page(text), read_chapter(path).notebook
    assert [cell.code for cell in page.cells] == [
        cell.source for cell in notebook.cells if cell.cell_type == "code"
    ]
    lines = text.split("\n")
    for cell in page.cells:
        code = cell.code.split("\n")
        assert lines[cell.line - 1 : cell.line - 1 + len(code)] == code
        assert lines[cell.start - 1].startswith("```{code-cell}")
    assert [heading.level for heading in page.headings].count(1) == 1
    assert page.unclosed == 0


def test_headings_outside_fences_and_comments_count():
    text = "---\na: b\n---\n# One #\n\n```\n# in code\n```\n<!--\n# in a comment\n-->\n## Two\n\nThree\n===\n"
    page = parse_page(text)
    assert page.front == "a: b"
    assert page.headings == [Heading(1, "One", 4), Heading(2, "Two", 12), Heading(1, "Three", 14)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\na: b\n", 1),
        ("# A\n\n```{code-cell}\nx = 1\n", 3),
        ("# A\n````\n```\n", 2),
        (":::{note}\na\n", 1),
    ],
)
def test_what_never_ends_is_found(text, line):
    assert parse_page(text).unclosed == line


def test_options_of_a_cell_are_no_code():
    (cell,) = parse_page("```{code-cell} ipython3\n:tags: [parameters]\n\nx = 1\n```\n").cells
    assert (cell.options, cell.options_line, cell.code, cell.line) == ("tags: [parameters]", 2, "x = 1", 4)
    (cell,) = parse_page("```{code-cell}\n---\ntags: [a]\n---\nx = 1\n```\n").cells
    assert (cell.options, cell.options_line, cell.code, cell.line) == ("tags: [a]", 3, "x = 1", 5)


@pytest.mark.slow
@given(st.lists(LINES, max_size=30).map("\n".join))
def test_any_text_is_taken_apart(text):
    page, lines = parse_page(text), text.split("\n")
    for cell in page.cells:
        code = cell.code.split("\n") if cell.code else []
        assert lines[cell.line - 1 : cell.line - 1 + len(code)] == code
    assert all(1 <= heading.line <= len(lines) for heading in page.headings)
    assert 0 <= page.unclosed <= len(lines)


def test_prose_is_what_is_left_on_its_lines():
    cell = "```{code-cell}\nx = 4\n```\n"
    text = f"---\na: 1\n---\n# Two 2\n% note 3\n{cell}{{glue:}}`five5` [six](7.md) `8`\n<!-- 9 -->\n"
    masked = mask_prose(text)
    assert masked.count("\n") == text.count("\n")
    assert [len(line) for line in masked.split("\n")] == [len(line) for line in text.split("\n")]
    assert masked.split() == ["#", "Two", "2", "[six]"]
