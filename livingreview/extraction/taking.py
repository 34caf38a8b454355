"""Taking a sheet into ``data/``: tried on a copy, checked as all data are, then written or not at all."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pybtex.database import Entry as Record
from pybtex.database import Person

from livingreview.checks.problems import Problem
from livingreview.citation.formats import write_entries
from livingreview.evidence import BIBLIOGRAPHY, read_cells
from livingreview.evidence.schema import Package
from livingreview.evidence.upkeep import BY_HAND as BY_HAND_SOURCE
from livingreview.evidence.writing import save_bibliography, save_tables
from livingreview.extraction.comparing import Compared
from livingreview.extraction.layout import RECORD, form_of, pages_of
from livingreview.extraction.naming import name_row
from livingreview.extraction.reading import Place
from livingreview.extraction.resolving import Entry
from livingreview.extraction.trying import try_change
from livingreview.surveillance.identity import Row, slug
from livingreview.surveillance.standing import recognise
from livingreview.surveillance.tables import BY_HAND, LoopError, open_loop

KEPT = ("included", "context")
# Columns of the screening of a report found by hand -> the field of the form from which they come.
OF_FORM = {"stage": "text_seen", "decision": "status", "reason": "status_reason"}


@dataclass
class Taken:
    """What became of a sheet.

    Attributes
    ----------
    added : dict of str to list of dict
        Table -> rows that are new or changed.
    problems : list of Problem
        With the places of the sheet; none where everything was taken.
    elsewhere : list of Problem
        Problems of the review that are not of this sheet.
    record : str
        The record of ``references.bib``; '' where none was added.
    before : list of Problem
        What was wrong in the review before, and is.
    """

    report_id: str
    added: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    elsewhere: list[Problem] = field(default_factory=list)
    record: str = ""
    before: list[Problem] = field(default_factory=list)


def take(
    root: Path,
    package: Package,
    entry: Entry,
    *,
    compared: Compared | None = None,
    sources: Path | None = None,
    read_by: str = "",
    today: datetime.date,
    dry_run: bool = False,
) -> Taken:
    """Add an entry's rows to the review, unless any rule of the review is broken.

    Parameters
    ----------
    compared : Compared, optional
        The two readings from which the entry was settled, for the count of agreement.
    sources : Path, optional
        Folder of source texts, ``<report_id>.txt``: every printed fragment is looked up in its report's.
    read_by : str
        Who held the rows that a machine proposed against the report; kept beside their count.
    dry_run : bool
        Say what would be added; change nothing.
    """
    taken = Taken(entry.report_id)

    def judge(trial: Path, found: list[Problem]) -> list[Problem]:
        _sort_problems(trial, package, entry, found, taken)
        return taken.problems

    try_change(
        root,
        lambda trial: _enter(trial, package, entry, compared, read_by, today, taken),
        judge=judge,
        stood=taken.before.extend,
        sources=sources,
        dry_run=dry_run,
    )
    return taken


def _enter(
    trial: Path,
    package: Package,
    entry: Entry,
    compared: Compared | None,
    read_by: str,
    today: datetime.date,
    taken: Taken,
) -> None:
    data = trial / "data"
    tables = {name: [item.row for item in rows] for name, rows in entry.rows.items() if rows}
    _part_addresses(package, tables)
    if compared and "extraction_agreement" in package.tables:
        tables["extraction_agreement"] = [_agreement(data, package, entry, compared)]
    if proposed := _proposals(data, package, entry, read_by):
        tables["proposals"] = proposed
    if entry.is_new:
        taken.record = _add_record(data, entry)
    save_tables(data, package, {name: _merge(data, package, name, rows) for name, rows in tables.items()})
    taken.added = tables
    if entry.is_new and "screening" in package.tables:
        _screen(trial, package, entry, today, taken)


def _merge(data: Path, package: Package, name: str, rows: Sequence[Row]) -> list[Row]:
    """A table's rows with others: one of the same key takes the other's place."""
    table = package.tables[name]
    held = {row[table.primary_key]: row for row in read_cells((data / table.path).read_bytes())}
    return list((held | {row[table.primary_key]: row for row in rows}).values())


def _part_addresses(package: Package, tables: Mapping[str, list[Row]]) -> None:
    """Rows of two readings may have been given one address."""
    seen: set[str] = set()
    for name, rows in tables.items():
        for row in rows:
            if row.get("row_id") in seen:
                row["row_id"] = name_row(package, package.tables[name], row, seen)
            seen.add(row.get("row_id", ""))


def _agreement(data: Path, package: Package, entry: Entry, compared: Compared) -> Row:
    counts = dict(
        zip(
            ("rows_first", "rows_second", "rows_both", "rows_same_values"),
            (compared.first, compared.second, compared.both, compared.alike),
            strict=True,
        )
    )
    path = data / package.tables["extraction_agreement"].path
    held = {row["report_id"]: row for row in read_cells(path.read_bytes())}.get(entry.report_id, {})
    summed = {name: str(number + int(held.get(name) or 0)) for name, number in counts.items()}
    return {"report_id": entry.report_id, **summed}


def _proposals(data: Path, package: Package, entry: Entry, read_by: str) -> list[Row]:
    """How many of the rows each tool proposed, before a person took them: with those taken before."""
    if "proposals" not in package.tables:
        return []
    table, rows = package.tables["proposals"], []
    tools = Counter(item.proposed_by for rows in entry.rows.values() for item in rows if item.proposed_by)
    held = {row["proposal_id"]: row for row in read_cells((data / table.path).read_bytes())}
    for tool, count in tools.items():
        name = f"{entry.report_id}.proposal.{slug(tool)}"
        before = held.get(name, {})
        total = count + int(before.get("rows_taken") or 0)
        row = {"proposal_id": name, "report_id": entry.report_id, "tool": tool, "rows_taken": str(total)}
        if "read_by" in table.columns:
            names = [*filter(None, before.get("read_by", "").split("; ")), read_by.strip()]
            row["read_by"] = "; ".join(dict.fromkeys(filter(None, names)))
        rows.append(row)
    return rows


def _add_record(data: Path, entry: Entry) -> str:
    kind = "article" if entry.record.get("journal") else "misc"
    record = Record(kind, list(entry.record.items()))
    if entry.authors:
        record.persons["author"] = [Person(name) for name in entry.authors]
    text = write_entries({entry.report_id: record}).strip() + "\n"
    path = data / BIBLIOGRAPHY
    held = path.read_text(encoding="utf-8") if path.exists() else ""
    save_bibliography(path, f"{held.rstrip()}\n\n{text}".lstrip())
    return text


def _screen(trial: Path, package: Package, entry: Entry, today: datetime.date, taken: Taken) -> None:
    """The record that a stored search brought is this report; one found by hand gets a search of its own."""
    status = entry.rows["reports"][0].row["status"]
    loop = open_loop(trial)
    recognise(loop)
    own = [name for name, row in loop.index.rows.items() if row["report_id"] == entry.report_id]
    if own:
        rows = {row["record_id"]: row for row in loop.tables["screening"]}
        row = rows.get(loop.canonical(own[0]))
        if row is None or row["decision"] not in KEPT:
            said = "is not settled" if row is None else f"was settled as {row['decision']!r}"
            msg = f"record {own[0]} {said}: livingreview screen and livingreview settle come first"
            raise LoopError(msg)
        row["report_id"] = entry.report_id
        loop.changed |= {"records", "screening"}
        loop.save()
        taken.added["screening"] = [row]
        return
    search = {
        "search_id": f"{BY_HAND.replace('_', '-')}-{today}",
        "source": BY_HAND_SOURCE,
        "date": str(today),
    }
    search["query"] = entry.found_by or "Reports found by hand, outside the stored searches"
    search["note"] = "Found by hand; not a query."
    full = entry.rows["reports"][0].row["text_seen"] == "full_text"
    screened = {
        "record_id": entry.report_id,
        "search_id": search["search_id"],
        "report_id": entry.report_id,
        "stage": "full_text" if full else "title_abstract",
        "decision": status,
        "reason": entry.rows["reports"][0].row["status_reason"],
        "basis": BY_HAND,
    }
    searches = read_cells((trial / "data" / package.tables["searches"].path).read_bytes())
    known = any(row["search_id"] == search["search_id"] for row in searches)
    rows = {"screening": [screened]} | ({} if known else {"searches": [search]})
    save_tables(
        trial / "data",
        package,
        {name: _merge(trial / "data", package, name, new) for name, new in rows.items()},
    )
    taken.added |= rows


def _sort_problems(
    trial: Path, package: Package, entry: Entry, problems: Iterable[Problem], taken: Taken
) -> None:
    """Problems of the copy, each at its place in the sheet where it has one there."""
    places = {
        (name, item.row[package.tables[name].primary_key]): item.place
        for name, rows in entry.rows.items()
        for item in rows
    }
    lines = _lines_of(trial, package, entry)
    names = {table.path: name for name, table in package.tables.items()}
    columns = _columns(package)
    bibliography = {target: name for name, (target, _) in RECORD.items()}
    derived: list[Problem] = []  # a cell of the form that fills two of the data is told once
    for problem in problems:
        name = names.get(problem.file, "")
        place = places.get((name, problem.key)) or lines.get((name, problem.row))
        if place is not None:
            column = columns.get((name, problem.column), problem.column)
            if name in ("reports", "studies"):
                place = entry.form_places.get(column, place)
            elif name == "identifiers":  # a line of the form for each kind of number
                column = next((line for line, at in entry.form_places.items() if at == place), column)
            taken.problems.append(_at(problem, place, column))
        elif problem.file == BIBLIOGRAPHY and problem.column.startswith(f"{entry.report_id}."):
            column = problem.column.removeprefix(f"{entry.report_id}.")
            named = bibliography.get(column, column)
            place = entry.form_places.get(named, entry.rows["reports"][0].place)
            taken.problems.append(_at(problem, place, named))
        elif name == "screening" and problem.key == entry.report_id and problem.column in OF_FORM:
            column = OF_FORM[problem.column]
            place = entry.form_places.get(column, entry.rows["reports"][0].place)
            derived.append(_at(problem, place, column))
        else:
            taken.elsewhere.append(problem)
    # What is wrong elsewhere and was not before is wrong because of the sheet, too.
    taken.problems += taken.elsewhere
    told = {(problem.file, problem.row, problem.column) for problem in taken.problems}
    taken.problems += [item for item in derived if (item.file, item.row, item.column) not in told]
    taken.problems.sort()


def _lines_of(trial: Path, package: Package, entry: Entry) -> dict[tuple[str, int], Place]:
    """Place in the sheet of each line of a table that the sheet gave."""
    found = {}
    for name, rows in entry.rows.items():
        table = package.tables[name]
        own = {item.row[table.primary_key]: item.place for item in rows}
        if own:
            held = read_cells((trial / "data" / table.path).read_bytes())
            for number, row in enumerate(held, 2):
                if row[table.primary_key] in own:
                    found[name, number] = own[row[table.primary_key]]
    return found


def _columns(package: Package) -> dict[tuple[str, str], str]:
    """What the sheet calls a column, by table and name: on its page, or in the form."""
    form = {(line.table, line.field.name): line.name for line in form_of(package) if line.field}
    pages = pages_of(package).items()
    return form | {(name, column.field.name): column.name for name, page in pages for column in page.columns}


def _at(problem: Problem, place: Place, column: str) -> Problem:
    told = problem.to_dict() | {"file": place.page, "row": place.row, "column": column, "key": ""}
    return Problem(**told)
