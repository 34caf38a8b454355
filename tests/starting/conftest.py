"""A new review, begun once for all tests that look at one; those that change it begin their own."""

import datetime

import pytest

from livingreview.starting.answers import Answers, Name, Outcome
from livingreview.starting.project import find_engine, write_project

ANSWERS = Answers(
    title="Two vaccines against one infection: a living review",
    classes=(Name("vaccine-b", "Vaccine B"), Name("vaccine-a", "Vaccine A")),
    outcomes=(
        Outcome("seroconversion", "seroconversion (SC)", "Immune response", "good"),
        Outcome("infection", "infection", "Infections", "bad"),
        Outcome("hospital", "admission to hospital", "Infections", "bad"),
    ),
    times=(Name("week_4", "at four weeks"), Name("week_12", "at twelve weeks")),
    rules={"Infections": "once"},
    authors=("Roe, Ann",),
)


def begin(folder, answers=ANSWERS):
    return write_project(folder, answers, engine=find_engine(), today=datetime.date(2026, 11, 30))


@pytest.fixture(scope="session")
def begun(tmp_path_factory):
    """A new review to look at."""
    return begin(tmp_path_factory.mktemp("new") / "review")
