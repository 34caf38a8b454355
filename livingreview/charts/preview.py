"""The picture that services show beside a shared link: the review's title over its map of the evidence."""

from __future__ import annotations

from markupsafe import escape

from livingreview.charts.evidence_map import draw_map
from livingreview.charts.sheet import COLOURS, SheetFigure
from livingreview.charts.words import break_lines
from livingreview.evidence import Evidence

WIDTH, HEIGHT = 1200, 630  # pixels: what such services ask for
EDGE, TYPE, SMALL = 56, 46, 26  # margin, size of the title, of the line under it


def draw_preview(evidence: Evidence, title: str, line: str) -> bytes:
    """The picture as PNG, `WIDTH` by `HEIGHT` pixels.

    Parameters
    ----------
    title, line : str
        What stands over the map in large type, and in one line under it.
    """
    import vl_convert  # not at the top: its engine must not be running when a process forks

    from livingreview.charts.drawn import draw_sheet

    room = WIDTH - 2 * EDGE
    words = break_lines(title, room, size=TYPE, bold=True)
    texts = [
        f'<text x="{EDGE}" y="{EDGE + TYPE * (0.8 + 1.2 * place)}" font-size="{TYPE}" font-weight="bold">'
        f"{escape(text)}</text>"
        for place, text in enumerate(words)
    ]
    top = EDGE + 1.2 * TYPE * len(words) + SMALL
    quiet = COLOURS["quiet"]
    texts.append(f'<text x="{EDGE}" y="{top}" font-size="{SMALL}" fill="{quiet}">{escape(line)}</text>')
    figures = [part for part in draw_map(evidence, title=title).parts if isinstance(part, SheetFigure)]
    maps = [_lay_map(draw_sheet(figure.sheets()[0].as_data()), top + SMALL, room) for figure in figures]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="Arial, Helvetica, sans-serif" fill="{COLOURS["ink"]}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(texts)}{"".join(maps)}</svg>'
    )
    return vl_convert.svg_to_png(svg)


def _lay_map(drawing: str, top: float, room: float) -> str:
    """The upper part of the map in the room that is left: enough to know it again."""
    first = drawing[: drawing.index("</svg>") + len("</svg>")]
    inner = first[first.index(">") + 1 : -len("</svg>")]
    width = float(first.split(' width="')[1].split('"')[0])
    tall = (HEIGHT - top) * width / room
    return (
        f'<svg x="{EDGE}" y="{top}" width="{room}" height="{HEIGHT - top}" viewBox="0 0 {width} {tall}" '
        f'font-size="12">{inner}</svg>'
    )
