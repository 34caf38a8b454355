"""E-values against those that their authors print."""

import pytest

from livingreview.synthesis import e_value


@pytest.mark.parametrize(
    ("given", "options", "expected"),
    [
        ((3.9, 1.8, 8.7), {}, (7.26, 3.00)),
        ((0.536, 0.394, 0.730), {"kind": "HR", "common": True}, (2.45, 1.79)),
        ((1.2, 0.9, 1.6), {}, (1.69, 1.0)),
        ((0.5, 0.4, 0.8), {"kind": "HR"}, (3.41, 1.81)),
    ],
)
def test_known_values(given, options, expected):
    found = e_value(*given, **options)
    assert (found.estimate, found.limit) == pytest.approx(expected, abs=0.006)


def test_an_effect_and_its_inverse_need_the_same_strength():
    assert e_value(2, 1.5, 3).estimate == pytest.approx(e_value(0.5, 1 / 3, 2 / 3).estimate)
    assert e_value(4, 2, 8, kind="OR", common=True).estimate == e_value(2, 2**0.5, 8**0.5).estimate


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="low <= ratio"):
        e_value(2, 3, 4)
    with pytest.raises(ValueError, match="kind"):
        e_value(2, 1, 4, kind="RD")
