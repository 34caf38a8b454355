"""What a posted measure counts, in the review's codes: only where its words say so, and nothing by likeness.

A measure's title is a code's own words, the words before or in their brackets, or one of these with what
registers put around it (“Percentage of participants with …”, “… rate”, “… at 2 years”). Whatever else it is,
it becomes one of the other figures, in the words of the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from livingreview.evidence.schema import Package
from livingreview.extraction.grouping import cut
from livingreview.extraction.posted import Cell
from livingreview.extraction.reading import code_for
from livingreview.surveillance.identity import Row, normal, slug

_NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_DURATION = rf"(?P<number>\d+(?:\.\d+)?|{'|'.join(_NUMBERS)})[- ]?(?P<unit>month|year)s?"
_SPAN = rf"(?:\d+|{'|'.join(_NUMBERS)})(?:[- ](?:day|week|month|year|cycle|course)s?)"
_BEFORE = re.compile(
    r"^(?:the )?(?:(?:number|percentage|percent|proportion|rate|incidence|count|%)s? )?(?:of )?"
    r"(?:(?:the )?(?:participants|patients|subjects|people|adults|children) )?"
    r"(?:(?:with|achieving|experiencing|having|in|who (?:achieved|experienced|had|reached|were|are)) )?"
    r"(?:an? )?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?:[,:]? (?:at|within|by|after|during|over)(?: the first)? {_SPAN}"
    r"(?: (?:of|after|from|since) [a-z ]+)?| (?:rates?|probability))$",
    re.IGNORECASE,
)
_LEADING = re.compile(rf"^{_SPAN} ", re.IGNORECASE)
_TIME_OF = re.compile(
    rf"^(?:at )?{_SPAN}$|\b(?:week|month|day|year|cycle|course|visit)s? ?\d+\b|^end of\b|\bbaseline\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(r"\b(?:participants?|patients?|subjects?|people)\b", re.IGNORECASE)
_PERCENT = re.compile(r"%|\bpercent", re.IGNORECASE)
_FRACTION = re.compile(r"\b(?:proportion|probability|fraction)\b", re.IGNORECASE)
_CI = re.compile(r"^(\d+(?:\.\d+)?) ?% confidence interval$", re.IGNORECASE)
_FULL_RANGE = "full range"
_STATISTICS = {
    "COUNT_OF_PARTICIPANTS": "count",
    "COUNT_OF_UNITS": "count",
    "MEAN": "mean",
    "MEDIAN": "median",
}
_OPEN = {
    "not_reached": r"not (?:been )?reached",
    "not_estimable": r"not (?:been )?(?:estimable|evaluable)|\bNE\b",
}


def is_number(text: str) -> bool:
    """Whether a value is a plain number."""
    return bool(re.fullmatch(r"-?\d+(?:\.\d+)?", text))


def fragment(*parts: str) -> str:
    """Printed numbers as `as_reported` holds them: those that are there, with a true minus."""
    return " … ".join(re.sub(r"^-(?=[\d.])", "\u2212", part) for part in parts if part)


def code_of(package: Package, table: str, column: str, title: str) -> str:
    """The one code that a title means; '' where it is none for certain."""
    if table not in package.tables:
        return ""
    item, tried = package.table(table).field(column), [title]
    bare = _BEFORE.sub("", title, count=1)
    tried += [bare, _LEADING.sub("", bare)]
    tried += [_AFTER.sub("", text) for text in tried]
    tried += [_without_initials(text) for text in tried]
    tried += [_AFTER.sub("", text) for text in tried]
    for text in tried:
        if text and len(found := code_for(item, text)) == 1:
            return found[0]
    return ""


def _without_initials(text: str) -> str:
    """“Overall Survival (OS)” without its brackets: only where they hold its own initials."""
    found = re.fullmatch(r"(.+?) ?\(([A-Z]+)\)", text)
    if found and "".join(word[0] for word in normal(found[1]).split()) == found[2].lower():
        return found[1]
    return text


def label_of(package: Package, table: str, column: str, code: str) -> str:
    """A code in words, if the review has it; else ''."""
    if table not in package.tables:
        return ""
    item = package.table(table).field(column)
    return item.label(code) if code in item.constraints.get("enum", ()) else ""


def limits_of(cell: Cell) -> tuple[str, str, str]:
    """Lower and upper limit where both are numbers in their order, and what they are: ``ci95``, ``range``…"""
    interval = cell.measure.dispersion.replace("_", " ").strip().lower()
    found = _CI.match(interval)
    kind = f"ci{found[1]}" if found else "range" if interval == _FULL_RANGE else "not_labelled"
    numbers = [Decimal(text) for text in (cell.low, cell.value, cell.high) if is_number(text)]
    if len(numbers) < 3 or numbers != sorted(numbers):
        return "", "", kind
    return cell.low, cell.high, kind


def survival_row(package: Package, cell: Cell) -> Row | None:
    """A median or a proportion at a time, of an endpoint that the review has."""
    endpoint = code_of(package, "survival", "endpoint", cell.measure.title)
    titled = [title for title in cell.within if title]
    if not endpoint or not is_number(cell.value) or any(not _TIME_OF.search(text) for text in titled):
        return None
    unit, param = cell.measure.unit, cell.measure.param
    row = {"endpoint": label_of(package, "survival", "endpoint", endpoint), "total": cell.total}
    months = _landmark(cell)
    if param == "MEDIAN" and unit.lower() in ("month", "months") and not titled:
        row |= _statistic(package, "median", "months")
        values = _interval_of(package, cell, 1)
    elif param == "NUMBER" and months and (_PERCENT.search(unit) or _FRACTION.search(unit)):
        row |= _statistic(package, "landmark", "pct") | {"time_months": months}
        values = _interval_of(package, cell, 1 if _PERCENT.search(unit) else 100)
    else:
        return None
    return row | values if values and row["statistic"] and row["unit"] else None


def _statistic(package: Package, statistic: str, unit: str) -> Row:
    return {
        "statistic": label_of(package, "survival", "statistic", statistic),
        "unit": label_of(package, "survival", "unit", unit),
    }


def _landmark(cell: Cell) -> str:
    """Months of a landmark: as class or title say, or a time frame that is only a time; '' if unsure."""
    only = rf"(?:at )?{_DURATION}(?=$|[,;.]| (?:from|after|since|post))"
    frame = re.match(only, cell.measure.time_frame, re.IGNORECASE)
    told = [
        re.search(rf"\b{_DURATION}\b", text, re.IGNORECASE)
        for text in (*cell.within, cell.measure.title)
        if len(re.findall(r"\d+", text)) < 2 and "up to" not in text.lower()  # no limit of times
    ]
    found = next(filter(None, told), frame)
    if not found:
        return ""
    number = found["number"].lower()
    value = Decimal(_NUMBERS.index(number) + 1) if number in _NUMBERS else Decimal(number)
    return plain(value * (12 if found["unit"].lower() == "year" else 1))


def plain(value: Decimal) -> str:
    """A number without exponent and idle zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _interval_of(package: Package, cell: Cell, factor: int) -> Row | None:
    """Estimate and limits; None where they do not fit together."""
    values = [cell.value, cell.low, cell.high]
    numbers = [text if is_number(text) else "" for text in values]  # the digits that are posted
    if factor != 1:
        numbers = [plain(Decimal(text) * factor) if text else "" for text in numbers]
    if factor != 1 and any(not 0 < Decimal(text) < 1 for text in values if is_number(text)):
        return None  # 1 may be all, or one per cent
    low, _, kind = limits_of(cell)
    row = {"estimate": numbers[0]}
    if low and kind == "range":
        return row | {"range_low": numbers[1], "range_high": numbers[2]}
    if low and kind.startswith("ci"):
        level = plain(Decimal(kind[2:]) / 100)
        return row | {"ci_low": numbers[1], "ci_high": numbers[2], "ci_level": level}
    if numbers[1] and numbers[2] and not low:
        return None
    why = next((code for code, words in _OPEN.items() if re.search(words, cell.comment, re.IGNORECASE)), "")
    why = label_of(package, "survival", "ci_high_open", why)
    if numbers[1] and not numbers[2] and kind.startswith("ci") and why and cell.measure.param == "MEDIAN":
        return row | {"ci_low": numbers[1], "ci_level": plain(Decimal(kind[2:]) / 100), "ci_high_open": why}
    return row


