"""The Sphinx extension that makes ``jupyter-book build .`` safe: checked data, current outputs, pages that need no network.

Before anything is read it checks the data and writes the report pages; then it executes the chapters whose inputs changed
and hands the outputs to MyST-NB's cache; then it adds the review's own style, loader, head tags and downloads.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from markupsafe import Markup, escape
from sphinx.errors import ExtensionError
from sphinx.util import logging

from livingreview import __version__
from livingreview.book.finish import finish_page, lead_to, math_renderer, settle_search_index
from livingreview.book.sidebar import pages_that_moved, shorten_sidebar
from livingreview.book.slim_css import slim_theme
from livingreview.checks import DataError, require_sound
from livingreview.citation import (
    book_item,
    chapter_item,
    head_tags,
    read_citation,
    site_address,
    write_citations,
)
from livingreview.evidence import find_root, load_evidence
from livingreview.evidence.upkeep import read_upkeep
from livingreview.execution import (
    ChapterError,
    chapter_store,
    execute_chapters,
    hash_inputs,
    lay_charts,
    outputs_digest,
)
from livingreview.execution.notebooks import digest
from livingreview.manuscript import SectionError, expand_text, sections_of
from livingreview.pages.cards import write_cards, write_review
from livingreview.pages.explorer import write_explorer
from livingreview.pages.report import write_downloads, write_report_pages
from livingreview.releases.feed import write_release_files

WEB = Path(__file__).parent / "web"
UNFINISHED = ".unfinished"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """What a build has done before Sphinx starts: the hash of the files found sound, and every chapter with its outputs."""

    checked: str = ""
    notebooks: Mapping[Path, object] = field(default_factory=dict)


PREPARED: ContextVar[Prepared] = ContextVar("PREPARED", default=Prepared())


def prepare_sources(app, config) -> None:
    """Check the data and write the pages that are made from them alone."""
    root = find_root(app.srcdir)
    hash_of = hash_inputs(root)
    try:
        if PREPARED.get().checked != hash_of("checked"):
            require_sound(root)
    except DataError as error:
        raise ExtensionError(str(error)) from None
    config.livingreview_record = read_citation(root)
    config.html_baseurl = site_address(config.livingreview_record)  # Sphinx writes the canonical links
    renew_reports(root, config.livingreview_record, hash_of)
    if (upkeep := read_upkeep(root)) and upkeep.notice:
        config.html_theme_options = {**config.html_theme_options, "announcement": escape(upkeep.notice)}
    # A page is made by the engine as well as from its source: a change of the engine or its style makes every page anew.
    config.livingreview_engine = hash_of("engine") + hash_of("web")
    config.html_static_path = [*config.html_static_path, str(WEB)]


def renew_reports(root: Path, record: dict, hash_of: Callable[[str], str]) -> None:
    """The reports' pages as the data are now."""
    pages = root / "chapters" / "reports"
    with made_once(root / "_build" / ".reports-made", derived_key(hash_of, record), [pages]) as due:
        if due:
            write_report_pages(load_evidence(root), pages, record)


def derived_key(hash_of: Callable[[str], str], record: dict, *extra: str) -> str:
    """Everything that decides what is made from the data alone."""
    return digest(
        hash_of("data"),
        hash_of("engine"),
        hash_of("web"),
        json.dumps(record, sort_keys=True, default=str),
        *extra,
    )


@contextmanager
def made_once(note: Path, key: str, places: list[Path]) -> Iterator[bool]:
    """Say whether files still have to be made: not where they stand as they were made under the same key."""

    def state() -> str:
        files = [path for place in places for path in sorted([place, *place.rglob("*")]) if path.is_file()]
        return digest(key, *(part for path in files for part in (path.name, path.read_bytes())))

    due = not note.is_file() or note.read_text(encoding="ascii") != state()
    yield due
    if due:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(state(), encoding="ascii")


