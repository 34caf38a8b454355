"""Kinds of careless edits, each a small function of a table or of a file's text; see `benchmarks.edits`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from benchmarks.slips import ROOT, read_rows, slip_of
from livingreview.evidence.schema import Package

Rows = list[list[str]]
KINDS: dict[str, Callable] = {}
FILES: dict[str, tuple[str, Callable[[str, random.Random], str]]] = {}
FRAGMENT, COPY = "as_reported", ".copy"


class Sheet:
    """A table in a careless hand: header first, with its schema and dice."""

    def __init__(self, rows: Rows, package: Package, name: str, dice: random.Random):
        self.rows, self.dice, self.table, self.package = rows, dice, package.tables[name], package
        self.key = rows[0].index(self.table.primary_key)

    def cell(self, fits: Callable[[str], object] = bool, columns: list[int] | None = None) -> tuple[int, int]:
        """A cell that fits, drawn at random."""
        every = range(len(self.rows[0])) if columns is None else columns
        found = [
            (at, place) for at in range(1, len(self.rows)) for place in every if fits(self.rows[at][place])
        ]
        return self.dice.choice(found)

    def places(self, *types: str) -> list[int]:
        """Columns of some types that are not all empty."""
        return [
            place
            for place, item in enumerate(self.table.fields)
            if item.type in types and place != self.key and any(row[place] for row in self.rows[1:])
        ]

    def change(self, what: Callable[[str], str], fits: str, columns: list[int] | None = None) -> None:
        """Write over a cell in which a pattern is found."""
        at, place = self.cell(re.compile(fits).search, columns)
        self.rows[at][place] = what(self.rows[at][place])

    def coded(self) -> list[int]:
        """Columns of codes."""
        return [place for place, item in enumerate(self.table.fields) if item.constraints.get("enum")]


def kind(function: Callable[[Sheet], None]) -> Callable[[Sheet], None]:
    """Register a kind of edit of a table; one that finds nothing to edit raises IndexError."""
    KINDS[function.__name__] = function
    return function


@kind
def digit(sheet: Sheet) -> None:
    """One digit changed, swapped, doubled or dropped, in whatever cell has one."""
    sheet.change(lambda text: slip_of(text, sheet.dice), r"\d")


@kind
def letter(sheet: Sheet) -> None:
    """A letter doubled in a code or an id."""
    ids = [sheet.rows[0].index(key.field) for key in sheet.table.foreign_keys]
    sheet.change(lambda text: text[:2] + text[1:], r"^[a-z][a-z]", [*ids, *sheet.coded(), sheet.key])


@kind
def decimal_comma(sheet: Sheet) -> None:
    """A comma as decimal point."""
    sheet.change(lambda text: text.replace(".", ","), r"^\d+\.\d+$")


@kind
def floats(sheet: Sheet) -> None:
    """Whole numbers of a column written as 6.0, by a statistics package."""
    place = sheet.dice.choice(sheet.places("integer"))
    for row in sheet.rows[1:]:
        row[place] += ".0" if row[place] else ""


@kind
def spreadsheet_date(sheet: Sheet) -> None:
    """A day, a range or a date taken for a date."""
    sheet.change(lambda _: sheet.dice.choice(("05-Jan", "46023", "11/29/2026")), r"^\d+(-\d+)+$")


@kind
def date_off(sheet: Sheet) -> None:
    """A date of another month or year."""
    signs = "0123456789"
    sheet.change(
        lambda text: text[:3] + sheet.dice.choice(signs.replace(text[3], "")) + text[4:], r"^\d{4}(-\d\d)+$"
    )


@kind
def columns_exchanged(sheet: Sheet) -> None:
    """The cells of two columns of one type exchanged in the whole table."""
    _exchange(sheet, range(1, len(sheet.rows)))


@kind
def columns_exchanged_in_a_group(sheet: Sheet) -> None:
    """The cells of two columns of one type exchanged in all rows of one report or class."""
    names = [name for name in ("report_id", "class_id", "tool", "source") if name in sheet.rows[0]]
    place = sheet.rows[0].index(names[0]) if names else sheet.dice.choice(sheet.coded())
    whose = sheet.dice.choice(sorted({row[place] for row in sheet.rows[1:]}))
    _exchange(sheet, [at for at, row in enumerate(sheet.rows) if at and row[place] == whose], but=place)


def _exchange(sheet: Sheet, lines: range | list[int], but: int = -1) -> None:
    pairs = [
        (one, other)
        for types in (("integer", "number"), ("string",))
        for one in sheet.places(*types)
        for other in sheet.places(*types)
        if one < other and but not in (one, other)
        if any(sheet.rows[at][one] != sheet.rows[at][other] for at in lines)
    ]
    one, other = sheet.dice.choice(pairs)
    for at in lines:
        row = sheet.rows[at]
        row[one], row[other] = row[other], row[one]


@kind
def column_sorted_alone(sheet: Sheet) -> None:
    """One column sorted without the others."""
    place = sheet.dice.choice([*sheet.places("integer", "number", "string"), sheet.key])
    for row, cell in zip(
        sheet.rows[1:], sorted((row[place] for row in sheet.rows[1:]), key=str.casefold), strict=True
    ):
        row[place] = cell


@kind
def moved_right(sheet: Sheet) -> None:
    """A cell dragged to the column on its right."""
    at, place = sheet.cell(columns=list(range(len(sheet.rows[0]) - 1)))
    sheet.rows[at][place : place + 2] = ["", sheet.rows[at][place]]


@kind
def moved_down(sheet: Sheet) -> None:
    """A cell dragged to the row below."""
    at, place = sheet.cell()
    below = at % (len(sheet.rows) - 1) + 1
    sheet.rows[at][place], sheet.rows[below][place] = "", sheet.rows[at][place]


@kind
def filled_down(sheet: Sheet) -> None:
    """A cell filled from the row above."""
    at, place = sheet.cell(fits=lambda _: True)
    above = at - 1 or len(sheet.rows) - 1
    changed = [
        (at, place)
        for place in range(len(sheet.rows[0]))
        if sheet.rows[at][place] != sheet.rows[above][place] != "" and place != sheet.key
    ]
    at, place = sheet.dice.choice(changed)
    sheet.rows[at][place] = sheet.rows[above][place]


@kind
def series(sheet: Sheet) -> None:
    """A number continued as a series from the row above."""
    sheet.change(lambda text: str(int(text) + 1), r"^\d{1,4}$", sheet.places("integer", "number"))


@kind
def exchanged_below(sheet: Sheet) -> None:
    """A cell exchanged with the one below."""
    found = [
        (at, place)
        for at in range(1, len(sheet.rows) - 1)
        for place in range(len(sheet.rows[0]))
        if sheet.rows[at][place] != sheet.rows[at + 1][place] and place != sheet.key
    ]
    at, place = sheet.dice.choice(found)
    one, other = sheet.rows[at], sheet.rows[at + 1]
    one[place], other[place] = other[place], one[place]


@kind
def emptied(sheet: Sheet) -> None:
    """A cell emptied."""
    sheet.change(lambda _: "", r".")


@kind
def cut_short(sheet: Sheet) -> None:
    """A text that lost its end."""
    sheet.change(lambda text: text[: len(text) // 2].strip(), r"\w{3} \w{3}")


@kind
def autocorrected(sheet: Sheet) -> None:
    """A first letter in capitals, as a phone or word processor writes it."""
    sheet.change(lambda text: text[0].upper() + text[1:], r"^[a-z]")


@kind
def row_deleted(sheet: Sheet) -> None:
    """A row deleted, and the recorded number of rows lowered to fit."""
    del sheet.rows[sheet.cell()[0]]


@kind
def row_twice(sheet: Sheet) -> None:
    """A row pasted below itself."""
    at = sheet.cell()[0]
    sheet.rows.insert(at, list(sheet.rows[at]))


@kind
def row_pasted(sheet: Sheet) -> None:
    """A row pasted under another id, its fragment as well."""
    at = sheet.cell()[0]
    row = list(sheet.rows[at])
    row[sheet.key] += COPY
    sheet.rows[1:] = sorted([*sheet.rows[1:], row], key=lambda row: row[sheet.key])


@kind
def row_pasted_bare(sheet: Sheet) -> None:
    """A row pasted under another id without its fragment."""
    at, place = sheet.cell(columns=[sheet.rows[0].index(FRAGMENT)] if FRAGMENT in sheet.rows[0] else [])
    row = list(sheet.rows[at])
    row[sheet.key], row[place] = row[sheet.key] + COPY, ""
    sheet.rows[1:] = sorted([*sheet.rows[1:], row], key=lambda row: row[sheet.key])


@kind
def fragment_twice(sheet: Sheet) -> None:
    """The fragment of another row of the report pasted over a row's own."""
    place, whose = (
        sheet.rows[0].index(name) if name in sheet.rows[0] else -1 for name in (FRAGMENT, "report_id")
    )
    if min(place, whose) < 0:
        raise IndexError
    pairs = [
        (one, other)
        for one in sheet.rows[1:]
        for other in sheet.rows[1:]
        if one[whose] == other[whose] and one[place] != other[place] and one[place] and other[place]
    ]
    one, other = sheet.dice.choice(pairs)
    one[place] = other[place]


