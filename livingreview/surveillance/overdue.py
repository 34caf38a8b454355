"""When results of a trial are late: reckoned from cells alone, for pages as for commands."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping

OVERDUE_MONTHS = 12  # after which results of a completed trial are due (42 CFR 11.44)


def last_day(text: str) -> datetime.date | None:
    """The last day that ``2026-05-02``, ``2026-05`` or ``2026`` may mean; None for anything else."""
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text)
    if not found:
        return None
    year, month = int(found[1]), int(found[2] or 12)
    return datetime.date(year, month, int(found[3] or calendar.monthrange(year, month)[1]))


def months_overdue(row: Mapping[str, str], today: datetime.date) -> int:
    """Whole months by which results in the register are late; 0 where they are not due, or are there.

    Counted from the primary completion that the register calls actual, plus twelve months.
    """
    ended = last_day(row["completion"])
    if ended is None or row["completion_type"] != "ACTUAL" or row["results_posted"]:
        return 0
    months = (today.year - ended.year) * 12 + today.month - ended.month - (today.day < ended.day)
    return max(months - OVERDUE_MONTHS, 0)
