"""How wide words are, and where they break: no label of a figure is ever cut."""

from __future__ import annotations

import re
from functools import cache

# Advance widths of Arial and Helvetica in thousandths of the font size; what is not here is as wide as an n.
WIDTHS = (
    dict.fromkeys("ijl'|", 222)
    | dict.fromkeys(" !,./:;Ift[]", 278)
    | dict.fromkeys("()-r`", 333)
    | dict.fromkeys("ckJsvxyz", 500)
    | dict.fromkeys("+<=>±", 584)
    | dict.fromkeys("FTZ", 611)
    | dict.fromkeys("ABEKPSVXY&", 667)
    | dict.fromkeys("CDHNRUw", 722)
    | dict.fromkeys("GOQ", 778)
    | dict.fromkeys("mM", 833)
    | {"%": 889, "W": 944, "@": 1015, "–": 556, "—": 1000, "…": 1000, "≥": 549, "≤": 549}
)
OTHER = 556
WIDE_OTHER = 1000  # scripts whose letters are as wide as they are high
SIGNS = "/-–"  # behind which a long word is parted
LONG = 20  # letters of a word that may be parted there, though it finds room on the next line
BOLD = 1.09  # how much wider bold words are, at most
WHOLE = re.compile(r"\(?\bn = \S+|\S+")  # what no line parts: a word, and a number of patients with its sign


@cache
def measure(words: str, size: float = 12, *, bold: bool = False) -> float:
    """Width of some words in pixels; never less than a browser takes, by a hair more."""
    width = sum(WIDTHS.get(letter, OTHER if letter < "\u2e80" else WIDE_OTHER) for letter in words)
    return 1.02 * width * size / 1000 * (BOLD if bold else 1)


def break_lines(words: str, room: float, *, size: float = 12, bold: bool = False) -> list[str]:
    """Words in lines of at most `room` pixels; a longer word is parted, behind a stroke if it has one.

    'n = 23' stays on one line.
    """
    lines: list[str] = []
    line = ""
    for word in WHOLE.findall(words):
        longer = f"{line} {word}" if line else word
        if measure(longer, size, bold=bold) <= room:
            line = longer
            continue
        start = _long_start(word, room - measure(f"{line} ", size, bold=bold), size, bold) if line else 0
        if line:
            lines.append(f"{line} {word[:start]}" if start else line)
        word = word[start:]
        while measure(word, size, bold=bold) > room:
            fits = next((n for n in range(len(word), 1, -1) if measure(word[:n], size, bold=bold) <= room), 1)
            fits = max(word.rfind(sign, 0, fits) + 1 for sign in SIGNS) or fits
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line] if line or not lines else lines


def _long_start(word: str, room: float, size: float, bold: bool) -> int:
    """How many letters of a long word find room, up to one of `SIGNS`; 0 where it stays whole."""
    ends = [place for place, letter in enumerate(word[:-1], 1) if letter in SIGNS]
    fit = [end for end in ends if measure(word[:end], size, bold=bold) <= room]
    return max(fit, default=0) if len(word) >= LONG else 0
