"""What is done to every finished page: no off-site resource, no needless script, mathematics as MathML, known accessibility faults mended."""

from __future__ import annotations

import json
import re

from docutils import nodes
from latex2mathml.converter import convert
from markupsafe import escape

# Scripts and links the theme adds that the book does not need: the icon font already draws the icons, and nothing runs in a remote kernel.
DROPPED = tuple(re.compile(pattern, re.S) for pattern in (
    r'<script[^>]*src="[^"]*fontawesome[^"]*\.js[^"]*"[^>]*></script>\s*',
    r'<link[^>]*rel="preload"[^>]*fontawesome[^>]*>\s*',
    r"<script>const THEBE_JS_URL.*?</script>\s*",
    r'<script[^>]*sphinx-thebe\.js[^>]*></script>\s*',
    r'<link[^>]*sphinx-thebe\.css[^>]*>\s*',
))
# (fault of the theme or of MyST-NB, mend): most were reported by axe-core on a stock page.
MENDED = tuple((re.compile(pattern), text) for pattern, text in (
    (r'(<summary) aria-label="Toggle hidden content"', r"\1"),
    (r'(<button class="[^"]*search-button-field[^>]*?)\s+title="[^"]*"\s+aria-label="[^"]*"([^>]*?)\s*data-bs-toggle="tooltip"', r"\1\2"),
    # Sphinx adds a checksum to this file's address only where the file is there already: the name holds one anyway.
    (r"(mystnb\.[0-9a-f]{64}\.css)\?v=[0-9a-f]+", r"\1"),
    (r'<summary><span class="toctree-toggle"', '<summary aria-label="Show the pages of this section"><span class="toctree-toggle"'),
    (r'<div class="sidebar-primary-items__start ', '<div role="region" aria-label="Site" class="sidebar-primary-items__start '),
))
OFFSITE = re.compile(
    r'<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\bsrc="(?:https?:)?//[^"]*"'
    r'|<link\b[^>]*rel="(?:stylesheet|preload|modulepreload|icon|preconnect|dns-prefetch)"[^>]*href="(?:https?:)?//[^"]*"'
    r"|@import\s+url\([\"']?https?://"
)


def finish_page(text: str) -> tuple[str, list[str]]:
    """A page as it is published, and what is wrong with it."""
    for pattern in DROPPED:
        text = pattern.sub("", text)
    for pattern, replacement in MENDED:
        text = pattern.sub(replacement, text)
    return text, [f"loads something from another site: {match.group(0)[:120]}" for match in OFFSITE.finditer(text)]


def settle_search_index(text: str) -> str:
    """Sphinx's search index in one order, whatever order the pages were read in.

    Its lists of places grow in reading order, so an incremental build would differ from a fresh one.
    """
    start, end = text.index("{"), text.rindex("}") + 1
    index = json.loads(text[start:end])
    for name in ("alltitles", "indexentries"):
        index[name] = {title: sorted(places, key=lambda place: (place[0], str(place[1]))) for title, places in index.get(name, {}).items()}
    for name in ("terms", "titleterms"):  # words that no page holds any more stay behind with an empty list
        index[name] = {word: places for word, places in index.get(name, {}).items() if places != []}
    return text[:start] + json.dumps(index, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + text[end:]


def settle_search_options(text: str) -> str:
    """Sphinx's options with excerpts of what a search finds only where other pages can be read whole: not from disk, not in a kept version."""
    return text.replace("SHOW_SEARCH_SUMMARY: true", "SHOW_SEARCH_SUMMARY: location.protocol !== 'file:' && !globalThis.lrPlace")


def math_renderer() -> tuple:
    """Sphinx visitors that write mathematics as MathML, which browsers draw without a script."""
    return (_visit_inline, None), (_visit_block, None)


def _mathml(tex: str, display: str) -> str:
    tex = re.sub(r"\\label\{[^}]*\}|\\nonumber|\\notag", "", tex)
    return convert(tex, display=display).replace("<math ", f'<math alttext="{escape(tex.strip())}" ', 1)


def _visit_inline(self, node) -> None:
    self.body.append(f'<span class="math">{_mathml(node.astext(), "inline")}</span>')
    raise nodes.SkipNode


def _visit_block(self, node) -> None:
    self.body.append(f'<div class="math" tabindex="0">{_mathml(node.astext(), "block")}</div>')
    raise nodes.SkipNode
