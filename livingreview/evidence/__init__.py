"""The evidence: what ``data/`` and ``review.yml`` hold, as values.

The only reader of ``data/``; it judges nothing and draws nothing.
"""

from livingreview.evidence.bibliography import read_bibliography
from livingreview.evidence.contract import parse_review
from livingreview.evidence.lexical import read_cells, read_table
from livingreview.evidence.package import (
    BIBLIOGRAPHY,
    Evidence,
    expand_days,
    load_evidence,
    load_package,
    parse_evidence,
    records,
    split_ids,
    split_levels,
)
from livingreview.evidence.schema import UNSAID
from livingreview.evidence.slices import load_class, select_class, select_part, select_setting, setting_codes
from livingreview.files import DESCRIPTOR, find_root

__all__ = [
    "BIBLIOGRAPHY",
    "DESCRIPTOR",
    "UNSAID",
    "Evidence",
    "expand_days",
    "find_root",
    "load_class",
    "load_evidence",
    "load_package",
    "parse_evidence",
    "parse_review",
    "read_bibliography",
    "read_cells",
    "read_table",
    "records",
    "select_class",
    "select_part",
    "select_setting",
    "setting_codes",
    "split_ids",
    "split_levels",
]
