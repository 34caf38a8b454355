"""Proportions with study-level moderators: against metafor, by symmetry, where there is no answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livingreview.synthesis import compare_levels, fit_proportions, pool_proportions

# Control arms of the thirteen BCG trials (Colditz 1994, dat.bcg of R's metadat):
# tuberculosis, all, latitude, year.
BCG = np.array(
    [
        (11, 139, 44, 1948), (29, 303, 55, 1949), (11, 220, 42, 1960), (248, 12867, 52, 1977),
        (47, 5808, 13, 1973), (372, 1451, 44, 1953), (10, 629, 19, 1973), (499, 88391, 13, 1980),
        (45, 7277, 27, 1968), (65, 1665, 42, 1961), (141, 27338, 18, 1974), (3, 2341, 33, 1969),
        (29, 17854, 33, 1976),
    ]
)  # fmt: skip
EVENTS, TOTALS = BCG[:, 0], BCG[:, 1]
LATITUDE, YEAR = BCG[:, 2] - 33, BCG[:, 3] - 1966


def test_the_risk_of_tuberculosis_by_latitude_and_year():
    """metafor's rma.glmm(measure="PLO", nAGQ=25) and lme4's glmer agree on these to five digits."""
    fit = fit_proportions(EVENTS, TOTALS, moderators={"latitude": LATITUDE, "year": YEAR})
    assert fit.status == "ok"
    told = [fit.intercept, *fit.coefficients.values()]
    assert [item.estimate for item in told] == pytest.approx([-4.06850, 0.01749, -0.10439], abs=2e-5)
    assert [item.se for item in told] == pytest.approx([0.25779, 0.02428, 0.03230], abs=2e-5)
    assert fit.tau2 == pytest.approx(0.80912, abs=2e-5)
    assert (fit.lrt_df, list(fit.coefficients)) == (2, ["latitude", "year"])
    assert fit.coefficients["year"].odds_ratio_ci[1] < 1 < fit.coefficients["latitude"].odds_ratio_ci[1]


def test_a_prediction_is_the_same_wherever_a_moderator_is_centred():
    one = fit_proportions(EVENTS, TOTALS, moderators={"latitude": BCG[:, 2], "year": BCG[:, 3]})
    other = fit_proportions(EVENTS, TOTALS, moderators={"latitude": LATITUDE, "year": YEAR})
    first, second = one.predict(latitude=40, year=1970), other.predict(latitude=7, year=4)
    assert first[0] == pytest.approx(second[0], rel=1e-4)
    assert first[1] == pytest.approx(second[1], rel=1e-3)
    assert first[1][0] < first[0] < first[1][1]
    with pytest.raises(ValueError, match="expected a value for each of latitude, year"):
        one.predict(latitude=40)


def test_two_levels_are_the_regression_on_their_indicator():
    x, n, z = [6, 0, 19, 3, 11], [17, 4, 52, 8, 23], [0, 1, 0, 1, 1]
    levels, fit = compare_levels(x, n, z), fit_proportions(x, n, moderators={"level": z})
    known = fit.intercept.estimate, fit.coefficients["level"].estimate
    assert (levels.b0, levels.b1) == pytest.approx(known)
    assert levels.lrt_p == pytest.approx(fit.lrt_p)
    assert levels.p_level1 == pytest.approx(fit.predict(level=1)[0])


@pytest.mark.slow
@settings(max_examples=10)
@given(st.permutations(range(13)))
def test_the_order_of_studies_does_not_matter(order):
    order = list(order)
    fit = fit_proportions(EVENTS[order], TOTALS[order], moderators={"year": YEAR[order]})
    known = fit_proportions(EVENTS, TOTALS, moderators={"year": YEAR})
    assert fit.coefficients["year"].estimate == pytest.approx(known.coefficients["year"].estimate, abs=1e-6)


def test_success_and_failure_change_the_sign():
    one = fit_proportions(EVENTS, TOTALS, moderators={"year": YEAR})
    other = fit_proportions(TOTALS - EVENTS, TOTALS, moderators={"year": YEAR})
    assert other.coefficients["year"].estimate == pytest.approx(-one.coefficients["year"].estimate, abs=1e-6)
    assert other.tau2 == pytest.approx(one.tau2, rel=1e-5)


def test_a_moderator_that_explains_the_spread_leaves_less_of_it():
    """Two groups of studies that agree within, as trials and routine care of children on one drug may."""
    x, n, z = [27, 10, 6, 26, 44, 3], [70, 26, 13, 33, 61, 6], [1, 1, 0, 0, 0, 0]
    assert fit_proportions(x, n, moderators={"trial": z}).tau2 < pool_proportions(x, n).tau2


@pytest.mark.parametrize(
    ("events", "totals", "moderator", "status"),
    [
        ([1, 2], [10, 10], [0, 1], "too_few_studies"),
        ([0, 0, 0, 0], [9, 8, 7, 6], [0, 1, 0, 1], "no_events"),
        ([9, 8, 7, 6], [9, 8, 7, 6], [0, 1, 0, 1], "all_events"),
        ([0, 5, 0, 6], [9, 8, 7, 9], [0, 1, 0, 1], "separated"),
        ([9, 5, 7, 6], [9, 8, 7, 9], [0, 1, 0, 1], "separated"),
    ],
)
def test_what_has_no_answer_is_told(events, totals, moderator, status):
    fit = fit_proportions(events, totals, moderators={"m": moderator})
    assert fit.status == status
    assert not fit.converged
    assert np.isnan(fit.predict(m=0)[0])


@pytest.mark.parametrize(
    ("moderators", "message"),
    [
        ({"m": [1, 2]}, "m has 2 values, events has 4"),
        ({"m": [1, 1, 1, 1]}, "m: expected values that differ"),
        ({"m": [1, 2, 3, float("nan")]}, "m at position 3"),
        ({"m": [1, 2, 3, 4], "twice": [2, 4, 6, 8]}, "twice follows from the moderators before it"),
    ],
)
def test_bad_moderators_are_named(moderators, message):
    with pytest.raises(ValueError, match=message):
        fit_proportions([1, 2, 3, 4], [9, 9, 9, 9], moderators=moderators)
