"""What is done to every finished page: nothing of another site, no script but the book's own."""

import base64
import hashlib
import json
import re

import pytest
from docutils import nodes

from livingreview.book.finish import finish_page, lead_to, math_renderer, policy_tag, settle_search_index

PAGE = """<!DOCTYPE html>
<html><head>
<meta charset="utf-8" />
{policy}{head}</head>
<body>{body}</body></html>
"""


def page(body: str = "", head: str = "") -> str:
    """A page as its template makes it, with something in its head and its body."""
    return PAGE.format(policy=policy_tag(), head=head, body=body)


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


def test_the_policy_names_the_scripts_that_stand_in_the_page_and_no_others():
    data = '<script type="application/ld+json">{}</script>'
    text, problems = finish_page(page("<script>let a = 1;</script><script src='x.js'></script>", data))
    allowed = policy(text)
    hashed = base64.b64encode(hashlib.sha256(b"let a = 1;").digest()).decode()
    assert problems == []
    assert allowed["default-src"] == "'none'"
    assert allowed["script-src"] == f"'self' file: 'sha256-{hashed}'"
    assert text.index("Content-Security-Policy") < text.index("<script"), "it counts for what follows it"


def test_the_policy_allows_no_code_but_in_files_and_nothing_from_elsewhere():
    allowed = policy(page())
    assert "unsafe" not in allowed["script-src"]
    assert not re.search(r"https?:|\*", " ".join(allowed.values()))


def test_a_page_finished_twice_is_the_same():
    once, _ = finish_page(page("<script>let a = 1;</script>"))
    assert finish_page(once) == (once, [])
    changed, _ = finish_page(once.replace("let a = 1;", "let b = 2;"))
    assert policy(changed)["script-src"] != policy(once)["script-src"]


@pytest.mark.parametrize("times", [0, 2])
def test_a_page_without_one_policy_is_a_problem(times):
    text = page().replace(str(policy_tag()), str(policy_tag()) * times)
    assert finish_page(text)[1] == [
        f"holds {times} Content-Security-Policies with sources of scripts, not one"
    ]


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
    assert finish_page(text) == (text, [])


def test_figures_are_numbered_in_reading_order_once():
    figure = '<figcaption><a class="lr-number" href="#f">Figure</a> Remission</figcaption>'
    once, problems = finish_page(page(f"{figure}<p>Figure</p>{figure}"))
    assert problems == []
    assert re.findall(r"Figure \d+\.", once) == ["Figure 1.", "Figure 2."]
    assert finish_page(once)[0] == once
