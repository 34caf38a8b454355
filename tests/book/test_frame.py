"""What a page's template is told: policy, head tags, the source to download."""

from types import SimpleNamespace

import pytest
from docutils import nodes

from livingreview.book.frame import (
    NAME,
    THEME,
    add_head_tags,
    add_theme,
    frame_page,
    offer_no_made_source,
    prefer_components,
)
from tests.cited import RECORD
from tests.zotero import Head, read_item


@pytest.fixture
def app():
    """A book of a start page, a chapter and a report."""
    titles = {
        "chapters/index": "The review",
        "chapters/one": "A <chapter>",
        "chapters/reports/a": "A: a-2000",
    }
    return SimpleNamespace(
        config=SimpleNamespace(
            livingreview_record=RECORD, root_doc="chapters/index", templates_path=["theirs"]
        ),
        env=SimpleNamespace(titles={name: nodes.title("", title) for name, title in titles.items()}),
        builder=SimpleNamespace(),
    )


def told(app, listener, page: str, doctree=True, **context) -> dict:
    """What a template of a page is told after a listener."""
    listener(app, page, "page.html", context, doctree or None)
    return context


def test_every_page_has_its_policy_before_anything_else(app):
    for doctree in (True, False):
        tags = told(app, frame_page, "search", doctree=doctree, metatags="<meta name=x>")["metatags"]
        assert tags.startswith('<meta http-equiv="Content-Security-Policy"')
        assert tags.endswith("<meta name=x>")


def test_a_new_version_of_the_book_loads_the_themes_files_anew(app):
    before = told(app, frame_page, "chapters/one")["lr_theme_version"]
    app.config.livingreview_record = RECORD | {"version": "2099.1.0"}
    assert told(app, frame_page, "chapters/one")["lr_theme_version"] != before


@pytest.mark.parametrize(
    ("page", "kind", "title"),
    [
        ("chapters/index", "book", RECORD["title"]),
        ("chapters/one", "bookSection", "A <chapter>"),
        ("chapters/reports/a", "bookSection", "A: a-2000"),
    ],
)
def test_a_page_is_the_whole_or_a_part_of_it(app, page, kind, title):
    head = Head(f"<head>{told(app, add_head_tags, page)['metatags']}</head>")
    item = read_item(head)
    assert (item["itemType"], item["title"]) == (kind, title)
    assert bool(head.scripts) == ("reports" not in page), "a list of rows does not describe itself twice"


def test_a_page_without_a_text_is_not_cited(app):
    assert told(app, add_head_tags, "search", doctree=False) == {}


def test_a_source_is_offered_where_somebody_wrote_one(app):
    assert told(app, offer_no_made_source, "chapters/one", sourcename="chapters/one.md")["sourcename"]
    assert told(app, offer_no_made_source, "chapters/reports/a", sourcename="a.md")["sourcename"] == ""


def test_the_books_own_components_are_found_first(app):
    prefer_components(app, app.config)
    assert app.config.templates_path == [str(THEME / "components"), "theirs"]
    known, listening = [], []
    add_theme(
        SimpleNamespace(
            add_html_theme=lambda *theme: known.append(theme), connect=lambda *event: listening.append(event)
        )
    )
    assert known == [(NAME, str(THEME))]
    assert listening == [("config-inited", prefer_components)]
