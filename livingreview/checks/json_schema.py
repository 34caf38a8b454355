"""What a JSON schema asks of a document, told in the words of `Problem`."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from livingreview.checks.problems import quote

if TYPE_CHECKING:
    from jsonschema import ValidationError

KINDS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list, each entry after a hyphen",
    "object": "lines of `key: value` under it",
    "null": "nothing",
}
# (path, rule, found, expected, how to mend it)
Finding = tuple[tuple, str, str, str, str]


def check_against(
    schema: dict, document: object, *, forms: dict[str, str] | None = None
) -> Iterator[Finding]:
    """Everything in a document that a schema (draft 7) does not allow.

    Parameters
    ----------
    forms : dict of str to str, optional
        What a value is like, in words (key: its key in the document), where the schema has a pattern or a
        long list for it.
    """
    from jsonschema import Draft7Validator  # here: it takes as long to load as the rest of a check of files

    for error in Draft7Validator(schema).iter_errors(document):
        yield from _tell(error, forms or {})


def _tell(error: ValidationError, forms: dict[str, str]) -> Iterator[Finding]:
    path, value, wanted = tuple(error.absolute_path), error.instance, error.validator_value
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", ()))
        for key in sorted(set(map(str, value)) - set(known)):
            yield tell_unknown((*path, key), key, known)
    elif error.validator == "required":
        for key in [key for key in wanted if key not in value]:
            yield (*path, key), "key-missing", "nothing", f"`{key}:`", "add it"
    elif error.validator == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        mend = "put it in quotes" if "string" in kinds and isinstance(value, (int, float)) else "correct it"
        yield path, "wrong-kind", quote(value), " or ".join(KINDS[kind] for kind in kinds), mend
    elif error.validator == "pattern":
        expected = forms.get(_key_of(path), f"text like {wanted}")
        yield path, "form", quote(value), expected, "correct it"
    elif error.validator == "enum":
        near = difflib.get_close_matches(str(value), map(str, wanted), 1)
        expected = forms.get(_key_of(path), f"one of: {', '.join(map(str, wanted))}")
        yield (
            path,
            "code",
            quote(value),
            expected,
            f"did you mean {near[0]!r}?" if near else "take one of these",
        )
    elif error.validator in ("anyOf", "oneOf") and error.context:
        yield from _tell(_likeliest(error), forms)
    else:
        usual = {"minItems": "at least one entry", "minLength": "a text", "uniqueItems": "each entry once"}
        words = usual.get(error.validator, f"{error.validator}: {wanted}")
        yield path, "value", quote(value), words, "correct it, or take the key out"


def _key_of(path: tuple) -> str:
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _likeliest(error: ValidationError) -> ValidationError:
    """Of the forms that a value may have, the mistake in the one that it comes nearest to."""

    def far(item: ValidationError) -> tuple[bool, int, bool]:
        kind_differs = item.validator == "type" and not item.path
        return kind_differs, -len(item.path), item.validator not in ("additionalProperties", "required")

    return min(error.context, key=far)


def tell_unknown(path: tuple, key: str, known: Collection[str], expected: str = "") -> Finding:
    """A key that nobody reads: a slip of the pen, most likely; `expected` instead of too long a list."""
    near = difflib.get_close_matches(key, known, 1)
    mend = f"did you mean {near[0]!r}?" if near else "delete it"
    return path, "unknown-key", quote(key), expected or f"one of: {', '.join(known)}", mend
