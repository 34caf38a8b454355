"""Statistics of the review: plain numbers in, frozen results out.

No file is read and nothing else of the engine is imported here.
"""

from livingreview.synthesis.absolute import AbsoluteEffect, per_hundred, predict_alive
from livingreview.synthesis.baskets import Basket, borrow
from livingreview.synthesis.bayes import BayesFit, GroupPrediction, predict_group
from livingreview.synthesis.betabinomial import BetaBinomialFit
from livingreview.synthesis.bounds import (
    EValue,
    Overstatement,
    TippingRate,
    e_value,
    overstatement,
    tipping_rate,
)
from livingreview.synthesis.curves import RebuiltSurvival, rebuild_survival, restricted_mean
from livingreview.synthesis.intervals import (
    counts_from_percent,
    pairs_from_percent_and_interval,
    parse_percent,
    proportion_interval,
)
from livingreview.synthesis.inverse_variance import InverseVarianceFit
from livingreview.synthesis.ordered import OrderedFit, fit_ordered
from livingreview.synthesis.printed import Printed, printed_range, read_printed
from livingreview.synthesis.proportions import pool_many, pool_proportions
from livingreview.synthesis.ratios import pool_generic, pool_ratios, two_by_two
from livingreview.synthesis.regression import Coefficient, ProportionRegression, fit_proportions
from livingreview.synthesis.reported import (
    HazardRatio,
    ReportedEffect,
    effect_from_interval,
    hazard_ratio_from_interval,
    landmark_from_interval,
    median_of_medians,
    standard_error_from_p,
)
from livingreview.synthesis.results import (
    CrudeTotal,
    LevelComparison,
    PooledEffect,
    PooledProportion,
    TwoByTwo,
)
from livingreview.synthesis.sensitivity import compare_levels, cumulative, leave_one_out

__all__ = [
    "AbsoluteEffect",
    "Basket",
    "BayesFit",
    "BetaBinomialFit",
    "Coefficient",
    "CrudeTotal",
    "EValue",
    "GroupPrediction",
    "HazardRatio",
    "InverseVarianceFit",
    "LevelComparison",
    "OrderedFit",
    "Overstatement",
    "PooledEffect",
    "PooledProportion",
    "Printed",
    "ProportionRegression",
    "RebuiltSurvival",
    "ReportedEffect",
    "TippingRate",
    "TwoByTwo",
    "borrow",
    "compare_levels",
    "counts_from_percent",
    "cumulative",
    "e_value",
    "effect_from_interval",
    "fit_ordered",
    "fit_proportions",
    "hazard_ratio_from_interval",
    "landmark_from_interval",
    "leave_one_out",
    "median_of_medians",
    "overstatement",
    "pairs_from_percent_and_interval",
    "parse_percent",
    "per_hundred",
    "pool_generic",
    "pool_many",
    "pool_proportions",
    "pool_ratios",
    "predict_alive",
    "predict_group",
    "printed_range",
    "proportion_interval",
    "read_printed",
    "rebuild_survival",
    "restricted_mean",
    "standard_error_from_p",
    "tipping_rate",
    "two_by_two",
]
