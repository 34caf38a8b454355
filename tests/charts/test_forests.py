"""Charts of rows on the real evidence: no two alike, both arms together, what is pooled is what is drawn."""

import re

import pandas as pd
import pytest

from livingreview import charts
from livingreview.charts.rows import ROWS
from livingreview.charts.words import DESK, SLIM, measure
from livingreview.evidence import select_class, select_part
from livingreview.tables.common import short_name
from livingreview.tables.plan import synthesis_plan
from tests.drawn import CLASSES

KINDS = {
    "response": lambda part: charts.draw_forest(part, "response", title="Response"),
    "mrd": lambda part: charts.draw_forest(part, "mrd", title="MRD response"),
    "mortality": lambda part: charts.draw_forest(part, "mortality", title="Survivors"),
    "survival": lambda part: charts.draw_survival(part, title="Survival"),
    "bridge": lambda part: charts.draw_bridge(part, title="Bridge"),
    "harm": lambda part: charts.draw_adverse_events(part, title="Harm"),
    "courses": lambda part: charts.draw_courses(part, title="Course"),
    "overview": lambda part: charts.draw_overview(part, title="Response by cohort"),
    "overview-mrd": lambda part: charts.draw_overview(part, group="mrd", title="MRD response by cohort"),
}


@pytest.fixture(scope="module")
def drawn(review):
    """Every chart of rows of every class and part, and of the pages over all classes."""
    parts = [select_part(select_class(review, name), part) for name in CLASSES for part in ("core", "beside")]
    found = [(kind, item) for part in parts for kind in KINDS for item in KINDS[kind](part).parts]
    whole = [(kind, item) for kind in ("overview", "overview-mrd") for item in KINDS[kind](review).parts]
    safety = select_part(review, "core")
    whole += [(kind, item) for kind in ("harm", "mortality") for item in KINDS[kind](safety).parts]
    return [(kind, item) for kind, item in (*found, *whole) if ROWS in getattr(item, "datasets", {})]


def rows_of(figure):
    heading = ""
    for row in figure.datasets[ROWS]:
        heading = row["label"] if row["heading"] else heading
        if not row["heading"]:
            yield heading, row


def row_id_of(row):
    return row["row"].partition("#")[2]


def test_no_two_rows_of_a_chart_carry_the_same_label(drawn):
    assert len(drawn) > 150
    for kind, figure in drawn:
        labels = [(heading, row["label"]) for heading, row in rows_of(figure)]
        assert len(set(labels)) == len(labels), (kind, figure.title)


def test_cycles_arms_and_causes_are_told_apart(drawn):
    """Second cycles, control arms and events due to treatment once stood under the very same words."""
    labels = {
        row_id_of(row): row["label"]
        for kind, figure in drawn
        for _, row in rows_of(figure)
        if row.get("row") and kind == "harm"
    }
    anaemia = [
        labels[f"brown-2021.ae.{cohort}.anaemia-{cycle}-g3"]
        for cohort, cycle in (
            ("blinatumomab", "c1"),
            ("chemotherapy", "c1"),
            ("blinatumomab-cycle2", "c2"),
            ("chemotherapy-cycle2", "c2"),
        )
    ]
    assert len(set(anaemia)) == 4
    fatal = "blinatumomab-safety-review-2018.ae.mt103-205-all.fatal"
    assert "treatment-related" in labels[f"{fatal}-related"]
    assert "treatment-related" not in labels[fatal]


def test_both_arms_of_a_trial_stand_side_by_side(review, drawn):
    """Wherever a report tells of both arms, a chart that draws one draws the other next to it."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    paired = 0
    for kind, figure in drawn:
        if kind not in ("response", "mrd", "mortality", "harm", "overview", "overview-mrd"):
            continue
        rows = [row for _, row in rows_of(figure) if row.get("row")]
        places = [review.row(row_id_of(row)) for row in rows]
        for place, row in enumerate(places):
            if cohorts["arm"][row["cohort_id"]] is pd.NA or not has_other_arm(review, cohorts, row):
                continue
            beside = [other for other in places[max(0, place - 1) : place + 2] if other is not row]
            arms = {str(cohorts["arm"][other["cohort_id"]]) for other in beside}
            assert {"experimental": "control", "control": "experimental"}[
                cohorts["arm"][row["cohort_id"]]
            ] in arms, (
                figure.title,
                row["row_id"],
            )
            paired += 1
    assert paired > 40


def has_other_arm(review, cohorts, row):
    same = (
        "outcome",
        "definition",
        "timepoint",
        "denominator",
        "term",
        "grade_min",
        "grade_max",
        "attribution",
    )
    frame = review.tables[review.row_tables[row["row_id"]]]
    mask = frame["report_id"].eq(row["report_id"]) & frame["cohort_id"].ne(row["cohort_id"])
    for column in same:
        if column in frame:
            mask &= frame[column].isna() if pd.isna(row[column]) else frame[column].eq(row[column])
    others = frame.loc[mask & (frame["events"].notna() | frame["percent_reported_pct"].notna()), "cohort_id"]
    return any(
        cohorts["arm"][other] is not pd.NA
        and cohorts["study_id"][other] == cohorts["study_id"][row["cohort_id"]]
        for other in others
    )


def test_the_rows_under_a_pooled_diamond_are_its_inputs(review):
    """Filled, no other row between an outcome's heading and the diamond; the rest hollow, with reasons."""
    part = select_part(select_class(review, "blinatumomab"), "core")
    plans = [plan for plan in synthesis_plan(part, ("response",)) if plan.decision == "pooled"]
    pooled = [
        figure
        for figure in KINDS["response"](part).parts
        if any(row["kind"] == "pooled" for row in getattr(figure, "datasets", {}).get(ROWS, ()))
    ]
    found = []
    for figure in pooled:
        block, hollow_only = [], False
        for row in figure.datasets[ROWS]:
            if row["heading"]:
                hollow_only = row["label"].startswith("Not pooled: ")
                block = []
            elif row["kind"] == "pooled":
                assert not any(item["hollow"] for item in block)
                found.append(sorted(row_id_of(item) for item in block))
                assert f"of {len(block)} studies" in row["label"]
            else:
                assert row["hollow"] or not hollow_only
                block.append(row)
    assert sorted(found) == sorted(sorted(entry.row_id for entry in plan.entries) for plan in plans)
    assert len(found) == 3
    inputs = {row_id for ids in found for row_id in ids}
    assert "blinatumomab-safety-review-2018.outcome.mt103-211.cr" in inputs, "63/189 was pooled and not drawn"


