"""The one face of the engine for a chapter: ``import livingreview.chapter as lr``, then call and show.

Everything a page may use stands here, grouped by what it makes; nothing else of the engine belongs in a cell.
"""

from livingreview.charts import (
    draw_arms,
    draw_bias_lights,
    draw_calendars,
    draw_cumulative,
    draw_funnel,
    draw_harms,
    draw_landmarks,
    draw_map,
    draw_randomised,
    draw_response,
    draw_stacked_response,
    draw_swimmer,
)
from livingreview.citation import list_references
from livingreview.display.html import fold
from livingreview.pages.checklist import tabulate_checklist
from livingreview.pages.clocks import show_clocks
from livingreview.pages.downloads import link_downloads, tabulate_dictionary, tabulate_downloads
from livingreview.pages.explorer import show_explorer
from livingreview.pages.more import list_more
from livingreview.pages.opening import (
    cite_page,
    cite_review,
    glue_figures,
    open_chapter,
    open_parts,
    open_review,
    open_setting,
)
from livingreview.pages.overview import (
    list_classes,
    list_reports,
    say_status,
    show_makers,
    show_status,
    tabulate_agreement,
    tabulate_discrepancy_counts,
    tabulate_glossary,
    tabulate_pooled_results,
    tabulate_proposals,
    tabulate_rule_changes,
    tabulate_verification,
)
from livingreview.pages.searching import (
    show_flow,
    tabulate_press,
    tabulate_screening,
    tabulate_searches,
    tabulate_strategies,
)
from livingreview.pages.trials import tabulate_awaited, tabulate_trials
from livingreview.pages.waiting import tabulate_waiting
from livingreview.pages.whatif import show_what_if
from livingreview.releases.page import say_last_change, show_changes, show_releases
from livingreview.tables import (
    list_claims,
    list_discrepancies,
    say_pooling,
    tabulate_appraisals,
    tabulate_bounds,
    tabulate_certainty,
    tabulate_characteristics,
    tabulate_contrasts,
    tabulate_decision,
    tabulate_evidence_map,
    tabulate_expected,
    tabulate_findings,
    tabulate_leave_one_out,
    tabulate_models,
    tabulate_monitor,
    tabulate_nested,
    tabulate_plan,
    tabulate_pooled_contrasts,
    tabulate_pooled_survival,
    tabulate_populations,
    tabulate_published,
    tabulate_regimens,
    tabulate_reports,
    tabulate_results,
    tabulate_risk_of_bias,
    tabulate_source_problems,
)

__all__ = [  # noqa: RUF022 (in the order of use, not of the alphabet)
    # The evidence of a page, and figures for its prose.
    "open_review",
    "open_chapter",
    "open_parts",
    "open_setting",
    "glue_figures",
    # Charts.
    "draw_response",
    "draw_randomised",
    "draw_landmarks",
    "draw_funnel",
    "draw_harms",
    "draw_arms",
    "draw_stacked_response",
    "draw_bias_lights",
    "draw_map",
    "draw_swimmer",
    "draw_calendars",
    "draw_cumulative",
    # Tables and lists.
    "fold",
    "list_claims",
    "list_classes",
    "list_discrepancies",
    "list_more",
    "list_references",
    "list_reports",
    "tabulate_agreement",
    "tabulate_proposals",
    "tabulate_appraisals",
    "tabulate_risk_of_bias",
    "tabulate_rule_changes",
    "tabulate_certainty",
    "tabulate_bounds",
    "tabulate_characteristics",
    "tabulate_checklist",
    "tabulate_contrasts",
    "tabulate_dictionary",
    "tabulate_decision",
    "tabulate_discrepancy_counts",
    "tabulate_downloads",
    "tabulate_evidence_map",
    "tabulate_awaited",
    "tabulate_expected",
    "tabulate_findings",
    "tabulate_glossary",
    "tabulate_pooled_contrasts",
    "tabulate_pooled_results",
    "tabulate_pooled_survival",
    "tabulate_leave_one_out",
    "tabulate_models",
    "tabulate_monitor",
    "tabulate_nested",
    "tabulate_trials",
    "tabulate_waiting",
    "say_pooling",
    "say_status",
    "say_last_change",
    "show_makers",
    "tabulate_plan",
    "tabulate_populations",
    "tabulate_published",
    "tabulate_regimens",
    "tabulate_reports",
    "tabulate_results",
    "tabulate_screening",
    "tabulate_searches",
    "tabulate_strategies",
    "tabulate_press",
    "tabulate_source_problems",
    "tabulate_verification",
    # Pieces that are more than a table or a chart.
    "show_changes",
    "show_clocks",
    "show_explorer",
    "show_flow",
    "show_releases",
    "show_status",
    "show_what_if",
    # How to cite a page, and its data as files.
    "cite_page",
    "cite_review",
    "link_downloads",
]
