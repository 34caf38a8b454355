"""The middle one of medians; intervals and p-values of reports: `test_survival`, `test_printed`."""

import numpy as np
import pytest

from livingreview.synthesis import median_of_medians


def test_alike_weights_give_the_plain_median():
    random = np.random.default_rng(3)
    for k in (1, 2, 5, 8):
        values = random.permutation(random.uniform(2, 30, k))
        assert median_of_medians(values, [40] * k) == pytest.approx(np.median(values))


def test_it_is_the_median_of_every_study_s_value_told_once_for_each_patient():
    random = np.random.default_rng(4)
    for _ in range(50):
        values, patients = random.uniform(2, 30, 6), random.integers(5, 300, 6)
        assert median_of_medians(values, patients) == pytest.approx(np.median(np.repeat(values, patients)))


@pytest.mark.parametrize(
    ("medians", "patients", "message"),
    [
        ([], [], "medians"),
        ([5.0, 6.0], [10], "patients has 1 values"),
        ([5.0, float("nan")], [10, 20], "medians at position 1"),
        ([5.0, 6.0], [10, 0], "patients at position 1"),
    ],
)
def test_what_is_no_median_or_no_weight_is_named(medians, patients, message):
    with pytest.raises(ValueError, match=message):
        median_of_medians(medians, patients)
