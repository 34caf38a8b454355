"""The flow of records as a picture of its own: an SVG that any browser, word processor or journal takes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from livingreview.surveillance.flow import Arm, Flow

_WIDTH, _GAP, _LINE, _PAD, _CHARS = 250, 34, 17, 9, 36
_WAYS = {"databases": "Databases and registers", "others": "Other methods"}


class Box(NamedTuple):
    """What a box says: its title with its count, and the parts of that."""

    title: str
    count: int
    parts: Sequence[tuple[str, int]] = ()

    def lines(self) -> list[str]:
        """The box in lines that fit into it."""
        texts = [f"{self.title}: {self.count}", *(f"{name}: {count}" for name, count in self.parts)]
        return [line for text in texts for line in textwrap.wrap(text, _CHARS, subsequent_indent="  ")]

    @property
    def height(self) -> int:
        """How high it is."""
        return 2 * _PAD + _LINE * len(self.lines())


Step = tuple[Box, Box | None]  # a box of the way, and what leaves the way there


def draw_svg(flow: Flow, title: str) -> str:
    """The flow as SVG: each way from top to bottom with what leaves it beside it, the included below both."""
    lanes = [(_WAYS[name], _steps(arm)) for name, arm in flow.arms.items() if arm.identified]
    width = max(1, len(lanes)) * (2 * _WIDTH + 2 * _GAP) - _GAP + 2 * _PAD
    shapes = [_text(_left(place), 3 * _LINE, words, bold=True) for place, (words, _) in enumerate(lanes)]
    top, bottoms = 4 * _LINE if lanes else 2 * _LINE, dict.fromkeys(range(len(lanes)), 0)
    for row in range(max((len(steps) for _, steps in lanes), default=0)):
        here = [(place, steps[row]) for place, (_, steps) in enumerate(lanes) if row < len(steps)]
        height = max(box.height for _, step in here for box in step if box)
        for place, (main, side) in here:
            if row:
                shapes.append(_arrow(f"M{_middle(place)} {bottoms[place]}V{top - 2}"))
            shapes += _box(_left(place), top, height, main)
            if side:
                shapes += _box(_beside(place), top, height, side)
                shapes.append(_arrow(f"M{_left(place) + _WIDTH} {top + height // 2}h{_GAP - 2}"))
            bottoms[place] = top + height
        top += height + _GAP
    for place, bottom in bottoms.items():
        across = f"V{top - _GAP // 2}H{_middle(0)}" if place else ""
        shapes.append(_arrow(f"M{_middle(place)} {bottom}{across}V{top - 2}"))
    ends, top = _draw_ends(flow, top)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" viewBox="0 0 {width} {top}" '
        f'role="img" font-family="sans-serif" font-size="13">\n<title>{escape(title)}</title>\n'
        '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="6" refY="4" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker></defs>\n<rect width="100%" height="100%" fill="#fff"/>\n'
    )
    return "\n".join([head + _text(_left(0), _LINE + 4, title, bold=True), *shapes, *ends, "</svg>\n"])


def _draw_ends(flow: Flow, top: int) -> tuple[list[str], int]:
    """What was included newly, before and in all, and what left; with the height at which that ends."""
    news = [
        ("reports of new studies", flow.new_reports),
        ("new reports of earlier studies", flow.more_reports),
        *([("reports included and not entered yet", flow.waiting)] if flow.waiting else []),
    ]
    new = Box("New studies included", flow.new_studies, news)
    whole = Box("Studies included in all", flow.total_studies, [("reports", flow.total_reports)])
    before = Box("Studies included before", flow.previous_studies, [("reports", flow.previous_reports)])
    left = Box("Studies that left", flow.left_studies, [("reports", flow.left_reports)])
    shapes = _box(_left(0), top, new.height, new)
    shapes.append(_arrow(f"M{_middle(0)} {top + new.height}v{_GAP - 2}"))
    top += new.height + _GAP
    height = max(whole.height, before.height)
    shapes += [*_box(_left(0), top, height, whole), *_box(_beside(0), top, height, before)]
    shapes.append(_arrow(f"M{_beside(0)} {top + height // 2}h{2 - _GAP}"))
    top += height + _GAP
    if flow.left_reports:
        shapes += _box(_beside(0), top, left.height, left)
        shapes.append(_arrow(f"M{_middle(0)} {top - _GAP}V{top + left.height // 2}H{_beside(0) - 2}"))
        top += left.height + _GAP
    return shapes, top


def _steps(arm: Arm) -> list[Step]:
    """The way of an arm's records; a step that nobody counted is left out."""
    removed = [("duplicates", arm.duplicates), ("screened before, or held already", arm.known)]
    waits = [("still to be screened", arm.unscreened)] if arm.unscreened else []
    unread = [("still to be read", arm.unread)] if arm.unread else []
    not_read = arm.not_retrieved + arm.unread
    reasons = [
        *sorted(arm.excluded_for.items()),
        *([("kept as context", arm.context)] if arm.context else []),
    ]
    away = sum(count for _, count in reasons)
    gone = Box("Removed before screening", arm.duplicates + arm.known, removed)
    found = Box("Records identified", arm.identified, list(arm.sources.items()))
    steps: list[Step] = [(found, gone if gone.count else None)]
    if arm.screened or arm.unscreened:
        out = Box("Records left out", arm.excluded, waits)
        steps.append((Box("Records screened", arm.screened), out))
    had = Box("Reports not retrieved", not_read, [("could not be had", arm.not_retrieved), *unread])
    steps.append((Box("Reports sought", arm.sought), had if not_read else None))
    steps.append((Box("Reports assessed", arm.assessed), Box("Reports left out", away, reasons)))
    return steps


def _left(place: int) -> int:
    return _PAD + place * (2 * _WIDTH + 2 * _GAP)


def _middle(place: int) -> int:
    return _left(place) + _WIDTH // 2


def _beside(place: int) -> int:
    return _left(place) + _WIDTH + _GAP


def _box(left: int, top: int, height: int, box: Box) -> list[str]:
    frame = (
        f'<rect x="{left}" y="{top}" width="{_WIDTH}" height="{height}" fill="none" stroke="#333" rx="3"/>'
    )
    lines = [
        _text(left + _PAD, top + _PAD + _LINE * (number + 1) - 4, line)
        for number, line in enumerate(box.lines())
    ]
    return [frame, *lines]


def _text(left: int, top: int, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{left}" y="{top}" fill="#111"{weight} xml:space="preserve">{escape(words)}</text>'


def _arrow(path: str) -> str:
    return f'<path d="{path}" stroke="#333" fill="none" marker-end="url(#tip)"/>'
