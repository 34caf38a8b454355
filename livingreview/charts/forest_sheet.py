"""Where the marks of the compact forest stand, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from livingreview.charts.forest_rows import CONTEXT, NO_COUNT, Block, Line, Pool, say_counted
from livingreview.charts.sheet import LEADING, PERCENT, QUIET, SMALL, SMALL_LEADING, Sheet, wrap
from livingreview.charts.words import measure

ROW = 26  # pixels a row of one line takes
OUTCOME, EVENTS = 262, 52  # desk: where outcomes begin, room for counts behind them
OUTCOMES = (56, 76, 98, 138)  # desk: room for the words of an outcome, the least that breaks few
LABEL = 138  # phone: room for words
SHARES = "% [95% CI]"
APART = 8  # pixels over a lesser heading, which belongs to what follows
OTHERS = f"{CONTEXT}: other regimens, control arms and historical rates"


@dataclass(frozen=True)
class _Forest:
    """A sheet, the plot's edges, where shares and reasons begin, and on a phone the letters of reasons.

    `outcomes` is the room for what was counted on a desk; `color` that of the marks in hand.
    """

    sheet: Sheet
    reasoned: bool
    letters: dict[str, str]
    outcomes: float
    color: str = "treated"

    @property
    def count(self) -> float:
        return OUTCOME + self.outcomes + EVENTS

    @property
    def left(self) -> float:
        return 146 if self.sheet.phone else self.count + 16

    @property
    def right(self) -> float:
        return 288 if self.sheet.phone else 620 if self.reasoned else 750

    @property
    def share(self) -> float:
        return self.right + 14

    @property
    def reason(self) -> float:
        return self.share + 88

    def x(self, value: float) -> float:
        return self.left + (self.right - self.left) * value / 100


def lay_out_forest(sheet: Sheet, blocks: Sequence[Block], axis: str) -> None:
    """Put a forest on a sheet; why rows are not pooled stands there only where others are."""
    pooled = any(block.pools for block in blocks)
    lines = [line for block in blocks for line in block.lines]
    reasons = dict.fromkeys(line.reason for line in lines if line.reason)
    letters = dict(zip(reasons, ascii_lowercase, strict=False)) if sheet.phone and pooled else {}
    forest = _Forest(sheet, pooled and bool(reasons), letters, _room_for_outcomes(lines))
    _draw_head(forest, axis)
    for before, block in zip([None, *blocks], blocks, strict=False):
        sheet.may_break()
        if before and block.context and not before.context:
            sheet.height += 12
            sheet.line(0, sheet.height, sheet.width, sheet.height)
            sheet.height += 4 + sheet.block(
                0, sheet.height + 12, OTHERS, sheet.width, bold=True, color="control"
            )
        _draw_block(replace(forest, color="control" if block.context else "treated"), block)
    for tick in PERCENT:
        words = f"{tick}%" if tick == 0 else tick
        sheet.text(forest.x(tick), sheet.height + 10, words, align="center", **QUIET)
    sheet.height += 34
    _draw_key(sheet, blocks, letters)


def _room_for_outcomes(lines: Sequence[Line]) -> float:
    """The least room in which of ten rows at most one takes more lines than in the widest."""

    def taken(room: float) -> int:
        return sum(len(wrap(line.outcome, room)) + len(wrap(line.whom, room, size=SMALL)) for line in lines)

    return next(room for room in OUTCOMES if taken(room) - taken(OUTCOMES[-1]) <= len(lines) / 10)


def _draw_block(forest: _Forest, block: Block) -> None:
    """A heading with its rows; a lesser heading stands apart from the row above it."""
    sheet = forest.sheet
    sheet.height += 8
    sheet.height += sheet.block(0, sheet.height + 10, block.title, sheet.width, bold=True) + 4
    top = sheet.height
    for place, item in enumerate(block.items):
        if isinstance(item, str):
            _draw_grid(forest, top, sheet.height)
            sheet.height += APART if place else 0
            sheet.height += sheet.block(0, sheet.height + 8, item, sheet.width) + 2
            top = sheet.height
        elif isinstance(item, Line):
            _draw_line(forest, item)
        else:
            _draw_pool(forest, item)
    _draw_grid(forest, top, sheet.height)


def _draw_head(forest: _Forest, axis: str) -> None:
    """Heads of the columns, on the line that the last line of the axis's words takes."""
    sheet = forest.sheet
    end = sheet.width - measure(SHARES, size=SMALL) - 12 if sheet.phone else forest.share - 6
    lines = wrap(axis, end - forest.left, size=SMALL)
    y = 8.0 + SMALL_LEADING * (len(lines) - 1)
    sheet.block(forest.left, 8, lines, leading=SMALL_LEADING, **QUIET)
    if sheet.phone:
        sheet.text(0, y, "Study, n/N, outcome", **QUIET)
        sheet.text(sheet.width, y, SHARES, align="right", **QUIET)
    else:
        heads = {0: "Study", OUTCOME: "Outcome", forest.share: SHARES}
        for at, words in (heads | ({forest.reason: "Not pooled because"} if forest.reasoned else {})).items():
            sheet.text(at, y, words, **QUIET)
        sheet.text(forest.count, y, "n/N", align="right", **QUIET)
    sheet.line(0, y + 9, sheet.width, y + 9)
    sheet.height = y + 10


