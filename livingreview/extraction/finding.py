"""A row of any table by its id, and who depends on it: rows, conclusions, pools, chapters, built pages."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from livingreview.checks.pages import glued_in
from livingreview.evidence import Evidence, read_cells, records, split_ids
from livingreview.evidence.schema import Package, Table
from livingreview.extraction.layout import own_key
from livingreview.extraction.workbook import SheetError
from livingreview.manuscript import expand_chapter, find_pages
from livingreview.manuscript.pages import parse_page
from livingreview.surveillance.identity import Row
from livingreview.tables.inputs import PoolInputs, list_pools

LEADS = b'http-equiv="refresh"'  # a page that only leads to another
NEAR = 5  # ids that are offered for one that is none
SAID_AGAIN = ("source_report_id",)  # a row that restates another report's figure does not stand under it


@dataclass(frozen=True)
class Held:
    """One row of ``data/`` as it stands: its table, its line in the file (the header is 1), its cells."""

    table: Table
    line: int
    cells: Row

    @property
    def key(self) -> str:
        """Its address: the cell of the primary key."""
        return self.cells[self.table.primary_key]


class Namer(NamedTuple):
    """A row that names another, and the column in which it does."""

    table: str
    key: str
    column: str


def key_columns(package: Package, table: Table) -> list[str]:
    """The columns by which a row of a table is found: its address, and the id by which others name it."""
    return list(dict.fromkeys(filter(None, (table.primary_key, own_key(package, table)))))


def find_row(root: Path, package: Package, row_id: str, table: str = "") -> Held:
    """The row of that id, of the primary key or of the id by which others name it.

    Parameters
    ----------
    table : str
        Its table, where an id stands in several.

    Raises
    ------
    SheetError
        If there is none, with the nearest ids; if there are several; if there is no such table.
    """
    if table and table not in package.tables:
        msg = f"--table {table}: no such table; there are: {', '.join(package.tables)}"
        raise SheetError(msg)
    found: list[Held] = []
    ids: dict[str, str] = {}
    for name, spec in package.tables.items():
        if table in ("", name):
            columns = key_columns(package, spec)
            for line, cells in enumerate(read_cells((root / "data" / spec.path).read_bytes()), 2):
                ids |= {cells[column]: name for column in columns}
                if row_id in (cells[column] for column in columns):
                    found.append(Held(spec, line, cells))
    if len(found) > 1:
        found = [held for held in found if _is_home(package, held.table)] or found
    if len(found) == 1:
        return found[0]
    if found:
        names = [held.table.name for held in found]
        msg = f"{row_id} stands in {', '.join(names)}: say which, such as --table {names[0]}"
        raise SheetError(msg)
    near = [name for name in ids if row_id and row_id in name][:NEAR]
    near = near or difflib.get_close_matches(row_id, ids, NEAR, 0.6)
    told = "; ".join(f"{name} ({ids[name]})" for name in near) or "none is near; look it up in data/"
    msg = f"no row {row_id!r} in {f'{table}.csv' if table else 'data/'}. The nearest: {told}"
    raise SheetError(msg)


def _is_home(package: Package, table: Table) -> bool:
    """Whether rows of a table have ids of their own: they are named by others, and are no other table's."""
    own = own_key(package, table) or table.primary_key
    named = any(key.table == table.name for other in package.tables.values() for key in other.foreign_keys)
    return named and own not in {key.field for key in table.foreign_keys}