def outcome_row(package: Package, cell: Cell) -> Row | None:
    """A count or percentage of participants with an outcome that the review has."""
    measure, titled = cell.measure, [title for title in cell.within if title and normal(title) != "yes"]
    own = [code_of(package, "outcomes", "outcome", title) for title in titled]
    times = [title for title, code in zip(titled, own, strict=True) if not code]
    codes = [*filter(None, own)] or [code_of(package, "outcomes", "outcome", measure.title)]
    if len(set(codes)) != 1 or not codes[0] or any(not _TIME_OF.search(title) for title in times):
        return None
    row = {
        "outcome": label_of(package, "outcomes", "outcome", codes[0]),
        "total": cell.total,
        "timepoint": cut("; ".join([*times, measure.time_frame]).strip("; "), 100),
        "definition": cut(measure.description or measure.title, 160),
    }
    if _is_count(cell) and cell.total.isdecimal() and int(cell.value) <= int(cell.total):
        return row | {"events": cell.value}
    if measure.param == "NUMBER" and _PERCENT.search(measure.unit) and _is_percent(cell.value):
        low, high, kind = limits_of(cell)
        row["percent_reported_pct"] = cell.value
        if low and kind == "ci95":
            row |= {"ci_low_reported_pct": low, "ci_high_reported_pct": high}
        return row
    return None


