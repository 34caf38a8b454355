"""Hostile texts in every column of the data: on pages made of them nothing runs but the book's own.

The checks refuse mark-up in the data; this is about what would happen behind them.
"""

import csv
import itertools
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from benchmarks.synthetic import write_pages
from livingreview import tables
from livingreview.evidence import load_package, select_class
from livingreview.evidence.contract import shown_columns
from livingreview.manuscript import find_pages
from tests.conftest import ROOT
from tests.drawn import CLASSES, FIGURES
from tests.reduced import CORE
from tests.visit import Visit

TEXTS = (
    "<img src=x onerror=lrEvil()>",
    '"><script>lrEvil()</script>',
    "</script><script>lrEvil()</script>",
    "' onmouseover='lrEvil()' x='",
    '" autofocus onfocus="lrEvil()" x="',
    "--><svg onload=lrEvil()>",
    "</title></textarea></style></noscript><iframe srcdoc='<script>parent.lrEvil()</script>'>",
    "[x](javascript:lrEvil())",
    "```````` {raw} html",
)
ADDRESSES = {"tool_url", "page_read", "source_url", "where"}  # columns that hold a whole address
IDS = {
    "ratings",
    "affects",
    "rests_on",
    "overlaps_with",
    "families",
    "diseases",
    "settings",
    "age_groups",
    *shown_columns(load_package(ROOT / "data")),
}  # ids of rows, which nothing shows as they stand
# Pages over all reports; the chapters of the classes are made anew.
PAGES = (
    "comparison",
    "discrepancies",
    "explorer",
    "index",
    "protocol",
    "methods",
    "safety",
    "data",
    "reporting-checklist",
    "what-changed",
    "how-to-cite",
    "contribute",
)
RENDER = """
from pathlib import Path
from livingreview.book.build import render
from livingreview.execution import chapter_store, execute_chapters, hash_inputs
from livingreview.manuscript import find_pages
root = Path.cwd()
notebooks = execute_chapters(root, find_pages(root / "chapters"), store=chapter_store(root))
render(root, root / "_build" / "_build" / "html", hash_inputs(root)("checked"), notebooks)
"""
# What of a hostile text became part of the page, and not its words.
FOUND = """() => [...document.querySelectorAll('*')].filter(node =>
  node.matches('img[src="x"], iframe, [srcdoc]')
  || (node.localName === 'script' && /^\\s*lrEvil/.test(node.textContent))
  || [...node.attributes].some(item =>
    (/^on/i.test(item.name) && item.value.includes('lrEvil'))
    || (['href', 'src', 'action', 'formaction'].includes(item.name) && /^\\s*javascript:/i.test(item.value)))
).map(node => node.outerHTML.slice(0, 200))"""
MEET = """() => {
  for (const node of document.querySelectorAll('.bd-article *, .lr-card *'))
    node.dispatchEvent(new MouseEvent('mouseover', { bubbles: false }));
}"""


