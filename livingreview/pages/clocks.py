"""The review's clocks on the start page: each date by itself, its age counted by the reader's own device."""

from __future__ import annotations

import datetime

from markupsafe import Markup

from livingreview.display.html import Fragment
from livingreview.evidence import find_root
from livingreview.evidence.upkeep import MODES, read_upkeep
from livingreview.pages.opening import review_record


def show_clocks() -> Fragment:
    """Mode, last search of each source, data as of, released, schedule and next search due."""
    upkeep, record = read_upkeep(find_root()), review_record()
    if upkeep is None:
        return Fragment(
            "facts.html.j2",
            {"facts": [("Upkeep", "not stated: the project has no review.yml")], "note": ""},
            "Upkeep: not stated",
        )
    since = f", since {upkeep.since}. {upkeep.reason}" if upkeep.since else ""
    facts = [("Upkeep", MODES[upkeep.mode] + since)]
    facts += [(f"Last searched: {name}", _clock(day, "no date on record")) for name, day in upkeep.sources]
    schedule = f"every {upkeep.every_months} months" if upkeep.every_months else "none has been set"
    due = _clock(upkeep.next_due, "no date set: whether a search is overdue cannot be said")
    facts += [
        ("Data as of", _clock(upkeep.data_as_of, "not stated")),
        ("This version dated", _clock(record["date-released"], "not stated")),
        ("Search schedule", schedule),
        ("Next search due", "never: the review is retired" if upkeep.mode == "retired" else due),
    ]
    plain = "; ".join(
        f"{name}: {value.striptags() if isinstance(value, Markup) else value}" for name, value in facts
    )
    return Fragment(
        "clocks.html.j2",
        {"facts": facts, "due": "" if upkeep.next_due is None else upkeep.next_due.isoformat()},
        plain,
    )


def _clock(day: datetime.date | str | None, missing: str) -> Markup | str:
    if not day:
        return missing
    return Markup('<time datetime="{0}">{0}</time> <span class="lr-age"></span>').format(str(day))
