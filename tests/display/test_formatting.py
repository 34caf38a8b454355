"""How numbers are written: half up, never 0 or 100 for nearly, no exponent, the report's own digits."""

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from livingreview.display.numbers import (
    DERIVED,
    exact_interval,
    format_count,
    format_difference,
    format_fixed,
    format_interval,
    format_number,
    format_percent,
    format_ratio,
    format_share,
    percent_value,
    write_printed,
    write_value,
)
from livingreview.evidence import records
from livingreview.pages.explorer_rows import list_rows

COUNTED = ("outcomes", "adverse_events", "characteristics")
# Numbers for the eye are written by display/numbers.py; here they are coordinates, seconds or messages.
FORMAT_CODE = re.compile(r"\{[^{}]*:[+,]?\.?\d*[fgeE%]\}|\{[^{}]*:[+]?\.\{")
OF_THE_MACHINE = (
    "book/",
    "checks/",
    "exchange/",  # files for other programs
    "execution/",
    "synthesis/",
    "charts/sheet.py",
    "charts/drawn.py",
    "charts/slim.py",
    "releases/estimates.py",
    "surveillance/tell_screening.py",  # what a command says in a terminal
)


def counts():
    return st.integers(1, 3000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@pytest.mark.parametrize(
    ("events", "total", "printed", "text"),
    [
        (1, 8, None, "13%"),
        (3, 8, None, "38%"),
        (5, 8, None, "63%"),
        (9, 72, None, "13%"),
        (13, 40, None, "33%"),
        (33, 40, None, "83%"),
        (11, 80, None, "14%"),
        (33, 264, None, "12.5%"),
        (1, 400, None, "0.3%"),
        (0, 20, None, "0%"),
        (20, 20, None, "100%"),
        (0, 400, None, "0%"),
        (400, 400, None, "100%"),
        (1, 3000, None, "<0.1%"),
        (2999, 3000, None, ">99.9%"),
        (21, 40, "53", "53%"),
        (13, 40, "32", "32%"),  # a tie may have been rounded down
        (74, 105, "70", "70%"),  # 70.476: 70.5 would be read as 71
        (10, 23, "43.5", "43.5%"),  # 43.478: 43 is not what 43.5 rounds to
        (91, 271, "34", "33.6%"),
        (2, 3, "66", "67%"),  # does not follow: the counts stand, the discrepancy is registered
        (1, 2, "about half", "50%"),
    ],
)
def test_a_share_of_patients(events, total, printed, text):
    assert format_share(events, total, printed) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.3, "1.3"),
        (60.0, "60"),
        (0.14, "0.14"),
        (1e-7, "0.0000001"),
        (2.5e9, "2500000000"),
        (1234567.5, "1234567.5"),
        (-0.0, "0"),
        (-1.5, "−1.5"),
        (0.1 + 0.2, "0.3"),
        (float("nan"), "not estimable"),
        (float("inf"), "not estimable"),
    ],
)
def test_a_number(value, text):
    assert format_number(value) == text


def test_limits_ratios_and_differences():
    assert format_interval(0.0006, 0.9996) == "<1 to >99%"
    assert format_interval(0, 0.168) == "0 to 17%"
    assert format_interval(0.832, 1, 200) == "83.2 to 100%"
    assert format_ratio(0.705, 0.545, 10) == "0.71 (0.55 to 10.00)"
    assert format_difference(Fraction(1, 8), -0.004, 0.255) == "+13 (0 to +26)"
    assert format_fixed(-0.004, 2, signed=True) == "0.00"
    assert format_fixed(2.675, 2) == "2.68", "in decimals a tie, in binary below one"


@settings(deadline=None)
@given(counts())
@example((1, 8))
@example((9999, 10000))
def test_a_count_is_rounded_half_up_and_never_becomes_none_or_all(count):
    events, total = count
    text = format_share(events, total).removesuffix("%")
    if events in (0, total):
        assert text == ("0" if not events else "100")
        return
    digits = 1 if total >= 100 else 0
    exact = (Decimal(100 * events) / Decimal(total)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert text in (str(exact), "<0.1", ">99.9")
    assert float(text.lstrip("<>")) not in (0, 100)
    assert 0 < percent_value(Fraction(events, total)) < 100


@pytest.mark.slow
@settings(deadline=None)
@given(counts(), st.integers(0, 3), st.booleans())
def test_a_print_that_follows_from_the_count_is_never_contradicted(count, decimals, up):
    events, total = count
    exact = Fraction(100 * events, total)
    units, half = exact * 10**decimals, Fraction(1, 2)
    nearest = math.floor(units + half) if up else math.ceil(units - half)  # a tie goes either way
    printed = f"{Decimal(int(nearest)).scaleb(-decimals):f}"
    assert abs(exact - Fraction(printed)) <= Fraction(1, 2 * 10**decimals)
    assert agrees(format_share(events, total, printed), printed)


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, width=64), st.integers(0, 6))
def test_no_exponent_and_no_minus_at_zero(value, digits):
    for text in (format_number(value), format_fixed(value, digits), format_fixed(value, digits, signed=True)):
        assert re.fullmatch(r"[−+]?\d+(\.\d+)?", text)
        assert float(text.lstrip("−+")) or text[0] not in "−+"


