"""Does the data package hold what the engine asks for? See `livingreview.evidence.contract`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from livingreview.checks.declared import Finding
from livingreview.evidence.contract import (
    ASKED,
    CONTROL,
    GROUPS,
    OWN_GROUPS,
    PROVENANCE,
    REQUIRED,
    STEPS,
    TIMES,
)
from livingreview.evidence.schema import Field, Package, Table

LISTED = "livingreview/evidence/contract.py lists what the engine reads"
OWN = tuple(word.rstrip("!") for word in PROVENANCE.split())


def check_presence(descriptor: dict) -> list[Finding]:
    """The tables that the engine cannot do without and, of those that are there, the columns; [] if none.

    It asks nothing else of the descriptor, so that a package made for another end is told what it is not.
    """
    listed = descriptor.get("resources")
    resources = {
        resource["name"]: (number, resource)
        for number, resource in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(resource, dict) and isinstance(resource.get("name"), str)
    }
    missing = [name for name in REQUIRED if name not in resources]
    if not missing or not resources:
        return []
    only = f"; it has {', '.join(resources)}" if len(resources) < len(REQUIRED) else ""
    found = f"no table {', '.join(missing)}{only}"
    expected = f"the tables of a review, at least {', '.join(REQUIRED)}"
    mend = f"declare each with its columns and lay its file beside the descriptor; {LISTED}"
    findings = [Finding((), "resources", "tables-missing", found, expected, mend)]
    for name, (number, resource) in resources.items():
        if name in ASKED and (lacking := _lacking(ASKED[name], _names(resource))):
            findings.append(_tell_lacking(number, name, lacking))
    return findings


def check_contract(package: Package) -> Iterator[Finding]:
    """Whether each table that the engine knows has the columns, types and keys that it relies on."""
    for number, table in enumerate(package.tables.values()):
        place = ("resources", number)
        asked = ASKED.get(table.name)
        if lacking := _lacking(asked, table.columns) if asked else []:
            yield _tell_lacking(number, table.name, lacking)
        yield from _check_evidence(place, table, asked)
        if asked is None:
            continue
        if table.primary_key != asked.primary_key and asked.primary_key in table.columns:
            found, wanted = repr(table.primary_key), repr(asked.primary_key)
            words, mend = f"{table.name}.primaryKey", f'say "primaryKey": "{asked.primary_key}"'
            yield Finding((*place, "schema"), words, "primary-key", found, wanted, mend)
        yield from _check_columns(place, table, asked)
        yield from _check_links(place, table, asked, package)
    yield from _check_groups(package)
    yield from _check_steps(package)
    yield from _check_shown(package)


def check_rows(descriptor: dict) -> Iterator[Finding]:
    """Whether every table's number of rows is on record, without which a lost row would not be noticed."""
    for number, resource in enumerate(descriptor["resources"]):
        if "rows" not in resource:
            name, expected = resource["name"], 'its number of rows ("rows")'
            mend = "look whether rows were lost; then run: livingreview check --record-rows"
            yield Finding(("resources", number), name, "rows-missing", "nothing", expected, mend)


def _lacking(asked: Table, columns: Collection[str]) -> list[str]:
    return [name for name in asked.columns if name not in columns]


def _names(resource: dict) -> list:
    schema = resource.get("schema")
    fields = schema.get("fields") if isinstance(schema, dict) else None
    items = fields if isinstance(fields, list) else ()
    return [item.get("name") for item in items if isinstance(item, dict)]


def _tell_lacking(number: int, table: str, lacking: list[str]) -> Finding:
    path, found = ("resources", number, "schema"), f"no column {', '.join(lacking)}"
    expected, mend = f"every column of {table!r} that pages and checks read", f"declare and fill it; {LISTED}"
    return Finding(path, table, "columns-missing", found, expected, mend)


def _check_evidence(path: tuple, table: Table, asked: Table | None) -> Iterator[Finding]:
    """Rows with an address on the pages are evidence, as their table says; they say where they are from."""
    wanted = asked.evidence if asked else set(OWN) <= set(table.columns)
    if table.evidence != wanted and (asked or wanted):
        found = f'"evidence": {str(table.evidence).lower()}'
        words = "figures with an address, a place and a basis" if wanted else "no figures of a report"
        expected, mend = f"{str(wanted).lower()}: its rows are {words}", "correct the flag of the table"
        yield Finding(path, table.name, "evidence-flag", found, expected, mend)
    elif asked is None and table.evidence:
        lacking = [name for name in OWN if name not in table.columns]
        if lacking or table.primary_key != "row_id":
            yield _tell_lacking(path[1], table.name, lacking or ["row_id as primary key"])


