"""Risk of bias in robvis' columns and words; what was not judged stays empty."""

import csv
import io

import pandas as pd

from livingreview.exchange.robvis import GENERIC, ROB2, ROBINS_I, _lay_out
from livingreview.tables.appraisals import Judged, judged_results


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_each_tool_is_laid_out_as_robvis_documents_it(exports, review):
    layouts = {
        "rob2.csv": (["Study", *(f"D{n}" for n in range(1, 6)), "Overall"], ROB2),
        "robinsi.csv": (["Study", *(f"D{n}" for n in range(1, 8)), "Overall"], ROBINS_I),
    }
    for name, (columns, template) in layouts.items():
        rows = read(exports["robvis"][name])
        assert list(rows[0]) == columns
        assert {cell for row in rows for column, cell in row.items() if column != "Study"} <= template.words
        assert len({row["Study"] for row in rows}) == len(rows), "robvis takes a name for one row"


def test_every_judgement_is_the_one_in_the_data_and_none_is_added(exports, review):
    judged = {row["row_id"]: row for row in review.tables["appraisals"].to_dict("records")}
    told = [row for row in judged.values() if not pd.isna(row["result"])]
    rows = read(exports["robvis"]["rows.csv"])
    tables = {
        name: {row["Study"]: row for row in read(exports["robvis"][name])}
        for name in ("rob2.csv", "robinsi.csv")
    }
    cells = 0
    for row in rows:
        found = tables[row["table"]][row["Study"]]
        answers = {
            answer["item_id"]: answer["judgement"] for answer in told if answer["result"] == row["result"]
        }
        last = max(int(item.rpartition(".")[2]) for item in answers)
        for item, judgement in answers.items():
            place = int(item.rpartition(".")[2])
            column = "Overall" if place == last else f"D{place}"
            assert found[column] == judgement.replace("_", " ").capitalize()
            cells += 1
    assert (
        cells
        == len(told)
        == sum(cell != "" for t in tables.values() for r in t.values() for cell in list(r.values())[1:])
    )


def test_an_unanswered_domain_stays_empty_and_another_tool_becomes_generic():
    domains = pd.DataFrame(
        {"topic": ["Selection", "Overall"]}, index=pd.Index(["x.1", "x.2"], name="item_id")
    )
    results = [
        ("A", "a.row", {"x.2": {"judgement": "unclear"}}),
        ("A", "b.row", {"x.1": {"judgement": "high"}}),
    ]
    template, columns, rows = _lay_out(Judged("Own tool (2020)", domains, results, pd.DataFrame()))
    assert (template, columns) == (GENERIC, ["Study", "Selection", "Overall"])
    assert rows == [{"Study": "A [a.row]", "Overall": "Unclear"}, {"Study": "A [b.row]", "Selection": "High"}]
    serious = [("A", "a.row", {"x.1": {"judgement": "critical"}})]
    assert _lay_out(Judged("Own tool (2020)", domains, serious, pd.DataFrame()))[0] is None


def test_the_results_are_those_of_the_pages(exports, review):
    assert len(read(exports["robvis"]["rows.csv"])) == sum(len(one.results) for one in judged_results(review))