@settings(deadline=None)
@given(st.decimals(-1000, 1000, places=4), st.integers(0, 3))
def test_decimals_are_rounded_as_decimals(value, digits):
    expected = abs(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert format_fixed(float(value), digits).lstrip("−") == f"{expected:f}"


def agrees(shown: str, printed: str) -> bool:
    """Whether what is shown and what is printed are the same at the fewer decimals of both, half up."""
    shown = shown.removesuffix("%")
    if shown[0] in "<>":
        return float(printed) <= 0.1 if shown[0] == "<" else float(printed) >= 99.9
    places = min(len(text.partition(".")[2]) for text in (shown, printed))
    return (
        len({Decimal(text).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP) for text in (shown, printed)})
        == 1
    )


@pytest.mark.parametrize("table", COUNTED)
def test_no_count_contradicts_the_percentage_that_its_report_prints(review, table):
    """Every row of the review; where the print does not follow from the counts, the register says so."""
    compared = 0
    for row in records(review.tables[table]):
        text = write_value(review, row)
        printed = "" if pd.isna(row["percent_reported_pct"]) else row["percent_reported_pct"]
        if pd.isna(row["events"]) or pd.isna(row["total"]):
            assert not printed or text.startswith(printed), row["row_id"]
            continue
        if row["total"] < 2:
            assert "%" not in text
            continue
        shown = re.search(r"\((.*)%\)", text)[1]
        assert (shown in ("0", "100")) == (row["events"] in (0, row["total"])), row["row_id"]
        if re.fullmatch(r"\d+(\.\d+)?", printed):
            compared += 1
            exact, places = Fraction(100 * row["events"], row["total"]), len(printed.partition(".")[2])
            follows = abs(exact - Fraction(printed)) <= Fraction(1, 2 * 10**places)
            assert agrees(shown, printed) if follows else row["row_id"] in review.flags, (row["row_id"], text)
    assert compared > 10


def test_no_limit_is_none_or_all_where_the_count_is_not(review):
    for table in ("outcomes", "adverse_events"):
        for row in records(review.tables[table]):
            if pd.isna(row["events"]) or pd.isna(row["total"]) or row["total"] < 2:
                continue
            low, high = format_interval(*exact_interval(row["events"], row["total"]), row["total"]).split(
                " to "
            )
            assert (low == "0") == (row["events"] == 0), row["row_id"]
            assert (high == "100%") == (row["events"] == row["total"]), row["row_id"]


def test_a_survival_figure_has_the_digits_of_its_fragment(review):
    """Zeros included: a hazard ratio printed as 0.730 is not 0.73."""
    checked = 0
    for row in records(review.tables["survival"]):
        if pd.isna(row["as_reported"]) or row["basis"] in DERIVED:
            continue
        printed = re.findall(r"\d+(?:\.\d+)?", row["as_reported"].replace("·", "."))
        for name in ("estimate", "ci_low", "ci_high", "range_low", "range_high", "plus_minus"):
            same = [] if pd.isna(row[name]) else [text for text in printed if float(text) == row[name]]
            if same:
                checked += 1
                assert write_printed(row, row[name]) in same, (row["row_id"], name)
    assert checked > 300


def test_a_derived_ratio_is_no_finer_than_its_source(review):
    for row in records(review.tables["survival"]):
        if row["unit"] == "ratio" and row["basis"] in DERIVED and "." in str(row["as_reported"]):
            finest = max(len(places) for places in re.findall(r"\d\.(\d+)", row["as_reported"]))
            assert len(write_printed(row, row["estimate"]).partition(".")[2]) <= finest, row["row_id"]


def test_an_interval_without_upper_limit_says_why(review):
    row = next(row for row in records(review.tables["survival"]) if not pd.isna(row["ci_high"]))
    assert "not reported" in write_value(review, row | {"ci_high": pd.NA})


@pytest.mark.slow
def test_the_explorer_prints_what_the_book_prints(review):
    for row in list_rows(review):
        if row["interval"][0] == "exact":
            assert f"({row['share']})" in row["value"], row["row_id"]
            assert row["percent"] not in (0, 100) or row["events"] in (0, row["total"])
        elif row["share"]:
            assert row["share"].removesuffix("%") in row["value"], row["row_id"]


def test_numbers_are_written_in_one_place(root):
    """No format code for what a reader sees outside display/numbers.py, no rounding in the scripts."""
    engine = root / "livingreview"
    for path in engine.rglob("*.py"):
        name = path.relative_to(engine).as_posix()
        if not name.startswith(OF_THE_MACHINE):
            found = FORMAT_CODE.findall(path.read_text(encoding="utf-8"))
            assert not found or name == "display/numbers.py", f"{name}: {found}"
    for name in ("lr-explorer.js", "lr-plot.js", "lr-table.js", "lr-card.js", "lr-whatif.js"):
        script = (engine / "book" / "web" / name).read_text(encoding="utf-8")
        assert not re.search(r"toFixed|toPrecision|Math\.round", script), name


def test_percentages_without_counts():
    assert format_percent(0.4348, 99) == "43%"
    assert format_percent(0.005) == "1%"
    assert format_percent(0.004) == "<1%"
    assert format_percent(float("nan")) == "not estimable"
    assert format_count(1, 1) == "1/1"
    assert format_count(0, 0) == "0/0"
