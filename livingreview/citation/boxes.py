"""What a page says about citing it: the box of a chapter or of the whole, and the line from which each row's text is made."""

from __future__ import annotations

from livingreview.citation.formats import format_item, item_to_bibtex
from livingreview.citation.record import WHOLE, book_item, chapter_item, issues_address, version_address
from livingreview.html import Fragment

FORMATS = (("BibTeX", "bib"), ("RIS", "ris"), ("CSL-JSON", "json"))
REPORTS = "-reports"  # ending of the name of the files with the reports included in a chapter


def cite_chapter(record: dict, *, title: str, page: str, reports: bool = False) -> Fragment:
    """How to cite one chapter of this version; `reports`: its included reports can be downloaded as well."""
    return _box(chapter_item(record, title=title, page=page), page, f"{page}{REPORTS}" if reports else "")


def cite_whole(record: dict) -> Fragment:
    """How to cite the review as a whole."""
    return _box(book_item(record), WHOLE, f"{WHOLE}{REPORTS}")


def _box(item: dict, name: str, reports: str) -> Fragment:
    text = format_item(item)
    return Fragment("cite.html.j2", {"text": text, "bibtex": item_to_bibtex(item).strip(), "name": name, "reports": reports, "formats": FORMATS}, text)


def cite_row(record: dict, report_id: str) -> Fragment:
    """How to cite one figure of a report's page: words that stand without script, and what the script needs for a text per row."""
    values = {
        "version": record["version"], "source": format_item({name: value for name, value in book_item(record).items() if name != "URL"}),
        "address": version_address(record, f"chapters/reports/{report_id}.html"), "issues": issues_address(record), "report_id": report_id,
    }
    return Fragment("cite-row.html.j2", values, values["source"])
