"""What a review is begun with: asked for, or refused with every mistake named."""

from dataclasses import replace

import pytest

from livingreview.starting.answers import Answers, Name, Outcome, StartError, ask, require_answers
from tests.starting.conftest import ANSWERS


def test_sound_answers_are_taken():
    assert require_answers(ANSWERS) is ANSWERS
    assert [group.id for group in ANSWERS.groups] == ["immune_response", "infections"]
    assert [ANSWERS.main_direction(group) for group in ANSWERS.groups] == ["good", "bad"]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"title": "…"}, "--title: found '…'"),
        ({"title": "two\nlines"}, "words on one line"),
        ({"classes": ()}, "--class: found 'none'"),
        ({"outcomes": ()}, "--outcome: found 'none'"),
        ({"classes": (Name("Vaccine A", "Vaccine A"),)}, "--class: found 'Vaccine A'"),
        ({"classes": (Name("methods", "Methods"),)}, "--class: found 'methods'"),
        ({"classes": (Name("a", "A"), Name("a", "B"))}, "a twice"),
        ({"outcomes": (Outcome("cr", "CR", "Response", "great"),)}, "one of good, bad, neutral"),
        ({"outcomes": (Outcome("C R", "CR", "Response", "good"),)}, "--outcome: found 'C R'"),
        ({"outcomes": (Outcome("cr", "CR", "Note", "good"),)}, "another name for the group"),
        ({"outcomes": (Outcome("cr", "CR", "A b", "good"), Outcome("pr", "PR", "a B", "good"))}, "a_b twice"),
        ({"times": (Name("follow_up", "later"),)}, "follow_up twice"),
        ({"rules": {"Infections": "sometimes"}}, "one of point, once, follow_up"),
        ({"rules": {"Survival": "once"}}, "one of Immune response, Infections"),
    ],
)
def test_each_mistake_is_named(change, found):
    with pytest.raises(StartError) as caught:
        require_answers(replace(ANSWERS, **change))
    assert found in str(caught.value)


def test_all_mistakes_are_named_at_once():
    with pytest.raises(StartError) as caught:
        require_answers(Answers("", (), ()))
    assert all(flag in str(caught.value) for flag in ("--title", "--class", "--outcome"))


def test_a_person_is_asked_until_nothing_more_is_to_be_said():
    typed = iter(["A review", "Ann Roe", "", "New drug", "", "clinical response", "Response", "good", ""])
    answers = require_answers(ask(lambda question: next(typed)))
    assert answers.classes == (Name("new-drug", "New drug"),)
    assert answers.outcomes == (Outcome("clinical_response", "clinical response", "Response", "good"),)
    assert answers.authors == ("Ann Roe",)
