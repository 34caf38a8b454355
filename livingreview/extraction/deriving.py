"""A count that follows from a printed percentage: where one whole number alone of the total rounds to it."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from decimal import ROUND_HALF_UP, Decimal

from livingreview.checks.wording import in_printed_digits, numbers_in, said_in, without_numbering
from livingreview.evidence.lexical import is_plain
from livingreview.synthesis import counts_from_percent

PERCENT = "percent_reported_pct"
# What is estimated over time is no count of a total.
_ESTIMATE = re.compile(r"cumulative|estimat|kaplan|actuarial|probabilit|incidence of", re.IGNORECASE)
DERIVED = ("", "derived", "restated_derived")  # an empty basis follows from the derivation


def derive_count(row: MutableMapping[str, str]) -> str:
    """Fill count and derivation of a row whose fragment prints the percentage alone; returns what is told.

    A count that is printed, or that several whole numbers or none could be, is left to the person; so is one
    that a person says is printed in the report.
    """
    percent = in_printed_digits(row.get(PERCENT, ""), row["as_reported"], is_percent=True)
    total = row.get("total", "")
    is_known = is_plain("number", percent) and percent[0] != "-" and total.isdecimal() and int(total) > 0
    if not is_known or row["basis"] not in DERIVED or not _is_free(row, percent, total):
        return ""
    if _ESTIMATE.search(row["as_reported"]):
        return ""
    words = without_numbering(row["as_reported"])
    fits = counts_from_percent(percent, int(total))
    if len(fits) != 1 or float(percent) not in numbers_in(words) or row["events"] not in ("", str(fits[0])):
        return ""
    share = Decimal(100 * fits[0]) / int(total)
    if share.quantize(Decimal(percent), rounding=ROUND_HALF_UP) != Decimal(percent):
        return ""  # 42% of 40, which is 42.5: rounded down it fits, but may be cut
    beside = re.sub(r"[\d.]+ ?%", " ", words)
    if float(fits[0]) in numbers_in(beside) | (said_in(beside) if row["events"] else frozenset()):
        return ""
    exact = share.quantize(Decimal(percent).scaleb(-1), rounding=ROUND_HALF_UP)  # a digit more than printed
    row["events"] = str(fits[0])
    row["derivation"] = (
        f"{percent}% of {total}: {fits[0]}/{total} = {exact}%; the only whole number that fits"
    )
    return f"{fits[0]} of {total} is worked out from {percent}%, and marked as calculated"


def _is_free(row: MutableMapping[str, str], percent: str, total: str) -> bool:
    """Whether no derivation is written, or one that lacks nothing but its result: 14.3% of 21."""
    told = rf"{re.escape(percent)} ?% of (?:the )?{total}(?: patients)?"
    return not row["derivation"] or bool(re.fullmatch(told, row["derivation"].strip(" .")))