@kind
def other_code(sheet: Sheet) -> None:
    """Another code of the same column."""
    at, place = sheet.cell(columns=sheet.coded())
    codes = [code for code in sheet.table.fields[place].constraints["enum"] if code != sheet.rows[at][place]]
    sheet.rows[at][place] = sheet.dice.choice(codes)


@kind
def code_of_another_column(sheet: Sheet) -> None:
    """A code that belongs to another column."""
    at, place = sheet.cell(columns=sheet.coded())
    others = [item for table in sheet.package.tables.values() for item in table.fields]
    codes = {str(code) for item in others for code in item.constraints.get("enum", ())}
    sheet.rows[at][place] = sheet.dice.choice(
        sorted(codes - set(map(str, sheet.table.fields[place].constraints["enum"])))
    )


@kind
def neighbours_id(sheet: Sheet) -> None:
    """An id replaced by the next one of its table."""
    keys = [key for key in sheet.table.foreign_keys if key.field in sheet.rows[0]]
    at, place = sheet.cell(columns=[sheet.rows[0].index(key.field) for key in keys])
    target = next(key for key in keys if sheet.rows[0].index(key.field) == place)
    rows = read_rows(ROOT, sheet.package.tables[target.table or sheet.table.name].path)
    known = [row[rows[0].index(target.target)] for row in rows[1:]]
    sheet.rows[at][place] = known[(known.index(sheet.rows[at][place]) + 1) % len(known)]


