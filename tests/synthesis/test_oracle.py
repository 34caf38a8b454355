"""Every field of every oracle case, computed through the public functions.

expected.json holds our own values (see derive_expected.py), expected_metafor.json metafor's
(see derive_expected.R).  Another file with values from R is tested too where the environment
names it, LIVINGREVIEW_ORACLE=path/to/oracle.json, or it lies beside the repository.
"""

import importlib.util
import json
import math
import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OWN = HERE / "expected.json"
METAFOR = HERE / "expected_metafor.json"
BESIDE = HERE.parents[2] / "shared" / "stats" / "oracle_dev.json"
SHARED = Path(os.environ.get("LIVINGREVIEW_ORACLE", BESIDE))


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


@pytest.mark.slow
@pytest.mark.parametrize("case", load_cases(OWN), ids=lambda case: case["id"])
def test_own_values(case):
    check(case)


@pytest.mark.parametrize("case", load_cases(METAFOR), ids=lambda case: case["id"])
def test_values_of_metafor(case):
    check(case)


@pytest.mark.skipif(not SHARED.exists(), reason="no other oracle file is given")
@pytest.mark.parametrize("case", load_cases(SHARED), ids=lambda case: case["id"])
def test_shared_values(case):
    check(case)


@pytest.mark.parametrize(
    ("method", "scale"),
    [
        ({"scale": "loghr", "back_transform": "exp"}, "exp"),
        ({"scale": "log odds ratio"}, "exp"),
        ({"scale": "cloglog"}, "cloglog"),
        ({"scale": "log(-log S)", "back_transform": "exp(-exp(y))"}, "cloglog"),
        ({"scale": "complementary log-log survival"}, "cloglog"),
        ({"back_transform": "exp(-exp(y))"}, "cloglog"),
        ({"scale": "logit", "back_transform": "expit"}, "logit"),
        ({"scale": "risk difference", "back_transform": "none"}, "none"),
    ],
)
def test_the_scale_of_a_case_is_read(method, scale):
    """A landmark reported through exp instead of exp(-exp) may lie between 0 and 1 all the same."""
    case = {
        "id": "landmark",
        "group": "generic_iv",
        "input": {"yi": [-0.74, -0.51], "sei": [0.2, 0.3]},
        "method": {"name": "generic_iv_ee_z", "tau2_estimator": "EE", "ci": "z", "level": 0.95} | method,
    }
    found = load_adapter().results([case])["landmark"]
    back = {
        "exp": math.exp,
        "cloglog": lambda y: math.exp(-math.exp(y)),
        "logit": lambda y: 1 / (1 + math.exp(-y)),
        "none": float,
    }[scale]
    assert found["effect"] == pytest.approx(back(found["est"]))


@pytest.mark.parametrize(
    "method",
    [{}, {"scale": "probit"}, {"back_transform": "sin(y)^2"}, {"scale": "cloglog", "back_transform": "exp"}],
)
def test_a_scale_that_is_not_known_is_refused(method):
    method = {"name": "generic_iv_ee_z", "tau2_estimator": "EE", "ci": "z"} | method
    case = {"id": "x", "group": "generic_iv", "input": {"yi": [0.1], "sei": [0.2]}, "method": method}
    with pytest.raises(ValueError, match=r"scale|back-transform"):
        load_adapter().results([case])


def test_own_values_cover_the_likelihood_models():
    groups = {case["group"] for case in load_cases(OWN)}
    assert groups >= {"glmm", "glmm_metareg", "leave_one_out", "cumulative", "beta_binomial", "bayes"}
