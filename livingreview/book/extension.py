"""The Sphinx extension that makes any build safe: sound data, current outputs, nothing from elsewhere.

Before anything is read it checks the data and writes the report pages;
then it executes the chapters whose inputs changed and hands the outputs to MyST-NB's cache;
then it adds the review's own style, loader, head tags and downloads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from markupsafe import escape
from myst_nb.sphinx_ext import add_global_html_resources
from sphinx.errors import ExtensionError
from sphinx.util import logging

from livingreview import __version__
from livingreview.book.finish import finish_page, lead_to, math_renderer, settle_search_index
from livingreview.book.former import keep_places, read_former, write_former
from livingreview.book.frame import add_head_tags, add_theme, frame_page, offer_no_made_source
from livingreview.book.lines import write_lines
from livingreview.book.made import lay_data, renew_reports
from livingreview.book.plain import come_back, go_aside, stay_for_pages
from livingreview.book.schemes import settle_schemes
from livingreview.book.search import add_search
from livingreview.book.sidebar import draw_sidebar, pages_that_moved
from livingreview.book.slim_css import slim_theme
from livingreview.book.slim_icons import slim_icons
from livingreview.book.staging import break_seal
from livingreview.book.terms import explain_terms
from livingreview.checks import DataError, require_sound
from livingreview.citation import read_citation, site_address
from livingreview.evidence import find_root
from livingreview.evidence.upkeep import read_upkeep
from livingreview.execution import (
    ChapterError,
    Limits,
    chapter_store,
    execute_chapters,
    hash_inputs,
    outputs_digest,
)
from livingreview.execution.notebooks import digest
from livingreview.manuscript import SectionError, expand_text, sections_of
from livingreview.releases.feed import write_release_files

WEB = Path(__file__).parent / "web"
# Settings that Jupyter Book's wrapper always passes, meant for extensions that this book does not load.
WRAPPER_SETTINGS = ("comments_config", "use_jupyterbook_latex", "use_multitoc_numbering")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """What a build did before Sphinx starts: hash of the files found sound, chapters with their outputs."""

    checked: str = ""
    notebooks: Mapping[Path, object] = field(default_factory=dict)


PREPARED: ContextVar[Prepared] = ContextVar("PREPARED", default=Prepared())  # noqa: B039 (it is frozen)


def prepare_sources(app, config) -> None:
    """Check the data and write the pages that are made from them alone."""
    root = find_root(app.srcdir)
    if not PREPARED.get().checked:
        go_aside(app, root, tell)
    hash_of = hash_inputs(root)
    try:
        if PREPARED.get().checked != hash_of("checked"):
            require_sound(root)
    except DataError as error:
        raise ExtensionError(str(error)) from None
    config.livingreview_record = read_citation(root)
    config.html_baseurl = site_address(config.livingreview_record)  # Sphinx writes the canonical links
    config.livingreview_former = read_former(root)
    renew_reports(root, config.livingreview_record, hash_of)
    if (upkeep := read_upkeep(root)) and upkeep.notice:
        config.html_theme_options = {**config.html_theme_options, "announcement": escape(upkeep.notice)}
    # The engine makes a page as much as its source: a change of engine or style makes every page anew.
    config.livingreview_engine = hash_of("engine") + hash_of("web")
    config.livingreview_assets = hash_of("assets") + hash_icons(root, config)
    config.html_static_path = [*config.html_static_path, str(WEB)]


def hash_icons(root: Path, config) -> str:
    """The book's icon and logo as they are now: Sphinx copies them only when it has a page to write."""
    paths = [root / name for name in (config.html_favicon, config.html_logo) if name]
    return digest(*(path.read_bytes() for path in paths if path.is_file()))


def provide_outputs(app) -> None:
    """Execute what is stale and put every chapter's current outputs where MyST-NB looks for them."""
    root = find_root(app.srcdir)
    pages = [
        path
        for docname in sorted(app.config.external_site_map)
        if (path := Path(app.srcdir) / f"{docname}.md").is_file()
    ]
    try:
        limits = Limits(seconds=app.config.nb_execution_timeout)
    except ValueError as error:
        raise ExtensionError(str(error)) from None
    try:
        notebooks = PREPARED.get().notebooks or execute_chapters(
            root,
            pages,
            store=chapter_store(root),
            limits=limits,
            report=tell,
        )
    except ChapterError as error:
        raise ExtensionError(str(error)) from None
    break_seal(Path(app.doctreedir))  # from here on files change that the next build would rely on
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


def lay_style(app) -> None:
    """Lay MyST-NB's style sheet before the pages: laid after them, its address differs in a second build."""
    app.livingreview_written = set()
    (Path(app.outdir) / "_static").mkdir(parents=True, exist_ok=True)
    add_global_html_resources(app, None)