@kind
def renamed(sheet: Sheet) -> None:
    """A heading in other words."""
    place = sheet.dice.randrange(len(sheet.rows[0]))
    sheet.rows[0][place] = sheet.rows[0][place].replace("_", " ").title()


@kind
def encoding(sheet: Sheet) -> None:
    """A text beyond ASCII read as another encoding."""
    sheet.change(
        lambda text: text.encode().decode("cp1252", "replace"), r"[^\x00-\x7f]", sheet.places("string")
    )


def in_file(name: str, file: str, pattern: str, change: Callable[[re.Match, random.Random], str]) -> None:
    """Register an edit of a file beside the tables: one match of a pattern, drawn at random, is rewritten."""

    def edit(text: str, dice: random.Random) -> str:
        found = dice.choice([*re.finditer(pattern, text, re.MULTILINE)])
        return text[: found.start()] + change(found, dice) + text[found.end() :]

    FILES[name] = file, edit


def _slip(found: re.Match, dice: random.Random) -> str:
    return slip_of(found[0], dice)


def _twice(found: re.Match, _: random.Random) -> str:
    return found[0] * 2


def _gone(found: re.Match, _: random.Random) -> str:
    return ""


BIB, PAGE = "data/references.bib", "chapters/*.md"
for _field in ("year", "volume", "number", "pages", "doi", "pmid", "eid"):
    in_file(f"digit of a record's {_field}", BIB, rf"(?<=^  {_field} = {{).*\d.*(?=}})", _slip)