def provide_outputs(app) -> None:
    """Execute what is stale and put every chapter's current outputs where MyST-NB looks for them."""
    root = find_root(app.srcdir)
    pages = [
        path
        for docname in sorted(app.config.external_site_map)
        if (path := Path(app.srcdir) / f"{docname}.md").is_file()
    ]
    try:
        notebooks = PREPARED.get().notebooks or execute_chapters(
            root, pages, store=chapter_store(root), report=tell
        )
    except ChapterError as error:
        raise ExtensionError(str(error)) from None
    fill_cache(Path(app.env.mystnb_config.execution_cache_path), notebooks)
    app.livingreview_notebooks = notebooks
    app.livingreview_outputs = {
        app.env.path2doc(str(path)): outputs_digest(notebook) for path, notebook in notebooks.items()
    }


def share_sections(app, docname: str, source: list[str]) -> None:
    """Give a chapter the sections it shares with others (a ``source-read`` listener)."""
    if not (name := sections_of(source[0])):
        return
    folder = Path(app.env.doc2path(docname)).parent
    app.env.note_dependency(str(folder / name))
    try:
        source[0] = expand_text(source[0], folder)
    except SectionError as error:
        msg = f"{docname}: {error}"
        raise ExtensionError(msg) from None


def lay_sources(app) -> None:
    """The source of each chapter, for download, with the sections it shares: whole, so that it can be run as it is."""
    for docname in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(docname))
        copied = Path(app.outdir) / "_sources" / f"{docname}.md"
        if copied.is_file() and sections_of(text := path.read_text(encoding="utf-8")):
            copied.write_text(expand_text(text, path.parent), encoding="utf-8")


