"""What a record says is what its field is for; the record, the field and the line are named."""

import pytest

from livingreview.checks.bibliography import check_bibliography

GOOD = """@article{{a,
  author = {{Roe, Ann and {{Study Group 2}} and others}},
  title = {{T}},
  year = {{2021}},
  {field}
}}
"""
BAD = {
    "doi = {see below}": "form", "doi = {https://example.org/x}": "form", "doi = {10.1/x}": "form",
    "doi = {10.1007/s44313-024-00050-6.}": "form", "doi = {10.1007/s44313–024-00050-6}": "form",
    "year = {21}": "year", "year = {1021}": "year", "year = {2921}": "year", "date = {May 2021}": "date",
    "year = {in press}": "year", "month = 13": "form", "month = feb, day = 30": "no-such-date",
    "pages = {see there}": "form", "pages = {219--210}": "pages-order", "pages = {5 to 9}": "form",
    "url = {javascript:alert(1)}": "no-address", "url = {example.org}": "no-address",
    "url = {https://a.b/\" onload=x}": "no-address", "pmid = {PMC12}": "form", "pmcid = {12}": "form",
    "journl = {J}": "field-unknown", "file = {x.pdf}": "field-unknown", "note = {}": "field-empty",
    "note = {a <i>b</i>}": "html", "note = {A &amp; B}": "html", "note = {\\foo{b}}": "latex",
    "note = {RamosÃ±}": "mojibake", "issn = {12}": "form", "isbn = {978}": "form", "eid = {none}": "form",
    "author = {Roe A; Doe B}": "names", "author = {Roe, Ann et al.}": "names", "author = {others}": "names",
    "author = {others and Roe, Ann}": "names", "author = {Roe 2, Ann}": "names", "author = {a@b.c}": "names",
    "translator = {Roe, Ann}": "field-unknown",
    "urldate = {yesterday}": "form", "volume = {see the note on the page}": "form",
    "volume = {0}": "form",
}  # fmt: skip
FINE = [
    *(
        "doi = {https://doi.org/10.1000/a_b}",
        "doi = {10.1002/1097(19)65:1<5::aid>3.0.co;2-r}",
        "date = {2021-05-03}",
    ),
    *(
        "pages = {e200--e204}",
        "pages = {E114--E117}",
        "pages = {LBA-1}",
        "pages = {S1--S5, S9}",
        "month = may",
    ),
    *("journaltitle = {J}", "url = {https://a.org/b_c?d=e}, urldate = {2026-01-02}", "issn = {0006-4971}"),
    *("isbn = {978-3-16-148410-0}", "note = {A \\& B \\textit{c} {\\'e} p<0.001}", "pmcid = {PMC9242409}"),
    *("number = {14 Supplement}", "eid = {1383288}", "eid = {e1}", "address = {Oslo}"),
]


def told(tmp_path, text):
    (tmp_path / "references.bib").write_text(text, encoding="utf-8")
    return check_bibliography(tmp_path)[1]


@pytest.mark.parametrize("field", BAD)
def test_what_is_wrong_is_named_with_its_line(tmp_path, field):
    text = GOOD.format(field=field)
    name = field.split(" ")[0] if BAD[field] != "no-such-date" else "day"
    if name in ("author", "year"):  # in place of what stands there
        own = f"  {name} = {{{'2021' if name == 'year' else 'Roe, Ann and {Study Group 2} and others'}}},\n"
        text = text.replace(own, "", 1)
    (problem,) = told(tmp_path, text)
    line = next(number for number, line in enumerate(text.splitlines(), 1) if field in line)
    assert (problem.row, problem.column, problem.rule) == (line, f"a.{name}", BAD[field]), problem


@pytest.mark.parametrize("field", FINE)
def test_what_is_right_is_taken(tmp_path, field):
    text = GOOD.format(field=field)
    if "date =" in field and "urldate" not in field:
        text = text.replace("  year = {2021},\n", "")
    assert told(tmp_path, text) == []


EMPTY = {
    "@artcle{a, title = {T}}": "record-kind",
    "@misc{a, year = 2020}": "record-empty",
    "@misc{a}": "record-empty",
    "@book{a, title = {T}, eid = {e1}}": "field-unfit",
    "@article{a, title = {T}": "bibliography",
}


@pytest.mark.parametrize("text", EMPTY)
def test_records_that_are_none(tmp_path, text):
    assert [problem.rule for problem in told(tmp_path, text)] == [EMPTY[text]]


def test_an_unknown_name_is_told_with_a_near_one(tmp_path):
    (problem,) = told(tmp_path, "@article{a, title = {T}, jurnal = {J}}")
    assert problem.mend == "did you mean 'journal'?"


def test_a_name_with_too_many_commas_has_a_line(tmp_path):
    text = "@misc{a,\n title = {T},\n author = {Roe, Ann, Doe, John}}\n"
    (problem,) = told(tmp_path, text)
    assert (problem.row, problem.rule) == (3, "bibliography")


def test_volumes_of_a_journal_rise_with_the_years(tmp_path):
    form = "@article{%s,\n  title = {T},\n  journal = {J},\n  year = {%d},\n  volume = {%d}\n}\n"
    records = form * 3 % ("a", 2020, 12, "b", 2021, 12, "c", 2022, 11)
    (tmp_path / "references.bib").write_text(records, encoding="utf-8")
    found = check_bibliography(tmp_path)[1]
    assert [(problem.rule, problem.column, problem.row) for problem in found] == [
        ("volume-order", "c.volume", 17)
    ]
