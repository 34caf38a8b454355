"""What a table is: the data package's schemas as plain values.

``datapackage.json`` is the only place where columns are declared.
This module turns that document into small frozen objects; it reads no file and knows no column by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

UNSAID = "not_reported"  # a code, or stands where a report does not say
# Table Schema type -> pandas dtype. Dates stay text: many are a month or a year only.
PANDAS_DTYPES = {"string": "string", "integer": "Int64", "number": "Float64", "date": "string"}


class Form(NamedTuple):
    """One form of the values of a column: of which kind, by which pattern, and where such a value leads.

    Attributes
    ----------
    kind : str
        A code of the column that says what kind of value stands in the row.
    pattern : str
        Regular expression that the whole value fits.
    address : str
        Web address with ``{}`` in the value's place; '' where such a value leads nowhere.
    """

    kind: str
    pattern: str
    address: str = ""


@dataclass(frozen=True)
class Group:
    """What a group of a column's codes is called, and by which rules its rows go.

    Attributes
    ----------
    title : str
        Words for it: a heading, or whom a count is of.
    bad : str
        Heading under which its outcomes that are bad for a patient stand apart, as harm; '' where they stay.
    any : str
        Words for any of its codes, in a filter.
    time : str
        What the time of a count means for pooling, see `contract.TIMES`.
    pooled : bool
        Whether its counts may be pooled.
    whole : bool
        Whether figures show counts of all patients alone.
    """

    title: str
    bad: str = ""
    any: str = ""
    time: str = "point"
    pooled: bool = True
    whole: bool = False


@dataclass(frozen=True)
class Shown:
    """Which results a column of the summary of findings names, and what it is called.

    Attributes
    ----------
    name, heading : str
        In a sentence, and above the column.
    table, group, direction : str
        Where its results stand: ``survival``, or ``outcomes`` of a group and direction; of a bad one adverse
        events may be named too.
    brief : bool
        Whether the heading says what was counted, so that the cells need not.
    """

    name: str
    heading: str
    table: str = "outcomes"
    group: str = ""
    direction: str = ""
    brief: bool = False


def _lies_in(number: float, limits: list[float | None] | None) -> bool:
    low, high = limits or (None, None)
    return (low is None or number >= low) and (high is None or number < high)


@dataclass(frozen=True)
class Field:
    """One column: its type, meaning, unit and constraints.

    `default` is what a row says that is entered without a word on it: 'not_reported', say. `synonyms` are
    names of codes in other vocabularies, such as a dictionary's organ systems, and in reports: name -> code.
    `ways` are words for the directions, `shows` which results a column of the summary of findings names.
    `within` says of a code which wider ones hold it, `spans` which numbers it stands for (ages in years,
    cycles): from, up to but not with, None where there is no limit. `centres` does so for their median or
    mean alone, where the code stands for numbers of every size (both ages, most of them adults).
    """

    name: str
    type: str = "string"
    title: str = ""
    description: str = ""
    unit: str = ""
    constraints: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)
    groups: dict = field(default_factory=dict)
    rules: dict[str, Group] = field(default_factory=dict)
    directions: dict = field(default_factory=dict)
    ways: dict = field(default_factory=dict)
    shows: Shown | None = None
    forms: tuple[Form, ...] = ()
    steps: dict = field(default_factory=dict)
    broad: dict = field(default_factory=dict)
    synonyms: dict = field(default_factory=dict)
    within: dict[str, list[str]] = field(default_factory=dict)
    spans: dict[str, list[float | None]] = field(default_factory=dict)
    centres: dict[str, list[float | None]] = field(default_factory=dict)
    default: str = ""

    @property
    def dtype(self) -> str:
        """pandas dtype of the column."""
        return PANDAS_DTYPES[self.type]

    @property
    def required(self) -> bool:
        """Whether an empty cell is an error."""
        return bool(self.constraints.get("required"))

    def label(self, code: str) -> str:
        """Words for a code; the code itself where no words are declared."""
        return self.labels.get(code, code)

    def codes_in(self, group: str) -> list[str]:
        """Codes that the schema puts in a group (say, the outcomes that are responses), in declared order."""
        return [code for code, name in self.groups.items() if name == group]

    def group(self, code: str) -> str:
        """The group of a code; of one that is in none the code itself."""
        return self.groups.get(code, code)

    def wholes(self, code: str) -> set[str]:
        """The codes that hold a code, at any remove, and itself."""
        found, waiting = {code}, [code]
        while waiting:
            wider = set(self.within.get(waiting.pop(), ())) - found
            found |= wider
            waiting += wider
        return found

    def spans_number(self, code: str, number: float) -> bool:
        """Whether a number may be one of those that a code stands for; any where none are declared."""
        return _lies_in(number, self.spans.get(code))

    def centres_number(self, code: str, number: float) -> bool:
        """Whether a median or mean may be that of a code's numbers; any where none are declared."""
        return _lies_in(number, self.centres.get(code))

    def rule(self, group: str) -> Group:
        """What a group is called and goes by; one that nothing is declared of is called by its name."""
        return self.rules.get(group) or Group(self.label(group))

    def broad_label(self, code: str) -> str:
        """Words for a code and those like it, for coarse displays; its own where none are declared."""
        return self.broad.get(code, self.label(code))

    def step(self, code: str) -> str:
        """Where on a patient's way a code stands, see `contract.STEPS`; '' where it is no step."""
        return self.steps.get(code, "")

    def direction(self, code: str) -> str:
        """Whether a code is good or bad for a patient; ``neutral`` where it is neither or not declared."""
        return self.directions.get(code, "neutral")

    def form(self, kind: str, value: str) -> Form | None:
        """The declared form of a kind that a value has; None where it has none of them."""
        fits = (form for form in self.forms if form.kind == kind and re.fullmatch(form.pattern, value))
        return next(fits, None)