def _draw_grid(forest: _Forest, top: float, bottom: float) -> None:
    for tick in PERCENT if bottom > top else ():
        forest.sheet.line(forest.x(tick), top, forest.x(tick), bottom, color="line", width=0.8)


def _size(patients: int | None) -> float:
    """How many pixels a mark is across: its area follows the number of patients, within bounds."""
    return (30 + 120 * min(1, (patients or 10) / 300)) ** 0.5


def _draw_line(forest: _Forest, line: Line) -> None:
    sheet, x = forest.sheet, forest.x
    words = _words_on_phone(forest, line) if sheet.phone else _words_on_desk(forest, line)
    top = sheet.height
    with sheet.row(line.figures[0], top, words.height):
        words.draw(top)
        y = top + words.middle
        if line.low is not None and line.high is not None:
            low, high = x(line.low), x(line.high)
            sheet.interval(low, high, y, left=forest.left, right=forest.right, color=forest.color)
        if line.wider is not None:
            sheet.line(x(line.wider), y - 6, x(line.wider), y + 6, color=forest.color, width=2)
        fill, size = forest.color if line.pooled else "paper", _size(line.patients)
        sheet.point(x(line.value), y, shape="square", size=size, fill=fill, stroke=forest.color)
    sheet.height = top + words.height


@dataclass(frozen=True)
class _Words:
    """A row's words: the height it takes, where the middle of its marks is, and how they are drawn."""

    height: float
    middle: float
    draw: Callable[[float], None]


def _words_on_desk(forest: _Forest, line: Line) -> _Words:
    sheet = forest.sheet
    label = wrap(line.label, OUTCOME - 8)
    who = wrap(line.who, OUTCOME - 8, size=SMALL)
    outcome = wrap(line.outcome, forest.outcomes)
    whom = wrap(line.whom, forest.outcomes, size=SMALL)
    reason = wrap(line.reason, sheet.width - forest.reason, size=SMALL) if forest.reasoned else []
    tallest = LEADING * max(len(label) + len(who), len(outcome) + len(whom))
    height = max(ROW, max(tallest, SMALL_LEADING * len(reason)) + 8)

    def draw(top: float) -> None:
        y = top + height / 2
        for left, words, small in ((0, label, who), (OUTCOME, outcome, whom)):
            first = y - LEADING * (len(words) + len(small) - 1) / 2
            first += sheet.block(left, first, words)
            sheet.block(left, first, small, **QUIET)
        sheet.text(forest.count, y, line.count, align="right")
        share = f"{line.share} [{line.interval}]" if line.interval else line.share
        sheet.text(forest.share, y, share, bold=line.pooled)
        sheet.block(forest.reason, y, reason, middle=True, leading=SMALL_LEADING, **QUIET)

    return _Words(height, height / 2, draw)


