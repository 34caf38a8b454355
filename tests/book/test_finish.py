"""What is done to every finished page: nothing of another site, no script but the book's own, mathematics without a script."""

import base64
import hashlib
import json
import re

import pytest
from docutils import nodes

from livingreview.book.finish import add_policy, finish_page, lead_to, math_renderer, settle_search_index

PAGE = """<!DOCTYPE html>
<html><head>
<meta charset="utf-8" />
{head}</head>
<body>{body}</body></html>
"""


def page(body: str = "", head: str = "") -> str:
    """A page with something in its head and its body."""
    return PAGE.format(head=head, body=body)


def policy(text: str) -> dict[str, str]:
    """What a page's policy allows: kind -> sources."""
    (found,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
    return dict(part.split(" ", 1) for part in found.split("; "))


@pytest.mark.parametrize(
    "body",
    [
        '<script src="https://example.org/x.js"></script>',
        '<img alt="" src="//example.org/x.png">',
        '<iframe src="http://example.org"></iframe>',
        '<link rel="stylesheet" href="https://example.org/x.css">',
        '<link rel="preload" href="https://example.org/x.woff2">',
        "<style>@import url('https://example.org/x.css')</style>",
    ],
)
def test_what_comes_from_another_site_is_a_problem(body):
    (problem,) = finish_page(page(body))[1]
    assert problem.startswith("loads something from another site: ")
    assert "//" in problem


@pytest.mark.parametrize(
    "body",
    [
        '<a href="https://example.org">A link</a>',
        '<link rel="canonical" href="https://example.org/">',
        '<img alt="" src="../_images/x.png"><script src="../_static/lr-page.js"></script>',
        "<p>onclick= is a word here</p>",
    ],
)
def test_links_and_own_files_are_none(body):
    assert finish_page(page(body))[1] == []


@pytest.mark.parametrize("body", ['<p onclick="f()">x</p>', '<a class="x" href="javascript:f()">x</a>'])
def test_code_in_an_attribute_is_a_problem(body):
    (problem,) = finish_page(page(body))[1]
    assert problem.startswith("has code in an attribute")


def test_the_themes_own_handler_is_mended():
    text, problems = finish_page(page('<button onclick="window.print()">Print</button>'))
    assert problems == []
    assert "<button data-lr-print>" in text


def test_the_policy_names_the_scripts_that_stand_in_the_page_and_no_others():
    text = add_policy(
        page(
            "<script>let a = 1;</script><script src='x.js'></script>",
            '<script type="application/ld+json">{}</script>',
        )
    )
    allowed = policy(text)
    hashed = base64.b64encode(hashlib.sha256(b"let a = 1;").digest()).decode()
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"] == f"'self' file: 'sha256-{hashed}'"
    assert "unsafe" not in allowed["script-src"]
    assert text.index("Content-Security-Policy") < text.index("<script"), "it counts for what follows it"


def test_a_page_finished_twice_has_one_policy():
    once, _ = finish_page(page("<script>let a = 1;</script>"))
    assert finish_page(once) == (once, [])
    changed, _ = finish_page(once.replace("let a = 1;", "let b = 2;"))
    assert policy(changed)["script-src"] != policy(once)["script-src"]


def test_scripts_that_a_page_has_no_use_for_are_dropped():
    head = (
        '<link rel="stylesheet" href="_static/togglebutton.css" /><script src="_static/togglebutton.js"></script>'
        '<link rel="stylesheet" href="_static/copybutton.css" /><script src="_static/clipboard.min.js"></script>'
        '<script src="_static/scripts/fontawesome.js?x=1"></script><script>const THEBE_JS_URL = "https://unpkg.com/x"</script>'
    )
    bare, problems = finish_page(page("<p>Words</p>", head))
    assert problems == []
    assert "<script" not in bare
    assert "<link" not in bare
    with_code, _ = finish_page(page('<div class="highlight notranslate">x</div>', head))
    assert "copybutton.css" in with_code
    assert "clipboard.min.js" in with_code
    assert "togglebutton" not in with_code


def test_the_search_index_is_the_same_in_whatever_order_pages_were_read():
    def index(terms, titles):
        return (
            "Search.setIndex("
            + json.dumps({"terms": terms, "alltitles": titles, "docnames": ["b", "a"]})
            + ")"
        )

    first = settle_search_index(index({"b": [1], "a": 0, "gone": []}, {"T": [[1, "y"], [0, None], [1, "x"]]}))
    second = settle_search_index(index({"a": 0, "b": [1]}, {"T": [[1, "x"], [1, "y"], [0, None]]}))
    assert first == second
    assert "gone" not in first
    assert json.loads(first.removeprefix("Search.setIndex(").removesuffix(")"))["docnames"] == ["b", "a"]


class Body:
    """What Sphinx hands to a visitor of mathematics."""

    def __init__(self):
        self.body = []


@pytest.mark.parametrize(
    ("place", "display", "kind"), [(0, "inline", nodes.math), (1, "block", nodes.math_block)]
)
def test_mathematics_is_drawn_without_a_script(place, display, kind):
    visit, leave = math_renderer()[place]
    writer = Body()
    with pytest.raises(nodes.SkipNode):
        visit(writer, kind("", r"\frac{a}{b} < 1 \label{x}"))
    (html,) = writer.body
    assert f'display="{display}"' in html
    assert "<mfrac>" in html
    assert 'alttext="\\frac{a}{b} &lt; 1"' in html
    assert leave is None


def test_the_start_page_leads_to_the_book_without_a_script():
    text = lead_to("chapters/index.html", "A <review>")
    assert 'http-equiv="refresh"' in text.lower()
    assert "chapters/index.html" in text
    assert "<script" not in text
    assert "A &lt;review&gt;" in text
