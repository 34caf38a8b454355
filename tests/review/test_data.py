"""The real evidence: valid for anyone, true to its sources, and complete in its links."""

import re
import subprocess
import sys

import frictionless
import pytest

from livingreview.checks import check_project
from livingreview.display.numbers import SECOND_HAND
from livingreview.evidence import records

CORE = ("lipomit-vmp-2024", "lipomit-clag-2025", "hochberg-2026", "linder-2016", "ramos-2025")


@pytest.mark.slow
def test_stock_frictionless_calls_the_package_valid(root):
    report = frictionless.validate(str(root / "data" / "datapackage.json"))
    assert report.valid, report.flatten(["type", "rowNumber", "message"])


@pytest.mark.parametrize("tool", ["rob2", "robins-i"])
def test_an_overall_judgement_is_that_of_the_worst_domain(review, tool):
    """As the methods page says; of a domain that could not be judged RoB 2 makes some concerns at least."""
    order = ["low", "some_concerns", "moderate", "high", "serious", "critical"]
    by_result: dict[tuple, dict[int, str]] = {}
    for row in records(review.tables["appraisals"]):
        name, _, place = row["item_id"].rpartition(".")
        if name == tool:
            by_result.setdefault((row["report_id"], row["result"]), {})[int(place)] = row["judgement"]
    assert by_result
    for result, judged in by_result.items():
        *domains, overall = (judged[place] for place in sorted(judged))
        known = [order.index(word) for word in domains if word != "no_information"]
        worst = order[max(known)] if known else "no_information"
        if tool == "rob2" and worst == "low" and "no_information" in domains:
            worst = "some_concerns"
        assert overall == worst, result


@pytest.mark.slow
def test_stock_frictionless_command_too(root):
    done = subprocess.run(
        [sys.executable, "-m", "frictionless", "validate", "datapackage.json"],
        cwd=root / "data",
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-1500:]


@pytest.mark.slow
def test_every_rule_holds(root):
    assert check_project(root) == []


@pytest.mark.slow
def test_every_fragment_stands_in_its_source(root, sources):
    assert check_project(root, sources=sources) == []


@pytest.mark.slow
def test_no_sentence_is_copied_from_a_source(root, sources):
    """Eight words in a row are a sentence, not a figure; runs of marker names are none."""
    length = 8

    def runs(text):
        words = re.findall(r"[a-z]+", text.lower())
        return [
            tuple(words[i : i + length])
            for i in range(len(words) - length + 1)
            if len(set(words[i : i + length])) > 5
        ]

    printed = {}
    for path in sources.glob("*.txt"):
        text = path.read_text(encoding="utf-8").split("\nReferences\n")[0]
        printed |= dict.fromkeys(runs(re.sub(r"-\n", "", text)), path.stem)
    for path in [
        *root.glob("data/*.csv"),
        *root.glob("chapters/*.md"),
        *root.glob("*.md"),
        *root.glob("livingreview/**/*.py"),
    ]:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for piece in re.split("[…“”,]", re.sub(r"https?://\S+", "", line)):
                for run in runs(piece):
                    assert run not in printed, (
                        f"{path.name}:{number} repeats {printed[run]}: {' '.join(run)!r}"
                    )


@pytest.mark.parametrize("report_id", CORE)
def test_core_reports_are_extracted_in_full(review, report_id):
    rows = {
        table.name: int((review.tables[table.name]["report_id"] == report_id).sum())
        for table in review.package.evidence_tables
    }
    assert sum(rows.values()) >= 60, rows
    for name in ("regimens", "regimen_components", "cohorts", "definitions"):
        assert rows[name], f"{report_id} has no {name}"
    assert (review.tables["discrepancies"]["report_id"] == report_id).sum() >= 5
    assert (review.tables["appraisals"]["report_id"] == report_id).sum() >= 8
    assert report_id in set(review.tables["extraction_agreement"]["report_id"])


def test_both_patients_have_a_dated_course(review):
    course = review.tables["patient_timeline"]
    for cohort_id, part in course.groupby("cohort_id"):
        kinds = set(part["kind"])
        assert {"diagnosis", "therapy", "marrow", "complication"} <= kinds, (cohort_id, kinds)
        assert part["start"].notna().sum() >= 12
        assert (part["unit"].fillna("").str.startswith("pct") & part["value"].notna()).sum() >= 5
    assert course["cohort_id"].nunique() == 2


