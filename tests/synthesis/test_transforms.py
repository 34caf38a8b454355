import numpy as np
import pytest

from livingreview.synthesis import transforms


@pytest.mark.parametrize("model", ["reml", "arcsine", "freeman-tukey"])
def test_the_way_back_undoes_the_way_there(model):
    effects, back, *_ = transforms.TWO_STEP[model]
    n = np.full(4, 24.0)
    x = np.array([1.0, 5.0, 12.0, 22.0])
    y, v = effects(x, n)
    assert back(y, n) == pytest.approx(x / n, abs=1e-9)
    assert (v > 0).all()


def test_only_edge_cells_are_corrected():
    y, _ = transforms.logit_effects(np.array([0.0, 3.0]), np.array([4.0, 9.0]))
    assert y == pytest.approx([np.log(0.5 / 4.5), np.log(3 / 6)])


@pytest.mark.parametrize("model", ["arcsine", "freeman-tukey"])
def test_values_beyond_the_range_end_at_zero_or_one(model):
    back = transforms.TWO_STEP[model][1]
    assert back(np.array([-0.4, 2.0]), np.array([10.0, 30.0])).tolist() == [0, 1]
