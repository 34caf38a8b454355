"""Abbreviations on a finished page: each is explained where it is first used, by the words of the glossary.

This is done on the page and not in its source, since most of what a reader meets comes from the data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

from livingreview.evidence import Evidence, records
from livingreview.pages.overview import term_anchor

GLOSSARY = "tabulate_glossary("  # the call of the chapter that shows the glossary
PROSE = frozenset({"p", "li", "dd", "td"})
# Where no link may stand, or no word but what is there.
CLOSED = frozenset(
    {"a", "abbr", "button", "code", "h1", "h2", "h3", "h4", "h5", "h6", "label", "math", "pre", "script"}
    | {"select", "style", "summary", "svg", "thead"}
)
UNTOUCHED = re.compile(
    r'class="[^"]*\b(?:lr-copied|lr-references|lr-term)\b|id="term-|data-label="As printed"'
)
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "col"})
ARTICLE = re.compile(r"(<article\b.*?</article>)", re.DOTALL)
TAG = re.compile(r"(<[^>]*>)")
NAME = re.compile(r"</?([a-z0-9]+)", re.IGNORECASE)
LINK = Markup('<a class="lr-term" href="{}#{}"><abbr title="{}">{}</abbr></a>')


def read_terms(evidence: Evidence) -> dict[str, str]:
    """Abbreviations of the glossary, that is terms with two capitals, and what each means."""
    rows = records(evidence.tables["glossary"])
    return {row["term"]: row["meaning"] for row in rows if len(re.findall(r"[A-Z]", row["term"])) > 1}


def find_glossary(chapters: Path) -> str:
    """The name of the chapter that shows the glossary; '' where none does."""
    pages = (path for path in sorted(chapters.glob("*.md")) if GLOSSARY in path.read_text(encoding="utf-8"))
    return next((path.stem for path in pages), "")


def explain_terms(html: str, terms: Mapping[str, str], address: str) -> str:
    """A page whose article explains each term where it is first used in prose or a table's cell.

    Parameters
    ----------
    address : str
        The page with the glossary, seen from this one.
    """
    left = dict(terms)
    if not left:
        return html
    parts = ARTICLE.split(html, maxsplit=1)
    if len(parts) == 3:
        parts[1] = "".join(_explain(TAG.split(parts[1]), left, address))
    return "".join(parts)


def _explain(tokens: list[str], left: dict[str, str], address: str):
    """Tags and texts, each term that is left explained once and then taken out of `left`."""
    known = re.compile(
        rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(left, key=len, reverse=True)))})(?![\w-])"
    )
    open_tags: list[tuple[str, bool, bool]] = [("", False, False)]  # name, whether in prose, whether closed

    def link(found: re.Match) -> str:
        meaning = left.pop(found[0], None)
        if meaning is None:
            return found[0]
        return str(LINK.format(address, term_anchor(found[0]), meaning, found[0]))

    for token in tokens:
        if not token.startswith("<"):
            _, prose, closed = open_tags[-1]
            yield known.sub(link, token) if prose and not closed and left else token
            continue
        yield token
        name = NAME.match(token)
        if not name or name[1].lower() in VOID or token.endswith("/>"):
            continue
        if token.startswith("</"):
            _close(open_tags, name[1].lower())
        else:
            _, prose, closed = open_tags[-1]
            closed = closed or name[1].lower() in CLOSED or bool(UNTOUCHED.search(token))
            open_tags.append((name[1].lower(), prose or name[1].lower() in PROSE, closed))


def _close(open_tags: list[tuple[str, bool, bool]], name: str) -> None:
    """Close a tag, and those within it that were left open."""
    while len(open_tags) > 1 and any(held == name for held, *_ in open_tags):
        if open_tags.pop()[0] == name:
            return
