"""Checklists answered for whole reports, and the risk of bias of single results."""

import pandas as pd
import pytest

from livingreview.evidence import select_class
from livingreview.tables.appraisals import SIGNS, tabulate_appraisals, tabulate_risk_of_bias
from tests.changed import spoil

RESULT = "kantarjian-2017.survival.blinatumomab.os-hr"


@pytest.fixture(scope="module")
def part(review):
    return select_class(review, "mitoxantrone-clofarabine")


def test_appraisals_answer_every_item_in_the_order_of_their_tool(part):
    items = part.tables["appraisal_tools"].set_index("item_id")["position"]
    tables = [folded.content for folded in tabulate_appraisals(part, caption="Appraisal").parts]
    whole = part.tables["appraisals"].loc[lambda frame: frame["result"].isna()]
    answers = whole.set_index("row_id")["item_id"]
    assert sum(len(table.rows) for table in tables) == len(answers) > 0
    for table in tables:
        order = [items[answers[row.anchor]] for row in table.rows]
        assert order == sorted(order)
    report = whole["report_id"].iloc[0]
    assert len(tabulate_appraisals(part, caption="A", of=report).parts) == 1
    assert tabulate_appraisals(part, caption="A", of="nobody-1999").parts == []


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


def test_on_its_own_page_a_result_is_further_up(review):
    told = judged(review, {1: "low"})
    shown = tabulate_risk_of_bias(told, caption="R", of="kantarjian-2017").parts[0]
    assert f'href="#{RESULT}"' in str(shown.__html__())
    assert tabulate_risk_of_bias(told, caption="R", of="nobody-1999").parts == []


def test_single_results_are_not_among_the_checklists(review):
    assert tabulate_appraisals(judged(review, {1: "low"}), caption="A").parts == []


def test_every_judgement_of_a_result_has_its_sign(review):
    codes = set(review.package.field("appraisals", "judgement").labels)
    assert codes - set(SIGNS) == {"yes", "no", "unclear", "not_applicable"}
