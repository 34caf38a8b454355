"""Is ``datapackage.json`` a schema that the engine can read?

It is looked at before any table is: a mistake here would look like a mistake in every row. What the engine
asks for beyond what any data package has is told by `livingreview.checks.contract`.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from json import decoder, scanner
from pathlib import Path
from typing import Any

from livingreview.checks.characters import has_hidden
from livingreview.checks.declared import Finding, check_pattern, check_words
from livingreview.checks.documents import RESTORE, read_text
from livingreview.checks.problems import Problem, quote
from livingreview.evidence import DESCRIPTOR
from livingreview.evidence.contract import FOLLOWED
from livingreview.evidence.schema import PANDAS_DTYPES

# What a table's file is, where the descriptor says so: nothing else is read.
_FORMS = {
    "encoding": ("utf-8", "utf8", "UTF-8"),
    "format": ("csv",),
    "scheme": ("file",),
    "mediatype": ("text/csv",),
    "dialect": ({}, {"delimiter": ","}),
}
WORDS = {str: "text", list: "a list", dict: "an object in braces"}


def read_descriptor(data: Path) -> tuple[dict | None, str, list[Problem]]:
    """The descriptor as plain values, its text, and why it cannot be read where it cannot."""
    text, problems = read_text(data / DESCRIPTOR, DESCRIPTOR, expected="a Data Package descriptor")
    if text is None:
        return None, "", problems

    def problem(line: int, found: str, mend: str) -> Problem:
        return Problem(DESCRIPTOR, line, "", "descriptor", found, "a JSON object, each key once", mend)

    try:
        descriptor = json.loads(text, object_pairs_hook=_take_once)
    except _TwiceError as error:
        line = LineFinder(text).line_of_twice()
        return None, text, [*problems, problem(line, f"the key {error} twice", "delete one of the two")]
    except (ValueError, RecursionError) as error:
        found = quote(getattr(error, "msg", error), 160)
        return None, text, [*problems, problem(getattr(error, "lineno", 0), found, RESTORE)]
    if not isinstance(descriptor, dict):
        return None, text, [*problems, problem(1, quote(descriptor), RESTORE)]
    # What is written as an escape is not seen by a look at the file.
    if hidden := next((words for words in texts_in(descriptor) if has_hidden(words)), None):
        found, mend = f"an invisible character, {quote(hidden)}", "retype the text"
        return None, text, [*problems, problem(0, found, mend)]
    return descriptor, text, problems


def texts_in(root: Any) -> Iterator[str]:
    """Every text in a JSON value, keys among them."""
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, (dict, list)):
            waiting += [*value, *value.values()] if isinstance(value, dict) else value


class _TwiceError(ValueError):
    """A key stands twice in an object: JSON readers drop the first one without a word."""


def _take_once(pairs: list[tuple]) -> dict:
    values = dict(pairs)
    if len(values) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _TwiceError(repr(max(counts, key=counts.__getitem__)))
    return values


class LineFinder:
    """Lines of the objects of a JSON text, which is read again, slowly, once there is something to tell."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[int, int] = {}
        self.tree: Any = None

    def find(self, path: tuple) -> int:
        """Line on which the innermost object on a path begins."""
        if self.tree is None:
            self.tree = self._read(dict)
        node, line = self.tree, 1
        for step in path:
            try:
                node = node[step]
            except (LookupError, TypeError):
                break
            line = self.lines.get(id(node), line)
        return line

    def line_of_twice(self) -> int:
        """Line on which the first object begins that has a key twice."""
        try:
            self._read(_take_once)
        except _TwiceError as error:
            return error.args[1]
        return 0

    def _read(self, take: Callable[[list[tuple]], dict]) -> Any:
        # Parts of the standard library that no declaration names.
        reader: Any = decoder.JSONDecoder(object_pairs_hook=take)
        decoding: Any = decoder
        scanning: Any = scanner

        def parse_object(begin: tuple[str, int], *rest: Any) -> tuple[Any, int]:
            line = self.text.count("\n", 0, begin[1]) + 1
            try:
                value, end = decoding.JSONObject(begin, *rest)
            except _TwiceError as error:
                error.args = (error.args[0], error.args[1] if len(error.args) > 1 else line)
                raise
            self.lines[id(value)] = line
            return value, end

        reader.parse_object = parse_object
        reader.scan_once = scanning.py_make_scanner(reader)
        return reader.decode(self.text)


