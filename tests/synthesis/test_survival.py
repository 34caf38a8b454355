"""Survival figures agree with lifelines: landmarks and their intervals, and medians with landmarks."""

import numpy as np
import pytest

from livingreview.evidence import records
from livingreview.synthesis import landmark_from_interval, pool_generic

lifelines = pytest.importorskip("lifelines")


@pytest.fixture(scope="module")
def curve():
    random = np.random.default_rng(4)
    times, censored = random.exponential(14, 60), random.uniform(3, 40, 60)
    return lifelines.KaplanMeierFitter().fit(np.minimum(times, censored), times <= censored)


@pytest.mark.parametrize("month", [6, 12])
def test_a_landmark_gives_back_the_error_it_was_printed_with(curve, month):
    """lifelines prints the log(-log) interval from Greenwood's error; the interval gives that error back."""
    survival = float(curve.predict(month))
    low, high = (float(end) for end in curve.confidence_interval_.asof(month))
    estimate, error = landmark_from_interval(survival, low, high)
    table = curve.event_table.loc[:month]
    greenwood = np.sqrt(
        (table["observed"] / (table["at_risk"] * (table["at_risk"] - table["observed"]))).sum()
    ) / abs(np.log(survival))
    assert (estimate, error) == pytest.approx((np.log(-np.log(survival)), greenwood), rel=1e-6)
    alone = pool_generic([estimate], [error], scale="cloglog")
    assert (alone.effect, *alone.ci) == pytest.approx((survival, low, high), rel=1e-6)


def test_a_curve_falls_below_half_at_its_median(curve):
    median = curve.median_survival_time_
    assert curve.predict(median) <= 0.5 < curve.predict(median - 1e-6)


@pytest.mark.slow
def test_printed_medians_and_landmarks_are_of_one_curve(review):
    """Of one cohort, endpoint and time zero: more than half are well before the printed median, fewer after.

    Half a point is left for rounding.
    """
    frame = review.tables["survival"].dropna(subset=["estimate"])
    keys = ["cohort_id", "endpoint", "origin", "group"]
    compared = 0
    for _, part in frame.groupby(keys, dropna=False, sort=False):
        medians = [row for row in records(part) if row["statistic"] == "median" and row["unit"] == "months"]
        for row in records(
            part.loc[part["statistic"].eq("landmark") & part["unit"].eq("pct")].dropna(subset=["time_months"])
        ):
            for median in medians:
                compared += 1
                side = np.sign(median["estimate"] - row["time_months"])
                assert side * (row["estimate"] - 50) >= -0.5, (median["row_id"], row["row_id"])
    assert compared > 10
