"""One rule for numbers: what the check refuses no reader takes, and what it takes all read alike."""

import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livingreview.evidence.lexical import QuoteError, find_odd, make_frame, read_table, split_rows
from livingreview.evidence.schema import Field, Table

FIELDS = (Field("key"), Field("count", "integer"), Field("size", "number"), Field("day", "date"))
TABLE = Table("t", "t.csv", "", "", FIELDS, "key")
# What Python, pandas or frictionless take for a number, and this review does not.
ODD = [
    *("1_9", "+9", "1e3", "1E3", "012", "-0", "-0.0", ".5", "5.", "1,5", "0x1f", "inf", "-inf", "nan", "NaN"),
    *(
        " 9",
        "9 ",
        "\uff19",
        "٣",
        "1\u00a0000",
        "1 000",
        "9" * 20,
        "1" * 16,
        "--1",
        "−1",
        "1.2.3",
        "9\n",
        "½",
        "True",
    ),
]


def read(cell, column):
    values = {"key": "a", "count": "", "size": "", "day": ""} | {column: cell}
    quoted = ",".join(f'"{value}"' for value in values.values())
    return read_table(io.BytesIO(f"{','.join(values)}\n{quoted}\n".encode()), TABLE)[column][0]


def see(cell, column):
    """The cell as a rule sees it; None where it is missing, since it is not written as a number is."""
    rows = [["a", *(cell if name == column else "" for name in TABLE.columns[1:])]]
    (value,) = make_frame(TABLE, TABLE.columns, rows)[column].tolist()
    return None if pd.isna(value) else value


@pytest.mark.parametrize("cell", ODD)
@pytest.mark.parametrize("column", ["count", "size"])
def test_what_only_some_readers_take_for_a_number_is_none(cell, column):
    assert see(cell, column) is None
    with pytest.raises(ValueError, match=f"column {column}"):
        read(cell, column)


def test_a_count_has_no_point_and_a_day_has_zeros():
    assert read("6.0", "size") == 6
    for cell, column in (("6.0", "count"), ("2026-1-5", "day"), ("05.01.2026", "day")):
        with pytest.raises(ValueError, match="is no"):
            read(cell, column)
    assert read("2026-01-05", "day") == "2026-01-05"


@pytest.mark.slow
@given(st.integers(-(10**15) + 1, 10**15 - 1), st.decimals(-9999, 9999, places=3))
def test_what_is_a_number_reads_back_as_it_is(count, size):
    assert see(str(count), "count") == count
    text = str(size)
    assert see(text, "size") == (None if text == "-0.000" else float(text))


@pytest.mark.slow
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=6))
def test_checks_and_pages_read_the_same(cell):
    """What a rule sees is what is published, or the cell is told and nothing is published."""
    for column in ("count", "size"):
        rows = [["a", *(cell if name == column else "" for name in TABLE.columns[1:])]]
        seen, told = see(cell, column), list(find_odd(TABLE, TABLE.columns, rows))
        assert told == ([(0, column, cell)] if seen is None else [])
        if not told:
            assert seen == read(cell, column)


def test_a_row_is_found_by_the_line_it_starts_on():
    assert list(split_rows('a,b\n"x\ny",1\nz,2\n')) == [(1, ["a", "b"]), (2, ["x\ny", "1"]), (4, ["z", "2"])]
    with pytest.raises(QuoteError) as caught:
        list(split_rows('a,b\n1,2\nx,"y\n'))
    assert caught.value.line == 3


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(KeyError, match="no column size, day"):
        read_table(io.BytesIO(b"key,count\na,1\n"), TABLE)
