"""The trial board: trials that are awaited, what each could overturn, and what registers say of others."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from livingreview.display.html import Column, Folded, HtmlTable, Row, Stack, fold, link
from livingreview.display.numbers import fill_figures
from livingreview.evidence import Evidence, records, split_ids
from livingreview.surveillance.overdue import months_overdue
from livingreview.tables.common import number_link, text

NONE_AWAITED = "No awaited trial is entered."
NEVER = "register not asked yet"


def tabulate_awaited(review: Evidence, *, caption: str) -> Stack:
    """Awaited trials, setting by setting, each with the conclusions that its results could overturn.

    The trial of the first `priority` leads, and its setting with it; else settings stand in their own order.
    """
    awaited = [row for row in records(review.tables["trials"]) if row["awaited"] == "yes"]
    awaited.sort(key=lambda row: (_place(row), -len(split_ids(row["overturns"])), row["trial_id"]))
    settings = review.tables["settings"].sort_values("position")
    titles = dict(zip(settings["setting_id"], settings["title"], strict=True))
    first: dict[str, float] = {}
    for row in awaited:
        first.setdefault(row["setting_id"], _place(row))
    columns = [Column(name) for name in ("Trial", "What its register says", "Conclusions it could overturn")]
    parts = []
    by_first = sorted(titles.items(), key=lambda item: first.get(item[0], math.inf))
    for setting_id, title in [*by_first, (None, "No setting entered")]:
        own = [
            row
            for row in awaited
            if (row["setting_id"] if row["setting_id"] in titles else None) == setting_id
        ]
        rows = [
            Row([_name(review, row), _say_register(review, row), _conclusions(review, row)]) for row in own
        ]
        if rows:
            parts.append(HtmlTable(f"{caption}: {title}", columns, rows))
    return Stack(parts, NONE_AWAITED)


def _place(row: Mapping) -> float:
    return math.inf if pd.isna(row["priority"]) else float(row["priority"])


def tabulate_trials(review: Evidence, *, caption: str) -> Folded | Stack:
    """What the register says of trials whose reports are held: their course, results posted or overdue."""
    held = [row for row in records(review.tables["trials"]) if row["awaited"] != "yes"]
    columns = [Column(name) for name in ("Trial", "What its register says", "Changes seen")]
    rows = [
        Row([_name(review, row), _say_register(review, row), _changes(review, row) or "none"]) for row in held
    ]
    if not rows:
        return Stack([], "No register has been asked about the trials of this review yet.")
    return fold(HtmlTable(caption, columns, rows))


def _name(review: Evidence, row: Mapping) -> list:
    names = dict(zip(review.tables["studies"]["study_id"], review.tables["studies"]["name"], strict=True))
    title = text(row["title"]) or names.get(row["study_id"], "")
    held = "no report held" if pd.isna(row["study_id"]) else f"held: {names.get(row['study_id'], '')}"
    return [title, number_link(review, "registry", row["number"]), held]


def _say_register(review: Evidence, row: Mapping) -> list[str]:
    told = []
    if not pd.isna(row["status"]):
        told.append(str(row["status"]).replace("_", " ").lower())
    if not pd.isna(row["completion"]):
        kind = review.label("trials", "completion_type", row["completion_type"])
        told.append(f"primary completion {row['completion']}" + (f" ({kind})" if kind else ""))
    if not pd.isna(row["enrolment"]):
        told.append(
            f"{row['enrolment']} patients {review.label('trials', 'enrolment_type', row['enrolment_type'])}"
        )
    if not pd.isna(row["results_posted"]):
        told.append(f"results posted {row['results_posted']}")
    if not pd.isna(row["merged_into"]):
        told.append(f"now kept as {row['merged_into']}")
    if late := _late(row):
        told.append(f"no results posted, {late} months after they were due")
    if pd.isna(row["seen_on"]):
        told = [*told, "by a page read earlier; see the note"] if told else []
    told.append(NEVER if pd.isna(row["seen_on"]) else f"as of {row['seen_on']}")
    return told if pd.isna(row["note"]) else [*told, review.in_words(row["note"])]


def _late(row: Mapping) -> int:
    """Months by which results were late on the day the register was asked: a page never changes by itself."""
    if pd.isna(row["seen_on"]):
        return 0
    cells = {name: "" if pd.isna(value) else str(value) for name, value in row.items()}
    return months_overdue(cells, datetime.date.fromisoformat(cells["seen_on"]))


def _conclusions(review: Evidence, row: Mapping) -> list[Markup]:
    """Each conclusion in its words, led to the chapter in which it stands."""
    claims = {claim["claim_id"]: claim for claim in records(review.tables["claims"])}
    classes = review.tables["regimen_classes"].set_index("class_id")["short_title"]
    found = [claims[name] for name in split_ids(row["overturns"]) if name in claims]
    return [
        Markup("{}: {}").format(
            link(classes[claim["class_id"]], f"{claim['class_id']}.html"), fill_figures(review, claim["text"])
        )
        for claim in found
    ] or [Markup("none entered")]


def _changes(review: Evidence, row: Mapping) -> list[str]:
    events = [
        event for event in records(review.tables["trial_events"]) if event["trial_id"] == row["trial_id"]
    ]
    return [
        f"{event['seen_on']}, {review.label('trial_events', 'what', event['what'])}: "
        f"{text(event['before'], 'nothing')} to {text(event['after'], 'nothing')}"
        for event in sorted(events, key=lambda event: event["event_id"])
    ]
