"""What a page's template is told: head tags, policy, version of the theme's files, the source to download."""

from __future__ import annotations

from pathlib import Path

import pydata_sphinx_theme
from markupsafe import Markup

from livingreview.book.finish import policy_tag
from livingreview.book.lines import describe_page
from livingreview.book.paper import edition, foot_style
from livingreview.citation import book_item, chapter_item, head_tags, preview_tags

THEME = Path(__file__).parent / "theme"
NAME = "livingreview"


def add_theme(app) -> None:
    """Make the book's theme known as ``html_theme: livingreview``."""
    app.add_html_theme(NAME, str(THEME))
    app.connect("config-inited", prefer_components)


def prefer_components(app, config) -> None:
    """Look for the theme's components before those of the themes it inherits, which put theirs first."""
    config.templates_path.insert(0, str(THEME / "components"))


def frame_page(app, pagename, templatename, context, doctree) -> None:
    """Give every page its policy, the version of the theme's files to load, and the foot it has on paper."""
    record = app.config.livingreview_record
    context["lr_theme_version"] = f"{pydata_sphinx_theme.__version__}-{record['version']}"
    title = Markup(context.get("title", "")).striptags()
    context["lr_edition"] = edition(record)
    context["lr_foot"] = foot_style(record, title, f"{pagename}.html")
    context["metatags"] = policy_tag() + Markup(
        context.get("metatags", "")
    )  # what stands there is HTML already


def add_head_tags(app, pagename, templatename, context, doctree) -> None:
    """Tell reference managers and search engines what a page is."""
    if doctree is None:
        return  # the index and the search page
    record, page = app.config.livingreview_record, Path(pagename)
    whole = pagename == app.config.root_doc
    item = (
        book_item(record)
        if whole
        else chapter_item(record, title=app.env.titles[pagename].astext(), page=page.name)
    )
    tags = head_tags(
        record, item, path=f"{pagename}.html", data=page.name == "data", linked=page.parent.name == "chapters"
    )
    about = describe_page(context.get("body", ""))
    if page.parent.name == "reports":
        about = f"{item['title']}: each result as printed, with its place in the report."
    shown = preview_tags(record, item, about or item["title"], path=f"{pagename}.html")
    context["metatags"] = Markup(context.get("metatags", "")) + tags + shown


def offer_no_made_source(app, pagename, templatename, context, doctree) -> None:
    """A report's page is made from the data: there is no source of it to copy beside it, nor to download."""
    if Path(pagename).parent.name == "reports":
        context["sourcename"] = ""
