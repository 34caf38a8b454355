"""From what a sheet says to rows with ids, codes and defaults, each with its place in the sheet."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from livingreview.checks.digits import columns_of, print_cell
from livingreview.checks.problems import quote
from livingreview.evidence import UNSAID, records
from livingreview.evidence.schema import Field, Table
from livingreview.extraction.appraising import read_answers
from livingreview.extraction.contradicting import read_contradictions
from livingreview.extraction.deriving import derive_count
from livingreview.extraction.drafts import PROPOSED
from livingreview.extraction.entering import enter_lists
from livingreview.extraction.layout import (
    APPRAISALS,
    DISCREPANCIES,
    FORM,
    Column,
    Page,
    codes_of,
    form_of,
    name_column,
)
from livingreview.extraction.naming import (
    Row,
    fields_of_record,
    name_group,
    name_report,
    name_row,
    name_study,
)
from livingreview.extraction.reading import Book, Place, Read, Sheet, resolve_code, resolve_name, split_cell
from livingreview.surveillance.identity import normal, slug

SHARED = ("registry",)  # numbers that several reports have
UNITS = {
    "median": "months",
    "mean": "months",
    "landmark": "pct",
    "proportion": "pct",
    "hazard_ratio": "ratio",
}


class Entered(NamedTuple):
    """One row of the data as a sheet gives it."""

    place: Place
    row: Row
    proposed_by: str = ""


@dataclass
class Entry:
    """All that a sheet enters.

    Attributes
    ----------
    report_id : str
    is_new : bool
        Whether the report was not here before.
    record : dict of str to str
        Fields of ``references.bib``; none where the report was here.
    authors : list of str
    rows : dict of str to list of Entered
        Table -> rows; ``reports``, ``studies`` and ``identifiers`` among them.
    found_by : str
    form_places : dict of str to Place
        Where the fields of the form stand.
    """

    report_id: str
    is_new: bool
    record: dict[str, str] = field(default_factory=dict)
    authors: list[str] = field(default_factory=list)
    rows: dict[str, list[Entered]] = field(default_factory=dict)
    found_by: str = ""
    form_places: dict[str, Place] = field(default_factory=dict)


def resolve(sheet: Sheet, book: Book) -> Entry:
    """The rows that a sheet enters; what cannot be resolved is noted as a problem of the sheet."""
    form, tables = sheet.form, book.evidence.tables
    held = set(tables["reports"]["report_id"])
    entry = Entry(form[FORM] or name_report(form, held), not form[FORM])
    entry.found_by, entry.form_places = form["found_by"], sheet.form_places
    if form[FORM]:
        if form[FORM] not in held:
            near = difflib.get_close_matches(form[FORM], held, 1)
            mend = f"did you mean {near[0]!r}?" if near else "leave it empty for a new report"
            expected = "the id of a report that is here"
            sheet.tell(sheet.form_places[FORM], FORM, "report-unknown", quote(form[FORM]), expected, mend)
            return entry
        study_id = book.evidence.report_studies[entry.report_id]
    else:
        study_id = _enter_report(sheet, book, entry)
    for name, new in enter_lists(sheet, book).items():
        entry.rows[name] = [Entered(place, row) for place, row in new]
    pages = _Pages(sheet, book, entry, study_id)
    pages.enter()
    results = {
        (name, item.place.row): item.row["row_id"] for name in book.tables for item in entry.rows[name]
    }
    if DISCREPANCIES in book.pages:
        told = read_contradictions(sheet, book, entry.report_id, pages.usual_place, results)
        entry.rows[DISCREPANCIES] = [Entered(place, row) for place, row in told]
    if APPRAISALS in book.pages:
        answers = read_answers(sheet, book, entry.report_id, results)
        entry.rows[APPRAISALS] = [Entered(place, row) for place, row in answers]
    return entry


def _enter_report(sheet: Sheet, book: Book, entry: Entry) -> str:
    """The rows of the report, its study and its numbers; returns the study's id."""
    form = sheet.form
    entry.record, entry.authors = fields_of_record(form), _authors(sheet)
    for name in ("title", "study"):
        if not form[name] and not (name == "title" and entry.record.get("journal")):
            expected = "the title as printed" if name == "title" else "the study's short name"
            mend = "fill it in; a report without a title needs its journal, volume and first page"
            sheet.tell(_form_place(sheet, name), name, "form-missing", "nothing", expected, mend)
    known = book.known.get("studies", {}).get(normal(form["study"]), set())
    taken = set(book.evidence.tables["studies"]["study_id"])
    study_id = min(known) if known else name_study(form, entry.report_id, taken)
    told = {"report_id": entry.report_id, "study_id": study_id}
    entry.rows["reports"] = [Entered(_form_place(sheet, "title"), told | _of_form(sheet, book, "reports"))]
    if known:
        for line in form_of(book.package):
            if line.table == "studies" and line.name != "study" and form[line.name]:
                mend = "empty it; to correct a study that is here: livingreview fix"
                expected = f"nothing: the study {form['study']!r} is here already"
                place = _form_place(sheet, line.name)
                sheet.tell(place, line.name, "study-known", quote(form[line.name]), expected, mend)
    else:
        near = difflib.get_close_matches(form["study"], book.names("studies"), 1, 0.6)
        nearest = f"; the nearest that is here: {near[0]!r}" if near else ""
        if form["study"]:
            sheet.remarks.append(f"{form['study']!r} is a new study{nearest}")
        row = {"study_id": study_id, "name": form["study"], **_of_form(sheet, book, "studies")}
        entry.rows["studies"] = [Entered(_form_place(sheet, "study"), row)]
    if "identifiers" in book.package.tables:
        entry.rows["identifiers"] = list(_numbers(sheet, book, entry.report_id))
    return study_id


