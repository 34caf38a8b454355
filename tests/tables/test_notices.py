"""A retraction reaches the report's page, each figure and every pool that rests on it."""

import dataclasses

import pandas as pd
import pytest

from livingreview.citation import read_citation
from livingreview.display.numbers import make_figure
from livingreview.pages.report import group_rows, report_page
from livingreview.tables.notices import NEVER, tell_notices
from livingreview.tables.pooled_contrasts import contrast_pools, tabulate_pooled_contrasts
from livingreview.tables.pooled_survival import survival_pools, tabulate_pooled_survival
from livingreview.tables.synthesis import say_pooling, tabulate_leave_one_out, tabulate_plan
from tests.conftest import ROOT


def with_rows(review, **tables):
    """The evidence with rows of some tables."""
    made = dict(review.tables)
    for name, rows in tables.items():
        blank = dict.fromkeys(review.tables[name].columns, pd.NA)
        made[name] = pd.DataFrame([blank | row for row in rows], columns=review.tables[name].columns)
    return dataclasses.replace(review, tables=made)


@pytest.fixture
def noticed(review, pooled):
    """The review with a retraction of the first report in a pool."""
    report_id = review.row(pooled.entries[0].row_id)["report_id"]
    row = {"notice_id": f"{report_id}.crossref.retraction.x", "report_id": report_id, "kind": "retraction"}
    row |= {"source": "Crossref", "notice": "10.9999/notice", "day": "2026-04-20", "seen_on": "2026-05-01"}
    watches = [
        {"watch_id": f"{report_id}.{name.lower()}", "report_id": report_id, "source": name, "number": "x"}
        | {"day": "2026-05-01", "answer": "there"}
        for name in ("Crossref", "PubMed")
    ]
    return report_id, with_rows(review, notices=[row], watches=watches)


def test_what_is_not_in_a_list_is_told_with_the_lists_day(noticed):
    report_id, evidence = noticed
    told = str(tell_notices(evidence, report_id))
    assert told.startswith("retraction of 2026-04-20 (Crossref, <a href=")
    assert "not read by the makers of this review yet; first seen on 2026-05-01" in told
    assert told.endswith("PubMed: not in the list of 2026-05-01")
    assert "not retracted" not in told
    other = next(name for name in evidence.report_names if name != report_id)
    assert tell_notices(evidence, other) == NEVER


def test_the_reports_page_says_it_in_its_title_and_its_facts(noticed):
    report_id, evidence = noticed
    row = next(row for row in evidence.tables["reports"].to_dict("records") if row["report_id"] == report_id)
    page = report_page(evidence, row, group_rows(evidence)[report_id], read_citation(ROOT))
    assert "retracted" in page.splitlines()[0]
    assert "Retractions and corrections" in page
    assert "https://doi.org/10.9999/notice" in page


def test_every_figure_of_the_report_carries_a_mark(noticed, pooled):
    report_id, evidence = noticed
    row_id = pooled.entries[0].row_id
    assert "alarming" in make_figure(evidence, row_id).marks
    other = next(
        entry.row_id for entry in pooled.entries if evidence.row(entry.row_id)["report_id"] != report_id
    )
    assert "alarming" not in make_figure(evidence, other).marks


@pytest.mark.slow
def test_every_pool_that_rests_on_it_says_so(noticed, pooled):
    report_id, evidence = noticed
    warning = f"It rests on {evidence.report_names[report_id]}: retracted."
    pools = [row for row in tabulate_plan(evidence, caption="x").rows if warning in str(row.cells[1])]
    assert pools
    assert warning in str(say_pooling(evidence).__html__())
    assert "retracted" in str(tabulate_leave_one_out(evidence, caption="x").__html__())


def test_a_correction_marks_nothing_and_stands_on_the_reports_page(noticed):
    report_id, evidence = noticed
    frame = evidence.tables["notices"].assign(kind="correction", read_on="2026-05-03", effect="corrected")
    evidence = dataclasses.replace(
        evidence, tables=evidence.tables | {"notices": frame.assign(note="One count.")}
    )
    assert evidence.alarms == {}
    told = str(tell_notices(evidence, report_id))
    assert "read on 2026-05-03, figures were corrected: One count." in told


@pytest.mark.slow
def test_pooled_survival_and_ratios_say_so_too(review):
    """Of each pool there is, the first contributor is retracted."""
    survival = next(pool for pool in survival_pools(review, "OS", "median") if pool.pooled)
    contrast = next(pool for pool in contrast_pools(review) if pool.pooled)
    for row_id, tabulate in (
        (survival.told[0].row_id, tabulate_pooled_survival),
        (contrast.trials[0].row_ids[0], tabulate_pooled_contrasts),
    ):
        report_id = review.row(row_id)["report_id"]
        row = {"notice_id": f"{report_id}.x.y", "report_id": report_id, "kind": "expression_of_concern"}
        row |= {"source": "Crossref", "notice": "10.9999/notice", "seen_on": "2026-05-01"}
        evidence = with_rows(review, notices=[row])
        told = str(tabulate(evidence, caption="x").__html__())
        assert "expression of concern." in told
        assert "It rests on" in told
        assert "It rests on" not in str(tabulate(review, caption="x").__html__())
