"""What a page says about citing it: the box of a chapter or of the whole, the line for each row."""

from __future__ import annotations

from livingreview.citation.formats import format_item, item_to_bibtex
from livingreview.citation.record import WHOLE, book_item, chapter_item, version_address
from livingreview.display.html import Fragment

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
    values = {
        "text": text,
        "bibtex": item_to_bibtex(item).strip(),
        "name": name,
        "reports": reports,
        "formats": FORMATS,
    }
    return Fragment("cite.html.j2", values, text)


def cite_row(record: dict, report_id: str, reference: str, *, guide: bool = True) -> Fragment:
    """How to cite one figure of a report's page.

    Words that stand without script, and what the script needs for a text per row.
    """
    values = row_source(record, report_id, reference)
    return Fragment(
        "cite-row.html.j2", values | {"version": record["version"], "guide": guide}, values["source"]
    )


def row_source(record: dict, report_id: str, reference: str) -> dict:
    """What the text that cites a row of a report is made of: the report's own reference, then the review.

    Parameters
    ----------
    reference : str
        The report's full reference, see `name_reference`.

    Returns
    -------
    dict
        ``source``; ``address`` of the report's page; ``problems``, where one is reported. The last two are
        '' where there is none.
    """
    about = page_source(record, f"reports/{report_id}")
    return about | {
        "source": f"{reference} — cited in: {about['source']}",
        "problems": record.get("problems", ""),
    }


def page_source(record: dict, page: str) -> dict:
    """The review's own reference without address, and the address of one page in this version.

    The address is '' while the book has none.
    """
    item = {name: value for name, value in book_item(record).items() if name != "URL"}
    return {"source": format_item(item), "address": version_address(record, f"chapters/{page}.html")}
