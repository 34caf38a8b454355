"""Where the rest of a chapter stands: the sections of its other pages, each under its former address."""

from __future__ import annotations

from pathlib import Path

from docutils.nodes import make_id
from markupsafe import Markup

from livingreview.display.html import Fragment, Stack
from livingreview.evidence import find_root
from livingreview.manuscript import expand_chapter
from livingreview.manuscript.pages import parse_page


def list_more(page: str, *others: str) -> Fragment:
    """Links to the sections of other pages that go with a page.

    An entry is reached by the address that its section would have on this page: a link from outside to a
    section that has moved leads on.

    Parameters
    ----------
    page : str
        File name of this page without ending.
    others : str
        File names of the other pages without ending; one that begins with a dash is added to `page`.
    """
    folder = find_root() / "chapters"
    own = {make_id(text) for level, text, _ in _headings(folder / f"{page}.md") if level > 1}
    parts = []
    for name in (f"{page}{other}" if other.startswith("-") else other for other in others):
        headings = list(_headings(folder / f"{name}.md"))
        items = []
        for text in (text for level, text, _ in headings if level == 2):
            slug = make_id(text)
            if slug.startswith("cite-this"):
                continue
            items.append({"id": "" if slug in own else slug, "href": f"{name}.html#{slug}", "text": text})
            own.add(slug)
        title = next(text for level, text, _ in headings if level == 1)
        parts.append({"title": title, "href": f"{name}.html", "items": items})
    return Fragment("more.html.j2", {"parts": parts}, "; ".join(part["title"] for part in parts))


def lead_on(page: str, other: str, heading: str) -> Stack:
    """A line that leads to a section of another page, named as in `list_more`; KeyError if there is none."""
    page = f"{page}{other}" if other.startswith("-") else other
    told = {text: level for level, text, _ in _headings(find_root() / "chapters" / f"{page}.md")}
    told[heading]  # a section that was renamed stops the build
    words = Markup('<p class="lr-lead">On another page: <a href="{}.html#{}">{}</a></p>')
    return Stack([words.format(page, make_id(heading), heading)])


def _headings(path: Path):
    return parse_page(expand_chapter(path)).headings
