"""The course of one patient in one picture."""

from itertools import combinations, pairwise

import pytest

from livingreview.charts.sheet import COLOURS
from livingreview.charts.swimmer import MOST_LABELS, STATES, _remission_between, draw_swimmer, read_course
from livingreview.evidence import select_class, select_part
from livingreview.evidence.contract import STEPS
from tests.drawn import CLASSES, sheets_of, words_of


@pytest.fixture(scope="module", params=CLASSES)
def part(request, review):
    return select_part(select_class(review, request.param), "core")


def test_each_patient_has_a_figure_whose_words_are_readable(part):
    stack = draw_swimmer(part, title="Course")
    patients = part.tables["patient_timeline"]["cohort_id"].unique()
    assert len(stack.parts) == len(patients)
    for figure, (_, rows) in zip(
        sheets_of(stack), part.tables["patient_timeline"].groupby("cohort_id", sort=False), strict=True
    ):
        assert len(figure.table.rows) == len(rows), "every event is in the table"
        for label in rows["label"]:
            assert label in figure.description


def test_every_step_of_a_response_has_a_look(review):
    assert set(STATES) == set(STEPS["patient_timeline", "response"])
    assert len({look[2:] for look in STATES.values()}) == len(STATES)


@pytest.fixture(scope="module")
def case(review):
    part = select_part(select_class(review, "liposomal-mitoxantrone"), "core")
    return part, part.tables["patient_timeline"]


def test_the_therapies_named_are_few_and_hold_the_one_under_study(case):
    part, rows = case
    course = read_course(part, rows)
    assert len(course.blocks) > MOST_LABELS == len(course.named)
    studied = part.tables["regimens"].set_index("regimen_id")["role"].eq("studied")
    named = {course.blocks[place].events[0].row["regimen_id"] for place in course.named}
    used = {block.events[0].row["regimen_id"] for block in course.blocks}
    assert {name for name in used if studied.get(name, False)} <= named
    phone = words_of(sheets_of(draw_swimmer(part, title="C"))[0].sheets()[1])
    key = [f"{number} {name}" for number, name in enumerate(course.named.values(), 1)]
    assert phone[-MOST_LABELS:] == key


def test_readings_are_those_of_the_report(case):
    part, rows = case
    readings = {r.event.row["row_id"]: r.percent for r in read_course(part, rows).readings}
    assert readings["lipomit-vmp-2024.timeline.relapse"] == 81
    assert readings["lipomit-vmp-2024.timeline.transplant"] is None
    printed = rows.loc[
        rows["unit"].isin(["pct_marrow", "pct_flow", "pct_blood", "pct"]) & rows["value"].notna()
    ]
    assert {name for name, percent in readings.items() if percent is not None} == set(printed["row_id"])


def courses(review):
    """Figures of all patients, each with its readings."""
    own = select_part(review, "core")
    figures = sheets_of(draw_swimmer(own, title="Course"))
    patients = own.tables["patient_timeline"].groupby("cohort_id", sort=False)
    return [
        (figure, read_course(own, rows).readings) for figure, (_, rows) in zip(figures, patients, strict=True)
    ]


def test_every_reading_has_its_value_beside_it(review):
    """On a phone 79.5% once lost its label."""
    for figure, readings in courses(review):
        told = [reading for reading in readings if reading.percent is not None]
        assert told
        for sheet in figure.sheets():
            words = words_of(sheet)
            for reading in told:
                value = f"{float(reading.event.row['value']):g}"
                assert any(word.lstrip("~").startswith(value) and "%" in word for word in words), value


def test_no_mark_of_a_reading_covers_another(review):
    """94.4% of cells counted and 90% by flow once were one square."""
    marks = 0
    for figure, readings in courses(review):
        addresses = {reading.event.row["row_id"] for reading in readings}
        for sheet in figure.sheets():
            own = [
                str(place) for place, href in enumerate(sheet.links) if href.rpartition("#")[2] in addresses
            ]
            points = [(m["x"], m["y"]) for m in sheet.marks if m["n"] in own and m.get("w") == 1.5]
            marks += len(points)
            for (x, y), (x2, y2) in combinations(points, 2):
                assert abs(x - x2) >= 8 or abs(y - y2) >= 5, figure.title
    assert marks > 10
    words = words_of(courses(review)[0][0].sheets()[0])
    assert {"94.4% of cells counted in blood", "90% of cells by flow cytometry"} <= set(words)


def test_the_palest_state_is_outlined(review):
    """“MRD+” had a contrast of 1.4 to 1 against the paper."""
    colours = {COLOURS[color] for _, _, color, _ in STATES.values()}
    for figure, _ in courses(review):
        for sheet in figure.sheets():
            filled = [
                m for m in sheet.marks if m.get("f") in colours and m.get("o", 1) < 0.9 and not m.get("k")
            ]
            outlined = {
                (m["x"] - 0.5, m["y"] - 0.5) for m in sheet.marks if m.get("k") in colours and "f" not in m
            }
            pale = [m for m in filled if m["o"] in {0.2, 0.4, 0.45} and (m["x"], m["y"]) in outlined]
            assert len(pale) >= 2


def test_no_line_goes_from_cells_to_cells_through_a_remission(review):
    """A line at 80 to 94% once ran through ten months of remission."""
    part = select_part(select_class(review, "blinatumomab"), "core")
    course = read_course(part, part.tables["patient_timeline"])
    joined = [
        (one.event.row["label"], other.event.row["label"])
        for one, other in pairwise(course.readings)
        if not _remission_between(course.states, one, other)
    ]
    ends = {other for _, other in joined}
    assert "Marrow: lymphoblasts" in ends
    assert not any(end.startswith("First relapse") for end in ends)


def test_a_course_without_dates_is_a_table(case):
    part, rows = case
    bare = rows.assign(start=rows["start"].where(rows["position"] < 3))
    assert read_course(part, bare) is None


def test_the_note_explains_the_shade_and_the_arrow_where_they_are_drawn(review):
    notes = {figure.title: figure.note for figure in draw_swimmer(review, title="Course").parts}
    assert all("Arrow:" in note for note in notes.values())
    paler = [title for title, note in notes.items() if "paler" in note]
    assert 0 < len(paler) < len(notes)
