"""How the evidence was found and decided upon: strategies, searches, the flow of records, decisions."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from livingreview.display.html import Column, Folded, Fragment, HtmlTable, Row, Stack, fold
from livingreview.evidence import Evidence, records
from livingreview.surveillance.flow import ALL, READ, Arm, Flow, as_text, count_flows
from livingreview.surveillance.tables import UNLOGGED
from livingreview.tables.common import capitalise, report_link, text

NUMBERED = re.compile(r"[a-z]{2,5}\d{3,}\w*")  # 'aall1331', 'nct02101853'
_TITLES = {"": "Since the last version", ALL: "All versions since decisions are logged"}


def tabulate_screening(review: Evidence, decision: str, *, caption: str) -> Folded:
    """The records of one decision, the search that found each, and the reason; folded."""
    frame = review.tables["screening"]
    rows = [
        Row(
            [
                report_link(review, row["report_id"])
                if not pd.isna(row["report_id"])
                else text_of_id(row["record_id"]),
                text_of_id(row["search_id"]),
                review.label("screening", "stage", row["stage"]),
                review.in_words(row["reason"]),
            ]
        )
        for row in records(frame.loc[frame["decision"].eq(decision)])
    ]
    columns = [Column("Record"), Column("Found by"), Column("Stage"), Column("Reason")]
    return fold(HtmlTable(caption, columns, rows))


def text_of_id(cell: str) -> str:
    """The id of a search, or of a record that is no report here, in words; trial numbers in capitals."""
    return " ".join(word.upper() if NUMBERED.fullmatch(word) else word for word in cell.split("-"))


def show_flow(review: Evidence) -> Fragment | Stack:
    """The flow of records (PRISMA 2020), computed from searches and screening: found, kept and left out.

    What was decided before decisions were logged stands by itself; then each version of the review, and all
    of them taken as one.
    """
    before = _boxes_before(review)
    flows = count_flows({name: as_text(records(review.tables[name])) for name in READ})
    if not flows:
        return _titled("", before) if before else Stack([], "No screening of records is entered.")
    parts = [_draw(flow, _TITLES.get(name, f"Version {name}")) for name, flow in flows.items()]
    return Stack([*([_titled("Before decisions were logged", before)] if before else []), *parts])


def _titled(title: str, boxes: Sequence[dict]) -> Fragment:
    plain = "; ".join(f"{box['title']}: {box['count']}" for box in boxes)
    return Fragment("flow.html.j2", {"title": title, "boxes": boxes}, plain)


def _draw(flow: Flow, title: str) -> Fragment:
    """The boxes of one flow, those of an empty way left out."""
    boxes = [
        _box("Studies included before", flow.previous_studies, [("reports", flow.previous_reports)]),
        *_arm_boxes(flow.arms["databases"], "by databases and registers"),
        *_arm_boxes(flow.arms["others"], "by other methods"),
        _box(
            "New studies included",
            flow.new_studies,
            [
                ("reports of new studies", flow.new_reports),
                ("new reports of studies included before", flow.more_reports),
                ("reports included and not entered yet", flow.waiting),
            ],
        ),
        *_left_box(flow),
        _box("Studies included in all", flow.total_studies, [("reports", flow.total_reports)]),
    ]
    return _titled(title, boxes)


def _left_box(flow: Flow) -> list[dict]:
    """What was included and is not any more; no box where nothing left."""
    if not flow.left_reports:
        return []
    return [_box("Studies that left", flow.left_studies, [("reports", flow.left_reports)])]


def _arm_boxes(arm: Arm, way: str) -> list[dict]:
    if not arm.identified:
        return []
    waits = [_box("Records still to be screened", arm.unscreened)] if arm.unscreened else []
    unread = [("still to be read", arm.unread)] if arm.unread else []
    return [
        _box(f"Records identified {way}", arm.identified, list(arm.sources.items())),
        _box(
            "Removed before screening",
            arm.duplicates + arm.known,
            [("duplicates", arm.duplicates), ("screened for an earlier version, or held already", arm.known)],
        ),
        *waits,
        _box("Records screened by title and abstract", arm.screened, [("left out", arm.excluded)]),
        _box("Reports sought", arm.sought, [("could not be had", arm.not_retrieved), *unread]),
        _box(
            "Reports assessed",
            arm.assessed,
            [*sorted(arm.excluded_for.items()), ("kept as context", arm.context), ("included", arm.included)],
        ),
    ]


def _boxes_before(review: Evidence) -> list[dict]:
    """The flow of what was found and decided before decisions were logged."""
    screening, reports = review.tables["screening"], review.tables["reports"]
    screening = screening.loc[screening["basis"].isin(UNLOGGED)]
    reports = reports.loc[reports["report_id"].isin(screening["report_id"])]
    # What left since was included when it was screened; that it left is told where it did.
    left = reports["report_id"].isin(review.tables["departures"]["report_id"])
    reports = reports.assign(status=reports["status"].mask(left, "included"))
    if screening.empty:
        return []
    kept = reports.loc[reports["status"].ne("excluded")]
    seen = kept["text_seen"].value_counts()
    return [
        _box("Records found", len(screening), _count_origins(review, screening)),
        _box("Records assessed, on what of them could be read", len(screening)),
        _box("Left out, each with its reason below", _decided(screening, "excluded")),
        _box(
            "Reports kept",
            len(kept),
            [(review.label("reports", "text_seen", code), int(count)) for code, count in seen.items()],
        ),
        *(
            _box(
                capitalise(review.label("reports", "status", status)),
                _decided(screening, status),
                [("studies", _count_studies(reports, status))],
            )
            for status in ("included", "context")
        ),
    ]


def _decided(screening: pd.DataFrame, decision: str) -> int:
    return int(screening["decision"].eq(decision).sum())


def _box(title: str, count: int, parts: Sequence[tuple[str, int]] = ()) -> dict:
    return {"title": title, "count": count, "parts": parts}


def _count_origins(review: Evidence, screening: pd.DataFrame) -> list[tuple[str, int]]:
    """Records by the source that they were found in, with how often it was searched."""
    searches = review.tables["searches"].set_index("search_id")["source"]
    unlogged = review.tables["searches"].loc[lambda frame: frame["strategy_id"].isna(), "source"]
    runs = unlogged.value_counts().to_dict()
    origins = screening["search_id"].map(searches).dropna().value_counts()
    return [
        (f"{source} ({runs[source]} searches)" if runs.get(source, 0) > 1 else source, int(count))
        for source, count in origins.items()
    ]


def _count_studies(reports: pd.DataFrame, status: str) -> int:
    return reports.loc[reports["status"].eq(status), "study_id"].nunique()


def tabulate_searches(review: Evidence, *, caption: str) -> HtmlTable:
    """Every logged query with its date and what it brought."""
    columns = [
        Column("Search"),
        Column("Source"),
        Column("Date"),
        Column("Query"),
        Column("On topic, or retrieved", True),
        Column("Note"),
    ]
    rows = [
        Row(
            [
                text_of_id(row["search_id"]),
                row["source"],
                text(row["date"], "day not kept"),
                review.in_words(row["query"]),
                text(row["hits"]) or text(row["retrieved"]),
                review.in_words(row["note"]),
            ]
        )
        for row in records(review.tables["searches"])
    ]
    return HtmlTable(caption, columns, rows)


def tabulate_strategies(review: Evidence, *, caption: str) -> HtmlTable:
    """Every stored strategy word for word, with the days on which it was run (PRISMA-S)."""
    runs = review.tables["searches"].dropna(subset=["strategy_id", "date"]).groupby("strategy_id")["date"]
    days = {name: ", ".join(sorted(part)) for name, part in runs}
    names = ("Strategy", "Source", "Query", "Later runs cut off by", "Run on", "Note")
    columns = [Column(name) for name in names]
    rows = [
        Row(
            [
                text_of_id(row["strategy_id"]),
                row["platform"],
                row["query"],
                text(row["window_field"], "nothing: run whole"),
                days.get(row["strategy_id"], "not run yet"),
                text(row["note"]),
            ]
        )
        for row in records(review.tables["strategies"])
    ]
    return HtmlTable(caption, columns, rows)


_PRESS = {
    "press_question": "Translation of the question",
    "press_operators": "Operators",
    "press_headings": "Subject headings",
    "press_words": "Text words",
    "press_syntax": "Spelling and syntax",
    "press_limits": "Limits and filters",
}


def tabulate_press(review: Evidence, *, caption: str) -> HtmlTable | Stack:
    """What was found of each strategy by the six elements of PRESS; by whom, the review's own words say.

    Source: McGowan and colleagues 2016 (doi:10.1016/j.jclinepi.2016.01.021).
    """
    strategies = records(review.tables["strategies"])
    checked = [row for row in strategies if not all(pd.isna(row[name]) for name in _PRESS)]
    if not checked:
        return Stack([], "No strategy has been checked by the elements of PRESS.")
    columns = [Column("Strategy"), *(Column(title) for title in _PRESS.values())]
    rows = [
        Row([text_of_id(row["strategy_id"]), *(text(row[name], "not checked") for name in _PRESS)])
        for row in checked
    ]
    return HtmlTable(caption, columns, rows)
