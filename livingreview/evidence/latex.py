"""LaTeX as it stands in a bibliography, as text: accents, signs and commands as characters, braces kept.

Braces stay because they say which capitals are part of a name; `plain_text` takes them out for readers.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache
from typing import cast

import latexcodec  # noqa: F401  registers the codec

DECODE = cast(Callable[[str, str], str], codecs.decode)  # text to text, which its declared types leave out
# Commands that the codec leaves as they are.
_SIGNS = {
    "textgreater": ">",
    "textless": "<",
    "texttimes": "×",
    "times": "×",
    "textmu": "µ",
    "textdegree": "°",
    "dots": "…",
    "ldots": "…",
    "textellipsis": "…",
    "leq": "≤",
    "geq": "≥",
    "le": "≤",
    "ge": "≥",
    "pm": "±",
    "textquoteright": "’",
    "textquoteleft": "\u2018",
    "textquotesingle": "'",
    "texttrademark": "™",
    "slash": "/",
    "textunderscore": "_",
    "textbar": "|",
    "textasciicircum": "^",
    "textasciitilde": "~",
    "lambda": "λ",
}
_STYLES = (
    r"\\(?:emph|text(?:it|bf|sc|rm|sf|tt|sl|up|md|normal)|math(?:rm|it|bf|sf|tt)|mbox|enquote|ensuremath|url"
    r"|uppercase|lowercase)\s*(?=\{)|\\(?:it|bf|em|sc|rm|tt|sl|itshape|bfseries|scshape)\b\s*"
)
_RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(zip("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", strict=True))
_COMMAND = r"\\([A-Za-z]+)(?:\{\}|\s+|(?![A-Za-z]))"
_DOLLAR, _TILDE = "\uf8f0", "\uf8f1"  # stand-ins while the codec is at work


@cache
def decode_latex(text: str) -> str:
    """LaTeX as text, its braces kept; what is no LaTeX stays, and so does a command that nobody knows."""
    if not re.search(r"[\\$~]|--|``|''|\{\}", text):
        return unicodedata.normalize("NFC", text)
    text = text.replace(r"\$", _DOLLAR).replace(r"\textasciitilde{}", _TILDE)
    text = re.sub(r"(?<!\\)%", r"\\%", text)  # to TeX what follows would be a remark
    text = re.sub(_STYLES, "", text)
    text = re.sub(r"\\([`'^\"~=.uvHcrkbd])\s*\{\\([ij])\s*\}", r"\\\1{\2}", text)
    text = re.sub(r"\\textsuperscript\s*\{([^{}]*)\}", lambda part: _shift(part[1], _RAISED), text)
    text = re.sub(r"\\textsubscript\s*\{([^{}]*)\}", lambda part: _shift(part[1], _LOWERED), text)
    text = re.sub(r"\$([^$]*)\$", lambda part: _decode_formula(part[1]), text)
    text = re.sub(_COMMAND, _sign, text)
    text = re.sub(r"\\[,;:> ]", " ", text)
    text = re.sub(r"\\[-/!]", "", text)
    text = re.sub(r"[ \u00a0]+", " ", DECODE(text, "ulatex").replace("{}", ""))
    return unicodedata.normalize("NFC", text.replace(_DOLLAR, "$").replace(_TILDE, "~")).strip()


def plain_text(text: str) -> str:
    """A field or name of a record as readers see it: without LaTeX and without braces."""
    return re.sub(r"[{}]", "", decode_latex(text) if "\\" in text or "--" in text else text)


# Fields that are addresses: in them two hyphens are two hyphens.
ADDRESSES = ("doi", "pmid", "pmcid", "url", "eprint")


def plain_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Every field of a record as readers see it (key: its name in small letters), addresses as they are."""
    return {
        name.lower(): value if name.lower() in ADDRESSES else plain_text(value)
        for name, value in fields.items()
    }


def escape_latex(text: str) -> str:
    """Text so that `decode_latex` gives it back: signs that mean something to TeX are escaped or parted."""
    parted = re.sub(r",(?=,)", ",{}", text)  # to TeX two commas are an opening quotation mark
    return re.sub(r"[&%_#$]", r"\\\g<0>", parted).replace("~", r"\textasciitilde{}")


def _sign(command: re.Match) -> str:
    name = command[1]
    if name in _SIGNS:
        return _SIGNS[name]
    try:
        kind = "CAPITAL" if name[0].isupper() else "SMALL"
        return unicodedata.lookup(f"GREEK {kind} LETTER {name.upper()}")
    except KeyError:
        return command[0]


def _decode_formula(text: str) -> str:
    text = re.sub(_COMMAND, _sign, text)
    text = re.sub(r"\^\{?([0-9+=()n-]+)\}?", lambda part: _shift(part[1], _RAISED), text)
    return re.sub(r"_\{?([0-9+=()-]+)\}?", lambda part: _shift(part[1], _LOWERED), text)


def _shift(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(sign, sign) for sign in text)
