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
        ({"condition": ""}, "--condition: found 'none'"),
        ({"title": ""}, "--title: found 'none'; expected a title with letters in it"),
        ({"classes": (Name("a", ""),)}, "--class: found ''; expected words on one line"),
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
    assert all(flag in str(caught.value) for flag in ("--title", "--condition", "--class", "--outcome"))


def test_a_person_is_asked_until_nothing_more_is_to_be_said():
    typed = iter(
        ["A review", "Ann Roe", "", "Asthma", "New drug", "", "clinical response", "Response", "good", ""]
    )
    answers = require_answers(ask(lambda question: next(typed)))
    assert answers.condition == "Asthma"
    assert answers.classes == (Name("new-drug", "New drug"),)
    assert answers.outcomes == (Outcome("clinical_response", "clinical response", "Response", "good"),)
    assert answers.authors == ("Ann Roe",)


def test_what_is_missing_or_odd_is_asked_again_and_nothing_is_lost():
    questions = []
    typed = iter(
        [
            *("", "…", "A review", "", "", "Asthma"),
            *("", "Methods", "New drug", "New drug", "Old drug", ""),
            *("", "cure", "", "Response", "great", "good", "cure", "relapse", "Relapses", "bad", ""),
        ]
    )

    def answer(question):
        questions.append(question)
        return next(typed)

    answers = require_answers(ask(answer))
    assert list(typed) == []
    assert (answers.title, answers.condition) == ("A review", "Asthma")
    assert [name.id for name in answers.classes] == ["new-drug", "old-drug"]
    assert answers.outcomes == (
        Outcome("cure", "cure", "Response", "good"),
        Outcome("relapse", "relapse", "Relapses", "bad"),
    )
    again = [question for question in questions if "expected" in question]
    assert len(again) == 10
    assert any("'great'; expected one of good, bad, neutral" in question for question in again)


@pytest.mark.parametrize(
    ("condition", "code"),
    [("Acute bronchitis", "acute_bronchitis"), ("22q11 deletion", "condition"), ("mixed", "condition")],
)
def test_the_code_of_a_condition_is_one_that_the_data_may_hold(condition, code):
    assert replace(ANSWERS, condition=condition).condition_code == code
