"""Characters are told by their classes, HTML by its names; signs of ordinary text are neither."""

import pytest

from livingreview.checks import check_project
from livingreview.checks.characters import has_hidden, has_loose_accent, has_markup
from tests.checks.damage import set_cell

TEXT = [
    *("neutrophils <LLN at day 28", "T<B cells", "p<0.001", "b<a", "grade < 3", "a <b and c", "x<y>z"),
    *("events that resolve to < Grade 2", "<1 %", "CD19<CD20 … B>T", "note: above", "AT&T; R&D", "&c; so on"),
]
MARKUP = [
    *("<b>bold</b>", "a<br>b", "a<br/>b", "</p>", "<img src=x onerror=alert(1)", "<SCRIPT", "<a href='x'>"),
    *("A &amp; B", "&#60;", "&#x3c;", "javascript:alert(1)", "JavaScript :x", "<svg/onload=x>", "<p class=x"),
    *("&nbsp;", "<!-- x -->"),
]


@pytest.mark.parametrize("text", TEXT)
def test_signs_of_ordinary_text_are_no_html(text):
    assert not has_markup(text)


@pytest.mark.parametrize("text", MARKUP)
def test_html_is_known_by_its_names(text):
    assert has_markup(text)


# Of each class one: control, format, surrogate, private use, not assigned, line and paragraph separator.
@pytest.mark.parametrize("sign", "\x00\x85\u00ad\u2060\ud800\ue000\U000e0080\u0378\u2028\u2029\ufeff\u202e")
def test_what_nobody_sees_is_known_by_its_class(sign):
    assert has_hidden(f"complete{sign}response")


def test_letters_of_any_script_are_seen():
    assert not has_hidden("Peñafiel, 白血病, Ελλάδα, µg/m², ≥ 5 × 10⁹/l, “quoted” … – −")
    assert has_loose_accent("Pen\u0303afiel")
    assert not has_loose_accent("Peñafiel")


@pytest.mark.slow
def test_a_lower_limit_of_normal_can_be_entered(project):
    for text in ("neutrophils <LLN at day 28", "T<B cells at day 28", "p<0.001, b<a"):
        set_cell(project, "outcomes", "definition", text)
        assert check_project(project) == []


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["\u200b", "n\u0303", "\ue000"], ids=["hidden", "in parts", "private"])
@pytest.mark.parametrize(
    "name",
    [
        "CITATION.cff",
        "_config.yml",
        "_toc.yml",
        "review.yml",
        "data/references.bib",
        "data/datapackage.json",
        "chapters/safety.md",
        "chapters/_class.md",
        "data/outcomes.csv",
    ],
)
def test_every_file_that_is_read_is_looked_at(project, name, sign):
    path = project / name
    text = path.read_text(encoding="utf-8")
    place = text.rindex("er")
    path.write_text(text[:place] + sign + text[place:], encoding="utf-8")
    told = {(problem.file, problem.rule) for problem in check_project(project)}
    assert {(name.removeprefix("data/"), rule) for rule in ("control-character", "letter-in-parts")} & told


@pytest.mark.slow
@pytest.mark.parametrize("name", ["CITATION.cff", "data/datapackage.json"])
def test_an_escape_hides_no_character(project, name):
    path = project / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("living review", "living\\u200b review", 1), encoding="utf-8")
    assert [problem.rule for problem in check_project(project)] in (["control-character"], ["descriptor"])
