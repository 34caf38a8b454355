"""Effects among a hundred patients, by hand."""

import pytest

from livingreview.synthesis import effect_from_interval, per_hundred, predict_alive, two_by_two


def test_transplants_of_one_trial():
    """65 of 271 against 32 of 134: 0 of 100, from 7 fewer to 10 more at the control arm's own risk."""
    table = two_by_two(65, 271, 32, 134)
    effect = per_hundred(32 / 134, table.risk_ratio, *table.risk_ratio_ci)
    by_hand = [100 * 32 / 134 * (ratio - 1) for ratio in (table.risk_ratio, *table.risk_ratio_ci)]
    assert [effect.change, effect.low, effect.high] == pytest.approx(by_hand)
    assert round(effect.change) == 0


def test_a_hazard_ratio_at_a_risk_at_a_time():
    effect = per_hundred(0.4, 0.5, 0.25, 1.0, kind="HR")
    assert effect.change == pytest.approx(100 * ((1 - 0.6**0.5) - 0.4))
    assert effect.high == pytest.approx(0)
    assert per_hundred(0.6, 3, 2, 4).change == pytest.approx(40), "no more than all of them"


@pytest.mark.parametrize(
    ("given", "words"),
    [((1.2, 1, 1, 1), "baseline"), ((0.2, 0, 1, 1), "ratio"), ((0.2, 1, -1, 1), "low")],
)
def test_what_cannot_be_is_refused(given, words):
    with pytest.raises(ValueError, match=words):
        per_hundred(*given)
    with pytest.raises(ValueError, match="kind"):
        per_hundred(0.2, 1, 1, 1, kind="OR")


def test_a_new_group_is_told_more_widely_than_the_share_alive_itself():
    """60% (50 to 70): of a hundred others between 47 and 72, by adding the binomial's own spread."""
    read = effect_from_interval(0.60, 0.50, 0.70, scale="cloglog")
    group = predict_alive(read.estimate, read.se)
    assert (group.size, group.median, group.level) == (100, 60, 0.95)
    spread = ((0.1 / 1.96) ** 2 + 0.6 * 0.4 / 100) ** 0.5
    assert [group.low, group.high] == pytest.approx([60 - 196 * spread, 60 + 196 * spread], abs=2.5)
    exact = predict_alive(read.estimate, 1e-9)
    assert (exact.low, exact.high) == (50, 69), "what is known exactly leaves the binomial alone"


def test_few_studies_widen_a_new_group():
    wide, narrow = (predict_alive(-0.7, 0.3, df=df) for df in (2, float("inf")))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize("given", [{"se": 0}, {"size": 0}, {"level": 1.2}])
def test_a_group_that_cannot_be_is_refused(given):
    with pytest.raises(ValueError, match=next(iter(given))):
        predict_alive(-0.7, **({"se": 0.3} | given))
