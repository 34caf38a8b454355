"""What a sheet asks a person for, out of the package's own tables: the machine fills in the rest.

The workbook has a form (one line a field: the publication, its report, its study) and a page for each table
of evidence. A column that names a row of another table (``cohort_id``) is called after it (``cohort``) and
takes that row's words, not its id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from livingreview.evidence.schema import Field, Package, Table

FORM = "report"  # the form's file in a folder of tables; its page is called after it
MADE = ("row_id", "report_id", "verification")  # of every row, by the machine
APPRAISALS = "appraisals"  # a page too, though no evidence: its column -> the column of the data
ANSWERS = {
    "question": "item_id",
    "answer": "judgement",
    "why": "reason",
    "where": "locator",
    "result": "result",
}
# What a row of another table is called by: the first of these columns that its table has.
NAMES = ("label", "name", "title", "short_title")
DISCREPANCIES = "discrepancies"  # another page beside the evidence: what does not add up
# Of a column on whatever page: what the sheet makes of it.
MADE_OF = {
    "events": "Left empty where the report prints the percentage alone, it is worked out if one whole number "
    "of the total fits: 38.1% of 21 is 8; basis and derivation follow.",
    "affects": "In a sheet by page and row: Adverse events, row 10; Outcomes, row 2.",
    "value_a": 'Printed words in quotes: "hypokalemia (14.4%)".',
    "value_b": "A sum without quotes: 3/21 = 14.3%.",
}
# Needed, but filled in where they follow from the rest.
FOLLOWS = ("definition", "group", "unit", "cohort", "short_name")
HAVE_FORM = ("reports", "studies")  # entered in the form
PLACE = "position"  # of a row among its fellows: made by the machine where the row is new
OWED = {"regimens": ("family",)}  # a row may do without, but not that of what is studied
LAST = ("basis", "derivation", "source_report_id", "source_citation")
# Of the publication, beside its numbers: name in the form -> field of references.bib, and what to write.
RECORD = {
    "title": ("title", "As printed."),
    "authors": ("author", "All of them, as printed: Family, Given; Family, Given. Never guessed."),
    "year": ("year", "Of the publication."),
    "journal": ("journal", "Journal, or meeting for an abstract."),
    "volume": ("volume", ""),
    "issue": ("number", "Such as 4, or Suppl 1."),
    "pages": ("pages", "As printed: 12-19, e145, or the abstract's number."),
}


class Column(NamedTuple):
    """One column of a page.

    Attributes
    ----------
    name : str
        As it stands in the sheet.
    field : Field
        The column of the data that it fills.
    refers_to : str
        The table whose rows it names; '' where it names none.
    is_own : bool
        Whether it is the short name by which other pages name this row.
    """

    name: str
    field: Field
    refers_to: str = ""
    is_own: bool = False


@dataclass(frozen=True)
class Page:
    """One page of the sheet: a table of evidence, less what the machine makes.

    Attributes
    ----------
    heading : str
        What it is called, if not as its table.
    """

    table: Table
    columns: tuple[Column, ...]
    heading: str = ""

    @property
    def title(self) -> str:
        """What the page is called in a workbook."""
        return self.heading or self.table.title

    @property
    def own(self) -> Column | None:
        """The column by which other pages name a row of this one."""
        return next((column for column in self.columns if column.is_own), None)


def is_needed(page: Page, column: Column) -> bool:
    """Whether a person must fill a column, so that it is marked: nothing else says what would stand there."""
    item = column.field
    if column.name in OWED.get(page.table.name, ()):
        return True
    return item.required and not item.default and column.name not in FOLLOWS


class Line(NamedTuple):
    """One field of the form: its name, what to write, the column of the data that it fills (if it is one)."""

    name: str
    meaning: str
    table: str = ""
    field: Field | None = None


def pages_of(package: Package) -> dict[str, Page]:
    """The pages of a sheet, by table, in the package's order; last new rows of lists, and appraisals."""
    pages = {table.name: _page(package, table) for table in package.evidence_tables}
    pages |= {table.name: _list_page(table) for table in lists_of(package)}
    if DISCREPANCIES in package.tables:
        pages[DISCREPANCIES] = _list_page(package.table(DISCREPANCIES), "Contradictions")
    if APPRAISALS not in package.tables:
        return pages
    table = package.table(APPRAISALS)
    links = {key.field: key.table or "" for key in table.foreign_keys}
    columns = (
        Column(called, package.field(APPRAISALS, name), links.get(name, ""))
        for called, name in ANSWERS.items()
    )
    return pages | {APPRAISALS: Page(table, tuple(columns))}


