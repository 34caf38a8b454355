"""Patients rebuilt from curves of known patients, by points as exact as a hand reads them; restricted means.

Compared beside this with two public examples, whose files are not part of the project: the digitised trial of
the R package IPDfromKM (213 and 211 patients; it prints 134 events in the first arm and a median of 14.80;
here 134 and 14.8), and the example of the R package survHE (61 patients; 23 events in its printed result and
here).
"""

import numpy as np
import pandas as pd
import pytest

from livingreview.synthesis import rebuild_survival, restricted_mean
from livingreview.synthesis.curves import _kaplan_meier

lifelines = pytest.importorskip("lifelines")

HORIZON = 24.0


def simulate(seed, scale, n=150):
    """Times and events of patients who enter over time: every length of follow-up from 6 to 40 months."""
    chance = np.random.default_rng(seed)
    died, censored = chance.exponential(scale, n), chance.uniform(6, 40, n)
    return np.minimum(died, censored), died <= censored


def read_off(times, events, digits):
    """The points of the curve, time to a tenth and survival to so many digits, with its numbers at risk."""
    when, deaths, _, left = _kaplan_meier(times, events)
    falls = deaths > 0
    t = np.concatenate([[0], when[falls], [times.max()]])
    s = np.concatenate([[1], left[falls], left[-1:]])
    risk_times = np.arange(0, times.max(), 6)
    at_risk = [(times >= month).sum() for month in risk_times]
    return np.round(t, 1), np.round(s, digits), risk_times, at_risk


def hazard_ratio(one, other):
    frame = pd.concat([pd.DataFrame({"t": t, "e": e, "arm": arm}) for arm, (t, e) in enumerate((one, other))])
    fit = lifelines.CoxPHFitter().fit(frame, "t", "e")
    return float(np.exp(fit.params_.iloc[0])), float(fit.standard_errors_.iloc[0])


@pytest.mark.slow
@pytest.mark.parametrize("digits", [4, 3, 2])
@pytest.mark.parametrize("seed", range(4))
def test_what_was_known_comes_back(seed, digits):
    """Events within four of about a hundred, restricted means within 0.1 and medians within 1.1 months.

    The hazard ratio comes back within 0.03 and its standard error within 3 percent.
    """
    arms = [simulate(seed, 12), simulate(100 + seed, 18)]
    rebuilt = [rebuild_survival(*read_off(*arm, digits)) for arm in arms]
    for (times, events), one in zip(arms, rebuilt, strict=True):
        assert len(one.times) == len(times)
        assert abs(int(one.events.sum()) - int(events.sum())) <= 4
        assert one.restricted_mean(HORIZON) == pytest.approx(restricted_mean(times, events, HORIZON), abs=0.1)
        kaplan = lifelines.KaplanMeierFitter().fit(times, events)
        assert one.median == pytest.approx(kaplan.median_survival_time_, abs=1.1)
        assert one.gap < 0.015
        assert np.abs(one.at_risk - read_off(times, events, digits)[3]).max() <= 2
    known = hazard_ratio(*arms)
    found = hazard_ratio(*((one.times, one.events) for one in rebuilt))
    assert found[0] == pytest.approx(known[0], abs=0.03)
    assert found[1] == pytest.approx(known[1], rel=0.03)


def test_without_censoring_every_patient_comes_back():
    times = np.random.default_rng(1).exponential(9, 40).round(3)
    when, _, _, left = _kaplan_meier(times, np.ones(40, dtype=bool))
    rebuilt = rebuild_survival(when, left, [0], [40])
    assert rebuilt.events.all()
    assert rebuilt.times == pytest.approx(np.sort(times))
    assert rebuilt.gap < 1e-9


