"""How a figure is written, and the link it always carries.

Inside the code proportions are 0-1; percent exists only here, where a page is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup, escape

from livingreview.evidence import Evidence
from livingreview.synthesis import proportion_interval

# Marks behind a figure: the sign, what it means (the legend under a table or chart spells out those it uses),
# and in a word.
MARKS = {
    "restated": ("r", "restated: another publication's figure, as this report repeats it", "restated"),
    "derived": ("d", "derived by arithmetic from printed figures", "derived"),
    "flagged": ("!", "touched by a registered discrepancy", "discrepancy"),
}


@dataclass(frozen=True)
class Figure:
    """One figure on a page: its text, and where it comes from.

    Attributes
    ----------
    text : str
        As written on the page.
    row_id, href : str
        Address of the row, and link to it from a page of the book.
    title : str
        As printed: shown on hover in prose.
    origin : str
        Report and place; the link leads there, so only a chart's mark shows it.
    marks : tuple of str
        Keys of `MARKS`.
    """

    text: str
    row_id: str
    href: str
    title: str = ""
    origin: str = ""
    marks: tuple[str, ...] = ()

    def __html__(self) -> Markup:
        told = [self.title] if self.title else []
        return self.link("; ".join(told + [MARKS[mark][2] for mark in self.marks]))

    def link(self, told: str = "") -> Markup:
        """The figure as a link to its row, with its marks; `told` is shown on hover.

        Tables tell nothing on hover: their legend explains the marks, and a page of many figures is heavy.
        """
        signs = "".join(MARKS[mark][0] for mark in self.marks)
        sup = f'<sup class="lr-mark">{signs}</sup>' if signs else ""
        title = f' title="{escape(told)}"' if told else ""
        return Markup(f'<a class="lr-figure" href="{escape(self.href)}"{title}>{escape(self.text)}</a>{sup}')

    def __str__(self) -> str:
        return self.text


def format_percent(proportion: float, total: int | None = None) -> str:
    """A proportion (0-1) as percent: one decimal only where 100 or more patients carry it."""
    return f"{100 * proportion:.{1 if total is not None and total >= 100 else 0}f}%"


def format_number(value: float) -> str:
    """A number without needless digits: 1.3, 60, 0.14."""
    return f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"


def format_count(events: int, total: int) -> str:
    """'10/23 (43%)'; no percentage of nobody, and none of a single patient."""
    return f"{events}/{total} ({format_percent(events / total, total)})" if total > 1 else f"{events}/{total}"


def format_interval(low: float, high: float, total: int | None = None) -> str:
    """Two proportions (0-1) as '23 to 66%'."""
    return f"{format_percent(low, total)[:-1]} to {format_percent(high, total)}"


def exact_interval(events: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of one count, proportions 0-1 (Clopper & Pearson 1934)."""
    low, high = proportion_interval(int(events), int(total), level=level)
    return float(low), float(high)


def row_href(report_id: str, row_id: str) -> str:
    """Link from a page of the book to a row on its report's page."""
    return f"reports/{report_id}.html#{row_id}"


def is_second_hand(row: Mapping) -> bool:
    """Whether a figure is another publication's, be it repeated or derived from what is repeated."""
    return row["basis"] in ("restated", "restated_derived")


def marks_of(evidence: Evidence, row: Mapping) -> tuple[str, ...]:
    """The marks a row's figure carries."""
    carried = {
        "restated": is_second_hand(row),
        "derived": row["basis"] in ("derived", "restated_derived"),
        "flagged": row["row_id"] in evidence.flags,
    }
    return tuple(mark for mark in MARKS if carried[mark])


def describe_printed(row: Mapping) -> str:
    """'As printed: …', or nothing where nothing was."""
    return "" if pd.isna(row["as_reported"]) else f"as printed: {row['as_reported']}"


def make_figure(evidence: Evidence, row: Mapping | str, text: str | None = None) -> Figure:
    """The figure of an evidence row (or of a row_id), written as its table asks, linked to its row.

    Raises
    ------
    KeyError
        If there is no such row.
    """
    if isinstance(row, str):
        row = evidence.row(row)
    row_id = row["row_id"]
    text = text if text is not None else write_value(evidence, row)
    return Figure(
        text,
        row_id,
        row_href(row["report_id"], row_id),
        describe_printed(row),
        f"{row['report_id']}, {row['locator']}",
        marks_of(evidence, row),
    )


