"""What a column declares beside its type: words, groups with their rules, steps, forms of its values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any

from livingreview.checks.problems import quote
from livingreview.evidence.schema import Form, Group, Shown


@dataclass(frozen=True)
class Finding:
    """Something wrong at a path of the descriptor; `place` names it in words (a table, a table's column)."""

    path: tuple
    place: str
    rule: str
    found: str
    expected: str
    mend: str


def check_words(path: tuple, place: str, item: dict) -> Iterator[Finding]:
    """Every problem in what a column's descriptor says of its codes."""
    for key in ("title", "description", "unit", "default"):
        if not isinstance(item.get(key, ""), str):
            yield Finding(path, place, "wrong-kind", quote(item[key]), f"text as {key}", "correct it")
    for key in ("labels", "groups", "directions", "ways", "steps", "broad", "synonyms"):
        words = item.get(key, {})
        if not isinstance(words, dict) or not all(isinstance(value, str) for value in words.values()):
            yield Finding(path, place, "wrong-kind", quote(words), f"{key} as code: words", "correct it")
    rules = item.get("rules", {})
    if not isinstance(rules, dict):
        yield Finding(path, place, "wrong-kind", quote(rules), "rules as group: object", "correct it")
    for name, rule in rules.items() if isinstance(rules, dict) else ():
        yield from _check_parts(path, place, f"rules of {name}", rule, Group)
    if "shows" in item:
        yield from _check_parts(path, place, "shows", item["shows"], Shown)
    yield from _check_forms(path, place, item.get("forms", []))
    yield from _check_within(path, place, item)
    for name in ("spans", "centres"):
        yield from _check_spans(path, place, name, item)
    constraints, labels = item.get("constraints"), item.get("labels")
    codes = constraints.get("enum") if isinstance(constraints, dict) else None
    known = labels if isinstance(labels, dict) else {}
    if isinstance(codes, list):
        given = {"default": item["default"]} if "default" in item else {}
        synonyms = item.get("synonyms")
        for name, code in {**(synonyms if isinstance(synonyms, dict) else {}), **given}.items():
            if code not in codes:
                expected = f"one of the column's codes: {', '.join(map(str, codes))}"
                found, rule = f"{quote(code)} for {name}", "default" if name in given else "synonym"
                yield Finding(path, place, rule, found, expected, "correct it, or take it out")
        bare = [code for code in codes if isinstance(code, str) and code not in known]
        # Codes that are words, such as yes and no, need none.
        for code in bare if known else [code for code in bare if re.search(r"[\W\d_]", code)][:1]:
            expected, mend = "words for every code (labels)", "add the words that pages show for it"
            yield Finding(path, place, "label-missing", f"none for {code!r}", expected, mend)


def _codes_of(item: dict) -> list:
    constraints = item.get("constraints")
    codes = constraints.get("enum") if isinstance(constraints, dict) else None
    return codes if isinstance(codes, list) else []


def _check_within(path: tuple, place: str, item: dict) -> Iterator[Finding]:
    """Which codes are part of which: codes there are, and none a part of itself, at any remove."""
    within, codes = item.get("within", {}), _codes_of(item)
    if not isinstance(within, dict) or not all(isinstance(wider, list) for wider in within.values()):
        expected = "within as code: list of the codes that hold it"
        yield Finding(path, place, "wrong-kind", quote(within), expected, "correct it")
        return
    for code, wider in within.items():
        for name in [code, *wider]:
            if name not in codes:
                expected = f"one of the column's codes: {', '.join(map(str, codes))}"
                mend = "correct it, or take it out"
                yield Finding(path, place, "within", f"{quote(name)} in within", expected, mend)
    for code in within:
        held: set[str] = set()
        waiting = [code]
        while waiting:
            wider = {name for name in within.get(waiting.pop(), ()) if isinstance(name, str)} - held
            held |= wider
            waiting += wider
        if code in held:
            found, expected = f"{quote(code)} within itself", "a part that does not hold its whole"
            yield Finding(path, place, "within", found, expected, "take one of the two out of within")


def _check_spans(path: tuple, place: str, name: str, item: dict) -> Iterator[Finding]:
    """Numbers that a code stands for: two limits, each a number or null, the first below the second."""
    spans, codes = item.get(name, {}), _codes_of(item)
    if not isinstance(spans, dict):
        yield Finding(path, place, "wrong-kind", quote(spans), f"{name} as code: [from, up to]", "correct it")
        return
    for code, span in spans.items():
        if code not in codes:
            found = f"{quote(code)} in {name}"
            expected = f"one of the column's codes: {', '.join(map(str, codes))}"
            yield Finding(path, place, "span", found, expected, "correct it, or take it out")
        limits = [number for number in span if number is not None] if isinstance(span, list) else []
        are_numbers = all(isinstance(number, int | float) and number is not True for number in limits)
        if (
            not limits
            or len(span) != len(("from", "up to"))
            or not are_numbers
            or sorted(set(limits)) != limits
        ):
            expected = "[from, up to but not with], numbers that rise, null where there is no limit"
            yield Finding(path, place, "span", f"{quote(code)}: {quote(span)}", expected, "correct it")


def _check_parts(path: tuple, place: str, what: str, parts: Any, kind: type) -> Iterator[Finding]:
    """An object that becomes one of the schema's own: all that it needs, nothing that it does not know."""
    kinds = {item.name: type(item.default) for item in fields(kind) if item.default is not MISSING}
    needed = [item.name for item in fields(kind) if item.default is MISSING]
    if not isinstance(parts, dict) or not set(needed) <= set(parts):
        expected = f"an object with {', '.join(needed)}"
        yield Finding(path, place, "wrong-kind", f"{what}: {quote(parts)}", expected, "correct it")
        return
    for key, value in parts.items():
        if key not in {*kinds, *needed}:
            expected = f"one of: {', '.join((*needed, *kinds))}"
            found = f"{what}: {quote(key)}"
            yield Finding(path, place, "part-unknown", found, expected, "correct it, or take it out")
        elif type(value) is not kinds.get(key, str):
            expected = "true or false" if kinds.get(key) is bool else "text"
            yield Finding(path, place, "wrong-kind", f"{what}, {key}: {quote(value)}", expected, "correct it")


def _check_forms(path: tuple, place: str, forms: Any) -> Iterator[Finding]:
    expected = 'a list of objects with "kind", "pattern" and, where it leads somewhere, "address" with {}'
    for item in forms if isinstance(forms, list) else [forms]:
        is_form = isinstance(item, dict) and {"kind", "pattern"} <= set(item) <= set(Form._fields)
        if not is_form or not all(isinstance(value, str) for value in item.values()):
            yield Finding(path, place, "wrong-kind", quote(item), expected, "correct it")
        elif "address" in item and item["address"].count("{}") != 1:
            yield Finding(path, place, "form-address", quote(item["address"]), expected, "correct it")
        else:
            yield from check_pattern(path, place, item["pattern"])


def check_pattern(path: tuple, place: str, pattern: str) -> Iterator[Finding]:
    """Whether a pattern can be read."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        found = f"{quote(pattern)} ({error})"
        mend = "correct it; a bracket or backslash that means itself needs a backslash before it"
        yield Finding(path, place, "pattern", found, "a regular expression", mend)
