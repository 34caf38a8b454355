"""What was found and is not in the review yet: oldest first, and at which step it waits."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from livingreview.surveillance.standing import first_searches
from livingreview.surveillance.tables import Loop, to_screen

STEPS = {
    "screen": "to be decided by title and abstract",
    "read": "to be read in full",
    "enter": "kept, to be entered",
    "obtain": "for a text that could not be had",
}
_HAD = (
    "A text that can be had by now: each reader decides it anew, on the page (livingreview screen --reader "
    "NAME --stage full_text, then H) or in the sheet (--from-sheet with --change); then livingreview settle."
)


class Waiting(NamedTuple):
    """One record that waits."""

    day: str
    step: str
    record_id: str
    title: str
    where: str


def list_waiting(loop: Loop) -> list[Waiting]:
    """Every record that waits, the one found first at the head."""
    settled = {row["record_id"]: row for row in loop.tables["screening"]}
    days = {row["search_id"]: row["date"] for row in loop.tables["searches"]}
    searches = first_searches(loop)
    found = []
    for name in to_screen(loop):
        row, done = loop.index.rows[name], settled.get(name)
        if done is None:
            step = "screen"
        elif done["decision"] == "sought":
            step = "read"
        elif done["decision"] == "not_retrieved" and not row["report_id"]:
            step = "obtain"
        else:
            step = "enter" if done["decision"] in ("included", "context") and not row["report_id"] else ""
        if step:
            where = ", ".join(filter(None, (row["authors"].split("; ")[0], row["container"], row["year"])))
            found.append(Waiting(days[searches[name]], step, name, row["title"], where))
    return sorted(found)


def tell_waiting(waiting: list[Waiting], today: datetime.date, *, most: int | None = None) -> str:
    """The list in words: how many at each step, how long the oldest has waited, then record by record.

    Of a longer list than `most` the first are told.
    """
    if not waiting:
        return "nothing waits: every record found is decided, and what was kept is entered"
    counts = ", ".join(
        f"{count} {words}"
        for step, words in STEPS.items()
        if (count := sum(item.step == step for item in waiting))
    )
    age = (today - datetime.date.fromisoformat(waiting[0].day)).days
    lines = [
        f"{len(waiting)} record(s) found and not in the review yet: {counts}.",
        f"The oldest was found {age} days ago.",
    ]
    for item in waiting[:most]:
        lines.append(
            f"- {item.day}, {STEPS[item.step]}: {item.title or 'no title'} ({item.where}) [{item.record_id}]"
        )
    if most is not None and len(waiting) > most:
        lines.append(f"- and {len(waiting) - most} more: livingreview waiting lists all")
    if any(item.step == "obtain" for item in waiting):
        lines.append(_HAD)
    return "\n".join(lines)