class ForeignKey(NamedTuple):
    """A column whose values must stand in a column of another table ('' = this table)."""

    field: str
    table: str
    target: str


@dataclass(frozen=True)
class Table:
    """One table of the package."""

    name: str
    path: str
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: str
    foreign_keys: tuple[ForeignKey, ...] = ()
    evidence: bool = False

    @property
    def columns(self) -> list[str]:
        """Column names in declared order."""
        return [item.name for item in self.fields]

    def field(self, name: str) -> Field:
        """The column called `name`; KeyError where there is none."""
        for item in self.fields:
            if item.name == name:
                return item
        msg = f"table {self.name!r} has no column {name!r}; it has {', '.join(self.columns)}"
        raise KeyError(msg)


@dataclass(frozen=True)
class Package:
    """The whole data package.

    Attributes
    ----------
    tables : dict of str to Table
        The tables it declares, and no others: what is offered, listed and checked.
    absent : dict of str to Table
        Blank tables that stand for those it lacks, see `livingreview.evidence.contract`.
    """

    name: str
    title: str
    description: str
    tables: dict[str, Table]
    licence: str = ""
    absent: dict[str, Table] = field(default_factory=dict)

    @property
    def evidence_tables(self) -> list[Table]:
        """Tables whose rows are figures with an address and a locator."""
        return [table for table in self.tables.values() if table.evidence]

    def table(self, name: str) -> Table:
        """A table, blank where the package may lack it and does; KeyError for any other name."""
        for tables in (self.tables, self.absent):
            if name in tables:
                return tables[name]
        msg = f"no table {name!r} in the data package; it has {', '.join(self.tables)}"
        raise KeyError(msg)

    def field(self, table: str, column: str) -> Field:
        """A column of a table; without words, codes and groups where the package lacks the table."""
        return self.table(table).field(column)


def parse_field(descriptor: dict) -> Field:
    """One Table Schema field descriptor as a `Field`."""
    words = ("title", "description", "unit", "default")
    codes = ("labels", "groups", "directions", "ways", "steps", "broad", "synonyms")
    keys = (*words, "constraints", *codes, "within", "spans", "centres")
    return Field(
        name=descriptor["name"],
        type=descriptor.get("type", "string"),
        **{key: descriptor[key] for key in keys if key in descriptor},
        rules={name: Group(**rule) for name, rule in descriptor.get("rules", {}).items()},
        shows=Shown(**descriptor["shows"]) if "shows" in descriptor else None,
        forms=tuple(Form(**item) for item in descriptor.get("forms", ())),
    )


def parse_table(descriptor: dict) -> Table:
    """One Data Resource descriptor as a `Table`."""
    schema = descriptor["schema"]
    key = schema["primaryKey"]
    return Table(
        name=descriptor["name"],
        path=descriptor["path"],
        title=descriptor.get("title", descriptor["name"]),
        description=descriptor.get("description", ""),
        fields=tuple(parse_field(item) for item in schema["fields"]),
        primary_key=key if isinstance(key, str) else key[0],
        foreign_keys=tuple(
            ForeignKey(_one(key["fields"]), key["reference"]["resource"], _one(key["reference"]["fields"]))
            for key in schema.get("foreignKeys", ())
        ),
        evidence=bool(descriptor.get("evidence")),
    )


def parse_package(descriptor: dict) -> Package:
    """A Data Package descriptor (the parsed ``datapackage.json``) as a `Package`, and nothing besides."""
    tables = [parse_table(item) for item in descriptor["resources"]]
    licences = descriptor.get("licenses") or [{}]
    return Package(
        name=descriptor["name"],
        title=descriptor.get("title", descriptor["name"]),
        description=descriptor.get("description", ""),
        tables={table.name: table for table in tables},
        licence=licences[0].get("name", ""),
    )


def _one(value: str | list[str]) -> str:
    return value if isinstance(value, str) else value[0]
