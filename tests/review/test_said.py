"""What pages said that the data do not bear: each found by a reader, each kept from coming back."""

import re

import pytest

from livingreview.charts.calendars import draw_calendars
from livingreview.evidence import records, select_class, select_part, split_ids
from livingreview.tables.evidence_map import count_once
from livingreview.tables.option_counts import cohorts_in
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def counted(review):
    """The cohorts that an option's line counts."""
    findings = review.tables["findings"].set_index("finding_id")
    settings = {row["setting_id"]: row for row in records(review.tables["settings"])}

    def count(finding_id: str) -> list[dict]:
        finding = findings.loc[finding_id]
        return cohorts_in(review, settings[finding["setting_id"]], set(split_ids(finding["families"])))

    return count


@pytest.fixture(scope="module")
def said(review) -> dict[str, str]:
    """Of each option its name and whom its line is of."""
    return {row["finding_id"]: f"{row['option']}; {row['who']}" for row in records(review.tables["findings"])}


def words_of(name: str) -> str:
    return (ROOT / "chapters" / f"{name}.md").read_text(encoding="utf-8")


def test_reinduction_with_mitoxantrone_counts_those_known_to_be_given_it(review, counted):
    cohorts = counted("child-first-relapse.backbone")
    assert count_once(review, cohorts)[:2] == (2, 764)
    studies = {row["study_id"] for row in cohorts}
    assert "intreall-sr-2010" not in studies, "the drug of its ALL R3 is not named"
    assert not any(row["report_id"] == "parker-2019" for row in cohorts), "some were given idarubicin"


def test_an_option_named_after_a_drug_is_that_of_all_its_regimens(review, counted, said):
    """Three series without cytarabine once stood under mitoxantrone with cytarabine."""
    drugs = review.tables["regimen_components"].groupby("regimen_id")["drug_id"].agg(set).to_dict()
    given = [drugs.get(row["regimen_id"], set()) for row in counted("adult-relapse.mitoxantrone")]
    assert all("mitoxantrone" in regimen for regimen in given if regimen)
    assert any("cytarabine" not in regimen for regimen in given if regimen)
    assert "cytarabine" not in said["adult-relapse.mitoxantrone"].partition(";")[0]


def test_a_line_of_several_diseases_says_so(review, counted, said):
    for finding_id in (
        "child-later-relapse.clofarabine-combined",
        "child-later-relapse.mitoxantrone-clofarabine",
    ):
        assert "mixed" in {row["disease"] for row in counted(finding_id)}
        assert "AML" in said[finding_id]
    cohorts = counted("adult-relapse.blinatumomab")
    assert any("if Ph-positive" in row["label"] or "Ph-positive" in str(row["note"]) for row in cohorts)
    assert "most Ph-negative" in said["adult-relapse.blinatumomab"]
    assert "; shown: " in said["child-later-relapse.mitoxantrone-clofarabine"], "39 of the 60 are described"


@pytest.mark.slow
def test_the_second_dose_of_a_trial_is_not_of_its_first_cycle_alone(review):
    """The note of the row has it given through all later cycles."""
    row = review.row("kiyoi-2020.component.blinatumomab.blinatumomab-weeks-2-4")
    assert "later cycles" in row["condition"]
    core = select_part(select_class(review, "blinatumomab"), "core")
    told = str(draw_calendars(core, title="Days").__html__())
    assert "in later cycles from the first day" in told


def test_a_rate_of_patients_partly_in_remission_before_says_so(review):
    row = review.row("cabannes-hamy-2022.cohort.relapse")
    assert "15 of 38 in remission before" in row["label"]


def test_mrd_positive_is_not_called_remission(review):
    """Of one cohort the report does not say whether the marrow was in remission."""
    assert review.label("cohorts", "setting", "mrd_positive") == "MRD positive"
    titles = review.tables["settings"].set_index("setting_id")["title"]
    assert "remission" not in titles["mrd-positive"]
    assert words_of("mrd-positive").count(f"# {titles['mrd-positive']}\n") == 1


def test_the_randomised_answer_on_mrd_names_when_patients_were_randomised():
    told = words_of("mrd-positive")
    assert "before the third consolidation" in told
    assert "when high-risk consolidation began" not in told


def test_survival_of_a_time_is_told_with_its_time(review):
    """Of a letter's three percentages none once had its year."""
    told = words_of("mitoxantrone-clofarabine")
    glued = dict(re.findall(r'(\w+)="([^"]+)"', told))
    for line in told.splitlines():
        for name in re.findall(r"{glue:}`(\w+)`", line):
            row = review.row(glued[name])
            if row.get("statistic") == "landmark":
                assert re.search(r"\b(?:one|two|three) years?\b", line), line


def test_pages_do_not_deny_what_they_show():
    assert "no difference between them is computed" not in words_of("mitoxantrone-clofarabine")
    assert "Why is nothing pooled here?" not in words_of("comparison")


def test_a_family_of_first_line_regimens_holds_no_relapse(review):
    """Nine of 31 patients had relapsed."""
    named = {row["family_id"] for row in records(review.tables["families"]) if "first line" in row["name"]}
    own = review.tables["regimens"].set_index("regimen_id")["family_id"]
    settings: dict[str, set[str]] = {}
    for row in records(review.tables["cohorts"].dropna(subset=["regimen_id"])):
        settings.setdefault(own[row["regimen_id"]], set()).add(row["setting"])
    found = {family: settings[family] for family in named}
    assert found.pop("bortezomib-mixed-lines") == {"mixed"}
    assert set(found) == {"proteasome-first-line", "blinatumomab-first-line"}
    assert all(told == {"first_line"} for told in found.values())


def test_conclusions_name_series_and_patients_in_words(review):
    """'The Korean series of Korean blinatumomab series', 'that of 1d woman'."""
    claims = review.tables["claims"].set_index("claim_id")["text"]
    assert not any(re.search(r"series of \{[a-z0-9-]+\}", text) for text in claims)
    assert not any(re.search(r"\{[^}]*\.cohort\.patient\}", text) for text in claims)


def test_steps_for_inconsistency_are_those_of_the_table_or_explained(review):
    claims = review.tables["claims"].set_index("claim_id")["certainty_reason"]
    assert "weighed where both are rated together" in claims["mitoxantrone-clofarabine.claim.response"]
