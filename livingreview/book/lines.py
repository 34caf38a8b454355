"""What stands around a word: lines of prose for the search's results, and a page's first words for its links.

A page opened from disk may load a script, but not read another page; so the lines stand in a script of their
own, which only the search page loads.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from livingreview.display.html import inert_json

SCRIPT = "search-lines.js"
ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
PIECE = re.compile(
    r'<section id="(?P<anchor>[^"]+)"'
    r"|<h[1-6]\b[^>]*>(?P<heading>.*?)</h[1-6]>"
    r"|<(?P<tag>p|li)\b(?P<about>[^>]*)>(?P<text>.*?)</(?P=tag)>",
    re.DOTALL,
)
# A mark behind a figure is no letter of its line, where no legend stands.
NOT_READ = re.compile(
    r'<a class="headerlink".*?</a>|<script.*?</script>|<svg.*?</svg>|<sup class="lr-mark">.*?</sup>',
    re.DOTALL,
)
SKIPPED = ("lr-copied", "lr-empty", "lr-card", "prev-next")
LEAST, MOST = 40, 600  # characters of a line that tells something; of what is kept of it
DESCRIPTION = 200  # characters that services show of a page


def plain(markup: str) -> str:
    """Words of some HTML, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", NOT_READ.sub("", markup))).split())


def read_lines(page: str) -> list[tuple[str, str, str]]:
    """(anchor of its section, the section's heading, words) of each line of prose of a page."""
    article = ARTICLE.search(page)
    anchor = heading = ""
    found = []
    for piece in PIECE.finditer(article[0] if article else ""):
        if piece["anchor"]:
            anchor = piece["anchor"]
        elif piece["heading"]:
            heading = plain(piece["heading"]).removesuffix("#")
        elif not any(name in piece["about"] for name in SKIPPED):
            words = plain(piece["text"])
            found += [(anchor, heading, words[:MOST])] if len(words) >= LEAST else []
    return found


def describe_page(body: str) -> str:
    """The first words of a page, cut at a word; '' where it has no prose."""
    texts = (plain(text) for text in re.findall(r"<p>(.*?)</p>", body, re.DOTALL))
    words = next((text for text in texts if len(text) >= LEAST), "")
    return (
        words if len(words) <= DESCRIPTION else words[:DESCRIPTION].rpartition(" ")[0].rstrip(" ,;:") + " …"
    )


def write_lines(out: Path, terms: Mapping[str, str]) -> None:
    """The script of a built book: lines of prose of its chapters, and what its abbreviations mean."""
    pages = {f"chapters/{path.stem}": path for path in sorted((out / "chapters").glob("*.html"))}
    reports = {
        f"chapters/reports/{path.stem}": path
        for path in sorted((out / "chapters" / "reports").glob("*.html"))
    }
    lines = {name: list(_once(read_lines(path.read_text(encoding="utf-8")))) for name, path in pages.items()}
    named = {name: _reference(path.read_text(encoding="utf-8")) for name, path in reports.items()}
    told = f"lrLines({inert_json({'lines': lines, 'reports': named, 'terms': dict(terms)})});\n"
    path = out / "_static" / SCRIPT
    if not path.is_file() or path.read_text(encoding="utf-8") != told:
        path.write_text(told, encoding="utf-8")


def _reference(page: str) -> str:
    """A report's reference, as its page gives it to who cites a row; '' where it does not."""
    found = re.search(r'data-source="(.*?) \N{EM DASH} cited in: ', page)
    return html.unescape(found[1]) if found else ""


def _once(lines: list[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Each line where its words first stand."""
    seen: set[str] = set()
    for line in lines:
        if line[2] not in seen:
            seen.add(line[2])
            yield line
