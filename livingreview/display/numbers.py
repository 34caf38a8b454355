"""How a figure is written, and the link it always carries.

Inside the code proportions are 0-1; percent exists only here, where a page is written. What pages, charts,
cards, the explorer and the downloads show is rounded here and nowhere else: half up in decimals, from exact
fractions of counts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from numbers import Rational

import pandas as pd
from markupsafe import Markup, escape

from livingreview.display.html import link
from livingreview.display.marks import MARKS, Figure
from livingreview.evidence import Evidence, records, split_ids
from livingreview.evidence.names import shorten
from livingreview.synthesis import proportion_interval

Number = int | float | Fraction
SECOND_HAND, DERIVED = ("restated", "restated_derived"), ("derived", "restated_derived")
NO_NUMBER = "not estimable"
NOT_REPORTED = "not reported"
SHORT = 64  # characters of a fragment that is quoted where it gives no number
SETTLED = 12  # significant digits that a calculated number is good for
PERCENT = re.compile(r"\d+(?:\.\d+)?")
PRINTED = re.compile(r"\d+(?:\.\d+)?")
THOUSANDS = re.compile(r"(?<=\d)[,\u2009 ](?=\d{3}\b)")


@lru_cache(maxsize=10_000, typed=True)  # pages write few numbers many times; a float is no fraction
def format_fixed(value: Number, digits: int, *, signed: bool = False) -> str:
    """A number with `digits` decimals, a half always rounded away from zero: 0.125 is 0.13.

    Never an exponent, never a minus before zero; `signed` writes a plus as well.
    """
    if not math.isfinite(value):
        return NO_NUMBER
    exact = _exact(value)
    units = math.floor(abs(exact) * 10**digits + Fraction(1, 2))
    sign = "" if not units else "\N{MINUS SIGN}" if exact < 0 else "+" if signed else ""
    return f"{sign}{Decimal(units).scaleb(-digits):f}"


def format_number(value: Number) -> str:
    """A number without needless digits and without exponent: 1.3, 60, 0.14."""
    return format_fixed(value, _decimals_of(value)) if math.isfinite(value) else NO_NUMBER


def _exact(value: Number) -> Fraction:
    """A number as it is written in decimals: 0.1 is a tenth, not the binary fraction next to it."""
    if isinstance(value, Rational):
        return Fraction(value)
    return Fraction(f"{float(value):.{SETTLED}g}")


def _decimals_of(value: Number) -> int:
    """Decimals that a number needs, at most `SETTLED` of them."""
    return max(0, -int(Decimal(f"{float(value):.{SETTLED}g}").normalize().as_tuple().exponent))


def _share(proportion: Number, digits: int) -> str:
    """A proportion (0-1) in percent, without its sign.

    0 and 100 are written for none and all, and for nothing else.
    """
    if proportion in (0, 1):
        return format_number(100 * proportion)
    text, step = format_fixed(100 * _exact(proportion), digits), Fraction(1, 10**digits)
    if proportion > 0 and not Fraction(text.lstrip("\N{MINUS SIGN}")):
        return f"<{format_fixed(step, digits)}"
    if proportion < 1 and Fraction(text.lstrip("\N{MINUS SIGN}")) >= 100:
        return f">{format_fixed(100 - step, digits)}"
    return text


def _digits(total: int | None) -> int:
    """Decimals of a percentage: one only where 100 or more patients carry it."""
    return 1 if total is not None and total >= 100 else 0


def format_percent(proportion: Number, total: int | None = None) -> str:
    """A proportion (0-1; of counts a `Fraction`) as percent, half up: '43%', '<1%' for nearly none.

    One decimal only where 100 or more patients carry it.
    """
    return f"{_share(proportion, _digits(total))}%" if math.isfinite(proportion) else NO_NUMBER


def format_share(events: int, total: int, printed: str | None = None) -> str:
    """Events of a total as percent, in digits that agree with the percentage that the report prints of them.

    At a tie, or rounded a second time, a report may have gone the other way: 74 of 105 is 70.5%, printed as
    70. There its own digits stand. A print that does not follow from the counts changes nothing.
    """
    share, digits = Fraction(int(events), int(total)), _digits(total)
    text = _share(share, digits)
    if not printed or not PERCENT.fullmatch(printed):
        return f"{text}%"
    given, decimals = Fraction(printed), _places(printed)
    follows = abs(100 * share - given) <= Fraction(1, 2 * 10**decimals)
    common = min(decimals, digits)
    agrees = text[0] in "<>" or format_fixed(Fraction(text), common) == format_fixed(given, common)
    return f"{text if agrees or not follows else printed}%"


def percent_value(proportion: Number) -> float:
    """A proportion (0-1) in percent as a number to draw, to sort by and to download: one decimal, half up.

    What is neither none nor all keeps the decimals that it takes to be neither 0 nor 100.
    """
    percent = 100 * _exact(proportion)
    texts = (format_fixed(percent, digits) for digits in range(1, SETTLED))
    near = (text for text in texts if percent in (0, 100) or Fraction(text) not in (0, 100))
    return float(next(near, format_fixed(percent, 1)))


def _places(number: str) -> int:
    return len(number.partition(".")[2])


def format_count(events: int, total: int, printed: str | None = None) -> str:
    """'10/23 (43%)'; no percentage of nobody, and none of a single patient."""
    return f"{events}/{total} ({format_share(events, total, printed)})" if total > 1 else f"{events}/{total}"


def format_interval(low: Number, high: Number, total: int | None = None) -> str:
    """Two proportions (0-1) as '23 to 66%'; a limit that is nearly none or nearly all as '<1' or '>99'."""
    return f"{format_percent(low, total).removesuffix('%')} to {format_percent(high, total)}"


def short_interval(low: float, high: float) -> str:
    """Two proportions (0-1) as '23–66', '<1 to 64': whole per cents, without the sign."""
    words = format_interval(low, high).removesuffix("%")
    return words if {"<", ">"} & set(words) else words.replace(" to ", "–")


def format_difference(difference: Number, low: Number, high: Number, total: int | None = None) -> str:
    """A difference of proportions and its limits (-1 to 1) in points of percent: '+12 (−3 to +26)'."""
    digits = _digits(total) if total is not None else 0
    point, *ends = (format_fixed(100 * _exact(end), digits, signed=True) for end in (difference, low, high))
    return f"{point} ({ends[0]} to {ends[1]})"


def format_ratio(ratio: Number, low: Number, high: Number) -> str:
    """A ratio with its limits, two decimals each: '0.71 (0.55 to 0.93)'."""
    point, *ends = (format_fixed(end, 2) for end in (ratio, low, high))
    return f"{point} ({ends[0]} to {ends[1]})"


def write_printed(row: Mapping, value: Number) -> str:
    """A number of a row in the digits of its fragment: 4.0 stays 4.0.

    A derived number has the digits of its arithmetic, a derived ratio no more decimals than its source.
    """
    printed, derived = _cell(row, "as_reported"), row.get("basis") in DERIVED
    digits = _decimals_printed(value, f"{printed} {_cell(row, 'derivation')}" if derived else printed)
    finest = max((_places(number) for number in _numbers(printed)), default=0)
    if derived and finest and row.get("unit") == "ratio":
        digits = finest
    return format_number(value) if digits is None else format_fixed(value, digits)


def count_words(number: str, words: str) -> str:
    """Words about a number, in the singular where it is 1: '1 month', '1 dose a day'."""
    return re.sub(r"(?<![\d.])1 (\w{3,}?)s\b", r"1 \1", words) if number == "1" else words


def _cell(row: Mapping, name: str) -> str:
    return "" if pd.isna(row.get(name, pd.NA)) else str(row[name])


def _numbers(printed: str) -> list[str]:
    """The numbers of a fragment; some journals print the decimal point raised."""
    return PRINTED.findall(THOUSANDS.sub("", printed).replace("·", "."))


def _decimals_printed(value: Number, printed: str) -> int | None:
    """Decimals with which a number is printed; a percentage may be printed as a proportion (0-1)."""
    wanted = abs(_exact(value))
    found = [
        _places(number) - shift
        for number in _numbers(printed)
        for shift in (0, 2)
        if Fraction(number) * 10**shift == wanted and _places(number) >= shift
    ]
    return max(found, default=None)


def exact_interval(events: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of one count, proportions 0-1 (Clopper & Pearson 1934)."""
    low, high = proportion_interval(int(events), int(total), level=level)
    return float(low), float(high)


