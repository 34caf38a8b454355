"""Risk of bias of single results: a line a result, a light a domain, by shape and sign as well as colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from livingreview.charts.sheet import FEWEST_MARKS, LEADING, QUIET, SMALL, Sheet, SheetFigure, wrap
from livingreview.display.html import Stack
from livingreview.display.numbers import make_figure
from livingreview.evidence import Evidence
from livingreview.tables.appraisals import SIGNS, Judged, judged_results, reason_table
from livingreview.tables.labels import refuse_twins

# How dark a judgement's cell is in the table -> the light's shape, fill, stroke and the colour of its sign.
LIGHTS = {
    0: ("circle", "pooled", "pooled", "paper"),
    1: ("diamond", "harm-tint", "harm", "ink"),
    2: ("square", "harm", "harm", "paper"),
    3: ("square", "ink", "ink", "paper"),
}
UNKNOWN = ("circle", "paper", "control", "ink")  # no information: no colour of a judgement
STEP = 46  # pixels from domain to domain on a desk


def draw_bias_lights(evidence: Evidence, *, title: str) -> Stack:
    """The risk of bias of single results, a figure a tool: results as lines, the tool's domains as columns.

    A result is what a conclusion may rest on, so a trial can be in it more than once.
    """
    figures: list = []
    for judged in judged_results(evidence):
        name = f"{title}, {judged.tool}"
        table = reason_table(evidence, judged, f"{name}: every reason")
        refuse_twins(name, [(label, row_id) for label, row_id, _ in judged.results])
        enough = len(judged.answers) >= FEWEST_MARKS
        figures.append(_figure(evidence, judged, name, table) if enough else table)
    return Stack(figures, "No result of this class was judged with a tool for the risk of bias.")


def _figure(evidence: Evidence, judged: Judged, title: str, table) -> SheetFigure:
    words = " ".join(
        f"{name}: {'; '.join(_tell(evidence, judged, item, answer) for item, answer in told.items())}."
        for name, _, told in judged.results
    )
    return SheetFigure(title, lambda sheet: _lay_out(sheet, evidence, judged), words, table, judged.agreement)


def _tell(evidence: Evidence, judged: Judged, item: str, answer: Mapping) -> str:
    judgement = evidence.label("appraisals", "judgement", answer["judgement"])
    return f"{judged.domains.loc[item, 'topic'].lower()} {judgement}"


def _lay_out(sheet: Sheet, evidence: Evidence, judged: Judged) -> None:
    domains = list(judged.domains["topic"])
    step = sheet.width / len(domains) if sheet.phone else STEP
    left = 0 if sheet.phone else sheet.width - step * len(domains)
    codes = _codes(domains)
    for place, code in enumerate(codes):
        sheet.text(
            left + (place + 0.5) * step, 8, code, size=SMALL, align="center", bold=place + 1 == len(codes)
        )
    sheet.line(0, 18, sheet.width, 18)
    sheet.height = 20
    for name, row_id, told in judged.results:
        _draw_result(sheet, evidence, (name, row_id, told), list(judged.domains.index), left, step)
    _draw_key(sheet, evidence, judged, dict(zip(codes, domains, strict=True)))


def _codes(domains: Sequence[str]) -> list[str]:
    """D1, D2 ... and the last by its name: the verdict over all of them."""
    return [*(f"D{number}" for number in range(1, len(domains))), domains[-1]]


def _draw_result(
    sheet: Sheet,
    evidence: Evidence,
    result: tuple[str, str, Mapping[str, Mapping]],
    items: Sequence[str],
    left: float,
    step: float,
) -> None:
    name, row_id, told = result
    words = wrap(name, sheet.width if sheet.phone else left - 12)
    head = LEADING * len(words) + 4 if sheet.phone else 0
    height = head + 26 if sheet.phone else max(26, LEADING * len(words) + 10)
    middle = sheet.height + head + (height - head) / 2
    with sheet.row(make_figure(evidence, row_id), sheet.height, height):
        sheet.block(0, sheet.height + 10 if sheet.phone else middle, words, middle=not sheet.phone)
        for place, item in enumerate(items):
            if item in told:
                _draw_light(sheet, told[item]["judgement"], left + (place + 0.5) * step, middle)
    sheet.height += height
    sheet.line(0, sheet.height, sheet.width, sheet.height, color="tint")


def _draw_light(sheet: Sheet, judgement: str, x: float, y: float, size: float = 16) -> None:
    sign, dark = SIGNS[judgement]
    shape, fill, stroke, ink = UNKNOWN if judgement == "no_information" else LIGHTS[dark]
    across = size / 1.3 if shape == "diamond" else size
    sheet.point(x, y, shape=shape, size=across, fill=fill, stroke=stroke)
    sheet.text(x, y, sign, size=SMALL * size / 16, bold=True, align="center", color=ink)


def _draw_key(sheet: Sheet, evidence: Evidence, judged: Judged, domains: Mapping[str, str]) -> None:
    used = set(judged.answers["judgement"])
    lights = [
        (
            lambda x, y, code=code: _draw_light(sheet, code, x, y, 11.5),
            evidence.label("appraisals", "judgement", code),
        )
        for code in SIGNS
        if code in used
    ]
    sheet.height += 16
    sheet.height += sheet.key(sheet.height, lights) + 2
    named = [f"{code} {words.lower()}" for code, words in domains.items() if code != words]
    sheet.height += sheet.block(0, sheet.height, "; ".join(named), sheet.width, **QUIET)
