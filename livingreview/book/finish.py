"""What is done to every finished page: no off-site resource, no needless script and a policy that allows no other, mathematics as MathML, known accessibility faults mended."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from docutils import nodes
from latex2mathml.converter import convert
from markupsafe import escape

# Scripts and links the theme adds that the book does not need: the icon font already draws the icons, and nothing runs in a remote kernel.
DROPPED = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r'<script[^>]*src="[^"]*fontawesome[^"]*\.js[^"]*"[^>]*></script>\s*',
        r'<link[^>]*rel="preload"[^>]*fontawesome[^>]*>\s*',
        r"<script>const THEBE_JS_URL.*?</script>\s*",
        r"<script[^>]*sphinx-thebe\.js[^>]*></script>\s*",
        r"<link[^>]*sphinx-thebe\.css[^>]*>\s*",
        r'<script type="text/x-thebe-config">.*?</script>\s*',
        r"<script>kernelName = '[^']*'</script>\s*",
        r'(?<=/>)<meta name="viewport"[^>]*>(?=\s*<meta)',  # said twice
        r'<meta http-equiv="Content-Security-Policy"[^>]*>\n?',  # of an earlier finish
    )
)
# What a page must hold to need them: scripts and styles of panels, of folds and of code that can be copied.
UNNEEDED = tuple(
    (re.compile(need), tuple(re.compile(pattern, re.DOTALL) for pattern in patterns))
    for need, patterns in (
        (
            r'class="[^"]*\bsd-',
            (r"<link[^>]*sphinx-design[^>]*>\s*", r"<script[^>]*design-tabs\.js[^>]*></script>\s*"),
        ),
        (
            r'class="[^"]*\b(?:toggle|dropdown admonition|admonition dropdown)[ "]',
            (
                r"<link[^>]*togglebutton\.css[^>]*>\s*",
                r"<script[^>]*togglebutton\.js[^>]*></script>\s*",
                r"<script>(?:let toggle\w+|var togglebuttonSelector) = '[^']*';</script>\s*",
            ),
        ),
        (
            r'class="[^"]*\bhighlight[ "]',
            (
                r"<link[^>]*copybutton\.css[^>]*>\s*",
                r"<script[^>]*(?:copybutton|clipboard\.min)\.js[^>]*></script>\s*",
            ),
        ),
    )
)
# (fault of the theme or of MyST-NB, mend): most were reported by axe-core on a stock page.
MENDED = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r'(<summary) aria-label="Toggle hidden content"', r"\1"),
        (
            r'(<button class="[^"]*search-button-field[^>]*?)\s+title="[^"]*"\s+aria-label="[^"]*"([^>]*?)\s*data-bs-toggle="tooltip"',
            r"\1\2",
        ),
        # Sphinx adds a checksum to this file's address only where the file is there already: the name holds one anyway.
        (r"(mystnb\.[0-9a-f]{64}\.css)\?v=[0-9a-f]+", r"\1"),
        (
            r'<summary><span class="toctree-toggle"',
            '<summary aria-label="Show the pages of this section"><span class="toctree-toggle"',
        ),
        # The policy allows no code in attributes; lr-page.js listens instead.
        (r'onclick="window\.print\(\)"', "data-lr-print"),
        (
            r'<div class="sidebar-primary-items__start ',
            '<div role="region" aria-label="Site" class="sidebar-primary-items__start ',
        ),
    )
)
OFFSITE = re.compile(
    r'<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\bsrc="(?:https?:)?//[^"]*"'
    r'|<link\b[^>]*rel="(?:stylesheet|preload|modulepreload|icon|preconnect|dns-prefetch)"[^>]*href="(?:https?:)?//[^"]*"'
    r"|@import\s+url\([\"']?https?://"
)
INLINE = re.compile(
    r'<script(?![^>]*\bsrc=)(?![^>]*\btype="(?:application/|text/x-))[^>]*>(.*?)</script>', re.DOTALL
)
HANDLER = re.compile(r'<[a-z][^<>]*\son[a-z]+="[^"]*"|<a\b[^>]*href="javascript:[^"]*"')
# Firefox does not count files beside a page opened from disk as the page's own, so they are named; a page from a server cannot load them.
OWN = "'self' file:"


def finish_page(text: str) -> tuple[str, list[str]]:
    """A page as it is published, and what is wrong with it."""
    for pattern in DROPPED:
        text = pattern.sub("", text)
    for need, patterns in UNNEEDED:
        if not need.search(text):
            for pattern in patterns:
                text = pattern.sub("", text)
    for pattern, replacement in MENDED:
        text = pattern.sub(replacement, text)
    problems = [
        f"loads something from another site: {match.group(0)[:120]}" for match in OFFSITE.finditer(text)
    ]
    problems += [
        f"has code in an attribute, which the page's policy forbids: {match.group(0)[:120]}"
        for match in HANDLER.finditer(text)
    ]
    return add_policy(text), problems


def add_policy(text: str) -> str:
    """A page with its Content-Security-Policy: nothing from another site, no script but the book's own and those that stand in the page now."""
    hashes = {
        base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in INLINE.findall(text)
    }
    policy = "; ".join(
        (
            "default-src 'none'",
            " ".join((f"script-src {OWN}", *(f"'sha256-{value}'" for value in sorted(hashes)))),
            f"style-src {OWN} 'unsafe-inline'",
            f"img-src {OWN} data:",
            f"font-src {OWN}",
            "connect-src 'self'",
            f"form-action {OWN}",
            "base-uri 'none'",
        )
    )
    tag = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    return re.sub(r"(<head>\s*<meta charset=[^>]*>\s*)", lambda found: found[1] + tag, text, count=1)


def lead_to(address: str, title: str) -> str:
    """A page that only leads to another; a reader whose browser does not follow finds a link."""
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="refresh" content="0; url={escape(address)}">\n<title>{escape(title)}</title>\n</head>\n'
        f'<body><p><a href="{escape(address)}">{escape(title)}</a></p></body>\n</html>\n'
    )


def settle_search_index(text: str) -> str:
    """Sphinx's search index in one order, whatever order the pages were read in.

    Its lists of places grow in reading order, so an incremental build would differ from a fresh one.
    """
    start, end = text.index("{"), text.rindex("}") + 1
    index = json.loads(text[start:end])
    for name in ("alltitles", "indexentries"):
        index[name] = {
            title: sorted(places, key=lambda place: (place[0], str(place[1])))
            for title, places in index.get(name, {}).items()
        }
    for name in ("terms", "titleterms"):  # words that no page holds any more stay behind with an empty list
        index[name] = {word: places for word, places in index.get(name, {}).items() if places != []}
    return (
        text[:start]
        + json.dumps(index, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        + text[end:]
    )


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
