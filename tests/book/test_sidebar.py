"""The sidebar: the same short one on every page, and made anew where what it says changed."""

from types import SimpleNamespace

import pytest
from docutils import nodes

from livingreview.book.sidebar import LISTED, draw_sidebar, pages_that_moved


class Site(dict):
    """A table of contents: pages by name, and the page over all."""

    root = SimpleNamespace(docname="index")


def entry(title=None, **sections):
    """A page of the table of contents; caption = the pages under it, by name or pattern."""
    trees = [SimpleNamespace(caption=caption, items=items) for caption, items in sections.items()]
    return SimpleNamespace(title=title, subtrees=trees)


@pytest.fixture
def app():
    """A book of a start page, two chapters, and a section of reports that is listed by a pattern."""
    includes = {"index": ["one", "two"], "two": ["reports/a", "reports/b"]}
    names = ["index", "one", "two", "reports/a", "reports/b"]
    site = Site(
        index=entry(Chapters=["one", "two"]), one=entry("A <short> title"), two=entry(**{"": ["reports/*"]})
    )
    env = SimpleNamespace(
        toctree_includes=includes,
        titles={name: nodes.title("", f"Title of {name}") for name in names},
        collect_relations=lambda: {
            name: [
                None,
                names[place - 1] if place else None,
                names[place + 1] if place + 1 < len(names) else None,
            ]
            for place, name in enumerate(names)
        },
    )
    return SimpleNamespace(config=SimpleNamespace(external_site_map=site), env=env)


def drawn(app, page: str) -> str:
    """The sidebar of a page, links leading to the names of pages."""
    context = {"pathto": lambda name: f"to:{name}"}
    draw_sidebar(app, page, "page.html", context, None)
    return str(context["lr_sidebar"])


def test_every_page_is_listed_with_its_own_title_and_the_open_one_leads_nowhere(app):
    html = drawn(app, "one")
    assert '<a class="current reference internal" href="#">A &lt;short&gt; title</a>' in html
    assert '<a class="reference internal" href="to:two">Title of two</a>' in html
    assert html.count('href="to:reports/') == 2
    assert html.count('class="caption" role="heading"') == 1
    assert '<span class="caption-text">Chapters</span>' in html


def test_the_pages_above_an_open_page_are_marked_and_open(app):
    html = drawn(app, "reports/b")
    assert (
        '<li class="toctree-l1 current active has-children"><a class="reference internal" href="to:two">'
        in html
    )
    assert '<ul class="current nav bd-sidenav">' in html
    assert '<ul class="current">' in html
    assert '<li class="toctree-l1"><a class="reference internal" href="to:one">' in html
    assert html.count('<details open="open"><summary aria-label="Show the pages of this section">') == 1
    assert "<details><summary" in drawn(app, "one")


def test_a_section_of_many_pages_is_not_listed_on_every_page(app):
    app.env.toctree_includes["two"] = [f"reports/{number}" for number in range(LISTED + 1)]
    app.env.titles |= {name: nodes.title("", name) for name in app.env.toctree_includes["two"]}
    assert "reports/" not in drawn(app, "one")
    assert "reports/" not in drawn(app, "reports/3")
    app.env.toctree_includes["two"].pop()
    assert drawn(app, "one").count("to:reports/") == LISTED


def test_a_new_title_reaches_every_sidebar_and_a_page_among_many_its_neighbours_only(app):
    assert len(pages_that_moved(app, app.env)) == 5, "at first all are new"
    assert pages_that_moved(app, app.env) == []
    app.env.titles["two"] = nodes.title("", "Another title")
    assert len(pages_that_moved(app, app.env)) == 5
    app.env.toctree_includes["two"] += [f"reports/{number}" for number in range(LISTED)]
    app.env.titles |= {name: nodes.title("", name) for name in app.env.toctree_includes["two"]}
    pages_that_moved(app, app.env)
    app.env.titles["reports/b"] = nodes.title("", "Another title")
    assert pages_that_moved(app, app.env) == ["reports/a"], "the page before it names it as the next"
