"""Pages under the former ids of reports, which lead on to the present ones: each row of them too.

They are no pages of the book: neither Sphinx nor the search, the contents or any count knows them.
"""

from __future__ import annotations

import re
from pathlib import Path

from livingreview.book.finish import finish_page, policy_tag
from livingreview.citation import site_address
from livingreview.display.html import render
from livingreview.evidence import load_package, read_cells
from livingreview.evidence.former import FORMER

FOLDER = "chapters/reports"
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def write_former(root: Path, out: Path, record: dict) -> None:
    """Write into a finished book a page for each former id."""
    table = load_package(root / "data").tables.get(FORMER)
    for row in read_cells((root / "data" / table.path).read_bytes()) if table else ():
        path = out / FOLDER / f"{row['former_id']}.html"
        path.write_text(lead_on(out / FOLDER, row["former_id"], row["report_id"], record), encoding="utf-8")


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