def row_href(report_id: str, row_id: str) -> str:
    """Link from a page of the book to a row on its report's page."""
    return f"reports/{report_id}.html#{row_id}"


def is_second_hand(row: Mapping) -> bool:
    """Whether a figure is another publication's, be it repeated or derived from what is repeated."""
    return row["basis"] in SECOND_HAND


def marks_of(evidence: Evidence, row: Mapping) -> tuple[str, ...]:
    """The marks a row's figure carries."""
    carried = {
        "restated": is_second_hand(row),
        "derived": row["basis"] in DERIVED,
        "alarming": row["report_id"] in evidence.alarms,
        "flagged": row["row_id"] in evidence.flags,
    }
    return tuple(mark for mark in MARKS if carried.get(mark))


def rows_in_doubt(evidence: Evidence) -> set[str]:
    """Ids of the rows that a major discrepancy touches: one that changes a result or how it may be read."""
    if "rows_in_doubt" not in evidence.memo:
        register = records(evidence.tables["discrepancies"])
        cells = [row["affects"] for row in register if row["severity"] == "major"]
        evidence.memo["rows_in_doubt"] = {row_id for cell in cells for row_id in split_ids(cell)}
    return evidence.memo["rows_in_doubt"]


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
    marks = () if text == NOT_REPORTED else marks_of(evidence, row)  # nothing is there to be marked
    return Figure(
        text,
        row_id,
        row_href(row["report_id"], row_id),
        describe_printed(row),
        f"{evidence.report_names[row['report_id']]}, {evidence.in_words(row['locator'])}",
        marks,
        row_id in rows_in_doubt(evidence),
    )