class Dependents:
    """Who depends on a row.

    Parameters
    ----------
    root : Path
        The project, for its chapters and its built book.
    """

    def __init__(self, root: Path, evidence: Evidence, held: Held):
        self.root, self.evidence, self.held = root, evidence, held

    @cached_property
    def under(self) -> frozenset[str]:
        """Addresses of the rows of evidence that stand under it, itself among them if it is one."""
        found: set[str] = set()
        seen: set[tuple[str, str]] = set()
        left = [(self.held.table.name, dict(self.held.cells))]
        while left:
            table, row = left.pop()
            spec = self.evidence.package.tables[table]
            if (place := (table, row[spec.primary_key])) in seen:
                continue
            seen.add(place)
            found |= {row["row_id"]} if spec.evidence else set()
            left += self._below(table, row)
        return frozenset(found)

    def _below(self, table: str, row: Row) -> Iterator[tuple[str, Row]]:
        for other in self.evidence.package.tables.values():
            for key in other.foreign_keys:
                if (key.table or other.name) == table and key.field not in SAID_AGAIN and row[key.target]:
                    for named in self._by_value(other.name, key.field).get(row[key.target], ()):
                        yield other.name, named

    def _by_value(self, table: str, column: str) -> dict[str, list[Row]]:
        """The rows of a table by their cell in a column."""
        name = f"by_value:{table}.{column}"
        if name not in self.evidence.memo:
            groups: dict[str, list[Row]] = {}
            for row in records(self.evidence.tables[table].astype(object).fillna("")):
                groups.setdefault(row[column], []).append(row)
            self.evidence.memo[name] = groups
        return self.evidence.memo[name]

    @cached_property
    def namers(self) -> list[Namer]:
        """Rows that name it: by a key, in a list of ids, or in the words of a conclusion."""
        columns = key_columns(self.evidence.package, self.held.table)
        ids = {self.held.cells[column]: column for column in columns}
        return list(self._find_namers(ids))

    @cached_property
    def through(self) -> list[Namer]:
        """Rows that are no evidence and name a row of evidence under it."""
        ids = dict.fromkeys(self.under - set(self.held.cells.values()), "row_id")
        evidence = {table.name for table in self.evidence.package.evidence_tables}
        return [item for item in self._find_namers(ids) if item.table not in evidence]

    def _find_namers(self, ids: dict[str, str]) -> Iterator[Namer]:
        found = {}
        for one, column in ids.items():
            home = self.evidence.row_tables.get(one, self.held.table.name)
            for place, namer, key in self._named_in.get(one, ()):
                is_own = (namer.table, namer.key) == (self.held.table.name, self.held.key)
                if not is_own and key in (None, (home, column)):
                    found[place] = namer
        return (found[place] for place in sorted(found))

    @property
    def _named_in(self) -> dict[str, list[tuple[int, Namer, tuple[str, str] | None]]]:
        """Word -> cells that name it, in their order: place, row and column, and what a key leads to."""
        if "named_in" not in self.evidence.memo:
            index: dict[str, list[tuple[int, Namer, tuple[str, str] | None]]] = {}
            for place, (namer, key, cell) in enumerate(self._cells()):
                for word in {cell} if key else _words_of(cell):
                    index.setdefault(word, []).append((place, namer, key))
            self.evidence.memo["named_in"] = index
        return self.evidence.memo["named_in"]

    def _cells(self) -> Iterator[tuple[Namer, tuple[str, str] | None, str]]:
        """Every cell of text that may name a row."""
        for table in self.evidence.package.tables.values():
            keys = {key.field: (key.table or table.name, key.target) for key in table.foreign_keys}
            frame = self.evidence.tables[table.name]
            addresses = frame[table.primary_key].tolist()
            for item in table.fields:
                if item.type != "string" or (item.name == table.primary_key and item.name not in keys):
                    continue
                for key, cell in zip(addresses, frame[item.name].tolist(), strict=True):
                    if isinstance(cell, str):
                        yield Namer(table.name, str(key), item.name), keys.get(item.name), cell

    @cached_property
    def pools(self) -> list[tuple[PoolInputs, str]]:
        """Pools that a row under it is in (''), or is left out of, with the reason."""
        found = []
        for pool in list_pools(self.evidence).values():
            within = {row_id for item in pool.inputs for row_id in item.row_ids}
            if within & self.under:
                found.append((pool, ""))
            elif reasons := [pool.left_out[row_id] for row_id in sorted(self.under & pool.left_out.keys())]:
                found.append((pool, "; ".join(dict.fromkeys(reasons))))
        return found

    @cached_property
    def glued(self) -> list[tuple[str, str]]:
        """(chapter, name of the figure) where prose says it."""
        found = []
        for path in find_pages(self.root / "chapters"):
            for cell in parse_page(expand_chapter(path)).cells:
                for word, _ in glued_in(cell):
                    if isinstance(word.value, ast.Constant) and word.value.value == self.held.key:
                        found.append((path.relative_to(self.root).as_posix(), str(word.arg)))
        return found

    @cached_property
    def pages(self) -> list[str]:
        """Pages of the built book that show or link it, by path from the book's folder."""
        book, key = self.root / "_build" / "html", re.escape(self.held.key)
        wanted = re.compile(rf'#{key}["&]|\bid="{key}"|/{key}\.html["#]'.encode())
        return [
            path.relative_to(book).as_posix()
            for path in sorted(book.rglob("*.html"))
            if path.stem == self.held.key or (wanted.search(text := path.read_bytes()) and LEADS not in text)
        ]


def columns_of(namers: Collection[Namer]) -> dict[tuple[str, str], list[str]]:
    """(table, column) -> addresses of the rows that name something there."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in namers:
        found.setdefault((item.table, item.column), []).append(item.key)
    return found


def _words_of(cell: str) -> set[str]:
    """What a cell may name: all of it, each part of a list, what stands in braces."""
    words = {cell, *(split_ids(cell) if ";" in cell else [cell.strip()])}
    return words | set(re.findall(r"\{([^{}]+)\}", cell) if "{" in cell else ())
