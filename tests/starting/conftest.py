"""A new review, begun once for all tests that look at one; those that change it begin their own."""

import datetime

import pytest

from livingreview.evidence import load_evidence, load_package
from livingreview.evidence.writing import save_tables
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
    condition="an infection",
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


def enter(root, counts):
    """Enter made-up single-arm studies: (study, outcome, events, total, denominator, time) each."""
    tables = {name: {} for name in ("reports", "studies", "regimens", "cohorts", "outcomes")}
    for study, outcome, events, total, denominator, time in counts:
        told = {"report_id": study, "locator": "Table", "as_reported": f"{events} of {total}"}
        told |= {"basis": "reported", "verification": "single_reading"}
        tables["reports"][study] = {"report_id": study, "study_id": study, "kind": "article"}
        tables["reports"][study] |= {
            "status": "included",
            "status_reason": "made up",
            "text_seen": "full_text",
        }
        tables["studies"][study] = {"study_id": study, "name": study, "design": "phase2"}
        regimen = {"regimen_id": study, "family_id": "vaccine-a", "name": "Vaccine A", "role": "studied"}
        tables["regimens"][study] = told | regimen | {"row_id": f"{study}.regimen.a", "as_reported": "A"}
        cohort = {"cohort_id": f"{study}.all", "study_id": study, "regimen_id": study, "label": "All"}
        cohort |= {"disease": "an_infection", "setting": "first_line", "age_group": "adult"}
        cohort |= {"age_statistic": "not_reported", "n_enrolled": str(total)}
        tables["cohorts"][study] = told | cohort | {"row_id": f"{study}.cohort.all"}
        row_id = f"{study}.outcome.all.{outcome}-{time}".replace("_", "-")
        count = {"cohort_id": f"{study}.all", "outcome": outcome, "events": str(events), "total": str(total)}
        count |= {"denominator": denominator, "assessed_at": time, "definition": "not_reported"}
        tables["outcomes"][row_id] = told | count | {"row_id": row_id}
    data = root / "data"
    save_tables(data, load_package(data), {name: rows.values() for name, rows in tables.items()})
    return load_evidence(root)
