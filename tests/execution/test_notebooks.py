"""Chapters as notebooks: named by what decides their results, given their outputs, failures with a place."""

import pytest

from livingreview.execution.notebooks import (
    cell_error,
    clean_output,
    code_cells,
    digest,
    read_chapter,
    with_outputs,
)


def test_an_unchanged_chapter_reads_the_same(small):
    path = small[1]("1 + 1", "2 + 2")
    assert read_chapter(path).notebook == read_chapter(path).notebook


def test_a_page_without_a_cell_language_is_no_notebook(tmp_path):
    (tmp_path / "plain.md").write_text("# Plain\n\nWords.\n", encoding="utf-8")
    assert read_chapter(tmp_path / "plain.md") is None


def test_code_and_tags_decide_what_a_chapter_computes_and_prose_does_not(small):
    write = small[1]
    before = read_chapter(write("1 + 1")).code
    assert read_chapter(write("1 + 2")).code != before
    assert read_chapter(write(":tags: [parameters]\n\n1 + 1")).code != before
    path = write("1 + 1")
    path.write_text(path.read_text(encoding="utf-8") + "\n## More words\n", encoding="utf-8")
    assert read_chapter(path).code == before


def test_a_hash_of_parts_knows_their_borders():
    assert digest("ab", "c") != digest("a", "bc") != digest("abc")
    assert digest("ab", b"c") == digest(b"ab", "c")


def test_outputs_go_back_to_their_cells(small):
    notebook = read_chapter(small[1]("1", "2")).notebook
    shown = [[{"output_type": "stream", "name": "stdout", "text": text}] for text in ("one", "two")]
    done = with_outputs(notebook, shown)
    assert [cell.outputs[0].text for cell in code_cells(done)] == ["one", "two"]
    assert [cell.execution_count for cell in code_cells(done)] == [1, 2]
    assert not any(cell.outputs for cell in code_cells(notebook)), "the source is left as it was"
    with pytest.raises(ValueError, match="shorter"):
        with_outputs(notebook, shown[:1])


def test_what_differs_from_run_to_run_is_left_out_of_an_output():
    output = {
        "output_type": "display_data",
        "transient": {"display_id": "x"},
        "data": {"text/plain": "<Thing at 0x7f00ab>", "text/html": "<b>at 0x1</b>"},
    }
    assert clean_output(output) == {
        "output_type": "display_data",
        "data": {"text/plain": "<Thing>", "text/html": "<b>at 0x1</b>"},
    }


def test_a_cell_that_fails_is_named_where_it_stands(small):
    """In the chapter itself, or in the file of sections that it shares."""
    path = small[1]("own = 1")
    (path.parent / "_parts.md").write_text(
        "## Shared\n\n```{code-cell} ipython3\nshared = 1\n```\n", encoding="utf-8"
    )
    path.write_text(path.read_text(encoding="utf-8") + "\n% sections: _parts.md\n", encoding="utf-8")
    chapter = read_chapter(path)
    line = path.read_text(encoding="utf-8").splitlines().index("own = 1") + 1
    for number, place in ((1, f"from line {line}:"), (2, "from line 4 of _parts.md:")):
        told = cell_error(chapter, number, "ValueError", "no", "\x1b[31mTraceback\x1b[0m")
        assert told.startswith(f"page.md, code cell {number}, {place} ValueError: no\n")
        assert told.endswith("\nTraceback"), "without colours"