in_file("author left out", BIB, r"(?<= and )[^{}\n]+? and ", _gone)
in_file("author misspelt", BIB, r"(?<=author = {)\w", _twice)
in_file("field left out", BIB, r"^  (?:year|journal|title|doi) = .*\n", _gone)
in_file("field twice", BIB, r"^  (?:year|journal|title|doi) = .*\n", _twice)
in_file("brace lost", BIB, r"}(?=,?$)", _gone)
in_file("key misspelt", BIB, r"(?<={)[a-z][\w-]+(?=,$)", lambda found, _: found[0] + "a")
in_file("entry left out", BIB, r"^@\w+\{[^@]+?\n\}\n", _gone)
in_file("entry twice", BIB, r"^@\w+\{[^@]+?\n\}\n", _twice)
in_file(
    "typed number",
    PAGE,
    r"(?<=^)[A-Z][a-z]+ (?=[a-z]+ [a-z]+)",
    lambda found, _: f"{found[0]}of 36 patients ",
)
in_file(
    "number in words",
    PAGE,
    r"(?<=^)[A-Z][a-z]+ (?=[a-z]+ [a-z]+)",
    lambda found, _: f"{found[0]}twelve of thirty ",
)
in_file("digit of a figure's id", PAGE, r"(?<=\")[a-z-]+-\d{4}\.[\w.-]+(?=\")", _slip)
in_file("call misspelt", PAGE, r"(?<=^lr\.)[a-z]", _twice)
in_file("heading left out", PAGE, r"^## .*\n", _gone)
in_file("cell left open", PAGE, r"^```\n", _gone)
in_file("link misspelt", PAGE, r"(?<=\]\()[a-z][\w-]+(?=\.md)", lambda found, _: found[0] + "s")
in_file("page left out", "_toc.yml", r"^ +- file: .*\n", _gone)
in_file("page twice", "_toc.yml", r"^ +- file: .*\n", _twice)
in_file("page misspelt", "_toc.yml", r"(?<=file: chapters/)\w", _twice)
in_file("indent lost", "_toc.yml", r"^  (?= +- )", _gone)
in_file("date", "review.yml", r"\d{4}-\d\d-\d\d", _slip)
in_file("key misspelt in review.yml", "review.yml", r"^[a-z](?=[a-z_]+:)", _twice)
in_file("mode", "review.yml", r"(?<=^mode: )\w+", lambda _, dice: dice.choice(("paused", "alive", "Living")))
in_file("version", "CITATION.cff", r"(?<=^version: \")[\d.]+", _slip)
in_file("date of release", "CITATION.cff", r"(?<=^date-released: \")[\d-]+", _slip)
in_file("licence", "CITATION.cff", r"(?<=^license: )\S+", lambda *_: "CC-BY-4")
in_file("key misspelt in CITATION.cff", "CITATION.cff", r"^[a-z](?=[a-z-]+:)", _twice)
in_file("quote lost", "CITATION.cff", r"\"$", _gone)
in_file("label", "data/datapackage.json", r"(?<=\")\w+(?=\",$)", lambda found, _: found[0] + "s")
in_file("number of rows", "data/datapackage.json", r"(?<=\"rows\": )\d+", _slip)
in_file(
    "setting of the book", "_config.yml", r"^ *[a-z](?=[a-z_]+:)", lambda found, _: found[0] + found[0][-1]
)
