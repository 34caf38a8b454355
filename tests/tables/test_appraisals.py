"""Checklists answered for whole reports, and the risk of bias of single results."""

import pandas as pd
import pytest

from livingreview.evidence import select_class, split_ids
from livingreview.tables.appraisals import (
    SIGNS,
    tabulate_appraisals,
    tabulate_appraised,
    tabulate_risk_of_bias,
)
from tests.changed import spoil

RESULT = "kantarjian-2017.survival.blinatumomab.os-hr"


@pytest.fixture(scope="module")
def part(review):
    return select_class(review, "mitoxantrone-clofarabine")


def test_appraisals_answer_every_item_in_the_order_of_their_tool(part):
    """On its report's page every answer has its reason and address, and the other reader's answer."""
    items = part.tables["appraisal_tools"].set_index("item_id")["position"]
    whole = part.tables["appraisals"].loc[lambda frame: frame["result"].isna()]
    found = 0
    for report, told in whole.set_index("row_id").groupby("report_id"):
        tables = [folded.content for folded in tabulate_appraisals(part, caption="A", of=report).parts]
        assert len(tables) == told["item_id"].str.partition(".")[0].nunique(), "no two tools in one table"
        for table in tables:
            order = [items[told.loc[row.anchor, "item_id"]] for row in table.rows]
            assert order == sorted(order)
            for row in table.rows:
                differ = told.loc[row.anchor, "judgement"] != told.loc[row.anchor, "second_judgement"]
                both = not pd.isna(told.loc[row.anchor, "second_judgement"])
                assert ("The other reader:" in row.cells[2]) == (both and differ)
            found += len(table.rows)
    assert found == len(whole) > 0
    assert tabulate_appraisals(part, caption="A", of="nobody-1999").parts == []


def test_of_several_reports_a_line_is_a_report_and_a_sign_an_item(part):
    whole = part.tables["appraisals"].loc[lambda frame: frame["result"].isna()]
    html = [str(folded.content.__html__()) for folded in tabulate_appraisals(part, caption="A").parts]
    series = next(text for text in html if "JBI checklist for case series" in text)
    own = whole.loc[whole["item_id"].str.startswith("jbi-case-series.")]
    assert series.count("<tr>") == own["report_id"].nunique() + 1 > 5
    assert '<th scope="col">Report</th>' in series
    assert series.count('class="visually-hidden"') == len(own)
    assert "4 Were consecutive patients included" in series
    same = own["judgement"].eq(own["second_judgement"]).sum()
    assert f"agreed in {same} of {len(own)} judgements" in series
    assert 'href="reports/hochberg-2026.html#hochberg-2026.appraisal.1"' in series


def judged(review, answers):
    """The evidence with one result judged by RoB 2 as told, and nothing else appraised."""
    rows = [
        {
            "row_id": f"kantarjian-2017.appraisal.os.{number}",
            "report_id": "kantarjian-2017",
            "item_id": f"rob2.{number}",
            "result": RESULT,
            "judgement": judgement,
            "second_judgement": "low",
            "reason": f"Reason {number}.",
            "locator": "Abstract",
        }
        for number, judgement in answers.items()
    ]
    return spoil(review, "appraisals", lambda frame: pd.DataFrame(rows, columns=frame.columns))


def test_under_a_result_each_domain_is_a_row_with_its_reason(review):
    """A sign a domain once stood in columns of five letters, and the reasons elsewhere."""
    told = judged(review, {1: "low", 2: "some_concerns", 3: "high", 4: "no_information", 6: "high"})
    (table,) = tabulate_risk_of_bias(told, caption="Risk of bias").parts
    html = str(table.__html__())
    assert "TOWER (Kantarjian 2017): overall survival, hazard ratio" in html
    assert f"#{RESULT}" in html
    rows = [row for row in table.rows if not row.heading]
    assert [row.cells[0] for row in rows][:2] == [
        "Randomisation process",
        "Deviations from the intended interventions",
    ]
    assert [row.cells[1] for row in rows][:3] == [
        "low risk of bias",
        "some concerns",
        "high risk of bias",
    ]
    assert rows[0].cells[2] == "Reason 1."
    assert rows[1].cells[2] == "Reason 2. The other reader: low risk of bias."
    assert not any(row.anchor for row in rows), "a reason has its address on the report's page alone"
    (own,) = tabulate_risk_of_bias(told, caption="Risk of bias", of="kantarjian-2017").parts
    anchors = [row.anchor for row in own.rows if not row.heading]
    assert anchors == list(told.tables["appraisals"]["row_id"])


def test_how_far_two_readers_agreed_is_said(review):
    (table,) = tabulate_risk_of_bias(judged(review, {1: "low", 6: "low"}), caption="R").parts
    assert table.notes == ["Two readers judged independently and agreed in 2 of 2 judgements."]


def test_what_one_reader_answered_is_not_counted_as_agreed_or_not(review):
    told = judged(review, {1: "low", 6: "low"})
    answers = told.tables["appraisals"]
    told.tables["appraisals"] = answers.assign(second_judgement=["low", None])
    (table,) = tabulate_risk_of_bias(told, caption="R").parts
    assert table.notes == ["Two readers judged independently and agreed in 1 of the 1 judgements made twice."]


def test_on_its_own_page_a_result_is_further_up(review):
    told = judged(review, {1: "low"})
    shown = tabulate_risk_of_bias(told, caption="R", of="kantarjian-2017").parts[0]
    assert f'href="#{RESULT}"' in str(shown.__html__())
    assert tabulate_risk_of_bias(told, caption="R", of="nobody-1999").parts == []


def test_single_results_are_not_among_the_checklists(review):
    assert tabulate_appraisals(judged(review, {1: "low"}), caption="A").parts == []


def test_every_judgement_of_a_result_has_its_sign(review):
    codes = set(review.package.field("appraisals", "judgement").labels)
    assert codes == set(SIGNS)


def test_what_was_appraised_is_counted_by_tool(review):
    """The answers of all tools are those of the data; agreement is told of those that two readers gave."""
    table = tabulate_appraised(review, caption="Appraised")
    answers = review.tables["appraisals"]
    assert sum(int(row.cells[3]) for row in table.rows) == len(answers)
    told = {row.cells[0]: row.cells for row in table.rows}
    series = answers.loc[answers["item_id"].str.startswith("jbi-case-series.")]
    assert told["JBI checklist for case series"][1] == str(series["report_id"].nunique())
    alike = int(series["judgement"].eq(series["second_judgement"]).sum())
    assert told["JBI checklist for case series"][5].startswith(
        f"{alike}/{series['second_judgement'].count()} "
    )
    assert told["RoB 2"][2] == str(
        answers.loc[answers["item_id"].str.startswith("rob2."), "result"].nunique()
    )


@pytest.mark.parametrize("table", ["claims", "certainty"])
def test_every_series_under_a_conclusion_was_appraised(review, table):
    """Only five reports were once appraised; what a conclusion rests on is, as far as it can be."""
    answers = review.tables["appraisals"]
    notices = answers["item_id"].str.startswith("inspect-sr.")
    appraised = set(answers.loc[~notices, "report_id"])
    cells = review.tables[table]["rests_on"].dropna()
    reports = {review.row(row_id)["report_id"] for cell in cells for row_id in split_ids(cell)}
    kinds = review.tables["reports"].set_index("report_id")["kind"]
    studies = review.tables["studies"].set_index("study_id")["design"]
    unasked = {
        report
        for report in reports - appraised
        if studies.get(review.report_studies[report]) not in ("review", "indirect_comparison")
    }
    assert unasked == set(), kinds[list(unasked)]
