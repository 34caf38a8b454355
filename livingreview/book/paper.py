"""What the foot of a printed page says: what it is, which version, where it stands."""

from __future__ import annotations

import re

from markupsafe import Markup

from livingreview.citation import version_address

# Written as numbers in a CSS string, so that no title ends it, nor the element it stands in.
CSS_UNSAFE = re.compile(r"[\\\"'\n\r\f<>&]")


def edition(record: dict) -> str:
    """Which version a page is of, in words: on paper it cannot be looked up."""
    words = f"Version {record['version']} of {record['date-released']}"
    return f"{words}, a draft: not released yet" if record.get("draft") else words


def foot_style(record: dict, title: str, path: str) -> Markup:
    """The foot of a page of the book, for ``@page`` in lr.css.

    A book without an address leaves that to lr-page.js, which knows where the reader found the page.
    """
    text, address = _foot(record, title, path)
    rules = f"--lr-foot:{css_string(text)}" + (f";--lr-address:{css_string(address)}" if address else "")
    return Markup(f"<style>:root{{{rules}}}</style>")


def named_foot_style(record: dict, title: str, path: str, name: str) -> Markup:
    """The foot of one chapter in a PDF of several: the element with the id `name` has pages of its own."""
    rule = f"@page lr-{name}{{@bottom-left{{content:{css_string(''.join(_foot(record, title, path)))}}}}}"
    return Markup(f"<style>#{name}{{page:lr-{name}}}{rule}</style>")


def _foot(record: dict, title: str, path: str) -> tuple[str, str]:
    """Title and version, and the address behind them; '' while the book has none."""
    whole, address = record["title"], version_address(record, path)
    title = whole if whole.startswith(title) else f"{title}. In: {whole}"
    return f"{title}\n{edition(record)}", f" · {address}" if address else ""


def css_string(text: str) -> str:
    """A text as a CSS string."""
    return '"' + CSS_UNSAFE.sub(lambda found: f"\\{ord(found[0]):x} ", text) + '"'
