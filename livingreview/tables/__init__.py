"""Tables of the book: evidence in, displayable tables out."""

from livingreview.tables.reports import list_claims, list_discrepancies, tabulate_appraisals, tabulate_characteristics, tabulate_populations, tabulate_reports

__all__ = ["list_claims", "list_discrepancies", "tabulate_appraisals", "tabulate_characteristics", "tabulate_populations", "tabulate_reports"]