def spoil(project) -> None:
    """Every text of every table with something hostile behind it, or nothing else where it was empty."""
    for table in load_package(project / "data").tables.values():
        keys = {table.primary_key, *(key.field for key in table.foreign_keys), *IDS}
        spoiled = [
            item.name
            for item in table.fields
            if item.type == "string"
            and item.name not in keys
            and not {"enum", "pattern"} & set(item.constraints)
        ]
        path, texts = project / "data" / table.path, itertools.cycle(TEXTS)
        with open(path, newline="", encoding="utf-8") as handle:
            rows = list(csv.DictReader(handle))
        for row in rows:
            row |= {
                name: "javascript:lrEvil()" if name in ADDRESSES else f"{row[name]} {next(texts)}".strip()
                for name in spoiled
                if not (
                    table.name == "findings" and name == "note"
                )  # names rows in braces, which are checked
            }
        with open(path, "w", newline="", encoding="utf-8") as handle:
            writer = csv.DictWriter(handle, table.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    path = project / "data" / "references.bib"
    path.write_text(
        re.sub(
            r"\b(title|journal|note|doi)( *= *\{)",
            rf"\1\2{TEXTS[0]}{TEXTS[3]} ",
            path.read_text(encoding="utf-8"),
        ),
        encoding="utf-8",
    )


@pytest.fixture
def hostile(project):
    """A small book of hostile texts."""
    own = project / "own"
    (project / "chapters").rename(own)
    (project / "chapters").mkdir()
    write_pages(project, list(CLASSES))
    for name in PAGES:
        shutil.copy(own / f"{name}.md", project / "chapters" / f"{name}.md")
    shutil.copy(ROOT / "_toc.yml", project / "_toc.yml")
    (project / "chapters" / "section-01.md").unlink()
    for path in find_pages(ROOT / "chapters"):  # others lead to them
        if not (project / "chapters" / path.name).is_file():
            (project / "chapters" / path.name).write_text("# Left out\n\nNothing.\n", encoding="utf-8")
    spoil(project)
    done = subprocess.run(
        [sys.executable, "-c", RENDER],
        cwd=project,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return project / "_build" / "_build" / "html"


@pytest.mark.book
@pytest.mark.browser
@pytest.mark.slow
def test_nothing_in_the_data_runs_on_any_page(hostile, chromium):
    paths = [
        path
        for path in sorted((hostile / "chapters").rglob("*.html"))
        if path.stem in (*PAGES, "bortezomib", "blinatumomab", *CORE)
    ]
    assert {path.stem for path in paths} >= {*PAGES, "bortezomib", *CORE}
    shown, cards = 0, 0
    for path in paths:
        with Visit(chromium, "file://", path, blank=True) as visit:
            page, ran = visit.page, []
            page.expose_function("lrEvil", lambda ran=ran: ran.append(True))
            page.on("dialog", lambda dialog, ran=ran: ran.append(dialog.message))
            page.goto(f"file://{path}", wait_until="load")
            if path.stem == "explorer":
                page.wait_for_selector(".lr-explorer[data-ready]")
                page.get_by_label("Search words").fill("onerror")
                assert page.locator(".lr-explorer tbody tr").count() == 50
            for figure in page.locator("a.lr-figure:visible").all()[:3]:
                figure.click()
                card = page.get_by_role("dialog")
                card.wait_for()
                card.get_by_text("Cite this", exact=True).click()
                assert "lrEvil" in card.inner_text()
                page.evaluate(MEET)
                assert page.evaluate(FOUND) == []
                page.keyboard.press("Escape")
                cards += 1
            page.evaluate(MEET)
            assert page.evaluate(FOUND) == [], path.name
            assert ran == [], path.name
            assert visit.failed == [], path.name
            assert visit.console == [], path.name
            shown += "lrEvil" in page.locator("body").inner_text()
    assert shown > 12, "the texts were there to be met"
    assert cards > 10, "the texts were there to be met"


@pytest.mark.slow
def test_hostile_text_is_escaped_everywhere(review, monkeypatch):
    """Every text of every table replaced by mark-up: nothing of it may reach a page as mark-up."""
    monkeypatch.setenv("LIVINGREVIEW_DEFER_CHARTS", "1")
    evil = '<script>alert("x")</script></script>--><img src=x onerror=alert(1)>'
    part = select_class(review, "bortezomib")
    spoiled = dict(part.tables)
    for name, columns in {
        "cohorts": ["label"],
        "outcomes": ["definition", "timepoint", "as_reported", "locator"],
        "adverse_events": ["term", "as_reported"],
        "regimens": ["name"],
        "discrepancies": ["title", "value_a", "explanation", "resolution"],
        "drugs": ["name", "short_name", "note"],
        "appraisals": ["reason"],
        "reports": ["status_reason"],
        "identifiers": ["value", "as_printed"],
        "studies": ["name"],
        "characteristics": ["category"],
    }.items():
        # Numbered, since two rows that say the same of themselves are refused before anything is written.
        numbered = [f"{evil}{place}" for place in range(len(spoiled[name]))]
        spoiled[name] = spoiled[name].assign(**dict.fromkeys(columns, numbered))
    hostile = replace(part, tables=spoiled)
    shown = [draw(hostile, hostile) for draw in FIGURES.values()]
    shown += [
        tables.tabulate_reports(hostile, caption=evil),
        tables.tabulate_populations(hostile, caption=evil),
        tables.tabulate_characteristics(hostile, caption=evil),
        tables.tabulate_appraisals(hostile, caption=evil),
        tables.list_discrepancies(hostile),
    ]
    html = "\n".join(str(item.__html__()) for item in shown)
    assert "<img" not in html
    assert "<script>alert" not in html
    assert not re.search(r"--><(?!/div|div|figure|p|details)", html)