def _is_count(cell: Cell) -> bool:
    """Whether a value is a number of people."""
    is_of_people = cell.measure.param == "COUNT_OF_PARTICIPANTS" or (
        cell.measure.param == "NUMBER"
        and bool(_PEOPLE.search(cell.measure.unit))
        and not _PERCENT.search(cell.measure.unit)
        and not _FRACTION.search(cell.measure.unit)
    )
    return is_of_people and cell.value.isdecimal()


def _is_percent(text: str) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,3}(\.[0-9]+)?", text)) and float(text) <= 100


def characteristic_row(package: Package, cell: Cell) -> Row | None:
    """A number of participants in a category of a characteristic that the review has."""
    head = cell.measure.title.partition(":")[0]
    code = code_of(package, "characteristics", "characteristic", head)
    category = "; ".join(title for title in cell.within if title)
    fits = _is_count(cell) and cell.total.isdecimal() and int(cell.value) <= int(cell.total)
    if not code or not fits or not category or len(category) > 60:
        return None
    return {
        "characteristic": label_of(package, "characteristics", "characteristic", code),
        "category": category,
        "events": cell.value,
        "total": cell.total,
        "partition": slug(code),
    }


def age_row(package: Package, cell: Cell) -> Row | None:
    """What the register's measure “Age, Continuous” says of a cohort, in years."""
    param = {"MEAN": "mean", "MEDIAN": "median"}.get(cell.measure.param, "")
    words = label_of(package, "cohorts", "age_statistic", param)
    is_age = normal(cell.measure.title) == "age continuous" and cell.measure.unit.lower() in ("years", "year")
    if not is_age or not words or not is_number(cell.value) or any(cell.within):
        return None
    low, high, kind = limits_of(cell)
    limits = {"age_min_years": low, "age_max_years": high} if kind == "range" and low else {}
    return {"age_statistic": words, "age_centre_years": cell.value, **limits}


def figure_row(package: Package, cell: Cell, topic: str = "") -> Row:
    """Any other number: what it is in the file's words, its value, its interval, its unit."""
    measure = cell.measure
    tail = "; ".join(filter(None, cell.within))
    item = f"{cut(cell.what, 150 - min(len(tail), 100))}{f': {cut(tail, 100)}' if tail else ''}"
    statistic = _STATISTICS.get(measure.param, "")
    if not statistic:
        is_ratio = normal(measure.param).startswith("hazard ratio")
        statistic = "hazard_ratio" if is_ratio else "percent" if _PERCENT.search(measure.unit) else "value"
        statistic = "count" if _is_count(cell) else statistic
    low, high, kind = limits_of(cell)
    row = {
        "topic": label_of(package, "figures", "topic", topic or _topic(package, measure.title)),
        "item": item,
        "statistic": label_of(package, "figures", "statistic", statistic),
        "value": cell.value,
        "value_low": low,
        "value_high": high,
        "interval": label_of(package, "figures", "interval", kind) if low else "",
        "unit": cut(measure.unit, 30),
    }
    if low and not row["interval"]:
        row["interval"] = label_of(package, "figures", "interval", "not_labelled")
    return row


def _topic(package: Package, title: str) -> str:
    """The topic whose word stands in a title, if only one does: an order for readers, no judgement."""
    if "figures" not in package.tables:
        return ""
    words = set(normal(title).split())
    labels = package.table("figures").field("topic").labels
    found = [code for code, label in labels.items() if normal(label) in words]
    return found[0] if len(found) == 1 else ""


def told_beside(cell: Cell) -> str:
    """What the file says around a number that no column holds: for the note."""
    measure: Mapping[str, str] = cell.measure._asdict()
    names = {"time_frame": "Time: ", "population": "Counted: ", "dispersion": "Interval: "}
    parts = [f"{lead}{measure[name]}" for name, lead in names.items() if measure[name]]
    return ". ".join(part.rstrip(".") for part in [*filter(None, [cell.comment]), *parts])
