"""Tables of the book: evidence in, displayable tables out."""

from livingreview.tables.appraisals import tabulate_appraisals, tabulate_appraised, tabulate_risk_of_bias
from livingreview.tables.bounds import tabulate_bounds
from livingreview.tables.contrasts import tabulate_contrasts
from livingreview.tables.decision import decision_data, tabulate_decision
from livingreview.tables.evidence_map import tabulate_evidence_map
from livingreview.tables.findings import tabulate_findings
from livingreview.tables.modifiers import tabulate_modifiers
from livingreview.tables.monitor import tabulate_monitor
from livingreview.tables.nested import tabulate_nested
from livingreview.tables.outcomes import tabulate_results
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pooled_contrasts import tabulate_pooled_contrasts
from livingreview.tables.pooled_survival import tabulate_pooled_survival
from livingreview.tables.published import tabulate_published
from livingreview.tables.recall import tabulate_expected
from livingreview.tables.register import list_discrepancies, tabulate_source_problems
from livingreview.tables.reports import (
    list_claims,
    tabulate_certainty,
    tabulate_characteristics,
    tabulate_populations,
    tabulate_regimens,
    tabulate_reports,
)
from livingreview.tables.side_by_side import tabulate_over_enrolled, tabulate_pairs
from livingreview.tables.synthesis import (
    say_pooling,
    tabulate_leave_one_out,
    tabulate_models,
    tabulate_plan,
)

__all__ = [
    "decision_data",
    "list_claims",
    "list_discrepancies",
    "say_pooling",
    "synthesis_plan",
    "tabulate_appraisals",
    "tabulate_appraised",
    "tabulate_bounds",
    "tabulate_certainty",
    "tabulate_characteristics",
    "tabulate_contrasts",
    "tabulate_decision",
    "tabulate_evidence_map",
    "tabulate_expected",
    "tabulate_findings",
    "tabulate_leave_one_out",
    "tabulate_models",
    "tabulate_modifiers",
    "tabulate_monitor",
    "tabulate_nested",
    "tabulate_over_enrolled",
    "tabulate_pairs",
    "tabulate_plan",
    "tabulate_pooled_contrasts",
    "tabulate_pooled_survival",
    "tabulate_populations",
    "tabulate_published",
    "tabulate_regimens",
    "tabulate_reports",
    "tabulate_results",
    "tabulate_risk_of_bias",
    "tabulate_source_problems",
]