def write_value(evidence: Evidence, row: Mapping) -> str:
    """The value of an evidence row as text, without link."""
    table = evidence.row_tables[row["row_id"]]
    return _WRITERS.get(table, _write_plain)(evidence, row)


def _write_counts(_evidence, row) -> str:
    if not pd.isna(row["events"]) and not pd.isna(row["total"]):
        return format_count(row["events"], row["total"], _cell(row, "percent_reported_pct"))
    if not pd.isna(row["percent_reported_pct"]):
        of = "" if pd.isna(row["total"]) else f" of {row['total']}"
        return f"{row['percent_reported_pct']}%{of}"
    if not pd.isna(row["events"]):
        return f"{row['events']}"
    # "no grade IV infections" is no missing count: what is printed says it.
    printed = _cell(row, "as_reported")
    return f"“{printed}”" if 0 < len(printed) <= SHORT else "count not reported"


def _write_survival(evidence, row) -> str:
    unit = {"pct": "%", "ratio": ""}.get(row["unit"], f" {row['unit']}")
    number = write_printed(row, row["estimate"])
    text = count_words(number, number + unit)
    if not pd.isna(row["ci_low"]):
        limits = f"{write_printed(row, row['ci_low'])} to {_upper_limit(evidence, row)}"
        return f"{text} ({_name_interval(row)} {limits})"
    if not pd.isna(row["range_low"]):
        low, high = (write_printed(row, row[name]) for name in ("range_low", "range_high"))
        return f"{text} (range {low} to {high})"
    return text if pd.isna(row["plus_minus"]) else f"{text} (± {write_printed(row, row['plus_minus'])})"


def write_limits(evidence: Evidence, row: Mapping) -> str:
    """Printed limits of a survival row, '0.55–0.93', '97.5% CI 0.57–0.99', '22.0 to not reached', or ''."""
    if pd.isna(row["ci_low"]):
        return ""
    kind = _name_interval(row)
    told = "" if kind == "95% CI" else f"{kind} "
    join = " to " if pd.isna(row["ci_high"]) else "–"
    return f"{told}{write_printed(row, row['ci_low'])}{join}{_upper_limit(evidence, row)}"