def test_known_contradictions_are_registered(review):
    """A few that a reader of the reports will look for."""
    frame = review.tables["discrepancies"]
    text = (
        frame["report_id"] + " " + frame["value_a"] + " " + frame["value_b"] + " " + frame["explanation"]
    ).str.lower()
    for report_id, *needles in (
        ("ramos-2025", "34.8%", "n=6"),
        ("ramos-2025", "four", "six cycles"),
        ("lipomit-clag-2025", "10–59", "18-60"),
        ("lipomit-clag-2025", "17", "15"),
        ("lipomit-vmp-2024", "12 august 2022", "8/30/2022"),
        ("lipomit-vmp-2024", "4/4/2022"),
        ("hochberg-2026", "32", "33"),
        ("linder-2016", "pre"),
    ):
        assert any(
            line.startswith(report_id) and all(needle in line.replace(" = ", "=") for needle in needles)
            for line in text
        ), (report_id, needles)


def test_restated_figures_never_pass_for_first_hand(review):
    for table in review.package.evidence_tables:
        frame = review.tables[table.name]
        assert (
            frame.loc[frame["basis"].str.startswith("restated"), ["source_report_id", "source_citation"]]
            .notna()
            .any(axis=1)
            .all()
        )


BY_OTHERS = re.compile(r"\bnews\b|third-party|summary (?:by|of)|univadis|pathway", re.IGNORECASE)


def test_what_is_read_on_a_page_of_others_is_restated(review):
    """Credible intervals of a news summary once stood as the report's own."""
    seen = 0
    for table, frame in review.tables.items():
        if not {"locator", "basis"} <= set(frame):
            continue
        for row in records(frame):
            if BY_OTHERS.search(row["locator"]) and not any(
                name in row["report_id"] for name in ("news", "biocentury")
            ):
                assert row["basis"] in SECOND_HAND, (table, row["row_id"], row["locator"])
                seen += 1
    assert seen > 30


def test_bibliography_invents_nothing(review):
    """What was not on the page read stays out."""
    entries = review.bibliography.entries
    assert not entries["lipomit-vmp-2024"].persons
    assert "title" not in entries["lipomit-vmp-2024"].fields
    assert not entries["lipomit-clag-2025"].persons
    assert "doi" not in entries["lipomit-clag-2025"].fields


def test_every_code_of_an_outcome_belongs_to_a_group(review):
    field = review.package.tables["outcomes"].field("outcome")
    assert set(field.groups) == set(field.labels)


def test_what_stands_under_transplant_is_of_transplants(review):
    """A second cycle and no further therapy once stood under All results: Transplant."""
    field = review.package.field("outcomes", "outcome")
    assert all("transplant" in field.label(code) for code in field.codes_in("transplant"))
    assert {"second_cycle", "no_further_therapy"} <= set(field.codes_in("cycles"))


def test_every_column_says_what_it_means(review):
    for table in review.package.tables.values():
        assert table.description
        for field in table.fields:
            assert field.description, f"{table.name}.{field.name}"


def test_a_time_that_is_printed_is_coded_and_the_same_words_alike(review):
    """Else a table says that the time is not printed and prints it beside."""
    frame = review.tables["outcomes"].dropna(subset=["timepoint"])
    assert not list(frame.loc[frame["assessed_at"].eq("not_reported"), "row_id"])
    codes = frame.groupby("timepoint")["assessed_at"].unique()
    assert not list(codes[codes.map(len) > 1].index), codes


def test_deaths_of_one_study_are_not_told_under_two_outcomes(review):
    """A later report of the same deaths has the same outcome, so that one of the two is drawn."""
    field = review.package.field("outcomes", "outcome")
    told: dict[tuple, dict[str, str]] = {}
    for row in records(review.tables["outcomes"].dropna(subset=["events", "total"])):
        if row["outcome"] in field.codes_in("mortality") and field.direction(row["outcome"]) == "bad":
            key = (review.cohort_studies[row["cohort_id"]], row["events"], row["total"], row["definition"])
            told.setdefault(key, {})[row["outcome"]] = row["row_id"]
    assert not {key: codes for key, codes in told.items() if len(codes) > 1 and key[2] > 5}


def test_a_part_of_a_cohort_has_no_wider_disease_than_the_whole(review):
    """Patients of a Ph-positive cohort are Ph-positive: else a part is read among Ph-negative ones."""
    narrow = {"b-all": {"b-all-ph"}, "all": {"b-all", "b-all-ph", "t-all"}, "t-all-ll": {"t-all", "t-ll"}}
    disease = review.tables["cohorts"].set_index("cohort_id")["disease"]
    parts = review.tables["cohorts"].dropna(subset=["parent_cohort_id"])
    for cohort, whole in zip(parts["cohort_id"], parts["parent_cohort_id"], strict=True):
        one, other = disease[cohort], disease[whole]
        assert one == other or other == "mixed" or one in narrow.get(other, ()), (cohort, one, other)
