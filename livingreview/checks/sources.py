"""Is every printed fragment really in the source text?"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from livingreview.checks.checked import Checked
from livingreview.checks.problems import Problem, quote

JOINER = "…"
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
    bare = source.replace("-", "")
    return all(
        (part := normalise(item)) in source or part.replace("-", "") in bare
        for item in fragments(as_reported)
    )


def check_sources(checked: Checked, folder: Path) -> Iterator[Problem]:
    """Compare every `as_reported` of every report whose text is in `folder` (``<report_id>.txt``)."""
    texts = {path.stem: normalise(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.txt"))}
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
