"""A table that another program wrote back is the same data again, or a named mistake."""

import csv
import io

import pandas as pd
import pytest

from livingreview.checks import check_project, mend_tables
from livingreview.evidence import load_package
from tests.conftest import ROOT

NAMES = ("characteristics", "survival", "outcomes")


def rows_of(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def as_csv(rows, sign=",", **more):
    out = io.StringIO()
    csv.writer(out, delimiter=sign, lineterminator="\r\n", **more).writerows(rows)
    return out.getvalue().encode()


def of_pandas(data, **more):
    """Read with its defaults and written with them: whole columns of counts become 6.0, rows get numbers."""
    return pd.read_csv(io.BytesIO(data)).to_csv(**more).encode()


def of_r(data):
    """write.csv: row numbers, quotes round all text, NA for nothing."""
    header, *rows = rows_of(data)

    def word(cell):
        return (
            "NA"
            if cell == ""
            else cell
            if cell.replace(".", "", 1).isdigit()
            else f'"{cell.replace(chr(34), chr(34) * 2)}"'
        )

    lines = [",".join(f'"{name}"' for name in ["", *header])]
    lines += [",".join([f'"{number}"', *map(word, row)]) for number, row in enumerate(rows, 1)]
    return ("\n".join(lines) + "\n").encode()


def german(data):
    """A spreadsheet that writes decimal commas: semicolons between cells, a mark, carriage returns."""
    header, *rows = rows_of(data)
    package = load_package(ROOT / "data")
    table = next(table for table in package.tables.values() if table.columns == header)
    commas = {
        place
        for place, item in enumerate(table.fields)
        if item.type == "number" or item.name.endswith("_pct")
    }
    told = [[cell.replace(".", ",") if at in commas else cell for at, cell in enumerate(row)] for row in rows]
    return b"\xef\xbb\xbf" + as_csv([header, *told], ";")


def with_blanks(row):
    return [f"{cell} " if cell else "" for cell in row]


PROGRAMS = {
    "Excel": lambda data: b"\xef\xbb\xbf" + as_csv(rows_of(data)),
    "Excel with semicolons and decimal commas": german,
    "LibreOffice, all quoted": lambda data: as_csv(rows_of(data), quoting=csv.QUOTE_ALL),
    "Google Sheets": lambda data: as_csv(rows_of(data)).removesuffix(b"\r\n"),
    "pandas": lambda data: of_pandas(data, index=False),
    "pandas with its row numbers": of_pandas,
    "R": of_r,
    "sorted by another column": lambda data: as_csv([rows_of(data)[0], *rows_of(data)[:0:-1]]),
    "columns moved": lambda data: as_csv([row[::-1] for row in rows_of(data)]),
    "blanks at the ends": lambda data: as_csv([rows_of(data)[0], *map(with_blanks, rows_of(data)[1:])]),
    "empty lines": lambda data: as_csv([row for line in rows_of(data) for row in (line, [""] * len(line))]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_program_wrote_back_is_the_same_data_after_mending(project, program):
    whole = {name: (project / "data" / f"{name}.csv").read_bytes() for name in NAMES}
    for name, data in whole.items():
        (project / "data" / f"{name}.csv").write_bytes(PROGRAMS[program](data))
    assert check_project(project), "it is told"
    remedies = mend_tables(project)
    assert {line.partition(".csv: ")[0] for line in remedies} == set(NAMES)
    for name, data in whole.items():
        assert numbers_as_printed(project, name, data), name
    assert mend_tables(project) == []


def numbers_as_printed(project, name, data):
    """The same rows to the byte; but of a number, not of a printed one, 7 may have become 7.0."""
    header, *found = rows_of((project / "data" / f"{name}.csv").read_bytes())
    for row, own in zip(found, rows_of(data)[1:], strict=True):
        for column, cell, before in zip(header, row, own, strict=True):
            if cell != before and (column.endswith("_pct") or float(cell) != float(before)):
                return False
    return True


@pytest.mark.parametrize(
    ("cells", "taken"),
    [
        (["1,5", "2", "3,25"], ["1.5", "2", "3.25"]),
        (["1,500", "2,250"], ["1,500", "2,250"]),  # thousands or decimals: left, and told by the check
        (["1,5", "2.5"], ["1,5", "2.5"]),
        (["1,5", "2,500"], ["1.5", "2.500"]),
    ],
)
def test_a_comma_is_a_point_only_where_the_column_says_so(tmp_path, cells, taken):
    from livingreview.checks.mending import _point_decimals
    from livingreview.evidence.schema import Field, Table

    table = Table("t", "t.csv", "T", "", (Field("id"), Field("value", "number")), "id")
    rows, _ = _point_decimals([["id", "value"], *([str(at), cell] for at, cell in enumerate(cells))], table)
    assert [row[1] for row in rows[1:]] == taken


@pytest.mark.slow
def test_na_is_a_word_where_other_cells_are_empty(project):
    path = project / "data" / "drugs.csv"
    header, first, *rows = rows_of(path.read_bytes())
    first[header.index("note")] = "NA"
    path.write_bytes(as_csv([header, first, *rows]))
    mend_tables(project)
    assert any(problem.rule == "missing-word" for problem in check_project(project))


@pytest.mark.slow
def test_what_cannot_be_read_is_left_as_it_is(project):
    path = project / "data" / "drugs.csv"
    for data in (b"\xff\xfe\x00", b'a,"b\n', b"", b"x,y\n1,2\n"):
        path.write_bytes(data)
        mend_tables(project)
        assert path.read_bytes() == data
