"""A sheet of a made-up report, filled as a reader would fill it."""

from __future__ import annotations

import csv
from pathlib import Path

from livingreview.extraction.drafts import Draft, start_draft
from livingreview.extraction.layout import FORM, form_of, pages_of
from livingreview.extraction.reading import Book, Sheet, read_rows
from livingreview.extraction.resolving import Entry, resolve
from livingreview.extraction.workbook import Cells, write_sheet
from livingreview.surveillance.readers import Found

FOUND = Found(
    title="A regimen in a made-up cohort",
    authors=("Qwerty, Anna", "Asdf, Bert"),
    year="2024",
    container="Journal of Examples",
    volume="3",
    issue="1",
    pages="12-19",
    doi="10.5555/example.1",
    kind="article",
)
FILLED = {
    "text_seen": "abstract only",
    "status": "included",
    "status_reason": "A regimen of the class in adults",
    "study": "Made-up cohort",
    "study_design": "retrospective series",
    "first_available": "2024",
    "page_read": "https://example.org/abstract",
}
ROWS = {
    "regimens": [
        {"regimen": "studied", "family": "Blinatumomab alone", "name": "Blinatumomab"}
        | {"role": "the regimen under study", "as_reported": "blinatumomab"}
    ],
    "cohorts": [
        {"cohort": "all", "label": "Adults, relapsed or refractory", "disease": "B-cell precursor ALL"}
        | {"setting": "relapsed or refractory", "age_group": "adults"}
        | {"n_enrolled": "40", "as_reported": "40 adults"}
    ],
    "outcomes": [
        {"cohort": "all", "outcome": "complete remission (CR)", "events": "18", "total": "40"}
        | {"percent_reported_pct": "45.0", "denominator": "all patients treated"}
        | {"as_reported": "18/40 (45.0%)"}
    ],
    "survival": [
        {"cohort": "all", "endpoint": "overall survival", "statistic": "median", "estimate": "9.1"}
        | {"ci_low": "6.0", "ci_high": "12.2", "as_reported": "median OS 9.1 months (95% CI 6.0-12.2)"}
    ],
    "adverse_events": [
        {"cohort": "all", "term": "Cytokine release syndrome", "events": "4", "total": "40"}
        | {"grade_min": "3", "grade_max": "5", "as_reported": "4 of 40, grade 3 or more"}
    ],
}


def cells_of(book: Book, form: dict[str, object], rows: dict[str, list[dict]]) -> dict[str, Cells]:
    """The pages of a sheet, as they are read: the form, and these rows under the header of each page."""
    lines = [
        (number, [line.name, form.get(line.name, "")]) for number, line in enumerate(form_of(book.package), 2)
    ]
    pages = {FORM: Cells("sheet.xlsx: Report", ["field", "value"], lines)}
    for name, page in pages_of(book.package).items():
        header = [column.name for column in page.columns]
        filled = [[row.get(column, "") for column in header] for row in rows.get(name, [])]
        pages[name] = Cells(f"sheet.xlsx: {page.title}", header, list(enumerate(filled, 2)))
    return pages


def read(book: Book, form: dict[str, object] | None = None, **rows: list[dict]) -> tuple[Sheet, Entry]:
    """A sheet read and resolved: the example, with other fields of the form and other pages where given."""
    told = start_draft(book.evidence, FOUND).form | FILLED | (form or {})
    sheet = read_rows(cells_of(book, told, ROWS | rows), book)
    return sheet, resolve(sheet, book)


def changed(table: str, **cells: str) -> dict[str, list[dict]]:
    """The example's one row of a table with other cells: to be given to `read`."""
    return {table: [ROWS[table][0] | cells]}


def write(path: Path, book: Book, form: dict[str, str] | None = None, **rows: list[dict]) -> Path:
    """The example as a sheet on disk."""
    draft = Draft(start_draft(book.evidence, FOUND).form | FILLED | (form or {}), ROWS | rows)
    write_sheet(path, book.package, draft, book.choices())
    return path


def rewrite(path: Path, sign: str = ",", encoding: str = "utf-8", ends: str = "\n") -> None:
    """Write a table anew, as another program would have left it."""
    with open(path, newline="", encoding="utf-8") as handle:
        rows = list(csv.reader(handle))
    with open(path, "w", newline="", encoding=encoding) as handle:
        csv.writer(handle, delimiter=sign, lineterminator=ends).writerows(rows)