def write_value(evidence: Evidence, row: Mapping) -> str:
    """The value of an evidence row as text, without link."""
    table = evidence.row_tables[row["row_id"]]
    return _WRITERS.get(table, _write_plain)(evidence, row)


def _write_counts(_evidence, row) -> str:
    if not pd.isna(row["events"]) and not pd.isna(row["total"]):
        return format_count(row["events"], row["total"])
    if not pd.isna(row["percent_reported_pct"]):
        of = "" if pd.isna(row["total"]) else f" of {row['total']}"
        return f"{row['percent_reported_pct']}%{of}"
    return "count not printed" if pd.isna(row["events"]) else f"{row['events']}"


def _write_survival(evidence, row) -> str:
    unit = {"pct": "%", "ratio": ""}.get(row["unit"], f" {row['unit']}")
    text = format_number(row["estimate"]) + unit
    if not pd.isna(row["ci_low"]):
        low, high = format_number(row["ci_low"]), row["ci_high"]
        if pd.isna(high):
            high = evidence.label("survival", "ci_high_open", row["ci_high_open"])
        else:
            high = format_number(high)
        text += f" ({100 * row['ci_level']:.0f}% CI {low} to {high})"
    elif not pd.isna(row["range_low"]):
        text += f" (range {format_number(row['range_low'])} to {format_number(row['range_high'])})"
    elif not pd.isna(row["plus_minus"]):
        text += f" (± {format_number(row['plus_minus'])})"
    return text


def _write_measure(evidence, row) -> str:
    table = evidence.row_tables[row["row_id"]]
    sign = "" if pd.isna(row.get("comparator")) else row["comparator"]
    unit = "" if pd.isna(row["unit"]) else evidence.label(table, "unit", row["unit"])
    joint = "" if unit.startswith(("%", "°")) else " "
    if pd.isna(row["value"]):
        low, high = row.get("value_low"), row.get("value_high")
        if low is None or pd.isna(low):
            return ""
        high = "" if pd.isna(high) else f" to {format_number(high)}"
        return f"{format_number(low)}{high}{joint}{unit}".strip()
    text = f"{sign}{format_number(row['value'])}{joint}{unit}".strip()
    if "value_low" in row and not pd.isna(row["value_low"]):
        kind = "95% CI" if row["interval"] == "ci95" else "range"
        high = "" if pd.isna(row["value_high"]) else f" to {format_number(row['value_high'])}"
        text += f" ({kind} {format_number(row['value_low'])}{high})"
    return text


def _write_dose(evidence, row) -> str:
    if pd.isna(row["dose"]):  # a dose in steps is no one number: the schedule tells it
        schedule = "" if pd.isna(row["frequency"]) else row["frequency"]
        return schedule if re.search(r"\d ?(?:[µm]?g|IU)\b", schedule) else "dose not given"
    unit = evidence.label("regimen_components", "dose_unit", row["dose_unit"])
    return f"{format_number(row['dose'])} {unit}"


def _write_cohort(_evidence, row) -> str:
    return "not reported" if pd.isna(row["n_enrolled"]) else f"{row['n_enrolled']}"


def _write_plain(_evidence, _row) -> str:
    return ""  # a row of words: its statement says all


_WRITERS = {
    "outcomes": _write_counts,
    "characteristics": _write_counts,
    "adverse_events": _write_counts,
    "survival": _write_survival,
    "figures": _write_measure,
    "patient_timeline": _write_measure,
    "regimen_components": _write_dose,
    "cohorts": _write_cohort,
}


def fill_figures(evidence: Evidence, text: str) -> Markup:
    """Text with every ``{row_id}`` replaced by that row's linked figure, all else escaped."""
    parts, rest = [], text
    while "{" in rest:
        before, _, rest = rest.partition("{")
        row_id, _, rest = rest.partition("}")
        parts += [escape(before), make_figure(evidence, row_id).__html__()]
    return Markup("").join([*parts, escape(rest)])


def legend(figures: Iterable[Figure]) -> str:
    """What the marks used by some figures mean; '' where none is used."""
    used = {mark for figure in figures for mark in figure.marks}
    return "; ".join(f"{sign} = {words}" for mark, (sign, words, _) in MARKS.items() if mark in used)
