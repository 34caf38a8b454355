"""How the review is kept up, as ``review.yml`` states it: contact, mode, searches, dates; else empty."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

FILE = "review.yml"
BY_HAND = "By hand"  # what finds reports outside the searches: no source, and no clock runs on it
MODES = {
    "living": "living: meant to be searched again",
    "paused": "paused: searches are put off",
    "retired": "retired: closed, and not searched again",
}
# What a reader asks of those who made the review, in words of their own; empty where nothing is stated.
STATED = ("funding", "interests")
KEYS = (
    *("contact", *STATED, "mode", "since", "reason"),
    *("search_every_months", "sources", "data_as_of", "next_due", "readers", "endpoints"),
)
READERS = 2  # who decide each record, where nothing else is stated
NO_SOURCES = re.compile(r"(?m)^sources:[ \t]*(?:\[[ \t]*\])?[ \t]*$")  # as a new review has it
DATES = ("since", "data_as_of", "next_due")


@dataclass(frozen=True)
class Upkeep:
    """What ``review.yml`` states.

    Attributes
    ----------
    mode : str
        A key of `MODES`.
    sources : tuple of (str, date or None)
        Each source searched, and when last.
    every_months : int or None
        Months between searches.
    data_as_of, stated_due, since : date or None
    reason : str
        Why paused or retired.
    contact : str
        Where a problem is reported: a web address or an e-mail address.
    funding, interests : str
        Who paid, and the makers' competing interests, as stated; '' where nothing is.
    endpoints : mapping of str to str
        The address at which each service is asked.
    readers : int
        How many decide each record at each stage.
    """

    mode: str
    sources: tuple[tuple[str, datetime.date | None], ...] = ()
    every_months: int | None = None
    data_as_of: datetime.date | None = None
    stated_due: datetime.date | None = None
    since: datetime.date | None = None
    reason: str = ""
    contact: str = ""
    funding: str = ""
    interests: str = ""
    endpoints: Mapping[str, str] = field(default_factory=dict)
    readers: int = READERS

    @property
    def next_due(self) -> datetime.date | None:
        """When a search is due: as stated, or by the schedule from the source searched longest ago."""
        if self.mode == "retired":
            return None
        searched = [day for _, day in self.sources]
        if self.stated_due or not self.every_months or not searched or None in searched:
            return self.stated_due
        return add_months(min(day for day in searched if day), self.every_months)

    @property
    def notice(self) -> str:
        """What every page says of a review that is retired; '' while it is not."""
        if self.mode != "retired":
            return ""
        return (
            f"This review was retired on {self.since}: {self.reason.rstrip('.')}. "
            "It is not searched again; newer evidence may exist."
        )


def read_upkeep(root: Path) -> Upkeep | None:
    """The project's ``review.yml``; None where there is none. It must have passed the check."""
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    values = yaml.safe_load(text)
    sources = tuple((item["name"], item.get("last_searched")) for item in values.get("sources") or ())
    return Upkeep(
        values["mode"],
        sources,
        values.get("search_every_months"),
        values.get("data_as_of"),
        values.get("next_due"),
        values.get("since"),
        values.get("reason") or "",
        values.get("contact") or "",
        **{name: values.get(name) or "" for name in STATED},
        endpoints=values.get("endpoints") or {},
        readers=values.get("readers") or READERS,
    )


def tell_due(upkeep: Upkeep | None, today: datetime.date) -> str:
    """What is due today, first line a title; '' where nothing is, or where no date has been set."""
    if upkeep is None or upkeep.next_due is None or today < upkeep.next_due:
        return ""
    sources = "\n".join(
        f"- {name}, last searched {day or 'on no date on record'}" for name, day in upkeep.sources
    )
    return (
        f"A search was due on {upkeep.next_due}\n\nSources of the review:\n\n{sources}\n\n"
        "`livingreview search` runs the stored strategies of the services that it can ask; files of other "
        "databases come in by `livingreview import`. Both note the search and its day themselves. Then each "
        "reader screens (`livingreview screen --reader NAME`), and `livingreview settle` settles it; "
        "a report that is kept goes in by `livingreview add`."
    )


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day some months later, or the last day of that month where it is shorter."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def note_search(root: Path, source: str, day: str) -> bool:
    """Write into ``review.yml`` when a source was last searched; whether it is there now.

    The file is a person's, with comments: lines are changed one by one, and only where they are as expected.
    """
    path = root / FILE
    if not path.is_file():
        return True  # a review that keeps no record of its searches there
    try:
        text, upkeep = path.read_text(encoding="utf-8"), read_upkeep(root)
    except (ValueError, yaml.YAMLError):
        return False
    quoted = yaml.safe_dump(source, allow_unicode=True, width=10_000).removesuffix("\n").removesuffix("\n...")
    entry = re.compile(
        rf"(?m)^(  - name: (?:{re.escape(source)}|{re.escape(quoted)})\n    last_searched:)[^\n]*$"
    )
    if found := entry.search(text):
        last = dict(upkeep.sources).get(source) if upkeep else None
        if last is not None and last.isoformat() > day:
            return True
        text = text[: found.start()] + f"{found[1]} {day}" + text[found.end() :]
    elif re.search(r"(?m)^sources:[ \t]*\n(?:  .*\n)+", text):
        lines = f"  - name: {quoted}\n    last_searched: {day}\n"
        text = re.sub(r"(?m)^(sources:[ \t]*\n(?:  .*\n)+)", lambda match: match[1] + lines, text, count=1)
    elif re.search(NO_SOURCES, text):
        lines = f"sources:\n  - name: {quoted}\n    last_searched: {day}"
        text = re.sub(NO_SOURCES, lambda _: lines, text, count=1)
    else:
        return False
    path.write_text(text, encoding="utf-8")
    return True


def note_readers(root: Path, count: int) -> bool:
    """Write into ``review.yml`` how many readers decide each record; whether it stands there now."""
    path = root / FILE
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    line = f"readers: {count}"
    told, found = re.subn(r"(?m)^readers:[^\n#]*?(?=[ \t]*(?:#|$))", line, text, count=1)
    if not found:
        about = "# How many readers decide each record, at each stage. Empty: two."
        told = f"{text.rstrip()}\n\n{about}\n{line}\n"
    if told != text:
        path.write_text(told, encoding="utf-8")
    return True
