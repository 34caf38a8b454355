"""What the table of harms says of events that it cannot show."""

from livingreview.charts.harm_notes import other_terms, without_grade
from livingreview.charts.harms import _choose_events
from livingreview.evidence import select_class


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


def test_terms_of_no_column_are_told_once_each_without_deaths(review):
    blinatumomab = select_class(review, "blinatumomab")
    events = _choose_events(blinatumomab, "core")
    told = other_terms(blinatumomab, events, "core")
    assert told == sorted(set(told))
    counted = {code.lower() for event in events for code in event.codes}
    assert "neutropenia" in told
    assert not counted & {term.lower() for term in told}
