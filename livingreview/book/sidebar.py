"""The sidebar, the same short one on every page.

The theme resolves the whole table of contents anew for every page, and lists every page on every page:
time and weight grow with the square of the book.
Here a section with many pages, such as one a report, is listed on its own page only.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator

from markupsafe import Markup, escape

LISTED = 25  # most pages a section may have to be listed in the sidebar
CAPTION = Markup('<p aria-level="2" class="caption" role="heading"><span class="caption-text">{}</span></p>')
FOLD = Markup(
    '<details{}><summary aria-label="Show the pages of this section">'
    '<span class="toctree-toggle" role="presentation"><i class="fa-solid fa-chevron-down"></i></span>'
    "</summary>{}</details>"
)


def draw_sidebar(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give a page's template its table of contents as ``lr_sidebar`` (an ``html-page-context`` listener)."""
    site = app.config.external_site_map
    above = {pagename, *_above(app.env, pagename)}
    context["lr_sidebar"] = _draw(app.env, site, site.root.docname, above, context["pathto"], pagename, 1)


def _above(env, name: str) -> Iterator[str]:
    """The pages under which a page stands."""
    parents = {child: parent for parent, children in env.toctree_includes.items() for child in children}
    while (name := parents.get(name)) is not None:
        yield name


def _draw(env, site, name: str, above: set[str], address, here: str, level: int) -> Markup:
    """The sections of a page, each a caption and a list, with the classes that the theme knows."""
    parts = []
    for section in site[name].subtrees if name in site else ():
        there = env.toctree_includes.get(name, [])
        # An item of the contents may be a pattern.
        pages = [page for item in section.items for page in fnmatch.filter(there, str(item))]
        if not pages or (level > 1 and len(pages) > LISTED):
            continue
        if section.caption and level == 1:
            parts.append(CAPTION.format(section.caption))
        items = Markup("\n").join(_item(env, site, page, above, address, here, level) for page in pages)
        classes = [
            *(["current"] if above & set(pages) else []),
            *(["nav", "bd-sidenav"] if level == 1 else []),
        ]
        parts.append(Markup("<ul{}>\n{}\n</ul>").format(_class(classes), items))
    return Markup("\n").join(parts)


def _item(env, site, page: str, above: set[str], address, here: str, level: int) -> Markup:
    """One page of a section; the pages below it fold away, open where the reader is among them."""
    title = (site[page].title if page in site else None) or env.titles[page].astext()
    below = _draw(env, site, page, above, address, here, level + 1)
    if below:
        below = FOLD.format(Markup(' open="open"' if page in above else ""), below)
    classes = [f"toctree-l{level}"]
    classes += ["current", "active"] if page in above else []
    classes += ["has-children"] if below else []
    link = [*(["current"] if page == here else []), "reference", "internal"]
    href = "#" if page == here else address(page)
    return Markup('<li{}><a{} href="{}">{}</a>{}</li>').format(
        _class(classes), _class(link), href, escape(title), below
    )


def _class(names: list[str]) -> Markup:
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")


def pages_that_moved(app, env) -> list[str]:
    """Pages to be written again because what stands around their text changed.

    That is the sidebar, or the pages before, after and above them.
    Sphinx itself looks at a page's own text only, and would leave an old title in another page's sidebar.
    """
    site = app.config.external_site_map
    titles = {name: title.astext() for name, title in env.titles.items()}
    whole = str(_draw(env, site, site.root.docname, set(), str, "", 1)) + titles[site.root.docname]
    around = {
        name: [whole, *((near, titles.get(near)) for near in relations)]
        for name, relations in env.collect_relations().items()
    }
    before, env.livingreview_around = getattr(env, "livingreview_around", {}), around
    return [name for name in around if around[name] != before.get(name)]