def _check_columns(path: tuple, table: Table, asked: Table) -> Iterator[Finding]:
    """Types, and values and ids that no page can do without."""
    for number, item in enumerate(table.fields):
        if item.name not in asked.columns:
            continue
        wanted, here = asked.field(item.name), (*path, "schema", "fields", number)
        place = f"{table.name}.{item.name}"
        if item.type != wanted.type:
            mend = f'say "type": "{wanted.type}"'
            yield Finding(here, place, "column-type", repr(item.type), repr(wanted.type), mend)
        for rule in ("required", "unique"):
            own_key = rule == "unique" and item.name == table.primary_key  # unique by being the key
            if wanted.constraints.get(rule) and not item.constraints.get(rule) and not own_key:
                words = "a value in every row" if rule == "required" else "each value once: it is an id"
                mend = f'say "{rule}": true in its constraints'
                yield Finding(here, place, f"not-{rule}", f'no "{rule}": true', words, mend)


def _check_links(path: tuple, table: Table, asked: Table, package: Package) -> Iterator[Finding]:
    """The keys that are followed from row to row are declared, so that each leads to a row."""
    declared = {(key.field, key.table or table.name, key.target) for key in table.foreign_keys}
    for key in asked.foreign_keys:
        place = f"{table.name}.{key.field}"
        if key.field not in table.columns or (key.field, key.table, key.target) in declared:
            continue
        if key.table not in package.tables:
            found, expected = f"no table {key.table!r}", f"the table whose {key.target} it names"
            mend = f"declare the table {key.table!r}, or leave out {table.name!r} as well"
            yield Finding(path, place, "table-needed", found, expected, mend)
            continue
        expected = f"a foreign key to {key.target} of {key.table!r}"
        mend = "add it to foreignKeys of the schema: an id that leads nowhere would stop a build"
        yield Finding((*path, "schema"), place, "foreign-key-missing", "no foreign key", expected, mend)


def _check_groups(package: Package) -> Iterator[Finding]:
    """Columns whose codes are told apart by group on the pages put every code into a group there is."""
    for path, place, item, groups in _find_columns(package, GROUPS):
        expected = f"a group for every code, one of: {', '.join(groups)}"
        for code in item.constraints.get("enum", ()):
            if item.groups.get(code) not in groups:
                yield _tell_group(path, place, item, code, expected)
    for path, place, item, _ in _find_columns(package, OWN_GROUPS):
        known = ", ".join(item.rules) or "none is declared yet"
        expected = f'a group for every code, each with a title in "rules" of the column: {known}'
        for code in item.constraints.get("enum", ()):
            if item.groups.get(code) not in item.rules:
                yield _tell_group(path, place, item, code, expected)
        for name, rule in item.rules.items():
            if rule.time not in TIMES:
                found, expected = f"{name!r}: time {rule.time!r}", f"one of: {', '.join(TIMES)}"
                yield Finding(path, place, "group-time", found, expected, 'correct "rules" of the column')


def _tell_group(path: tuple, place: str, item: Field, code: str, expected: str) -> Finding:
    found = f"{code!r} in " + (repr(item.groups[code]) if code in item.groups else "no group")
    return Finding(path, place, "group", found, expected, 'put it into "groups" of the column')


def _check_steps(package: Package) -> Iterator[Finding]:
    """A code that is said to be a step on a patient's way is one that charts know; not every code is."""
    for path, place, item, steps in _find_columns(package, STEPS):
        for code, step in item.steps.items():
            if step not in steps:
                found, expected = f"{code!r} as {step!r}", f"one of: {', '.join(steps)}"
                yield Finding(path, place, "step", found, expected, 'correct "steps" of the column')


def _check_shown(package: Package) -> Iterator[Finding]:
    """A column of the summary of findings shows results of a group there is, and has one for controls."""
    table = package.table("findings")
    groups = package.field("outcomes", "outcome").rules
    for number, item in enumerate(table.fields if "findings" in package.tables else ()):
        path = ("resources", list(package.tables).index("findings"), "schema", "fields", number)
        place, shows = f"findings.{item.name}", item.shows
        if shows and f"{item.name}{CONTROL}" not in table.columns:
            found, expected = f"no column {item.name}{CONTROL}", "a column for the controls of its results"
            yield Finding(path, place, "columns-missing", found, expected, "declare and fill it")
        told = "outcomes" in package.tables and shows is not None and shows.table == "outcomes"
        if shows and told and shows.group not in groups:
            expected = f"a group of outcomes: {', '.join(groups)}"
            yield Finding(path, place, "group", repr(shows.group), expected, 'correct "shows" of the column')


def _find_columns(
    package: Package, asked: Mapping[tuple[str, str], Collection[str]]
) -> Iterator[tuple[tuple, str, Field, Collection[str]]]:
    """Where each asked column is declared, its name, its field and what is asked, of those there are."""
    numbers = {name: number for number, name in enumerate(package.tables)}
    for (name, column), words in asked.items():
        table = package.tables.get(name)
        if table is not None and column in table.columns:
            path = ("resources", numbers[name], "schema", "fields", table.columns.index(column))
            yield path, f"{name}.{column}", table.field(column), words
