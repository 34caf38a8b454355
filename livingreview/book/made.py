"""What is made from the data alone, and made once.

The reports' pages before Sphinx reads, the data's other forms after it wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from livingreview.book.paper import edition
from livingreview.charts.preview import draw_preview
from livingreview.citation import site_address, write_citations
from livingreview.evidence import load_evidence
from livingreview.execution import hash_inputs
from livingreview.execution.notebooks import digest
from livingreview.files import keep, read_kept
from livingreview.pages.cards import write_cards, write_review
from livingreview.pages.downloads import write_downloads
from livingreview.pages.explorer import write_explorer
from livingreview.pages.report import has_guide, write_report_pages


def renew_reports(root: Path, record: dict, hash_of: Callable[[str], str]) -> None:
    """The reports' pages as the data are now."""
    pages = root / "chapters" / "reports"
    key = derived_key(hash_of, record, str(has_guide(pages.parent)))
    with made_once(root / "_build" / ".reports-made", key, [pages]) as due:
        if due:
            write_report_pages(load_evidence(root), pages, record)


def lay_data(app, root: Path) -> None:
    """The data in the forms that pages and readers load: cards, explorer, downloads, citations."""
    record, out, static = app.config.livingreview_record, Path(app.outdir), Path(app.outdir) / "_static"
    chapters = [
        name
        for name in sorted(app.env.found_docs)
        if Path(name).parent.name == "chapters" and name != app.config.root_doc
    ]
    titles = {Path(name).name: app.env.titles[name].astext() for name in chapters}
    places = [
        static / "cards",
        static / "explorer-data.js",
        static / "review.js",
        static / "preview.png",
        out / "data",
        out / "cite",
    ]
    with made_once(
        Path(app.doctreedir) / "livingreview-laid",
        derived_key(hash_inputs(root), record, json.dumps(titles)),
        places,
    ) as due:
        if due:
            evidence = load_evidence(root)
            write_cards(evidence, static / "cards")
            write_explorer(evidence, static)
            write_review(record, evidence, static / "review.js")
            write_downloads(root, out / "data")
            write_citations(record, evidence, titles, out / "cite")
            picture = static / "preview.png"
            picture.unlink(missing_ok=True)
            if site_address(record):  # else no page names the picture
                picture.write_bytes(draw_preview(evidence, record["title"], edition(record)))


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

    due = read_kept(note) != state()
    yield due
    if due:
        keep(note, state())
