"""Every pool of the review with what goes into it: what its own tables say, no key twice."""

import pytest

from livingreview.tables.inputs import list_pools
from livingreview.tables.pooled_contrasts import contrast_pools
from tests.changed import change_rows, spoil


def test_each_pool_says_its_studies_and_what_it_comes_to(review, plans, pooled):
    pools = list_pools(review)
    assert set(pools) >= {plan.key for plan in plans}
    told = pools[pooled.key]
    assert [item.value for item in told.inputs] == [
        f"{events}/{total}" for events, total in zip(pooled.events, pooled.totals, strict=True)
    ]
    assert {row_id for item in told.inputs for row_id in item.row_ids} == set(pooled.row_ids)
    assert set(told.left_out) == {row_id for row_id, _, _ in pooled.left_out}
    assert told.say().endswith(f"{len(pooled.entries)} studies")


def test_ratios_and_printed_survival_are_among_them(review):
    pools = list_pools(review).values()
    ratios = [pool for pool in pools if pool.key.startswith("ratio.")]
    assert len(ratios) == len(contrast_pools(review))
    survival = [pool for pool in pools if pool.key.startswith("survival.")]
    assert survival
    for pool in survival:
        assert len(pool.inputs) >= 3
        assert all(review.row_tables[row_id] == "survival" for item in pool.inputs for row_id in item.row_ids)


@pytest.mark.slow
def test_a_pool_whose_count_changed_is_another(review, pooled):
    row_id, *_ = pooled.entries[0].row_ids
    events = int(review.row(row_id)["events"])
    after = list_pools(spoil(review, "outcomes", change_rows([row_id], events=events - 1)))
    before = list_pools(review)
    assert before[pooled.key] != after[pooled.key]
    moved = {key for key in before if before[key] != after.get(key)}
    assert all(row_id in {name for item in before[key].inputs for name in item.row_ids} for key in moved)
