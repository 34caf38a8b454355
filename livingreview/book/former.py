"""Former ids of reports in a finished book: pages that lead on, and places on other pages that are found.

The pages are no pages of the book: neither Sphinx nor the search, the contents or any count knows them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from livingreview.book.finish import finish_page, policy_tag
from livingreview.citation import site_address
from livingreview.display.html import render
from livingreview.evidence import load_package, read_cells
from livingreview.evidence.former import FORMER

FOLDER = "chapters/reports"
# What stands on a chapter under a report's id: a reference, a contradiction.
PLACE = re.compile(
    r'<(?:li|div|section|p)\b[^>]*\sid="(?P<head>(?:ref-)?)(?P<report>[a-z0-9-]+)(?P<end>(?:\.[\w.-]+)?)"[^>]*>'
)
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def read_former(root: Path) -> dict[str, str]:
    """Former id -> present id, as ``data/`` has them."""
    table = load_package(root / "data").tables.get(FORMER)
    rows = read_cells((root / "data" / table.path).read_bytes()) if table else ()
    return {row["former_id"]: row["report_id"] for row in rows}


def write_former(out: Path, former: Mapping[str, str], record: dict) -> None:
    """Write into a finished book a page for each former id."""
    for name, present in former.items():
        path = out / FOLDER / f"{name}.html"
        path.write_text(lead_on(out / FOLDER, name, present, record), encoding="utf-8")


def keep_places(text: str, former: Mapping[str, str]) -> str:
    """A chapter on which what tells of a report is found by the report's former ids too."""

    def add(found: re.Match) -> str:
        names = [name for name, present in former.items() if present == found["report"]]
        return found[0] + "".join(f'<span id="{found["head"]}{name}{found["end"]}"></span>' for name in names)

    return PLACE.sub(add, text) if former else text


def lead_on(pages: Path, former: str, present: str, record: dict) -> str:
    """The page of a report's former id.

    The script follows an address of a row to that row. Without scripts the page leads to the report, and
    where that is not followed either, to each row by a link of its own.
    """
    text = (pages / f"{present}.html").read_text(encoding="utf-8")
    ends = re.findall(rf' id="{re.escape(present)}(\.[\w.-]+)"', text)
    title = TITLE.search(text)
    page = render(
        "former.html.j2",
        policy=policy_tag(),
        former=former,
        present=present,
        title=" ".join(title[1].split()) if title else present,
        canonical=site_address(record, f"{FOLDER}/{present}.html") or f"{present}.html",
        ends=list(dict.fromkeys(ends)),
    )
    finished, problems = finish_page(str(page))
    if problems:
        msg = f"{FOLDER}/{former}.html: {problems[0]}"
        raise ValueError(msg)
    return finished
