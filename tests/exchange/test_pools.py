"""The pools that are exported are those of the pages, with every study and reason."""

import pytest

from livingreview.exchange.pools import HAZARD_RATIO, MEDIAN, PROPORTION, list_pools, slug
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pool import KINDS
from livingreview.tables.pooled_contrasts import contrast_pools


@pytest.mark.slow
def test_every_pool_that_is_shown_is_there_once_with_its_studies(review):
    pools = {pool.key: pool for pool in list_pools(review)}
    assert len(pools) == len(list_pools(review))
    plans = [plan for plan in synthesis_plan(review, kinds=tuple(KINDS)) if plan.decision != "refused"]
    assert {slug(plan.key) for plan in plans} == {
        key for key, pool in pools.items() if pool.measure == PROPORTION
    }
    for plan in plans:
        pool = pools[slug(plan.key)]
        assert len(pool.studies) == len(plan.entries) + len(plan.left_out)
        assert [study.name for study in pool.studies[: len(plan.entries)]] == [e.name for e in plan.entries]
        if plan.decision == "pooled":
            assert [study.events for study in pool.pooled] == plan.events
            assert [study.total for study in pool.pooled] == plan.totals
            assert [row_id for study in pool.pooled for row_id in study.rows] == plan.row_ids
            assert pool.result.estimate == plan.pooled.estimate
        else:
            assert pool.result is None
            assert all(study.reason for study in pool.studies)


def test_a_study_says_of_which_rows_it_is_and_why_it_stays_out(review):
    for pool in list_pools(review):
        for study in pool.studies:
            assert study.rows
            assert all(row_id in review.row_tables for row_id in study.rows)
            assert study.year == "" or (study.year.isdecimal() and len(study.year) == 4)
        # A count that no single row states says how it came about.
        for study in pool.pooled:
            if pool.measure == PROPORTION:
                told = [review.row(row_id) for row_id in study.rows]
                stated = len(told) == 1 and (told[0]["events"], told[0]["total"]) == (
                    study.events,
                    study.total,
                )
                assert bool(study.derivation) != stated, study


def test_ratios_and_survival_stand_with_their_intervals(review):
    pools = list_pools(review)
    ratios = [pool for pool in pools if pool.measure == HAZARD_RATIO]
    assert len(ratios) == sum(pool.kind == "HR" for pool in contrast_pools(review))
    assert any(pool.result for pool in ratios)
    for pool in [*ratios, *(pool for pool in pools if pool.measure == MEDIAN)]:
        assert (pool.result is None) == (len(pool.pooled) == 0)
        for study in pool.pooled:
            assert study.low < study.estimate < study.high


def test_names_fit_every_file_system():
    assert (
        slug("Salvage of any kind: benchmarks.b-all.CR_crh") == "salvage-of-any-kind-benchmarks.b-all.cr_crh"
    )
