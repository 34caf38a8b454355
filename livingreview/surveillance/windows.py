"""Which days a search covers: from the last mark, a week before it, until today."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping

from livingreview.surveillance.sources import Source, Window
from livingreview.surveillance.tables import LoopError

# Days that two searches share: a service takes in some records later than the day that it gives them.
OVERLAP = 7


def find_mark(searches: Iterable[Mapping[str, str]], strategy: Mapping[str, str]) -> str:
    """The last day up to which a strategy has been searched without a gap; '' where it never was.

    Parameters
    ----------
    searches : iterable of mapping
        Rows of ``searches.csv``. Searches from before the strategy's ``valid_from`` ran other words.

    Only a search without a first day covers all that came before it; a later one carries the mark on if it
    begins at the latest on the day after.
    """
    since = strategy.get("valid_from", "")
    runs = sorted(
        (row["from_day"], row["to_day"] or row["date"])
        for row in searches
        if row["strategy_id"] == strategy["strategy_id"] and row["date"] >= since
    )
    mark = ""
    for from_day, to_day in runs:
        if not from_day or (mark and from_day <= _move(mark, 1)):
            mark = max(mark, to_day)
    return mark


def choose_window(
    strategy: Mapping[str, str],
    source: Source,
    searches: Iterable[Mapping[str, str]],
    today: datetime.date,
    *,
    from_day: str = "",
    to_day: str = "",
) -> Window:
    """The days of the next search of a strategy.

    Parameters
    ----------
    from_day, to_day : str
        What a person asked for instead; '' for the mark and for today.

    Raises
    ------
    LoopError
        If the source has no date of the name under ``window_field``.
    """
    field = strategy["window_field"]
    if not field:
        return Window("", "", today.isoformat())
    if field not in source.FIELDS:
        msg = (
            f"strategies.csv, {strategy['strategy_id']}, column window_field: found {field!r}; "
            f"expected one of {', '.join(source.FIELDS)} ({source.NAME}), or nothing; to mend: correct it"
        )
        raise LoopError(msg)
    mark = find_mark(searches, strategy)
    begin = from_day or (_move(mark, -OVERLAP) if mark else "")
    end = to_day or today.isoformat()
    if begin > end:
        msg = f"--from {begin} is later than --to {end}; swap the two"
        raise LoopError(msg)
    return Window(field, begin, end)


def is_in_use(strategy: Mapping[str, str], today: datetime.date) -> bool:
    """Whether a strategy is meant to be run on a day."""
    day = today.isoformat()
    return strategy.get("valid_from", "") <= day and day <= (strategy.get("valid_to", "") or day)


def _move(day: str, days: int) -> str:
    return (datetime.date.fromisoformat(day) + datetime.timedelta(days)).isoformat()