def _form_place(sheet: Sheet, name: str) -> Place:
    return sheet.form_places.get(name) or Place(next(iter(sheet.form_places.values())).page, 1)


def _of_form(sheet: Sheet, book: Book, table: str) -> Row:
    row = {}
    for line in form_of(book.package):
        if line.table == table and line.field and line.name != "study":
            text, place = sheet.form[line.name], _form_place(sheet, line.name)
            if text and codes_of(line.field):
                text = resolve_code(line.field, text, place, line.name, sheet)
            row[line.field.name] = text or line.field.default
    return row


def _authors(sheet: Sheet) -> list[str]:
    authors = split_cell(sheet.form["authors"])
    for name in authors:
        if not 1 <= name.count(",") <= 2 and name != "others" and not re.fullmatch(r"\{.+\}", name):
            expected, mend = (
                "Family, Given for each person",
                "part persons with ;, a group stands in {braces}",
            )
            sheet.tell(sheet.form_places["authors"], "authors", "author-form", quote(name), expected, mend)
    return authors


def _numbers(sheet: Sheet, book: Book, report_id: str) -> list[Entered]:
    scheme, held = book.package.field("identifiers", "scheme"), book.numbers
    basis = sheet.form["page_read"] or sheet.form["record_from"] or "the report"
    entered = []
    for code in codes_of(scheme):
        for value in split_cell(sheet.form[code]):
            place = sheet.form_places[code]
            if (other := held.get((code, value.lower()))) and code not in SHARED:
                mend = f"for more rows of it: livingreview add {other}; else look for a slip in the number"
                expected = f"a number that is not that of {other}, which is here"
                sheet.tell(place, code, "report-held", quote(value), expected, mend)
            if other and code in SHARED:
                _check_trial(sheet, book, value, other)
            apart = code in SHARED or ";" in sheet.form[code]
            name = ".".join([report_id, code.replace("_", "-"), *([slug(value)] if apart else [])])
            row = {"identifier_id": name, "report_id": report_id, "scheme": code, "value": value}
            entered.append(Entered(place, {**row, "as_printed": "", "basis": basis}))
    return entered


def _check_trial(sheet: Sheet, book: Book, value: str, other: str) -> None:
    """A trial's number that another report has is of its study: else its patients would count twice."""
    names = {row["study_id"]: row["name"] for row in records(book.evidence.tables["studies"])}
    study = names.get(book.evidence.report_studies.get(other, ""), "")
    if study and normal(study) != normal(sheet.form["study"]):
        expected, mend = f"the study {study!r}, which has {value} in {other}", "take its name, or correct one"
        sheet.tell(
            _form_place(sheet, "study"), "study", "study-other", quote(sheet.form["study"]), expected, mend
        )


