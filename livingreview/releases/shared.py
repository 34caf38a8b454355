"""Pages that share their parts: what two versions have in common is stored once, named by its content.

A kept page holds its own words and the tags by which it is cited. Its frame, tables and charts go into files
named by their hash, which the page takes in as it is read: as scripts, since a page opened from disk may load
scripts and pictures and nothing else. Without script a reader gets each table or chart as a link to a page of
its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

LEAST = 400  # characters below which a part stays in its page
RUN = 8  # elements in a part, on average, where nothing stands between them
MOST = 6000  # characters from which an element is a part of its own
# Numbered lists stay: a chapter's conclusions are one.
ELEMENT = re.compile(r"<(?:figure|details|table|dl|ul|pre|form)\b")
HINT = re.compile(r'<!--.*?-->|<link [^>]*rel="preload"[^>]*>|(?<=\n)\s+', re.DOTALL)
SCRIPT = re.compile(r"\s*<script(?![^>]*ld\+json).*?</script>", re.DOTALL)
ARTICLE, ARTICLE_END = '<article class="bd-article">', "</article>"
LINK = re.compile(r'\b(href|src)="([^":?#]+)(\?[^"#]*)?(#[^"]*)?"')
STYLE_LINK = re.compile(r"""url\(["']?(?!data:)([^"')?#]+)[^)]*\)|(?<=@import )["']([^"'?#]+)[^"']*["']""")
SHOWN = re.compile(r"<(?:figcaption|caption|summary)[^>]*>(.*?)</(?:figcaption|caption|summary)>", re.DOTALL)


class SharedFolder:
    """The site's folder of shared files; a file is written once and never changed."""

    def __init__(self, folder: Path):
        self.folder = folder

    def keep(self, content: bytes, name: str) -> str:
        """Store some content; `name` ends the file's name. Returns its path inside the folder."""
        path = f"{hashlib.sha256(content).hexdigest()[:16]}{name}"
        target = self.folder / path
        if not target.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        return path

    def keep_file(self, book: Path, name: str) -> str:
        """Store a file of the book; a style sheet with what it names."""
        if name.endswith(".css"):
            return self.keep_style(book, name)
        return self.keep((book / name).read_bytes(), f"/{PurePosixPath(name).name}")

    def keep_style(self, book: Path, name: str) -> str:
        """Store a style sheet with the pictures and fonts it names."""

        def replace(match: re.Match) -> str:
            path = os.path.normpath(PurePosixPath(name).parent / (match[1] or match[2]))
            return f"url(../{self.keep_file(book, path)})" if (book / path).is_file() else match[0]

        text = STYLE_LINK.sub(replace, (book / name).read_text(encoding="utf-8"))
        return self.keep(text.encode(), f"/{PurePosixPath(name).name}")


def share_page(text: str, up: str, shared: SharedFolder) -> str:
    """A page whose heavy parts stand in the shared folder.

    Parameters
    ----------
    up : str
        The way from the page to the shared folder, for example ``../../../shared/``.
    """
    if ARTICLE not in text:
        return text  # the search page and the index, small both
    head, body, start, article, rest = re.fullmatch(
        rf"(.*?</head>)(\s*<body[^>]*>)(.*?)({re.escape(ARTICLE)}.*{ARTICLE_END})(.*)</body>.*",
        text,
        re.DOTALL,
    ).groups()
    scripts = "".join(SCRIPT.findall(head))
    head = HINT.sub("", SCRIPT.sub("", head)).replace("</head>", f"{_take_in(scripts, up, shared)}\n</head>")
    start, rest = (_take_in(part, up, shared) for part in (start, rest))
    return f"{head}{body}\n{start}\n{share_elements(article, up, shared)}\n{rest}\n</body>\n</html>\n"


def share_elements(text: str, up: str, shared: SharedFolder) -> str:
    """The words of a page with its tables, charts and lists in the shared folder."""
    done, position = [], 0
    for start, end in find_parts(text):
        done += [text[position:start], _share_part(text[start:end], up, shared)]
        position = end
    return "".join([*done, text[position:]])


def _share_part(part: str, up: str, shared: SharedFolder) -> str:
    if len(part) < LEAST:
        return part
    return _take_in(part, up, shared) + _without_script(part, up, shared)


def find_parts(text: str) -> list[list[int]]:
    """Start and end of each part to be shared: an element, or some with nothing but headings between them.

    How many is told by the elements' own content, so that one more or less moves the seams beside it only.
    """
    parts, joins, position = [], False, 0
    while match := ELEMENT.search(text, position):
        start, end = match.start(), find_end(text, match.start())
        between = text[position:start]
        small = end - start < MOST
        if joins and small and len(between) < LEAST and "<p" not in between:
            parts[-1][1] = end
        else:
            parts.append([start, end])
        joins, position = small and zlib.crc32(text[start:end].encode()) % RUN > 0, end
    return parts


def find_end(text: str, start: int) -> int:
    """Where the element that opens at `start` ends."""
    tag = re.compile(r"<(\w+)").match(text, start)[1]
    depth = 0
    for match in re.compile(rf"<(/?){tag}\b").finditer(text, start):
        depth += -1 if match[1] else 1
        if not depth:
            return text.index(">", match.end()) + 1
    msg = f"<{tag}> does not end: {text[start : start + 80]!r}"
    raise ValueError(msg)


def relink(text: str, page: str, find: Callable[[str], str | None]) -> str:
    """Addresses of files that are shared, replaced.

    Parameters
    ----------
    page : str
        Path of the page inside the book.
    find : callable
        Takes a path inside the book; gives the new address seen from the page, or None to leave it.
    """
    here = PurePosixPath(page).parent

    def replace(match: re.Match) -> str:
        new = find(os.path.normpath(here / match[2]))
        return match[0] if new is None else f'{match[1]}="{new}{match[4] or ""}"'

    return LINK.sub(replace, text)


def _take_in(part: str, up: str, shared: SharedFolder) -> str:
    # Writing into the page while it is read is the one way that takes any piece of it, scripts too, and needs
    # no server. The script then goes, so that a saved copy of the page does not take its parts in twice.
    words = json.dumps(part, ensure_ascii=False).replace("</", "<\\/")
    code = f"(me => {{ document.write({words}); me.remove(); }})(document.currentScript);\n"
    return f'<script src="{up}{shared.keep(code.encode(), ".js")}"></script>'


def _without_script(part: str, up: str, shared: SharedFolder) -> str:
    """What a reader without script gets: a link to the part on a page of its own."""
    words = re.sub(
        r"<script.*?</script>|</?a\b[^>]*>|<(details)\b",
        lambda match: f"<{match[1]} open" if match[1] else "",
        part,
        flags=re.DOTALL,
    )
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Part of a page</title></head>'
        f"<body>{words}</body></html>"
    )
    shown = SHOWN.findall(part)
    title = re.sub(r"(?:<[^>]*>|\s)+", " ", shown[0]).strip() if shown else "This part of the page"
    if len(shown) > 1:
        title += " …"
    return f'<noscript><p><a href="{up}{shared.keep(page.encode(), ".html")}">{title}</a></p></noscript>'
