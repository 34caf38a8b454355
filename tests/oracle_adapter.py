"""Compute every field of an oracle file's cases through the public functions.

A case has an id, a group, a method (with its name and options) and an input;
``results`` returns the fields its group asks for.
"""

import math
import re

import numpy as np

from livingreview.synthesis import (
    compare_levels,
    counts_from_percent,
    cumulative,
    hazard_ratio_from_interval,
    leave_one_out,
    pairs_from_percent_and_interval,
    pool_generic,
    pool_proportions,
    pool_ratios,
    proportion_interval,
    standard_error_from_p,
    two_by_two,
)
from livingreview.synthesis._tails import normal_isf
from livingreview.synthesis.bayes import fit_bayes
from livingreview.synthesis.inverse_variance import pool_inverse_variance
from livingreview.synthesis.transforms import TWO_STEP
from livingreview.synthesis.two_arm import two_arm_effects

TWO_STEP_MODELS = {
    ("PLO", "REML"): "reml",
    ("PLO", "DL"): "dl",
    ("PLO", "EE"): "ee",
    ("PAS", "REML"): "arcsine",
    ("PFT", "REML"): "freeman-tukey",
}
INTERVALS = {
    "clopper_pearson": "clopper-pearson",
    "wilson": "wilson",
    "jeffreys": "jeffreys",
    "agresti_coull": "agresti-coull",
}
# Of a study with an empty cell, whatever the measure: metafor's add=1/2, to="only0".
ORACLE_CORRECTION = "zero-cell"
SCALE_FIELDS = ("scale", "back_transform")
# Scale of the library, and what names it or the way back, by letters only; the first that fits decides.
SCALES = (
    ("cloglog", r"log(minus|neg)?log|complementarylog|exp(minus|neg)?exp"),
    ("exp", r"^log.*(hr|or|rr|ratio)$|^log$|^exp(y|est)?$"),
    ("logit", r"logit|logodds|expit|plogis"),
    ("none", r"^(none|identity|raw|rd|md|smd)$|difference"),
)


def results(cases):
    """Return {case id: {field: value}} for a list of oracle cases."""
    return {case["id"]: _plain(GROUPS[case["group"]](case["input"], case["method"])) for case in cases}