class _Pages:
    """The rows of evidence of one sheet: first what others name (groups, regimens), then the rest."""

    def __init__(self, sheet: Sheet, book: Book, entry: Entry, study_id: str):
        self.sheet, self.book, self.entry, self.study_id = sheet, book, entry, study_id
        self.own: dict[str, dict[str, str]] = {
            name: self._held(page) for name, page in book.pages.items() if page.own
        }
        self.taken = set(book.evidence.row_tables)
        reports = book.evidence.tables["reports"].set_index("report_id")["text_seen"].to_dict()
        reports |= {row.row["report_id"]: row.row["text_seen"] for row in entry.rows.get("reports", ())}
        # Where a row stands if it does not say: in all that was read.
        self.usual_place = "Abstract" if reports.get(entry.report_id) == "abstract" else ""

    def _held(self, page: Page) -> dict[str, str]:
        """Short name or words, in small letters -> id, of what the report has already."""
        own = page.own
        assert own is not None
        rows = self.book.evidence.tables[page.table.name]
        rows = rows.loc[rows["report_id"].eq(self.entry.report_id)]
        ids = rows[own.field.name].tolist()
        cut = len(self.entry.report_id) + 1
        words = rows[name_column(page.table)].tolist()
        return {
            normal(str(text)): item
            for item, word in zip(ids, words, strict=True)
            for text in (item, item[cut:], word)
        }

    def enter(self) -> None:
        for name, page in self.book.tables.items():
            if page.own:
                self._name(page, self.sheet.rows.get(name, []))
        for name, page in self.book.tables.items():
            self.entry.rows[name] = [self._enter(page, read) for read in self.sheet.rows.get(name, [])]

    def _name(self, page: Page, rows: list[Read]) -> None:
        own, words = page.own, name_column(page.table)
        assert own is not None
        called = self.own[page.table.name]
        for read in rows:
            short = read.cells[own.name] or read.cells.get(words, "")
            name = name_group(self.entry.report_id, page.table.name, short)
            if not slug(normal(short)):
                mend = "a word or two, such as all, relapsed, first dose"
                self.sheet.tell(read.place, own.name, "name-missing", "nothing", "a short name", mend)
            elif name in called.values():
                mend = "give each row a name of its own"
                self.sheet.tell(read.place, own.name, "name-twice", quote(short), "a name used once", mend)
            read.cells[own.name] = name
            called.setdefault(normal(short), name)
            called.setdefault(normal(read.cells.get(words, "") or short), name)

    def _enter(self, page: Page, read: Read) -> Entered:
        table = page.table
        row = dict.fromkeys(table.columns, "") | {"report_id": self.entry.report_id}
        for column in page.columns:
            row[column.field.name] = self._cell(page, column, read)
        if "study_id" in row:
            row["study_id"] = self.study_id
        self._fill(table, row, read)
        row["row_id"] = name_row(self.book.package, table, row, self.taken)
        self.taken.add(row["row_id"])
        return Entered(read.place, row, read.cells.get(PROPOSED, ""))

    def _cell(self, page: Page, column: Column, read: Read) -> str:
        text = read.cells[column.name]
        if column.is_own:
            return text
        if column.refers_to in self.own:
            return self._refer(page, column, text, read)
        if not text:
            return ""
        if column.refers_to:
            return resolve_name(self.book, column.refers_to, text, read.place, column.name, self.sheet)
        if codes_of(column.field):
            return resolve_code(column.field, text, read.place, column.name, self.sheet)
        return text

    def _refer(self, page: Page, column: Column, text: str, read: Read) -> str:
        known = self.own[column.refers_to]
        if not text:
            ids = set(known.values())
            is_meant = column.refers_to != page.table.name and (
                column.field.required or (page.table.name == "cohorts" and read.cells.get("arm") == "")
            )
            return ids.pop() if len(ids) == 1 and is_meant else ""
        if found := known.get(normal(text)):
            return found
        short = {item: item.split(self.entry.report_id)[-1][1:] for item in known.values()}
        there = ", ".join(short.values())
        near = difflib.get_close_matches(normal(text), known, 1)  # by its words too; told by its short name
        meant = short[known[near[0]]] if near else ""
        mend = f"did you mean {meant!r}?" if near else f"enter it on the page {column.refers_to} first"
        expected = f"one of: {there}" if there else f"a name of the page {column.refers_to}"
        self.sheet.tell(read.place, column.name, "reference-unknown", quote(text), expected, mend)
        return ""

    def _fill(self, table: Table, row: Row, read: Read) -> None:
        """What a row says where nothing is written: what follows from the rest, then the schema's default."""
        fields = {item.name: item for item in table.fields}
        if "events" in row and not read.cells.get(PROPOSED) and (told := derive_count(row)):
            self.sheet.remarks.append(f"{read.place.page}, row {read.place.row}: {told}")
        if not row["basis"]:
            is_restated = bool(row["source_citation"] or row["source_report_id"])
            basis = {(False, True): "derived", (True, False): "restated", (True, True): "restated_derived"}
            row["basis"] = basis.get((is_restated, bool(row["derivation"])), "")
        if "definition" in row and not row["definition"]:
            row["definition"] = UNSAID  # the outcome's name is the review's word, not the report's
        if table.name == "survival":
            row["unit"] = row["unit"] or UNITS.get(row["statistic"], "")
            if row["ci_low"] and not row["ci_level"] and re.search(r"\b95 ?%", row["as_reported"]):
                row["ci_level"] = "0.95"
        if table.name == "adverse_events" and not row["group"]:
            row["group"] = self._group(row["term"], fields["group"])
        row["locator"] = row["locator"] or self.usual_place
        if row.get("partition"):
            row["partition"] = slug(normal(row["partition"]))
        for name, item in fields.items():
            row[name] = row[name] or item.default
        self._print_digits(table, row, read)

    def _print_digits(self, table: Table, row: Row, read: Read) -> None:
        """Noughts that a spreadsheet took off (9.0, 3.50) are put back as the fragment prints them."""
        for item in columns_of(table):
            if row[item.name] and (printed := print_cell(item, row)) != row[item.name]:
                told = f"{row[item.name]!r} is taken as {printed}, as printed"
                place = f"{read.place.page}, row {read.place.row}, column {item.name}"
                self.sheet.remarks.append(f"{place}: {told}")
                row[item.name] = printed

    def _group(self, term: str, item: Field) -> str:
        """The group in which the review has an event of this term already."""
        events = self.book.evidence.tables["adverse_events"]
        same = events.loc[events["term"].str.lower().eq(term.lower()), "group"].tolist()
        return Counter(same).most_common(1)[0][0] if same else item.default