def note_written(app, pagename, templatename, context, doctree) -> None:
    """Remember which pages this build writes; clocks and file times may be set back."""
    app.livingreview_written.add(app.builder.get_outfilename(pagename))


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
    """Pages whose text or outputs differ from those they were built from.

    Sphinx itself looks at the time of the sources only: a file put back from elsewhere may be older.
    """
    before = getattr(env, "livingreview_pages", {})
    now = {name: _hash_page(app, env, name) for name in sorted(env.found_docs)}
    env.livingreview_pages = now
    return [name for name, value in now.items() if before.get(name) != value]


def _hash_page(app, env, name: str) -> str:
    path = Path(env.doc2path(name))
    text = path.read_text(encoding="utf-8")
    shared = path.parent / sections_of(text) if sections_of(text) else None
    return digest(
        text,
        shared.read_bytes() if shared and shared.is_file() else b"",
        app.livingreview_outputs.get(name, ""),
    )


def finish_build(app, error) -> None:
    """Tidy every page, and lay the data beside them."""
    if error or app.builder.format != "html":
        return
    drop_orphans(app)
    root = find_root(app.srcdir)
    lay_data(app, root)
    lay_sources(app)
    write_release_files(root, Path(app.outdir))
    index = Path(app.outdir) / "searchindex.js"
    index.write_text(settle_search_index(index.read_text(encoding="utf-8")), encoding="utf-8")
    (Path(app.outdir) / "index.html").write_text(
        lead_to(f"{app.config.root_doc}.html", app.config.html_title), encoding="utf-8"
    )
    for path in sorted(map(Path, app.livingreview_written)):  # others were finished by an earlier build
        text = path.read_text(encoding="utf-8")
        former = app.config.livingreview_former if path.parent.name == "chapters" else {}
        finished, problems = finish_page(keep_places(explain_on(app, path, text), former))
        for problem in problems:
            log.warning("%s: %s", path.relative_to(app.outdir), problem)
        if finished != text:
            path.write_text(finished, encoding="utf-8")
    write_lines(Path(app.outdir), app.config.livingreview_terms["terms"])
    if slim_theme(Path(app.outdir)) <= 0:
        log.warning(
            "the theme's style sheet could not be cut, its form has changed: see livingreview/book/slim_css"
        )
    if not slim_icons(Path(app.outdir) / "_static"):
        log.warning("the theme's icon fonts could not be cut: see livingreview/book/slim_icons")
    settle_schemes(Path(app.outdir) / "_static")
    write_former(Path(app.outdir), app.config.livingreview_former, app.config.livingreview_record)


def explain_on(app, path: Path, text: str) -> str:
    """A page with its abbreviations explained; untouched where no chapter shows the glossary."""
    told = app.config.livingreview_terms
    if not told["page"] or path.parent.name not in ("chapters", "reports"):
        return text
    address = f"{'../' if path.parent.name == 'reports' else ''}{told['page']}.html"
    return explain_terms(text, told["terms"], address)


def lay_sources(app) -> None:
    """The source of each chapter, for download, with the sections it shares: it can be run as it is."""
    for docname in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(docname))
        copied = Path(app.outdir) / "_sources" / f"{docname}.md"
        if copied.is_file() and sections_of(text := path.read_text(encoding="utf-8")):
            copied.write_text(expand_text(text, path.parent), encoding="utf-8")


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
    app.add_config_value("livingreview_assets", "", "html")
    app.add_config_value("livingreview_terms", {"page": "", "terms": {}}, "html")
    app.add_config_value("livingreview_former", {}, "html")
    app.add_config_value("livingreview_record", {}, "html")  # a changed record reaches every page
    app.add_css_file("lr.css")
    app.add_js_file("lr-page.js", loading_method="defer")  # first: it loads what the others ask for
    app.add_js_file("lr-table.js", loading_method="defer")
    app.add_js_file("lr-whatif.js", loading_method="defer")
    app.add_js_file("lr-sheet.js", loading_method="defer")
    app.add_js_file("lr-cite.js", loading_method="defer")
    app.add_js_file("lr-card.js", loading_method="defer")
    for name in WRAPPER_SETTINGS:
        if name not in app.config:
            app.add_config_value(name, None, "")
    add_theme(app)
    add_search(app)
    app.add_html_math_renderer("mathml", *math_renderer())
    app.connect("config-inited", prepare_sources, priority=100)  # before the table of contents is resolved
    app.connect("builder-inited", stay_for_pages, priority=100)
    app.connect("builder-inited", lay_style)
    # After MyST-NB has settled its configuration.
    app.connect("builder-inited", provide_outputs, priority=900)
    app.connect("source-read", share_sections)
    app.connect("env-get-outdated", outdated_pages)
    app.connect("env-updated", pages_that_moved)
    app.connect("html-page-context", note_written)
    app.connect("html-page-context", draw_sidebar)
    app.connect("html-page-context", add_head_tags)
    app.connect("html-page-context", frame_page)
    app.connect("html-page-context", offer_no_made_source)
    app.connect("build-finished", finish_build, priority=900)
    app.connect("build-finished", come_back, priority=950)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True, "env_version": 1}
