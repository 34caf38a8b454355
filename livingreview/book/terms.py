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
IN_LINK = frozenset({"a"})
# Where no link may stand, or no word but what is there.
CLOSED = frozenset(
    {"a", "abbr", "button", "code", "h1", "h2", "h3", "h4", "h5", "h6", "label", "math", "pre", "script"}
    | {"select", "style", "summary", "svg", "thead"}
)
UNTOUCHED = re.compile(
    r'class="[^"]*\b(?:lr-copied|lr-figure|lr-number|lr-references|lr-term)\b|id="term-'
    r'|data-label="As printed"'
)
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "col"})
ARTICLE = re.compile(r"(<article\b.*?</article>)", re.DOTALL)
TAG = re.compile(r"(<[^>]*>)")
NAME = re.compile(r"</?([a-z0-9]+)", re.IGNORECASE)
MEANING = Markup('<abbr title="{}">{}</abbr>')
LINK = Markup('<a class="lr-term" href="{}#{}">') + MEANING + Markup("</a>")


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

    A term that is first used in a link is explained there, without a link of its own, and again at its first
    use outside of one.

    Parameters
    ----------
    address : str
        The page with the glossary, seen from this one.
    """
    if not terms:
        return html
    parts = ARTICLE.split(html, maxsplit=1)
    if len(parts) == 3:
        parts[1] = "".join(_explain(TAG.split(parts[1]), terms, address))
    return "".join(parts)


def _explain(tokens: list[str], terms: Mapping[str, str], address: str):
    """Tags and texts, each term explained where it is first used outside links, and in one before that."""
    known = re.compile(
        rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(terms, key=len, reverse=True)))})(?![\w-])"
    )
    left, unnamed = dict(terms), set(terms)  # what is not explained yet, and not even in a link
    # Name, whether in prose, whether in the head of a row, and in which elements that take no explanation.
    open_tags: list[tuple[str, bool, bool, frozenset[str]]] = [("", False, False, frozenset())]

    def explain(found: re.Match) -> str:
        unnamed.discard(found[0])
        if found[0] not in left:
            return found[0]
        return str(LINK.format(address, term_anchor(found[0]), left.pop(found[0]), found[0]))

    def name_in_link(found: re.Match) -> str:
        if found[0] not in unnamed:
            return found[0]
        unnamed.discard(found[0])
        return str(MEANING.format(terms[found[0]], found[0]))

    for token in tokens:
        _, prose, head, closed = open_tags[-1]
        if not token.startswith("<"):
            if prose and not closed:
                yield known.sub(explain, token)
            else:
                yield known.sub(name_in_link, token) if (prose or head) and closed == IN_LINK else token
            continue
        yield token
        name = NAME.match(token)
        if not name or name[1].lower() in VOID or token.endswith("/>"):
            continue
        if token.startswith("</"):
            _close(open_tags, name[1].lower())
        else:
            tag = name[1].lower()
            closed |= ({tag} & CLOSED) | ({"untouched"} if UNTOUCHED.search(token) else set())
            open_tags.append((tag, prose or tag in PROSE, head or tag == "th", closed))


def _close(open_tags: list[tuple[str, bool, bool, frozenset[str]]], name: str) -> None:
    """Close a tag, and those within it that were left open."""
    while len(open_tags) > 1 and any(held == name for held, *_ in open_tags):
        if open_tags.pop()[0] == name:
            return
