"""The built book, or one of its chapters, as PDF: static pictures, no navigation, page numbers, version.

A browser prints one plain page, put together from the finished chapters without any script.
Folded tables stay folded: on paper they would take most of the book,
and they stand in it, and in the data, where a figure can be followed.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from livingreview.book.paper import edition, foot_style, named_foot_style
from livingreview.citation import format_reference, read_citation, site_address
from livingreview.display.html import render
from livingreview.evidence import Evidence, load_evidence

ARTICLE = re.compile(r'<article class="bd-article">(.*?)</article>', re.DOTALL)
HEADING = re.compile(r"<h1>(.*?)<a class=\"headerlink\"", re.DOTALL)
# The reports named by the links of each chapter that can be seen.
NAMED = """() => Object.fromEntries([...document.querySelectorAll('article')].map(article => [article.id,
  [...new Set([...article.querySelectorAll('[data-lr-report]')].filter(link => link.checkVisibility())
    .map(link => link.getAttribute('data-lr-report')))]]))"""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


class PrintError(Exception):
    """Nothing could be printed; says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """One chapter as it is printed."""

    name: str
    title: str
    body: Markup


def print_pdf(
    root: Path, names: Sequence[str] = (), *, target: Path | None = None, short: bool = False
) -> Path:
    """Print chapters of the built book, in the book's order, into one PDF; none named: all of them.

    The ``short`` form is what ``lr.css`` leaves of it, with the references of the reports that it names.

    Raises
    ------
    PrintError
        If there is no built book, no such chapter, or no browser.
    """
    pages = root / "_build" / "html" / "chapters"
    order = chapter_names(root)
    if unknown := [name for name in names if name not in order]:
        msg = f"no chapter {unknown[0]!r}; there are: {', '.join(order)}"
        raise PrintError(msg)
    chosen = [name for name in order if name in (names or order)]
    if missing := [name for name in chosen if not (pages / f"{name}.html").is_file()]:
        msg = f"{missing[0]}.html has not been built: `livingreview build` first"
        raise PrintError(msg)
    record = read_citation(root)
    sheets = [
        read_sheet(pages / f"{name}.html", chosen, site_address(record, "chapters/"), short=short)
        for name in chosen
    ]
    named = f"{chosen[0] if len(chosen) == 1 else 'book'}{'-short' if short else ''}"
    target = target or root / "_build" / "pdf" / f"{named}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "print.html"
        styles = [
            path.as_uri()
            for path in (
                pages.parent / "_static" / name
                for name in ("styles/theme.css", "styles/pydata-sphinx-theme.css", "basic.css", "lr.css")
            )
        ]
        page.write_text(
            render(
                "print.html.j2",
                sheets=sheets,
                record=record,
                edition=edition(record),
                styles=styles,
                whole=len(chosen) > 1,
                short=short,
                feet=sheet_feet(record, sheets),
            ),
            encoding="utf-8",
        )
        print_page(page.as_uri(), target, load_evidence(root) if short else None)
    return target


def sheet_feet(record: dict, sheets: Sequence[Sheet]) -> Markup:
    """The foot of each chapter's pages; the cover of the whole book has the book's."""
    paths = {sheet.name: f"chapters/{sheet.name}.html" for sheet in sheets}
    if len(sheets) == 1:
        return foot_style(record, sheets[0].title, paths[sheets[0].name])
    named = [named_foot_style(record, sheet.title, paths[sheet.name], sheet.name) for sheet in sheets]
    return Markup("\n").join([foot_style(record, record["title"], ""), *named])