def _plain(value):
    """Return plain lists and numbers, None for what is not defined."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _level(method):
    return method.get("level", 0.95)


def _glmm(given, method):
    pooled = pool_proportions(given["x"], given["n"], level=_level(method))
    return {
        "k": pooled.k,
        "mu": pooled.mu,
        "se_mu": pooled.se,
        "tau2": pooled.tau2,
        "p": pooled.estimate,
        "boundary_tau2_zero": pooled.tau2 == 0,
        "ci95_wald_z": pooled.ci_z,
        "ci95_t_km1": pooled.ci,
        "pi95_z": pooled.prediction_z,
        "pi95_t_km1": pooled.prediction,
        "pi95_t_km2": pooled.prediction_km2,
        "loglik": pooled.log_likelihood,
        "Q_lrt": pooled.q_lrt,
        "Q_df": pooled.q_df,
        "Q_p": pooled.q_lrt_p,
        "p_marginal_mean": pooled.marginal_mean,
        "ci95_profile": pooled.ci_profile,
    }


def _edge(given, method):
    pooled = pool_proportions(given["x"], given["n"], level=_level(method))
    return {
        "estimable": pooled.status == "ok",
        "reason": None if pooled.status == "ok" else pooled.status,
        "crude_x": pooled.crude.events,
        "crude_n": pooled.crude.total,
        "crude_p": pooled.crude.proportion,
        "crude_clopper_pearson95": (pooled.crude.low, pooled.crude.high),
    }


def _two_step(given, method):
    """The estimator itself: the library refuses sets without events and the like, the arithmetic does not."""
    model = TWO_STEP_MODELS[method["measure"], method["tau2_estimator"]]
    x, n = (np.asarray(given[key], dtype=float) for key in ("x", "n"))
    effects, back, how, _ = TWO_STEP[model]
    fit = pool_inverse_variance(*effects(x, n), tau2_method=how, test=method["ci"], level=_level(method))
    pooled = pool_proportions(x, n, model=model, test=method["ci"], level=_level(method))
    assert pooled.status != "ok" or pooled.details == fit

    def proportions(values):
        return [float(value) for value in back(np.array(values), n)]

    return {
        "k": fit.k,
        "yi": fit.effects,
        "vi": fit.variances,
        "est": fit.estimate,
        "se": fit.se,
        "tau2": fit.tau2,
        "Q": fit.q,
        "Q_df": fit.q_df,
        "Q_p": fit.q_p,
        "I2_pct": fit.i2_percent,
        "p": pooled.estimate if pooled.status == "ok" else proportions([fit.estimate])[0],
        "ci95": pooled.ci if pooled.status == "ok" else proportions(fit.ci),
        "weights_pct": fit.weights_percent,
        "pi95_t_km1": pooled.prediction if pooled.status == "ok" else proportions(fit.prediction),
        "tau2_ci95": fit.tau2_ci,
    }


def _study_ci(given, method):
    fields = {"p": [x / n for x, n in zip(given["x"], given["n"], strict=True)]}
    for field, name in INTERVALS.items():
        low, high = proportion_interval(given["x"], given["n"], method=name, level=_level(method))
        fields[field] = {"lower": low.tolist(), "upper": high.tolist()}
    return fields


def _beta_binomial(given, method):
    pooled = pool_proportions(given["x"], given["n"], model="beta-binomial", level=_level(method))
    return {
        "k": pooled.k,
        "mu": pooled.mu,
        "se_mu": pooled.se,
        "p": pooled.estimate,
        "ci95_wald_z": pooled.ci_z,
        "rho": pooled.details.rho if pooled.details else None,
        "loglik": pooled.log_likelihood,
    }


def _bayes(given, method):
    pooled = pool_proportions(given["x"], given["n"], model="bayes", level=_level(method))
    # Only a single study is refused; its posterior is proper all the same.
    fit = pooled.details or fit_bayes(
        np.asarray(given["x"], float), np.asarray(given["n"], float), level=_level(method)
    )
    return {
        "k": pooled.k,
        "p_median": fit.p_median,
        "p_cri95": fit.p_interval,
        "tau_median": fit.tau_median,
        "tau_ci95": fit.tau_interval,
        "predictive_p_ci95": fit.predictive_interval,
    }


def _series(pooled):
    return {
        "k": [p.k for p in pooled],
        "p": [p.estimate for p in pooled],
        "se_mu": [p.se for p in pooled],
        "tau2": [p.tau2 for p in pooled],
        "ci95_wald_z_lower": [p.ci_z[0] for p in pooled],
        "ci95_wald_z_upper": [p.ci_z[1] for p in pooled],
    }


def _leave_one_out(given, method):
    return _series(leave_one_out(given["x"], given["n"], level=_level(method)))


def _cumulative(given, method):
    return _series(cumulative(given["x"], given["n"], level=_level(method)))


def _moderator(given, method):
    fit = compare_levels(given["x"], given["n"], given["moderator"], level=_level(method))
    names = ("k", "b0", "b1", "se_b0", "se_b1", "tau2", "odds_ratio", "p_level0", "p_level1")
    return {name: getattr(fit, name) for name in (*names, "lrt_chi2", "lrt_df", "lrt_p")} | {
        "odds_ratio_ci95": fit.odds_ratio_ci
    }


def _effect_fields(pooled):
    return {
        "k": pooled.k,
        "est": pooled.estimate,
        "se": pooled.se,
        "effect": pooled.effect,
        "ci95": pooled.ci,
        "tau2": pooled.tau2,
        "Q": pooled.q,
        "Q_df": pooled.q_df,
        "Q_p": pooled.q_p,
        "I2_pct": pooled.i2_percent,
        "pi95_t_km1": pooled.prediction,
        "tau2_ci95": pooled.tau2_ci,
    }


def _two_arm(given, method):
    """Read the method off its name: two_arm_mh_rr, two_arm_peto_or, two_arm_iv_or_reml_adhoc."""
    words = method["name"].removeprefix("two_arm_").split("_")
    if words[0] == "iv":
        how, test = words[2].upper(), words[3]
    else:
        how, test = {"mh": "MH", "peto": "Peto"}[words[0]], "z"
    counts = (given[key] for key in ("a", "n1", "c", "n2"))
    options = {"measure": words[1].upper(), "method": how, "test": test, "correction": ORACLE_CORRECTION}
    return _effect_fields(pool_ratios(*counts, **options, level=_level(method)))


def _two_by_two(given, method):
    """The convention of the files: any empty cell is corrected, that of a table without events too."""
    counts, level = [given[key] for key in ("a", "n1", "c", "n2")], _level(method)
    table = two_by_two(*counts, correction=ORACLE_CORRECTION, level=level)
    ratios = {}
    for measure, field, ours in (("RR", "rr", table.risk_ratio), ("OR", "or", table.odds_ratio)):
        arms = (np.array([float(count)]) for count in counts)
        (effect,), (variance,) = two_arm_effects(*arms, measure=measure, correction=ORACLE_CORRECTION)
        assert table.status != "ok" or math.isclose(ours, math.exp(effect))
        half = normal_isf((1 - level) / 2) * math.sqrt(variance)
        ratios |= {
            field: math.exp(effect),
            f"{field}_ci95": [math.exp(effect - half), math.exp(effect + half)],
        }
    return ratios | {
        "rd": table.risk_difference,
        "rd_ci95_newcombe": table.risk_difference_ci,
        "fisher_p": table.fisher_p,
    }


def _scale(method):
    """The library's word for a case's scale, read from ``scale`` first and from ``back_transform`` else.

    A survival landmark on the complementary log-log scale is no ratio: nothing is taken for granted.
    """
    named = {word: found for word, found in ((w, _find_scale(method.get(w))) for w in SCALE_FIELDS) if found}
    if not named:
        msg = f"{method['name']}: names no scale and no back_transform"
        raise ValueError(msg)
    if len(set(named.values())) > 1:
        msg = f"{method['name']}: scale {method['scale']!r} is not that of {method['back_transform']!r}"
        raise ValueError(msg)
    return next(iter(named.values()))


def _find_scale(text):
    if text is None:
        return None
    plain = re.sub(r"[^a-z]", "", str(text).lower())
    for scale, pattern in SCALES:
        if re.search(pattern, plain):
            return scale
    msg = f"unknown scale or back-transform {text!r}; known: {', '.join(scale for scale, _ in SCALES)}"
    raise ValueError(msg)


def _generic(given, method):
    return _effect_fields(
        pool_generic(
            given["yi"],
            given["sei"],
            method=method["tau2_estimator"],
            test=method["ci"],
            scale=_scale(method),
            level=_level(method),
        )
    )


def _conversion(given, method):
    if method["name"] == "hr_p_to_se":
        return {"log_hr": math.log(given["hr"]), "se": standard_error_from_p(given["hr"], given["p"])}
    ratio = hazard_ratio_from_interval(given["hr"], given["lower"], given["upper"], level=_level(method))
    return {"log_hr": ratio.log_hr, "se": ratio.se, "asymmetry": ratio.asymmetry}


def _consistency(given, method):
    if method["name"] == "counts_from_percent":
        counts = counts_from_percent(given["percent"], given["n"])
        return {"x": counts, "consistent": len(counts) > 0, "unique": len(counts) == 1}
    pairs = pairs_from_percent_and_interval(
        given["percent"], given["ci_lower"], given["ci_upper"], n_max=given["n_max"]
    )
    return {"pairs": pairs, "n_pairs": len(pairs)}


GROUPS = {
    "glmm": _glmm,
    "edge": _edge,
    "iv_plo": _two_step,
    "iv_pas": _two_step,
    "iv_pft": _two_step,
    "study_ci": _study_ci,
    "beta_binomial": _beta_binomial,
    "bayes": _bayes,
    "leave_one_out": _leave_one_out,
    "cumulative": _cumulative,
    "glmm_metareg": _moderator,
    "two_arm": _two_arm,
    "two_arm_single": _two_by_two,
    "generic_iv": _generic,
    "conversion": _conversion,
    "consistency": _consistency,
}