def _name_interval(row: Mapping) -> str:
    """'95% CI', or '95% credible interval' where the report's own words say so."""
    credible = re.search(r"\bCrI\b|\bcredible\b", _cell(row, "as_reported"))
    level = format_number(100 * _exact(row["ci_level"]))
    return f"{level}% {'credible interval' if credible else 'CI'}"


def _upper_limit(evidence, row) -> str:
    """The upper limit of an interval, or in words why it has none."""
    if not pd.isna(row["ci_high"]):
        return write_printed(row, row["ci_high"])
    return evidence.label("survival", "ci_high_open", row.get("ci_high_open", pd.NA)) or "not reported"


def _write_measure(evidence, row) -> str:
    table = evidence.row_tables[row["row_id"]]
    sign = "" if pd.isna(row.get("comparator")) else row["comparator"]
    unit = "" if pd.isna(row["unit"]) else evidence.label(table, "unit", row["unit"])
    if unit.endswith("ratio"):  # what the row is called, or the sentence, says that it is one
        unit = ""
    joint = "" if unit.startswith(("%", "°")) else " "
    if pd.isna(row["value"]):
        low, high = row.get("value_low"), row.get("value_high")
        if low is None or pd.isna(low):
            return ""
        high = "" if pd.isna(high) else f" to {write_printed(row, high)}"
        return f"{write_printed(row, low)}{high}{joint}{unit}".strip()
    number = write_printed(row, row["value"])
    text = count_words(number, f"{sign}{number}{joint}{unit}".strip())
    if unit == "grade":
        text = f"grade {sign}{number}"
    if "value_low" in row and not pd.isna(row["value_low"]):
        kind = {"ci95": "95% CI ", "range": "range "}.get(
            _cell(row, "interval"), ""
        )  # not labelled: not named
        high = "" if pd.isna(row["value_high"]) else f" to {write_printed(row, row['value_high'])}"
        text += f" ({kind}{write_printed(row, row['value_low'])}{high})"
    return text


_DOSE = re.compile(r"\d ?(?:[µμum]?g|mcg|IU|UI)\b")


def _write_dose(evidence, row) -> str:
    if pd.isna(row["dose"]):  # a dose in steps is no one number: the schedule tells it
        schedule = "" if pd.isna(row["frequency"]) else row["frequency"]
        if _DOSE.search(schedule):
            return schedule
        worded = "" if pd.isna(row["as_reported"]) else row["as_reported"]
        return "no single dose: see the wording" if _DOSE.search(worded) else "dose not given"
    unit = evidence.label("regimen_components", "dose_unit", row["dose_unit"])
    return f"{write_printed(row, row['dose'])} {unit}"


def _write_cohort(_evidence, row) -> str:
    return NOT_REPORTED if pd.isna(row["n_enrolled"]) else f"{row['n_enrolled']}"


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
    """Text with every ``{row_id}`` replaced by that row's linked figure, all else escaped.

    A ``{report_id}`` becomes what the report is called, linked to its page; a ``{claim_id}`` the word
    “conclusion”, linked to where it stands.
    """
    return Markup("").join(
        part.__html__() if isinstance(part, Figure) else part for part in fill_parts(evidence, text)
    )


def fill_parts(evidence: Evidence, text: str) -> list[Figure | Markup]:
    """The parts of what `fill_figures` makes of a text, its figures for themselves."""
    parts: list[Figure | Markup] = []
    rest = text
    while "{" in rest:
        before, _, rest = rest.partition("{")
        item, _, rest = rest.partition("}")
        parts.append(escape(before))
        if item in evidence.report_names:
            # In prose a name stands in brackets, so it has none of its own.
            name = re.sub(r" \((.*)\)$", r", \1", shorten(evidence.report_names[item]))
            parts.append(link(name, f"reports/{item}.html"))
        elif item in evidence.claim_classes:
            parts.append(link("conclusion", f"{evidence.claim_classes[item]}.html#{item}"))
        else:
            parts.append(make_figure(evidence, item))
    return [*parts, escape(rest)]


def figures_in(evidence: Evidence, text: str) -> list[Figure]:
    """The figures that `fill_figures` puts into a text, as prose shows them."""
    items = [item for item in re.findall(r"{([^}]*)}", text) if item not in evidence.report_names]
    return [make_figure(evidence, row_id).in_prose for row_id in items]
