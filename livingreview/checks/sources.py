"""Is every printed fragment really in the source text?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote

JOINER = "…"
# Where a page of the text begins: a form feed, as pdftotext leaves it, or a line such as [page 12].
_FEED, _MARK = "\f", re.compile(r"^[ \t]*\[page (\d+)\][ \t]*$", re.MULTILINE | re.IGNORECASE)
# Hyphen, non-breaking hyphen, figure dash, en and em dash, minus.
_DASHES = dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2212), "-")


def normalise(text: str) -> str:
    """Text as compared: one kind of dash and blank, words joined over line ends, no ligature, no mark-up."""
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    text = re.sub(r"(?<=\w)-\s*\n\s*(?=\w)", "-", text)
    text = re.sub(r"\\geq\b", "≥", text)
    text = re.sub(r"\\times\b", "\u00d7", text)
    text = re.sub(r"\\pm\b", "±", text)
    text = re.sub(r"[$*\\{}^_]", "", text)
    return re.sub(r"\s+", "", text).casefold()


def fragments(as_reported: str) -> list[str]:
    """The parts of an `as_reported` cell, in printed order."""
    return [part.strip() for part in as_reported.split(JOINER) if part.strip()]


def is_in_source(as_reported: str, source: str) -> bool:
    """Whether every fragment stands in the (normalised) source text.

    A hyphen at a line end may belong to the word or to the page: hyphens are compared with and without.
    """
    return _holds(fragments(as_reported), source)


def _holds(parts: Iterable[str], source: str) -> bool:
    bare = source.replace("-", "")
    return all((part := normalise(item)) in source or part.replace("-", "") in bare for item in parts)


@dataclass(frozen=True)
class Source:
    """A source text as it is compared.

    Attributes
    ----------
    whole : str
        All of it: a fragment may run over the end of a page.
    pages : dict of int to str
        Number of a page -> its part; none where the text does not mark them.
    """

    whole: str
    pages: dict[int, str]

    def pages_with(self, as_reported: str) -> list[int]:
        """The pages on which every fragment stands; of fragments on several, those of the first."""
        parts = fragments(as_reported)
        for wanted in (parts, parts[:1]):
            if wanted and (found := [n for n, text in self.pages.items() if _holds(wanted, text)]):
                return found
        return []


def read_source(text: str) -> Source:
    """A source text with its pages: form feeds are counted from 1, lines [page N] give their number."""
    if _MARK.search(text):
        _, *rest = _MARK.split(text)
        pages: dict[int, str] = {}
        for number, part in zip(map(int, rest[::2]), rest[1::2], strict=True):
            pages[number] = pages.get(number, "") + part
    else:
        parts = text.removesuffix(_FEED).split(_FEED)
        pages = dict(enumerate(parts, 1)) if _FEED in text else {}
    whole = normalise(_MARK.sub("", text))
    return Source(whole, {number: normalise(part) for number, part in pages.items()})


def read_sources(folder: Path) -> dict[str, Source]:
    """The texts of a folder, ``<report_id>.txt``, by report."""
    return {path.stem: read_source(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.txt"))}


def check_sources(checked: Checked, folder: Path) -> Iterator[Problem]:
    """Compare every `as_reported` of every report whose text is in `folder` (``<report_id>.txt``)."""
    texts = {name: source.whole for name, source in read_sources(folder).items()}
    for table, line, row in checked.rows("as_reported", "report_id"):
        source = texts.get(row["report_id"])
        if source is not None and not is_in_source(str(row["as_reported"]), source):
            yield checked.problem(
                table,
                line,
                "as_reported",
                "not-in-source",
                quote(row["as_reported"]),
                f"a fragment of {row['report_id']}.txt",
                "copy the figure exactly as printed; join fragments with ' … '",
            )
    for column in ("value_a", "value_b"):
        for at, cells in checked.frames["discrepancies"].dropna(subset=[column]).iterrows():
            source = texts.get(cells["report_id"])
            quoted = re.findall(r"“([^”]*)”", cells[column])
            if source is not None and not all(is_in_source(item, source) for item in quoted):
                yield checked.problem(
                    "discrepancies",
                    at,
                    column,
                    "not-in-source",
                    quote(cells[column]),
                    "what is in “ ” to stand in the source",
                    "copy it exactly as printed",
                )