def mark_start(app) -> None:
    """Note when the pages of this build begin; what a killed build left half-finished is finished too."""
    mark = Path(app.outdir) / UNFINISHED
    app.livingreview_start = 0 if mark.exists() else time.time_ns()
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def fill_cache(folder: Path, notebooks: Mapping[Path, object]) -> None:
    """Put executed chapters where MyST-NB looks for them; those that are there already stay."""
    folder.mkdir(parents=True, exist_ok=True)
    notes = folder / "livingreview.json"
    try:
        held = json.loads(notes.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        held = {}
    now = {str(path): digest(json.dumps(notebook, sort_keys=True)) for path, notebook in notebooks.items()}
    if now == held:
        return
    cache = get_cache(str(folder))
    for path, notebook in notebooks.items():
        if held.get(str(path)) != now[str(path)]:
            cache.cache_notebook_bundle(
                CacheBundleIn(notebook, str(path)), check_validity=False, overwrite=True
            )
    notes.write_text(json.dumps(now), encoding="utf-8")


def tell(line: str) -> None:
    """Progress, shown also where Sphinx itself is quiet."""
    print(line, flush=True)


def outdated_pages(app, env, added, changed, removed) -> list[str]:
    """Pages whose outputs differ from those they were last built from: Sphinx itself looks at the sources only."""
    before = getattr(env, "livingreview_outputs", {})
    now = app.livingreview_outputs
    env.livingreview_outputs = now
    return [name for name, value in now.items() if name in env.found_docs and before.get(name) != value]


def remember_stems(app, *_) -> None:
    """Stem each word of the search index once: Sphinx does it anew for every page, which takes as long as writing the page."""
    language = getattr(getattr(app.builder, "indexer", None), "lang", None)
    if language and not hasattr(language.stem, "cache_info"):
        language.stem = cache(language.stem)


def finish_build(app, error) -> None:
    """Tidy every page, and lay the data beside them."""
    if error or app.builder.format != "html":
        return
    drop_orphans(app)
    root = find_root(app.srcdir)
    lay_charts(app.livingreview_notebooks.values(), root, Path(app.outdir) / "_static" / "charts")
    lay_data(app, root)
    lay_sources(app)
    write_release_files(root, Path(app.outdir))
    index = Path(app.outdir) / "searchindex.js"
    index.write_text(settle_search_index(index.read_text(encoding="utf-8")), encoding="utf-8")
    (Path(app.outdir) / "index.html").write_text(
        lead_to(f"{app.config.root_doc}.html", app.config.html_title), encoding="utf-8"
    )
    for path in sorted(Path(app.outdir).rglob("*.html")):
        if path.stat().st_mtime_ns < app.livingreview_start:
            continue  # finished by an earlier build
        text = path.read_text(encoding="utf-8")
        finished, problems = finish_page(text)
        for problem in problems:
            log.warning("%s: %s", path.relative_to(app.outdir), problem)
        if finished != text:
            path.write_text(finished, encoding="utf-8")
    slim_theme(Path(app.outdir))
    (Path(app.outdir) / UNFINISHED).unlink()


def lay_data(app, root: Path) -> None:
    """The data in the forms that pages and readers load: cards, explorer, downloads, citations."""
    record, out, static = app.config.livingreview_record, Path(app.outdir), Path(app.outdir) / "_static"
    chapters = [
        name
        for name in sorted(app.env.found_docs)
        if Path(name).parent.name == "chapters" and name != app.config.root_doc
    ]
    titles = {Path(name).name: app.env.titles[name].astext() for name in chapters}
    places = [static / "cards", static / "explorer-data.js", static / "review.js", out / "data", out / "cite"]
    with made_once(
        Path(app.doctreedir) / "livingreview-laid",
        derived_key(hash_inputs(root), record, json.dumps(titles)),
        places,
    ) as due:
        if due:
            evidence = load_evidence(root)
            write_cards(evidence, static / "cards")
            write_explorer(evidence, static)
            write_review(record, static / "review.js")
            write_downloads(root, out / "data")
            write_citations(record, evidence, titles, out / "cite")


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
    context["metatags"] = Markup(context.get("metatags", "")) + tags  # what stands there is HTML already


def offer_no_made_source(app, pagename, templatename, context, doctree) -> None:
    """A report's page is made from the data: there is no source of it to copy beside it, nor to offer for download."""
    if Path(pagename).parent.name == "reports":
        context["sourcename"] = ""
        for item in context.get("header_buttons", ()):
            item["buttons"] = [
                button
                for button in item.get("buttons", ())
                if button.get("label") != "download-source-button"
            ]


def drop_orphans(app) -> None:
    """Delete the pages of sources that are gone: Sphinx leaves them, and they would be published stale."""
    for folder, ending in (("", ".html"), ("_sources", ".md")):
        base = Path(app.outdir) / folder
        for path in (base / "chapters").rglob(f"*{ending}"):
            if path.relative_to(base).as_posix().removesuffix(ending) not in app.env.found_docs:
                path.unlink()


def setup(app) -> dict:
    """Register with Sphinx."""
    app.add_config_value("livingreview_engine", "", "env")
    app.add_config_value("livingreview_record", {}, "html")  # a changed record reaches every page
    app.add_css_file("lr.css")
    app.add_js_file("lr-page.js", loading_method="defer")  # first: it loads what the others ask for
    app.add_js_file("lr-chart.js", loading_method="defer")
    app.add_js_file("lr-whatif.js", loading_method="defer")
    app.add_js_file("lr-cite.js", loading_method="defer")
    app.add_js_file("lr-card.js", loading_method="defer")
    app.add_html_math_renderer("mathml", *math_renderer())
    app.connect("config-inited", prepare_sources, priority=100)  # before the table of contents is resolved
    app.connect("builder-inited", mark_start)
    app.connect(
        "builder-inited", provide_outputs, priority=900
    )  # after MyST-NB has settled its configuration
    app.connect("source-read", share_sections)
    app.connect("env-get-outdated", outdated_pages)
    app.connect("env-updated", pages_that_moved)
    app.connect("html-page-context", remember_stems)  # the first event after the index is set up
    app.connect("html-page-context", shorten_sidebar, priority=400)  # before the theme renders it
    app.connect("html-page-context", add_head_tags)
    app.connect(
        "html-page-context", offer_no_made_source, priority=900
    )  # after the theme has made its buttons
    app.connect("build-finished", finish_build, priority=900)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