def check_shape(descriptor: dict) -> Iterator[Finding]:
    """What a descriptor must be for its tables to be read: a Data Package of CSV files with Table Schemas."""
    for key, kind in (("name", str), ("title", str), ("description", str), ("licenses", list)):
        value = descriptor.get(key)
        if (value is not None or key == "name") and not isinstance(value, kind):
            yield Finding((key,), key, "wrong-kind", quote(value), WORDS[kind], "correct it")
    for number, licence in enumerate(descriptor.get("licenses") or ()):
        if not isinstance(licence, dict) or not isinstance(licence.get("name", ""), str):
            path, expected = ("licenses", number), 'an object with a "name"'
            yield Finding(path, "licenses", "wrong-kind", quote(licence), expected, "correct it")
    resources = descriptor.get("resources")
    if not isinstance(resources, list) or not resources:
        expected = "a list of tables (resources)"
        yield Finding((), "resources", "no-tables", quote(resources), expected, RESTORE)
        return
    fields = {}
    for number, resource in enumerate(resources):
        told = list(_check_resource(("resources", number), resource))
        yield from told
        if not told:
            fields[resource["name"]] = [item["name"] for item in resource["schema"]["fields"]]
    for key in ("name", "path"):
        yield from _check_repeated(resources, key)
    is_tabular = descriptor.get("profile") == "tabular-data-package"
    for number, resource in enumerate(resources):
        if isinstance(name := _name_of(resource), str) and name in fields:
            yield from _check_profile(("resources", number), resource) if is_tabular else ()
            yield from _check_foreign_keys(("resources", number), resource, fields, resources)


def _check_profile(path: tuple, resource: dict) -> Iterator[Finding]:
    """What the profile of the package asks of each table."""
    profile, wanted = resource.get("profile"), "tabular-data-resource"
    if profile != wanted:
        expected = f"{wanted}, since the package is a tabular-data-package"
        found, mend = quote(profile) if profile else "nothing", f'say "profile": "{wanted}"'
        yield Finding(path, resource["name"], "table-profile", found, expected, mend)


def _check_repeated(resources: list, key: str) -> Iterator[Finding]:
    seen = set()
    for number, resource in enumerate(resources):
        value = resource.get(key) if isinstance(resource, dict) else None
        if isinstance(value, str) and value in seen:
            mend = "delete the copy, or correct it"
            yield Finding(
                ("resources", number), value, "table-twice", f"a second {key} {value!r}", "each once", mend
            )
        elif isinstance(value, str):
            seen.add(value)


