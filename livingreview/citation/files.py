"""Downloads for reference managers: each chapter, the whole, and the reports included in either."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from livingreview.citation.boxes import REPORTS
from livingreview.citation.csl import entry_to_csl, write_bibtex
from livingreview.citation.formats import item_to_bibtex, items_to_ris
from livingreview.citation.record import WHOLE, book_item, chapter_item
from livingreview.citation.references import list_included
from livingreview.evidence import Evidence, select_class


def write_citations(record: dict, evidence: Evidence, titles: Mapping[str, str], folder: Path) -> None:
    """Write BibTeX, RIS and CSL-JSON of every chapter and of the included reports.

    Parameters
    ----------
    titles : mapping of str to str
        Title of every chapter (key: file name of its page without ending).
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _write(folder, WHOLE, item_to_bibtex(book_item(record)), [book_item(record)])
    for page, title in titles.items():
        item = chapter_item(record, title=title, page=page)
        _write(folder, page, item_to_bibtex(item), [item])
    class_ids = evidence.tables["regimen_classes"]["class_id"]
    parts = {WHOLE: evidence} | {class_id: select_class(evidence, class_id) for class_id in class_ids}
    for name, part in parts.items():
        included = list_included(part)
        items = [entry_to_csl(key, entry) for key, entry in included.entries.items()]
        _write(folder, f"{name}{REPORTS}", write_bibtex(included), items)


def _write(folder: Path, name: str, bibtex: str, items: list[dict]) -> None:
    """One file a format; where no report is included yet they say so, as far as the format can."""
    (folder / f"{name}.bib").write_text(bibtex or "% No report is included.\n", encoding="utf-8")
    (folder / f"{name}.ris").write_text(items_to_ris(items) or "\n", encoding="utf-8")
    told = json.dumps(items, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{name}.json").write_text(told, encoding="utf-8")