def test_the_printed_number_of_events_is_kept():
    """After the last number at risk nothing but the events says how many were censored."""
    times, events = simulate(3, 12)
    t, s, _, at_risk = read_off(times, events, 3)
    alone = rebuild_survival(t, s, [0], at_risk[:1])
    told = rebuild_survival(t, s, [0], at_risk[:1], events=int(events.sum()))
    assert abs(int(told.events.sum()) - int(events.sum())) <= 1 < int(alone.events.sum()) - int(events.sum())
    none = rebuild_survival([0, 30], [1, 1], [0, 12], [20, 8], events=0)
    assert not none.events.any()
    assert np.isnan(none.median)
    assert len(none.times) == 20


def test_points_may_come_in_any_order_and_with_a_slip_of_the_hand():
    times, events = simulate(5, 12)
    t, s, *risk = read_off(times, events, 3)
    ordered = rebuild_survival(t, s, *risk)
    turned = rebuild_survival(t[::-1], s[::-1], *risk)
    assert (turned.times == ordered.times).all()
    assert (turned.events == ordered.events).all()
    slip = s.copy()
    slip[30] = slip[29] + 0.01  # a point above the one before it
    assert abs(int(rebuild_survival(t, slip, *risk).events.sum()) - int(ordered.events.sum())) <= 2


def test_restricted_mean_by_hand():
    """Without censoring it is the mean of the times cut at the horizon, with that mean's standard error."""
    times = np.random.default_rng(2).exponential(10, 60)
    cut = np.minimum(times, 15)
    mean, error = restricted_mean(times, np.ones(60, dtype=bool), 15)
    assert mean == pytest.approx(cut.mean())
    assert error == pytest.approx(cut.std() / 60**0.5)


def test_restricted_mean_as_r_prints_it():
    """print(survfit(Surv(time, status) ~ 1, lung), print.rmean = TRUE) of R: 376.3, standard error 19.7."""
    lung = lifelines.datasets.load_lung()
    mean, error = restricted_mean(lung["time"], lung["status"].astype(bool), lung["time"].max())
    assert (round(mean, 1), round(error, 1)) == (376.3, 19.7)
    kaplan = lifelines.KaplanMeierFitter().fit(lung["time"], lung["status"])
    area = lifelines.utils.restricted_mean_survival_time(kaplan, t=500)
    assert restricted_mean(lung["time"], lung["status"].astype(bool), 500)[0] == pytest.approx(area)


CURVE = ([0, 2, 5, 9], [1, 0.8, 0.5, 0.5])


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((*CURVE, [0, 6], [10, 12]), {}, "at_risk: expected numbers that do not rise"),
        ((*CURVE, [1, 6], [10, 4]), {}, "risk_times: expected times that ascend from 0"),
        ((*CURVE, [0, 12], [10, 4]), {}, "the curve ends at 9, before 12"),
        ((*CURVE, [0], [10]), {"events": 11}, "events: expected 0 to 10"),
        (([0, 2, 5], [1, 80, 50], [0], [10]), {}, "survival at position 1 .*: expected 0 to 1, found 80"),
        (([0, 2, 5], [1, 0.5, 0.8], [0], [10]), {}, "survival rises to 0.8 at time 5, from 0.5"),
        (([0, -2, 5], [1, 0.9, 0.8], [0], [10]), {}, "times at position 1"),
        (([0, 2], [1, 0.9, 0.8], [0], [10]), {}, "survival has 3 values, times has 2"),
    ],
)
def test_a_curve_that_cannot_be_is_named(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        rebuild_survival(*arguments, **options)


@pytest.mark.parametrize(
    ("times", "events", "horizon", "message"),
    [
        ([3, 9], [True, False], 12, "horizon: expected 9 at most, where follow-up ends, found 12"),
        ([3, -9], [True, True], 5, "from 0 on"),
        ([3, 9], [True], 5, "events has 1 values, times has 2"),
        ([3, 9], [True, True], 0, "horizon above 0"),
    ],
)
def test_a_mean_that_is_not_known_is_refused(times, events, horizon, message):
    with pytest.raises(ValueError, match=message):
        restricted_mean(times, events, horizon)