def _check_resource(path: tuple, resource: Any) -> Iterator[Finding]:
    name = _name_of(resource)
    if not isinstance(name, str) or not name:
        place, expected = f"resource {path[1] + 1}", 'an object with a "name"'
        yield Finding(path, place, "table-name", quote(resource), expected, "name the table")
        return
    file = resource.get("path")
    if not isinstance(file, str) or not re.fullmatch(r"[\w-][\w.-]*\.csv", file):
        expected, mend = 'the name of a CSV file beside the descriptor ("path")', f'say "path": "{name}.csv"'
        yield Finding(path, name, "table-path", quote(file), expected, mend)
    for key in ("title", "description"):
        if not isinstance(resource.get(key, ""), str):
            yield Finding(path, name, "wrong-kind", quote(resource[key]), f"text as {key}", "correct it")
    for key, known in _FORMS.items():
        if key in resource and resource[key] not in known:
            found, mend = f"{key}: {quote(resource[key])}", "correct it, or leave it out"
            yield Finding(path, name, "table-form", found, f"{key}: {known[0]}, as all tables have it", mend)
    if "rows" in resource and (type(resource["rows"]) is not int or resource["rows"] < 0):
        mend = "run: livingreview check --record-rows"
        yield Finding(path, name, "rows", quote(resource["rows"]), "the number of rows, whole", mend)
    if not isinstance(resource.get("evidence", False), bool):
        yield Finding(path, name, "evidence-flag", quote(resource["evidence"]), "true or false", "correct it")
    schema = resource.get("schema")
    if not isinstance(schema, dict) or not isinstance(schema.get("fields"), list) or not schema["fields"]:
        expected = 'a Table Schema with "fields", written out here'
        yield Finding((*path, "schema"), name, "table-schema", quote(schema), expected, "declare its columns")
        return
    yield from _check_fields((*path, "schema"), name, schema["fields"])
    yield from _check_primary_key((*path, "schema"), name, schema)


def _check_fields(path: tuple, table: str, fields: list) -> Iterator[Finding]:
    seen = set()
    for number, item in enumerate(fields):
        here = (*path, "fields", number)
        name = _name_of(item)
        if not isinstance(name, str) or not name:
            place, expected = f"{table}, field {number + 1}", 'an object with a "name"'
            yield Finding(here, place, "field-name", quote(item), expected, "name the column")
            continue
        place = f"{table}.{name}"
        if name in seen:
            found = f"a second {name!r}"
            yield Finding(here, place, "field-twice", found, "each column once", "delete the copy")
        seen.add(name)
        kind = item.get("type", "string")
        if not isinstance(kind, str) or kind not in PANDAS_DTYPES:
            near = difflib.get_close_matches(str(kind), PANDAS_DTYPES, 1)
            mend = f"did you mean {near[0]!r}?" if near else "take one of these; 'string' takes any text"
            expected = f"one of: {', '.join(PANDAS_DTYPES)}"
            yield Finding(here, place, "field-type", quote(kind), expected, mend)
        yield from check_words(here, place, item)
        constraints = item.get("constraints", {})
        if not isinstance(constraints, dict):
            expected = WORDS[dict]
            yield Finding(here, place, "constraints", quote(constraints), expected, "correct it")
        else:
            yield from _check_constraints(here, place, kind if isinstance(kind, str) else "", constraints)


_Kind = type | tuple[type, ...]
# Constraint -> its kind, and the kind in words; a bound or code (None) is of the kind of its column.
_CONSTRAINTS: dict[str, tuple[_Kind, str] | None] = {
    "required": (bool, "true or false"),
    "unique": (bool, "true or false"),
    "pattern": (str, "a regular expression"),
    "minLength": (int, "a whole number"),
    "maxLength": (int, "a whole number"),
    "minimum": None,
    "maximum": None,
    "enum": None,
}
_NUMBERS: dict[str, tuple[_Kind, str]] = {
    "integer": (int, "a whole number"),
    "number": ((int, float), "a number"),
}


def _check_constraints(path: tuple, place: str, kind: str, constraints: dict) -> Iterator[Finding]:
    for key, value in constraints.items():
        if key not in _CONSTRAINTS:
            near = difflib.get_close_matches(key, _CONSTRAINTS, 1)
            mend = f"did you mean {near[0]!r}?" if near else "take it out"
            expected = f"one of: {', '.join(_CONSTRAINTS)}"
            yield Finding(path, place, "constraint-unknown", quote(key), expected, mend)
            continue
        wanted, words = _CONSTRAINTS[key] or _NUMBERS.get(kind, (str, "text"))
        is_list = key == "enum"
        if is_list:
            words = f"a list of codes, each {words}"
        values = value if is_list and isinstance(value, list) else [value]
        if (
            not values
            or isinstance(value, list) != is_list
            or not all(_is_a(item, wanted) for item in values)
        ):
            yield Finding(path, place, "constraint", f"{key}: {quote(value)}", words, "correct it")
    if isinstance(constraints.get("pattern"), str):
        yield from check_pattern(path, place, constraints["pattern"])