def lists_of(package: Package) -> list[Table]:
    """The tables whose rows evidence names by their words, such as drugs: a sheet may enter a new one."""
    named = {key.table for table in package.evidence_tables for key in table.foreign_keys}
    return [
        table
        for name, table in package.tables.items()
        if name in named and not table.evidence and name not in HAVE_FORM
    ]


def _list_page(table: Table, heading: str = "") -> Page:
    links = {key.field: key.table or "" for key in table.foreign_keys}
    columns = (
        Column(item.name.removesuffix("_id"), item, links.get(item.name, ""))
        for item in table.fields
        if item.name not in (table.primary_key, PLACE, "report_id")
    )
    return Page(table, tuple(columns), heading or f"New {table.title.lower()}")


def _page(package: Package, table: Table) -> Page:
    named = own_key(package, table)
    links = {key.field: key.table or table.name for key in table.foreign_keys}
    fields = [item for item in table.fields if item.name not in MADE and links.get(item.name) != "studies"]
    fields.sort(key=lambda item: LAST.index(item.name) if item.name in LAST else -1)
    columns = []
    for item in fields:
        is_own = item.name == named
        refers_to = "" if is_own else links.get(item.name, "")
        columns.append(Column(item.name.removesuffix("_id"), item, refers_to, is_own))
    return Page(table, tuple(columns))


def own_key(package: Package, table: Table) -> str:
    """The column by which other tables name a row of this one; '' where none does."""
    targets = {
        key.target
        for other in package.tables.values()
        for key in other.foreign_keys
        if (key.table or other.name) == table.name
    }
    return next((name for name in table.columns if name in targets and name not in MADE), "")


def name_column(table: Table) -> str:
    """The column that says in words what a row of a table is."""
    return next(name for name in (*NAMES, table.primary_key) if name in table.columns)


def words_of(table: Table, row: Mapping[str, Any]) -> str:
    """What a row of a table is called in a sheet; a question of a tool, with the tool."""
    if table.name == "appraisal_tools":
        return f"{row['tool']}, {row['position']}: {row['topic']}"
    return str(row[name_column(table)])


def form_of(package: Package) -> list[Line]:
    """The fields of the form: the publication, its numbers, its report, its study, how it was found."""
    lines = [Line("report", "A report that is here already, by its id: rows are added to it. Else empty.")]
    lines += [Line(name, meaning) for name, (_, meaning) in RECORD.items()]
    if "identifiers" in package.tables:
        scheme = package.field("identifiers", "scheme")
        lines += [
            Line(code, f"{scheme.label(code)}; several: with '; '.")
            for code in scheme.constraints.get("enum", scheme.labels)
        ]
    made = {"report_id", "study_id"}
    reports, studies = package.table("reports"), package.table("studies")
    lines += [_line("", reports, item) for item in reports.fields if item.name not in made]
    lines += [
        Line(
            "study",
            "Its study's short name, as clinicians know it: one that is here already, or a new one. Of one "
            "without a name: first author and what was studied in whom, such as Roe, new drug in children.",
            "studies",
            studies.field("name"),
        )
    ]
    apart = {*made, "name"}
    lines += [_line("study_", studies, item) for item in studies.fields if item.name not in apart]
    read = (
        "Where the numbers above (DOI, PubMed number …) were read, where no page_read is given: the record "
        "in found.ris. Not how the report was found."
    )
    by = (
        "How the report was found, where no stored search brought it: reference list of Roe 2020. Empty: it "
        "stands as found by hand."
    )
    return [*lines, Line("record_from", read), Line("found_by", by)]


def _line(prefix: str, table: Table, item: Field) -> Line:
    return Line(prefix + item.name, explain(item), table.name, item)


def explain(item: Field) -> str:
    """What to write into a column: its meaning, unit and limits, in words."""
    parts = [item.description]
    if item.unit:
        parts.append(f"In {item.unit}.")
    if "maxLength" in item.constraints:
        parts.append(f"At most {item.constraints['maxLength']} characters.")
    if item.default:
        parts.append(f"Left empty: {item.label(item.default)}.")
    if item.name in MADE_OF:
        parts.append(MADE_OF[item.name])
    return " ".join(filter(None, parts))


def codes_of(item: Field) -> Mapping[str, str]:
    """The codes that a column takes, with their words, in the schema's order; none where any text will do."""
    return {code: item.label(code) for code in item.constraints.get("enum", ())}