def chapter_names(root: Path) -> list[str]:
    """File names of the chapters, in the order of the table of contents."""
    return re.findall(
        r"(?:root|file): chapters/([\w-]+)\s*$", (root / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE
    )


def read_sheet(path: Path, printed: Sequence[str], address: str, *, short: bool = False) -> Sheet:
    """One finished page as it is printed: its text, ids of its own, links that lead somewhere on paper.

    Parameters
    ----------
    printed : sequence of str
        The chapters in the same PDF: links to them stay inside it.
    address : str
        Where the published chapters stand; '' drops links to pages that are not printed,
        which would name a folder of this machine.
    short : bool
        Whether folds stay as they are, and links say which report they name.
    """
    article, name = ARTICLE.search(path.read_text(encoding="utf-8"))[1], path.stem
    body = re.sub(r"<script\b.*?</script>", "", article, flags=re.DOTALL)
    # What a reader of paper cannot open is open: reasons of conclusions,
    # and discrepancies where they are at home or the chapter stands alone.
    at_home = len(printed) == 1 or name == "discrepancies"
    if not short:
        opened = r"<details(?=>| class=\"lr-discrepancy)" if at_home else "<details(?=>)"
        body = re.sub(opened, "<details open", body)
    body = re.sub(r'(?<= )id="([^"]*)"', rf'id="{name}--\1"', body)
    if short:
        body = re.sub(r' href="reports/([\w-]+)\.html', r' data-lr-report="\1"\g<0>', body)
    body = re.sub(r'(?<= )href="([^"]*)"', lambda found: _paper_link(found[1], name, printed, address), body)
    return Sheet(name, Markup(HEADING.search(article)[1]).striptags(), Markup(body))


def _paper_link(href: str, name: str, printed: Sequence[str], address: str) -> str:
    page, _, anchor = href.partition("#")
    if re.match(r"[a-z]+:", href):
        return f'href="{href}"'
    if not page:
        return f'href="#{name}--{anchor}"'
    if (stem := page.removesuffix(".html")) in printed:
        return f'href="#{stem}--{anchor}"' if anchor else f'href="#{stem}"'
    return f'href="{address}{href}"' if address else ""


def print_page(address: str, target: Path, evidence: Evidence | None = None) -> None:
    """Print one page of this machine with Chromium; its foot is in its style sheet.

    With `evidence` each chapter gets the references of the reports that it names where one can see it.
    """
    try:
        # Not at the top: only printing and tests need a browser.
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        msg = "printing needs Playwright, which `make pdf` sets up"
        raise PrintError(msg) from None
    with sync_playwright() as playwright:
        path = find_browser(playwright)
        if not path:
            msg = "no Chromium or Chrome found: install one, or name it in the environment: CHROMIUM=/path"
            raise PrintError(msg)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = browser.new_context(java_script_enabled=False).new_page()
            page.route(re.compile(r"^(?!file:|data:)"), lambda route: route.abort())
            page.goto(address, wait_until="load", timeout=120_000)
            if evidence:
                page.emulate_media(media="print")
                add_references(page, evidence)
            page.pdf(path=target, prefer_css_page_size=True, tagged=True, outline=True)
        except Error as problem:
            msg = f"the browser could not print: {problem}"
            raise PrintError(msg) from None
        finally:
            browser.close()


def add_references(page, evidence: Evidence) -> None:
    """Lay the references of the reports that a chapter's visible links name at the chapter's end."""
    entries = evidence.bibliography.entries
    for name, reports in page.evaluate(NAMED).items():
        items = sorted(format_reference(key, entries[key]) for key in reports if key in entries)
        listed = Markup("").join(Markup("<li>{}</li>").format(item) for item in items)
        section = Markup('<section><h2>References</h2><ul class="lr-references">{}</ul></section>')
        if items:
            page.evaluate(
                "([name, html]) => document.getElementById(name).firstElementChild"
                ".insertAdjacentHTML('beforeend', html)",
                [name, str(section.format(listed))],
            )


def find_browser(playwright=None) -> str | None:
    """Path of a Chromium or Chrome; None where there is none. The environment's CHROMIUM goes first."""
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    if MAC.is_file():
        return str(MAC)
    own = playwright.chromium.executable_path if playwright else ""
    return own if own and Path(own).is_file() else None