def test_a_caption_explains_only_marks_that_are_there(drawn):
    for _, figure in drawn:
        rows = [row for _, row in rows_of(figure)]
        note = figure.note
        assert ("dashed" in note) <= any("from" in row for row in rows)
        assert ("green diamond" in note) <= any(row["kind"] == "pooled" for row in rows)
        assert bool(re.search(r"[Dd]iamonds: restated", note)) <= any(row["restated"] for row in rows)
        assert ("exact 95%" in note or "A line is" in note) <= any("low" in row for row in rows)
        assert ("joined by +" in note) <= any(re.search(r"\d/\d+ \+ \d", row["label"]) for row in rows)


def test_no_failure_stands_under_a_title_of_responses(review, drawn):
    codes = review.package.tables["outcomes"].field("outcome").directions
    seen = set()
    for kind, figure in drawn:
        ids = [row_id_of(row) for _, row in rows_of(figure) if row.get("row")]
        ids += [figure_.row_id for figure_ in figure.table.figures]
        ways = {
            codes[review.row(row_id)["outcome"]]
            for row_id in ids
            if review.row_tables.get(row_id) == "outcomes"
        }
        if kind in ("response", "mrd", "mortality", "overview", "overview-mrd"):
            bad = figure.title.startswith("Relapses, treatment failures and deaths")
            assert ways == {"bad"} if bad else "bad" not in ways, figure.title
            seen.add(bad)
    assert seen == {True, False}


def test_the_conversion_is_drawn_and_not_the_persistence(review):
    """Of 20 patients with MRD 12 cleared it; the only mark of depth once was the 6 in whom it persisted."""
    shown = charts.draw_overview(review, group="mrd", title="MRD response")
    ids = {figure.row_id for chart in shown.parts for figure in chart.table.figures}
    assert "ramos-2025.outcome.mrd-positive.mrd-conversion" in ids
    assert not any("positive" in row_id.rpartition(".")[2] for row_id in ids)


def test_survivors_are_not_drawn_beside_the_dead_of_the_same_patients(review, drawn):
    """19 of 23 dead and 4 of 23 alive say one thing."""
    for kind in ("mortality", "response", "mrd"):
        counts: dict = {}
        for name, figure in drawn:
            if name != kind:
                continue
            for _, row in rows_of(figure):
                if row.get("row") and review.row_tables[row_id_of(row)] == "outcomes":
                    cells = review.row(row_id_of(row))
                    counts.setdefault(cells["cohort_id"], set()).add(
                        (cells["outcome"], cells["events"], cells["total"])
                    )
        codes = review.package.tables["outcomes"].field("outcome").directions
        for told in counts.values():
            for outcome, events, total in told:
                assert not any(
                    other_total == total
                    and events + others == total
                    and {codes[outcome], codes[other]} == {"good", "bad"}
                    for other, others, other_total in told
                    if not pd.isna(events) and not pd.isna(others)
                ), (outcome, events, total)


def test_no_label_is_cut(drawn):
    """Every word of a label stands in its lines, and each line fits its place."""
    for _, figure in drawn:
        for row in figure.datasets[ROWS]:
            for name, width in (("desk", DESK), ("lines", SLIM)):
                lines = row.get(name, [row["label"]])
                assert " ".join(filter(None, lines)).split() == row["label"].split()
                assert not any(line.endswith("…") for line in lines)
                size = {"size": 13, "bold": True} if row["heading"] else {}
                assert max(measure(line, **size) for line in lines) <= width
                right = "" if row["heading"] else row["right" if name == "desk" else "short"]
                assert measure(lines[0], **size) + measure(right, bold=True) <= width


def test_a_chart_names_its_report_in_its_title_or_in_its_rows(review, drawn):
    """Else a reader of the harm page would not know whose events they are."""
    alone = 0
    for kind, figure in drawn:
        if kind in ("courses", "bridge"):
            continue  # one patient each; cohorts under headings that name the report
        rows = [row for _, row in rows_of(figure) if row.get("row")]
        cohorts = [review.row(row_id_of(row)) for row in rows]
        if len({review.cohort_studies[cohort["cohort_id"]] for cohort in cohorts}) == 1:
            names = {short_name(review, cohort["report_id"]) for cohort in cohorts}
            names.add(review.study_names[cohorts[0]["cohort_id"]])
            told = figure.title.endswith(tuple(f" – {name}" for name in names))
            assert told or all(any(name in row["label"] for name in names) for row in rows)
            alone += 1
    assert alone > 20
