"""The schema stage: stock frictionless, told in our words."""

from __future__ import annotations

import contextlib
import difflib
import hashlib
import json
import logging
import re
from collections.abc import Collection, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from livingreview.checks.cells import hint
from livingreview.checks.problems import Problem, quote
from livingreview.evidence import DESCRIPTOR
from livingreview.evidence.schema import Field, Package, Table
from livingreview.files import keep, read_kept

if TYPE_CHECKING:
    import frictionless

# A file that cannot be read, a wrong header or a shifted row is told in plainer words by checks.cells.
_TOLD_ELSEWHERE = re.compile(
    r"(?:blank|duplicate|extra|incorrect|missing)-(?:header|label|row|cell)"
    r"|(?:encoding|source|scheme|format|file)-error"
)


def check_schema(
    data: Path, package: Package, sound: Path, unread: Collection[str] = ()
) -> Iterator[Problem]:
    """Validate ``data/datapackage.json`` and every table with stock frictionless.

    Parameters
    ----------
    sound : Path
        A file of hashes, one for each table that was found valid before: such a table is not looked at again.
        A hash covers the table, its declaration, the tables its foreign keys point to, and frictionless.
    unread : collection of str
        Tables that could not be read as declared: they and those that point to them are left for later, since
        every cell of theirs would be told for one cause.
    """
    logging.getLogger("frictionless").setLevel(logging.ERROR)
    hashes = _hash_tables(data, package)
    known = _read_sound(sound)
    left = {
        name
        for name, table in package.tables.items()
        if {name, *(key.table for key in table.foreign_keys)} & set(unread)
    }
    due = [name for name in package.tables if hashes[name] not in known and name not in left]
    if not due:
        return
    from frictionless import FrictionlessException  # here: tables known to be valid need none of it

    try:
        part = _open_part(data, package, due)
    except FrictionlessException as error:
        mend = "restore it from version control, or correct the descriptor"
        for item in error.to_errors():
            yield Problem(DESCRIPTOR, 0, "", item.type, item.note, "a valid Data Package", mend)
        return
    valid = set(package.tables) - set(due) - left
    for name in due:
        report = part.get_resource(name).validate(limit_errors=10_000)
        errors = [*report.errors, *(error for task in report.tasks for error in task.errors)]
        if not errors:
            valid.add(name)
        for found in errors:
            if not (_TOLD_ELSEWHERE.fullmatch(found.type) or _is_odd_number(found, package.tables[name])):
                yield _translate(found, package.tables[name])
    after = _hash_tables(data, package)
    unedited = [name for name in valid if after[name] == hashes[name]]
    _write_sound(sound, [hashes[name] for name in unedited])


def _is_odd_number(error: Any, table: Table) -> bool:
    """Whether a cell is no number, which `livingreview.checks.cells.check_numbers` tells."""
    column = getattr(error, "field_name", "")
    return error.type == "type-error" and table.field(column).type in ("integer", "number")


def _read_sound(sound: Path) -> set[str]:
    return set((read_kept(sound) or "").split())


def _write_sound(sound: Path, hashes: list[str]) -> None:
    with contextlib.suppress(OSError):  # it only saves time
        keep(sound, "\n".join(sorted(hashes)))


def _open_part(data: Path, package: Package, names: list[str]) -> frictionless.Package:
    """Some tables of the package, with those that their foreign keys point to.

    Raises
    ------
    frictionless.FrictionlessException
        If their declaration is not valid.
    """
    from frictionless import Package as Opened

    needed = {*names, *(key.table for name in names for key in package.tables[name].foreign_keys)}
    descriptor = json.loads((data / DESCRIPTOR).read_text(encoding="utf-8-sig"))
    part = descriptor | {
        "resources": [resource for resource in descriptor["resources"] if resource["name"] in needed]
    }
    opened = Opened.from_descriptor(part, basepath=str(data))
    opened.to_descriptor(validate=True)
    return opened


def _hash_tables(data: Path, package: Package) -> dict[str, str]:
    """A hash of everything that decides whether a table is valid (key: its name)."""
    files = {
        name: hashlib.sha256(
            (data / table.path).read_bytes() if (data / table.path).is_file() else b""
        ).hexdigest()
        for name, table in package.tables.items()
    }
    descriptor = json.loads((data / DESCRIPTOR).read_text(encoding="utf-8-sig"))
    shared = {name: value for name, value in descriptor.items() if name != "resources"}
    hashes, checker = {}, version("frictionless")
    for resource in descriptor["resources"]:
        name = resource["name"]
        tables = sorted({name, *(key.table or name for key in package.tables[name].foreign_keys)})
        parts = [checker, shared, resource, [files[table] for table in tables]]
        hashes[name] = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return hashes


def _translate(error: Any, table: Table) -> Problem:
    """One frictionless error as a `Problem`."""
    if error.type == "row-count":
        expected = "the number of rows recorded in datapackage.json"
        mend = "if rows were added or removed on purpose, run: livingreview check --record-rows"
        return Problem(table.path, 0, "", "row-count", error.note, expected, mend)
    row = getattr(error, "row_number", None) or 0
    column = getattr(error, "field_name", "") or ""
    cells = getattr(error, "cells", None) or []
    cell = getattr(error, "cell", "") or ""
    found, expected, mend = quote(cell), error.note, hint(cell)
    if error.type == "foreign-key":
        column = error.field_names[0]
        key_to = next(item for item in table.foreign_keys if item.field == column)
        found = quote(_cell(cells, table, column))
        expected = f"a {key_to.target} of {key_to.table or table.name}.csv"
        mend = "correct the id, or add the row it points to"
    elif error.type in ("primary-key", "unique-error"):
        column = column or table.primary_key
        found, expected = quote(_cell(cells, table, column)), "an id that no other row has"
        mend = "give the row an id of its own, or delete the copy"
    elif error.type == "constraint-error" and column:
        expected, mend = _explain_constraint(table.field(column), _cell(cells, table, column), mend)
    elif error.type == "type-error" and column:
        kind = table.field(column).type
        expected = "a whole number" if kind == "integer" else f"a {kind}"
    key = _cell(cells, table, table.primary_key)
    return Problem(table.path, row, column, error.type, found, expected, mend, key)


def _explain_constraint(field: Field, cell: str, mend: str) -> tuple[str, str]:
    rules = field.constraints
    if rules.get("required") and not cell:
        return "a value", "fill the cell; if it is not known the row may not stand here"
    codes = [str(code) for code in rules.get("enum", ())]
    if codes and cell not in codes:
        near = difflib.get_close_matches(cell, codes, 1, 0.5)
        return f"one of: {', '.join(codes)}", f"did you mean {near[0]!r}?" if near else mend
    if "maxLength" in rules and len(cell) > rules["maxLength"]:
        return f"at most {rules['maxLength']} characters (it has {len(cell)})", "shorten it"
    if "pattern" in rules:
        return f"text like {rules['pattern']}", mend
    return (
        f"a value from {rules.get('minimum', '')} to {rules.get('maximum', '')}",
        "check the value against the report",
    )


def _cell(cells: list, table: Table, column: str) -> str:
    place = table.columns.index(column)
    return "" if place >= len(cells) or cells[place] is None else str(cells[place])
