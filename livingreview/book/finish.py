"""What is done to finished pages because nothing before them can do it, and what is looked for in them.

What a page loads and how it is built is said in ``theme/`` and ``_config.yml``. Three things remain:
the numbers of a page's figures and the hashes of its own scripts in its policy, which exist once the page
does, and the order of the search index.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from itertools import count

from docutils import nodes
from latex2mathml.converter import convert
from markupsafe import Markup, escape

OFFSITE = re.compile(
    r'<(?:script|img|iframe|source|audio|video|embed)\b[^>]*\bsrc="(?:https?:)?//[^"]*"'
    r'|<link\b[^>]*rel="(?:stylesheet|preload|modulepreload|icon|preconnect|dns-prefetch)"[^>]*href="(?:https?:)?//[^"]*"'
    r"|@import\s+url\([\"']?https?://"
)
INLINE = re.compile(
    r'<script(?![^>]*\bsrc=)(?![^>]*\btype="(?:application/|text/x-))[^>]*>(.*?)</script>', re.DOTALL
)
NUMBER = re.compile(r'(<a class="lr-number" href="[^"]*">Figure)(?: \d+\.)?(</a>)')
HANDLER = re.compile(r'<[a-z][^<>]*\son[a-z]+="[^"]*"|<a\b[^>]*href="javascript:[^"]*"')
# Firefox does not count files beside a page opened from disk as the page's own, so they are named;
# a page from a server cannot load them.
OWN = "'self' file:"
POLICY = re.compile(
    rf"""(<meta http-equiv="Content-Security-Policy" content="[^"]*script-src {OWN})[^;"]*([^"]*">)"""
)


def policy_tag() -> Markup:
    """The Content-Security-Policy of every page: nothing from another site, no script but the book's own.

    `finish_page` adds the hashes of the scripts that stand in the page itself.
    """
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {OWN}",
            f"style-src {OWN} 'unsafe-inline'",
            f"img-src {OWN} data:",
            f"font-src {OWN}",
            "connect-src 'self'",
            f"form-action {OWN}",
            "base-uri 'none'",
        )
    )
    return Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n')


def finish_page(text: str) -> tuple[str, list[str]]:
    """A page as it is published, and what is wrong with it."""
    hashes = {
        base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in INLINE.findall(text)
    }
    sources = "".join(f" 'sha256-{value}'" for value in sorted(hashes))
    text = number_figures(text)
    text, filled = POLICY.subn(lambda found: found[1] + sources + found[2], text)
    problems = (
        [] if filled == 1 else [f"holds {filled} Content-Security-Policies with sources of scripts, not one"]
    )
    problems += [
        f"loads something from another site: {match.group(0)[:120]}" for match in OFFSITE.finditer(text)
    ]
    problems += [
        f"has code in an attribute, which the page's policy forbids: {match.group(0)[:120]}"
        for match in HANDLER.finditer(text)
    ]
    return text, problems


def number_figures(text: str) -> str:
    """A page with its figures numbered in reading order.

    In the text itself: a counter of the style sheet could not be copied, and begins anew in a closed fold.
    """
    numbers = count(1)
    return NUMBER.sub(lambda found: f"{found[1]} {next(numbers)}.{found[2]}", text)


def lead_to(address: str, title: str) -> str:
    """A page that only leads to another; a reader whose browser does not follow finds a link."""
    address, title = escape(address), escape(title)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n{policy_tag()}'
        f'<meta http-equiv="refresh" content="0; url={address}">\n<title>{title}</title>\n</head>\n'
        f'<body><p><a href="{address}">{title}</a></p></body>\n</html>\n'
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
