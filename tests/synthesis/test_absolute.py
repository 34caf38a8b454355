"""Effects among a hundred patients, by hand."""

import pytest

from livingreview.synthesis import per_hundred, two_by_two


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
