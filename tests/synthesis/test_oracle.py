"""Every field of every oracle case, computed through the public functions.

expected.json holds our own values (see derive_expected.py), expected_metafor.json metafor's
(see derive_expected.R).  A larger file with values from R lies beside the repository on some machines only.
"""

import importlib.util
import json
import math
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OWN = HERE / "expected.json"
METAFOR = HERE / "expected_metafor.json"
SHARED = HERE.parents[2] / "shared" / "stats" / "oracle_dev.json"


def load_adapter():
    # By path, so that the test runs whatever directory pytest puts on the path.
    spec = importlib.util.spec_from_file_location("oracle_adapter", HERE.parent / "oracle_adapter.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_cases(path):
    return json.loads(path.read_text(encoding="utf-8"))["cases"] if path.exists() else []


def tolerance(case, field):
    """Return (abs, rel) of a field in either file's notation."""
    given = case["tolerance"]
    chosen = given.get("fields", given).get(field, given["default"])
    return (chosen["abs"], chosen.get("rel", 0)) if isinstance(chosen, dict) else chosen


def differences(expected, found, limits, path):
    """Return a line for every leaf that is missing or off."""
    if isinstance(expected, dict):
        items = ((key, item, (found or {}).get(key)) for key, item in expected.items())
        return [d for key, one, other in items for d in differences(one, other, limits, f"{path}.{key}")]
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return [f"{path}: expected {len(expected)} values, found {found!r}"]
        pairs = enumerate(zip(expected, found, strict=True))
        return [d for i, (one, other) in pairs for d in differences(one, other, limits, f"{path}[{i}]")]
    exact = expected is None or isinstance(expected, bool | str)
    if exact or found is None or isinstance(found, str):
        return [] if expected == found else [f"{path}: expected {expected!r}, found {found!r}"]
    if math.isclose(expected, found, rel_tol=0, abs_tol=limits[0] + limits[1] * abs(expected)):
        return []
    return [f"{path}: expected {expected:.8g}, found {found:.8g}"]


def check(case):
    found = load_adapter().results([case])[case["id"]]
    lines = []
    for field, expected in case["expected"].items():
        lines += differences(expected, found.get(field), tolerance(case, field), field)
    assert not lines, "\n".join(lines)


@pytest.mark.parametrize("case", load_cases(OWN), ids=lambda case: case["id"])
def test_own_values(case):
    check(case)


@pytest.mark.parametrize("case", load_cases(METAFOR), ids=lambda case: case["id"])
def test_values_of_metafor(case):
    check(case)


@pytest.mark.skipif(not SHARED.exists(), reason="the oracle file beside the repository is not here")
@pytest.mark.parametrize("case", load_cases(SHARED), ids=lambda case: case["id"])
def test_shared_values(case):
    check(case)


def test_own_values_cover_the_likelihood_models():
    groups = {case["group"] for case in load_cases(OWN)}
    assert groups >= {"glmm", "glmm_metareg", "leave_one_out", "cumulative", "beta_binomial", "bayes"}
