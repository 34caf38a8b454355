"""Abbreviations are explained where they are first used, and only where a reader can follow."""

import re

import pytest

from livingreview.book.terms import explain_terms, find_glossary, read_terms
from livingreview.pages.overview import tabulate_glossary, term_anchor

TERMS = {"ABC": "a & b", "ABC-M": "more", "CRi": "x", "X19": "y"}


def explain(body: str) -> str:
    return explain_terms(f"<p>ABC</p><article>{body}</article><p>ABC</p>", TERMS, "g.html")


def test_the_first_use_in_prose_or_a_cell_is_explained_and_no_other():
    told = explain("<h2>ABC</h2><p>The ABC, ABC-M and ABC.</p><td>CRi; ABC</td>")
    assert told.count("<abbr") == 3
    assert told.startswith("<p>ABC</p><article><h2>ABC</h2><p>The <a class")
    assert '<a class="lr-term" href="g.html#term-abc"><abbr title="a &amp; b">ABC</abbr></a>, <a' in told
    assert 'href="g.html#term-abc-m"' in told
    assert told.endswith("; ABC</td></article><p>ABC</p>")


def test_a_term_that_is_first_used_in_a_link_is_explained_there_and_at_the_next_use():
    meaning = '<abbr title="a &amp; b">ABC</abbr>'
    told = explain('<h2><a href="x">ABC</a></h2><th><a href="x">An ABC</a></th><p><a href="y">ABC</a></p>')
    assert f'<a href="x">An {meaning}</a>' in told
    assert told.count("<abbr") == 1
    told = explain('<p><a href="x">ABC</a>, then ABC and ABC</p>')
    linked = f'<a class="lr-term" href="g.html#term-abc">{meaning}</a>'
    assert f'<a href="x">{meaning}</a>, then {linked} and ABC</p>' in told
    assert f'{linked}, <a href="x">ABC</a>' in explain('<p>ABC, <a href="x">ABC</a></p>')
    assert "<abbr" not in explain('<thead><th><a href="x">ABC</a></th></thead>')
    assert "<abbr" not in explain('<p class="lr-copied"><a href="x">ABC</a></p>')
    assert "<abbr" not in explain('<p><a class="lr-figure" href="x">1 (95% ABC)</a></p>')


@pytest.mark.parametrize(
    "body",
    [
        "<p><code>ABC</code></p>",
        "<p>B-ABC, ABCs, ABC-x, xABC</p>",
        "<svg><p>ABC</p></svg><details><summary>ABC</summary></details>",
        '<p class="lr-copied">ABC</p>',
        '<table><thead><tr><th>ABC</th></tr></thead><tr id="term-abc"><td>ABC</td></tr></table>',
        "<div>ABC</div>",
    ],
)
def test_nothing_is_put_where_it_would_stand_in_the_way(body):
    assert "<abbr" not in explain(body)


def test_a_paragraph_left_open_does_not_hold_what_follows():
    assert "<abbr" not in explain("<p>x<br>y<div><p>z</div></p><div>ABC</div>")


def test_abbreviations_of_the_glossary_have_an_address_in_its_table(review, root):
    terms = read_terms(review)
    assert {
        "AML",
        "ALL",
        "MRD",
        "CI",
        "CRS",
        "ICANS",
        "VOD",
        "SOS",
        "HR",
        "OS",
        "EFS",
        "RFS",
        "DFS",
    } <= terms.keys()
    assert {
        "CRh",
        "CRi",
        "CRp",
        "CLAG-M",
        "Hyper-CVAD",
        "VMP",
        "VICP",
        "VXLD",
        "MEC",
        "TKI",
        "DLI",
    } <= terms.keys()
    assert {"HC3", "TOWER", "BLAST", "JBI", "REML"} <= terms.keys()
    assert "cohort" not in terms
    anchors = re.findall(r'<tr id="([^"]+)"', str(tabulate_glossary(review, caption="G").__html__()))
    assert {term_anchor(term) for term in terms} <= set(anchors)
    assert len(anchors) == len(set(anchors))
    assert find_glossary(root / "chapters") == "methods"


@pytest.mark.book
def test_every_page_explains_what_its_prose_uses(book):
    text = (book / "chapters" / "index.html").read_text(encoding="utf-8")
    for name in re.findall(r'<a class="lr-term" href="methods.html#([^"]+)"', text):
        assert f'id="{name}"' in (book / "chapters" / "methods.html").read_text(encoding="utf-8")
    seen = text[text.index("<article") :]
    head = seen.index('scope="rowgroup"')
    assert re.match(r'.{0,200}<abbr title="[^"]+">ALL</abbr>', seen[head:], re.DOTALL), "in a link"
    report = (book / "chapters" / "reports" / "kantarjian-2017.html").read_text(encoding="utf-8")
    assert 'class="lr-term" href="../methods.html#term-' in report
