"""A page of the manuscript types no result, in digits or in words."""

import pytest

from livingreview.checks.pages import check_page

CELL = '```{code-cell} python\nlr.glue_figures(chapter, died="x")\n```\n'


@pytest.mark.parametrize(
    ("prose", "lines"),
    [
        ("Half of the children died.", [3]),
        ("Half of the children ({glue:}`died`) died.", []),
        ("They got it twice.\nNone of the adults survived.", [4]),
        ("Of all, {glue:}`died` died. All adults responded. Why is not known.", [3]),
        ("Who came later did well. Half of the children ({glue:}`died`) died. Why is not known.", []),
        ("<!-- Half of the children died. -->", []),
    ],
)
def test_a_result_in_words_needs_its_figure_in_the_sentence(tmp_path, prose, lines):
    path = tmp_path / "page.md"
    path.write_text(f"# A page\n\n{prose}\n\n{CELL}", encoding="utf-8")
    problems = check_page(path, "chapters/page.md")
    assert [problem.row for problem in problems if problem.rule == "typed-number"] == lines
