"""Borrowing between groups: a published trial, the two ends of sharing, and groups that change places."""

import numpy as np
import pytest
from scipy.stats import beta

from livingreview.synthesis import borrow

# Hyman et al. 2015, three groups of a basket trial: lung, colon alone, colon with a second drug.
EVENTS, TOTALS = [8, 0, 1], [19, 10, 26]


def test_the_published_basket_trial():
    """Values printed by the R package basket for the exact model: prior Beta(1/2, 1/2), null rate 0.25."""
    baskets = borrow(EVENTS, TOTALS)
    assert [round(one.mean, 3) for one in baskets] == [0.425, 0.041, 0.042]
    assert [round(one.above(0.25), 3) for one in baskets] == [0.951, 0.002, 0.000]


def test_sharing_of_nothing_is_each_group_alone():
    for one, x, n in zip(borrow(EVENTS, TOTALS, together=0), EVENTS, TOTALS, strict=True):
        alone = beta(x + 0.5, n - x + 0.5)
        assert one.mean == pytest.approx(alone.mean())
        assert one.interval == pytest.approx(alone.ppf([0.025, 0.975]), abs=1e-8)
        assert sum(one.shared) == 1


def test_sharing_of_everything_is_one_group():
    whole = beta(sum(EVENTS) + 0.5, sum(TOTALS) - sum(EVENTS) + 0.5)
    for one in borrow(EVENTS, TOTALS, together=1):
        assert one.interval == pytest.approx(whole.ppf([0.025, 0.975]), abs=1e-8)
        assert one.shared == (1, 1, 1)


def test_alike_groups_borrow_and_others_do_not():
    lung, colon, both = borrow(EVENTS, TOTALS)
    assert colon.shared[2] > 0.5 > colon.shared[0]
    assert colon.shared[2] == both.shared[1]
    width = np.diff(colon.interval)[0]
    assert width < np.diff(borrow(EVENTS, TOTALS, together=0)[1].interval)[0]
    assert lung.interval[0] < lung.mean < lung.interval[1]


def test_the_order_of_groups_does_not_matter():
    there, back = borrow(EVENTS, TOTALS), borrow(EVENTS[::-1], TOTALS[::-1])[::-1]
    assert [one.mean for one in there] == pytest.approx([one.mean for one in back])


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        (([1] * 7, [9] * 7), {}, "at most 6 groups, found 7"),
        (([10], [9]), {}, "exceeds totals"),
        ((EVENTS, TOTALS), {"prior": (0, 1)}, "positive"),
        ((EVENTS, TOTALS), {"together": 1.5}, "probability"),
    ],
)
def test_what_cannot_be_is_named(counts, options, message):
    with pytest.raises(ValueError, match=message):
        borrow(*counts, **options)
