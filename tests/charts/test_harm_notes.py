"""What the table of harms says of events that it cannot show."""

from livingreview.charts.harm_notes import other_terms, put_down_to_treatment, without_grade
from livingreview.charts.harms import _choose_events, draw_harms
from livingreview.evidence import select_class
from tests.changed import spoil


def test_an_event_without_a_grade_is_told_where_its_study_is_drawn(review):
    """Febrile neutropenia of 27 of 43 patients, its grade not printed, once looked like not reported."""
    bortezomib = select_class(review, "bortezomib")
    told = without_grade(bortezomib, _choose_events(bortezomib, "core"), "core")
    assert any("febrile neutropenia in" in line and "Ramos Peñafiel 2025" in line for line in told)


def test_a_study_whose_graded_count_is_drawn_is_not_told_again(review):
    bortezomib = select_class(review, "bortezomib")
    events = _choose_events(bortezomib, "core")
    for event in events:
        event.grade = None
    assert without_grade(bortezomib, events, "core") == []


def test_severe_events_without_a_grade_are_told_of_a_study_that_is_not_drawn(review):
    """Severe infection of a randomised trial, its grade not printed, once stood nowhere in the chapter."""
    blinatumomab = select_class(review, "blinatumomab")
    events = _choose_events(blinatumomab, "core")
    drawn = {row["report_id"] for event in events for row in event.chosen.values()}
    told = without_grade(blinatumomab, events, "core")
    assert "hogan-2023" not in drawn
    assert any(line.startswith("infection in") and "Hogan 2023" in line for line in told)
    assert any("Couturier 2021" in line for line in told), "of any grade, and not drawn: a list is whole"


def test_deaths_put_down_to_treatment_are_said_to_be_in_the_tables(review):
    """The column of deaths from treatment showed none of 8 of 267 and none of the five other trials."""
    blinatumomab = select_class(review, "blinatumomab")
    (told,) = put_down_to_treatment(blinatumomab, "core")
    assert told == "fatal event put down to treatment (6 studies)"
    assert put_down_to_treatment(select_class(review, "bortezomib"), "core") == []
    rialto = spoil(
        blinatumomab, "adverse_events", lambda frame: frame[frame["report_id"].eq("locatelli-2022-rialto")]
    )
    assert put_down_to_treatment(rialto, "core") == ["fatal event put down to treatment (1 study)"]
    assert told in draw_harms(blinatumomab, title="H").parts[0].more[1]


def test_terms_of_no_column_are_told_once_each_fatal_ones_too(review):
    blinatumomab = select_class(review, "blinatumomab")
    events = _choose_events(blinatumomab, "core")
    told = other_terms(blinatumomab, events, "core")
    assert told == sorted(set(told))
    counted = {code.lower() for event in events for code in event.codes}
    assert "neutropenia" in told
    assert {"fatal cardiac failure", "infection, fatal"} <= set(told), "the gravest once were left out"
    assert not counted & {term.lower() for term in told}