def _words_on_phone(forest: _Forest, line: Line) -> _Words:
    """Under the study who they are, then on lines of its own what was counted; the interval under the share.

    The count comes first, so that it never stands alone on a line.
    """
    sheet = forest.sheet
    label = wrap(line.label, LABEL)
    letter = f" ({forest.letters[line.reason]})" if line.reason in forest.letters else ""
    count = "" if line.count == NO_COUNT else f"{line.count} "
    told = wrap(f"{count}{say_counted(line)}{letter}", LABEL, size=SMALL)
    under = wrap(line.who, LABEL, size=SMALL)

    def draw(top: float) -> None:
        y = top + 11 + sheet.block(0, top + 11, label)
        y += sheet.block(0, y, under, leading=SMALL_LEADING, **QUIET)
        sheet.block(0, y, told, leading=SMALL_LEADING, size=SMALL)
        sheet.text(sheet.width, top + 11, line.share, bold=True, align="right")
        sheet.text(sheet.width, top + 25, line.interval, align="right", **QUIET)

    return _Words(LEADING * len(label) + SMALL_LEADING * len(under + told) + 9, 16, draw)


def _draw_pool(forest: _Forest, pool: Pool) -> None:
    sheet, x, top = forest.sheet, forest.x, forest.sheet.height
    label = wrap(pool.label, LABEL if sheet.phone else OUTCOME - 8, bold=True)
    under = wrap(f"{pool.outcome}, {pool.patients} patients; {pool.note}", LABEL, size=SMALL)
    green = {"bold": True, "color": "pooled"}
    if sheet.phone:
        height, y = LEADING * len(label) + SMALL_LEADING * len(under) + 9.0, top + 16
        at = top + 11 + sheet.block(0, top + 11, label, **green)
        sheet.block(0, at, under, leading=SMALL_LEADING, **QUIET)
        sheet.text(sheet.width, top + 11, pool.share, align="right", **green)
        sheet.text(sheet.width, top + 25, pool.interval, align="right", **QUIET)
    else:
        note = wrap(pool.note, OUTCOME - 8, size=SMALL)
        height = LEADING * (len(label) + len(note)) + 10.0
        y = top + height / 2
        first = y - LEADING * (len(label) + len(note) - 1) / 2
        first += sheet.block(0, first, label, **green)
        sheet.block(0, first, note, **QUIET)
        sheet.text(OUTCOME, y, pool.outcome, color="pooled")
        sheet.text(forest.count, y, pool.patients, color="pooled", align="right")
        sheet.text(forest.share, y, f"{pool.share} [{pool.interval}]", **green)
    sheet.line(x(pool.outer[0]), y, x(pool.outer[1]), y, color="pooled", width=1.4, dash=(3, 2))
    corners = [(pool.low, 0), (pool.value, -6), (pool.high, 0), (pool.value, 6)]
    sheet.polygon([(x(value), y + shift) for value, shift in corners], fill="pooled")
    sheet.height = top + height + 4


def _draw_key(sheet: Sheet, blocks: Sequence[Block], letters: dict[str, str]) -> None:
    """What the marks mean; on a phone also the letters."""
    lines = [line for block in blocks for line in block.lines]
    parts = {block.context for block in blocks}
    color = "treated" if False in parts else "control"

    def square(fill: str, stroke: str) -> Callable[[float, float], None]:
        return lambda x, y: sheet.point(x, y, shape="square", size=8, fill=fill, stroke=stroke)

    def tick(x: float, y: float) -> None:
        sheet.line(x, y - 6, x, y + 6, color=color, width=2)

    marks = []
    if any(line.pooled for line in lines):
        marks += [(square(color, color), "pooled"), (square("paper", color), "not pooled")]
    if len(parts) > 1:
        marks.append((square("paper", "control"), "for context, not under review"))
    if any(line.wider is not None for line in lines):
        marks.append((tick, "by the widest definition of the report"))
    if marks:
        sheet.height += sheet.key(sheet.height, marks)
    if letters:
        words = "; ".join(f"{letter}, {reason}" for reason, letter in letters.items())
        sheet.height += sheet.block(0, sheet.height, f"Not pooled because: {words}.", sheet.width, **QUIET)