def _is_a(value: object, kind: _Kind) -> bool:
    """Whether a JSON value is of a kind: true and false are no numbers, and infinity is none either."""
    is_number = not isinstance(value, bool) and value not in (float("inf"), float("-inf"))
    return isinstance(value, kind) and (is_number or kind is bool)


def _check_primary_key(path: tuple, table: str, schema: dict) -> Iterator[Finding]:
    key = schema.get("primaryKey")
    names = [name for item in schema["fields"] if isinstance(name := _name_of(item), str)]
    place, expected = f"{table}.primaryKey", "the name of one column that identifies a row"
    if key is None:
        mend = f'add "primaryKey" to the schema of {table!r}'
        yield Finding(path, place, "no-primary-key", "nothing", expected, mend)
    elif isinstance(key, list) and len(key) > 1:
        mend = "give the rows an id of their own in one column"
        yield Finding(path, place, "composite-key", quote(key), expected, mend)
    elif _single(key) not in names or not _single(key):
        mend = f"take one of: {', '.join(names)}"
        yield Finding(path, place, "unknown-primary-key", quote(key), expected, mend)


def _check_foreign_keys(path: tuple, resource: dict, fields: dict, resources: list) -> Iterator[Finding]:
    table = resource["name"]
    keys = resource["schema"].get("foreignKeys", [])
    if not isinstance(keys, list):
        place = f"{table}.foreignKeys"
        yield Finding((*path, "schema"), place, "wrong-kind", quote(keys), WORDS[list], "correct it")
        return
    declared = {name for item in resources if isinstance(name := _name_of(item), str)}
    for number, key in enumerate(keys):
        here = (*path, "schema", "foreignKeys", number)
        target = key.get("reference") if isinstance(key, dict) else None
        column = _single(key.get("fields")) if isinstance(key, dict) else ""
        other = target.get("resource") if isinstance(target, dict) else None
        wanted = _single(target.get("fields")) if isinstance(target, dict) else ""
        if not column or not wanted or not isinstance(other, str):
            place = f"{table}.foreignKeys"
            expected = '"fields" and a "reference" with "resource" and "fields"'
            yield Finding(here, place, "foreign-key-shape", quote(key), expected, "one column to one column")
            continue
        place, target_table = f"{table}.{column}", other or table
        if column not in fields[table]:
            found, mend = f"no column {column!r}", f"take one of: {', '.join(fields[table])}"
            yield Finding(here, place, "foreign-key-column", found, f"a column of {table!r}", mend)
        if target_table not in declared:
            yield _points_nowhere(here, place, table, target_table, declared)
        elif wanted not in fields.get(target_table, [wanted]):
            found, expected = f"no column {wanted!r} in {target_table!r}", f"a column of {target_table!r}"
            mend = f"take one of: {', '.join(fields[target_table])}"
            yield Finding(here, place, "foreign-key-target", found, expected, mend)


def _points_nowhere(path: tuple, place: str, table: str, target: str, declared: set) -> Finding:
    near = difflib.get_close_matches(target, declared, 1, 0.8)
    if near:
        mend = f"did you mean {near[0]!r}?"
    elif place in FOLLOWED:
        mend = f"declare the table {target!r}, or leave out {table!r} too, whose rows need it"
    else:
        mend = f"declare the table {target!r}, or take this key out of the foreignKeys of {table!r}"
    found = f"a foreign key to {target!r}, a table that is not declared"
    return Finding(path, place, "foreign-key-table", found, "a table of this package", mend)


def _name_of(item: object) -> Any:
    return item.get("name") if isinstance(item, dict) else None


def _single(value: object) -> str:
    """A column's name, which may stand in a list of one; '' for anything else."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, str) else ""
