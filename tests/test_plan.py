"""The plan of what may share a pool: on the whole real data, and on evidence made to break each rule."""

import dataclasses
import json
import math

import pandas as pd
import pytest
from scipy.stats import fisher_exact

from livingreview.display.numbers import format_count
from livingreview.evidence import records, split_ids
from livingreview.pages.whatif import show_what_if
from livingreview.synthesis import pool_proportions, pool_ratios, proportion_interval, two_by_two
from livingreview.tables.plan import (
    FEW_STUDIES,
    GROUPS,
    LEAST_PATIENTS,
    LEAST_STUDIES,
    TIMED,
    bar,
    synthesis_plan,
)
from livingreview.tables.synthesis import (
    MODELS,
    tabulate_contrasts,
    tabulate_leave_one_out,
    tabulate_models,
    tabulate_plan,
)


@pytest.fixture(scope="module")
def plans(review):
    return synthesis_plan(review)


@pytest.fixture(scope="module")
def rows(review):
    """Every outcome by row_id, with its cohort's and study's cells."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    studies = review.tables["studies"].set_index("study_id")
    columns = ["study_id", "parent_cohort_id", "disease", "setting", "age_group", "arm"]
    frame = review.tables["outcomes"].join(cohorts[columns], on="cohort_id")
    return {
        row["row_id"]: row for row in records(frame.join(studies[["design", "overlaps_with"]], on="study_id"))
    }


def test_no_patient_is_counted_twice(review, plans, rows):
    """Neither two cohorts of one study, nor two studies that share patients, nor a cohort and a part of it."""
    owners = review.tables["reports"].set_index("report_id")["study_id"]
    for plan in plans:
        studies = [entry.study_id for entry in plan.entries]
        assert len(set(studies)) == len(studies), plan.key
        cohorts = {rows[entry.row_id]["cohort_id"] for entry in plan.entries}
        for entry in plan.entries:
            row = rows[entry.row_id]
            assert not set(split_ids(row["overlaps_with"])) & set(studies), plan.key
            assert row["parent_cohort_id"] not in cohorts, plan.key
            if not pd.isna(row["source_report_id"]):
                assert (
                    owners[row["source_report_id"]] in (entry.study_id, None)
                    or owners[row["source_report_id"]] not in studies
                ), plan.key


def test_a_stratum_is_of_one_kind(plans, rows):
    for plan in plans:
        for column in ("disease", "setting", "age_group", "outcome", "assessed_at"):
            assert len({rows[entry.row_id][column] for entry in plan.entries}) <= 1, (plan.key, column)
        bases = {rows[entry.row_id]["denominator"] for entry in plan.entries}
        assert len(bases) <= 1 or bases <= {"treated", "enrolled", "evaluable"}, plan.key
        for entry in plan.entries:
            row = rows[entry.row_id]
            assert row["assessed_at"] in TIMED
            assert entry.total >= LEAST_PATIENTS
            assert row["design"] not in ("randomised", "case_report") and pd.isna(row["arm"]), entry.row_id
            assert entry.rebased == (entry.total != sum(rows[row_id]["total"] for row_id in entry.row_ids))
    assert len({plan.key for plan in plans}) == len(plans)


def test_every_count_of_a_stratum_is_kept_or_left_out_with_a_reason(plans):
    for plan in plans:
        kept, left = [entry.row_id for entry in plan.entries], [row_id for row_id, _, _ in plan.left_out]
        assert len(set(kept + left)) == len(kept) + len(left), plan.key
        assert all(len(reason) > 10 and name for _, name, reason in plan.left_out), plan.key
        assert len(kept) + len(left) > 1
        assert plan.reason


def test_too_few_studies_are_never_pooled(review, plans):
    assert {plan.decision for plan in plans} == {"pooled", "listed", "refused"}
    for plan in plans:
        assert (plan.pooled is None) == (len(plan.entries) < LEAST_STUDIES)
        assert (plan.decision == "refused") == (len(plan.entries) < 2)
        if plan.decision == "pooled":
            assert plan.pooled.status == "ok"
            assert ("few studies" in plan.reason) == (len(plan.entries) < FEW_STUDIES)
            assert (plan.pooled.estimate, plan.pooled.total) == (
                pool_proportions(plan.events, plan.totals).estimate,
                sum(plan.totals),
            )
        else:
            assert plan.reason not in ("", "pooled")
    with pytest.raises(ValueError, match="no outcome belongs"):
        synthesis_plan(review, groups=("prices",))


SOUND = {
    "events": 7,
    "total": 20,
    "design": "phase2",
    "arm": pd.NA,
    "base": "all",
    "denominator": "treated",
    "c_n_enrolled": 20,
    "assessed_at": "courses_2",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, ""),
        ({"events": pd.NA}, "not printed"),
        ({"total": pd.NA}, "not printed"),
        ({"events": 3, "total": LEAST_PATIENTS - 1}, "fewer than"),
        ({"events": 3, "total": LEAST_PATIENTS}, ""),
        ({"design": "case_report"}, "single patients"),
        ({"design": "randomised"}, "randomised trial"),
        ({"arm": "control"}, "randomised trial"),
        ({"arm": "experimental"}, "randomised trial"),
        ({"base": "subgroup", "denominator": "subgroup"}, "subgroup"),
        ({"denominator": "evaluable", "c_n_enrolled": pd.NA}, "the number treated is not printed"),
        ({"denominator": "evaluable", "total": 15}, "only 15 of 20 patients"),
        ({"denominator": "evaluable", "total": 16}, ""),
        ({"assessed_at": "not_reported"}, "time point is not printed"),
        ({"assessed_at": "other"}, "a time of its own"),
    ],
)
def test_each_rule_bars_in_words(change, words):
    reason = bar(SOUND | change)
    assert reason == "" if words == "" else words in reason


def spoil(review, table, change):
    """The evidence with one of its tables changed."""
    return dataclasses.replace(review, tables={**review.tables, table: change(review.tables[table].copy())})


@pytest.fixture(scope="module")
def pooled(plans):
    return next(plan for plan in plans if plan.decision == "pooled")


@pytest.fixture(scope="module")
def part(review, pooled):
    """The evidence with no other outcomes than those of the pooled stratum."""
    rows = {entry.row_id for entry in pooled.entries} | {row_id for row_id, _, _ in pooled.left_out}
    return spoil(review, "outcomes", lambda frame: frame.loc[frame["row_id"].isin(rows)])


def found(evidence, key):
    return next((plan for plan in synthesis_plan(evidence, ("response",)) if plan.key == key), None)


def test_studies_that_share_patients_leave_one(part, pooled):
    one, other = pooled.entries[:2]

    def name_each_other(studies):
        for study, partner in ((one.study_id, other.study_id), (other.study_id, one.study_id)):
            studies.loc[studies["study_id"].eq(study), "overlaps_with"] = partner
        return studies

    plan = found(spoil(part, "studies", name_each_other), pooled.key)
    assert len(plan.entries) == len(pooled.entries) - 1
    gone = {one.row_id, other.row_id} - {entry.row_id for entry in plan.entries}
    assert {row_id: reason for row_id, _, reason in plan.left_out if row_id in gone}
    assert all("shares patients with" in reason for row_id, _, reason in plan.left_out if row_id in gone)
    larger = max((one, other), key=lambda entry: (not entry.second_hand, entry.total))
    assert larger.second_hand == other.second_hand or larger.row_id in {
        entry.row_id for entry in plan.entries
    }


def change_rows(row_ids, **cells):
    def change(frame):
        for column, value in cells.items():
            frame.loc[frame["row_id"].isin(row_ids), column] = value
        return frame

    return change


def test_another_time_or_denominator_leaves_the_pool(part, pooled):
    entry = pooled.entries[0]
    for cells, words in (
        ({"assessed_at": "course_1"}, "assessed "),
        ({"assessed_at": "not_reported"}, "time point is not printed"),
        ({"denominator": "subgroup"}, None),
    ):
        plan = found(spoil(part, "outcomes", change_rows([entry.row_id], **cells)), pooled.key)
        assert entry.row_id not in {other.row_id for other in plan.entries}
        assert plan.decision != "pooled"
        assert words is None or next(
            reason for row_id, _, reason in plan.left_out if row_id == entry.row_id
        ).startswith((words, "the " + words))


def test_spread_beyond_the_limit_is_shown_not_pooled(part, pooled):
    """Three studies, one without and one with only responders: a single value describes none of them."""

    def scatter(frame):
        for entry, share in zip(pooled.entries, (0.0, 0.5, 0.98)):
            frame.loc[frame["row_id"].eq(entry.row_id), "events"] = int(share * entry.total)
        return frame

    plan = found(spoil(part, "outcomes", scatter), pooled.key)
    assert plan.decision == "listed"
    assert "differ too much" in plan.reason
    assert plan.pooled is not None
    none = found(
        spoil(part, "outcomes", change_rows([entry.row_id for entry in pooled.entries], events=0)), pooled.key
    )
    assert none.decision == "listed"
    assert "no study has an event" in none.reason


def test_the_pages_tables_say_what_the_plan_says(review, plans, pooled):
    table = tabulate_plan(review, caption="Plan")
    assert len(table.rows) == len(plans)
    assert all(plan.reason in row.cells[1] for plan, row in zip(plans, table.rows))
    models = tabulate_models(review, caption="Models")
    assert len(models.parts) == sum(plan.decision == "pooled" for plan in plans)
    assert len(models.parts[0].rows) == 7, "five models, the population average, the crude total"
    first, bayes, beta = models.parts[0].rows[:3]
    assert first.cells[2:4] == [
        f"{100 * pooled.pooled.estimate:.1f}%",
        "{:.1f} to {:.1f}%".format(*(100 * end for end in pooled.pooled.ci)),
    ]
    assert len(pooled.entries) < FEW_STUDIES and first.cells[4] == "not shown: few studies", (
        "too narrow with so few (see the methods page)"
    )
    assert bayes.cells[4].endswith("%")
    assert "nan" not in " ".join(beta.cells)
    enough = [plan for plan in plans if plan.decision == "pooled" and len(plan.entries) >= FEW_STUDIES]
    assert len(tabulate_leave_one_out(review, caption="One out").parts) == len(enough)


def test_contrast_of_tower_by_hand(review):
    """Risk ratio and difference of the TOWER trial from its four counts and textbook formulas, the library's other ways, and the page."""
    table = tabulate_contrasts(review, caption="Contrasts")
    row = next(row for row in table.rows if row.cells[0][0] == "TOWER" and "/" in str(row.cells[2]))
    (a, n1), (c, n2) = (
        tuple(review.row(figure.row_id)[cell] for cell in ("events", "total")) for figure in row.cells[1:3]
    )
    assert (a, n1, c, n2) == (65, 271, 32, 134), "transplants in each arm, as printed"
    ratio, error = (a / n1) / (c / n2), math.sqrt(1 / a - 1 / n1 + 1 / c - 1 / n2)
    low, high = (ratio * math.exp(sign * 1.959964 * error) for sign in (-1, 1))
    (l1, u1), (l2, u2) = (proportion_interval(x, n, method="wilson") for x, n in ((a, n1), (c, n2)))
    p1, p2 = a / n1, c / n2
    newcombe = p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)
    assert row.cells[3] == f"{ratio:.2f} ({low:.2f} to {high:.2f})"
    assert row.cells[4] == f"{100 * (p1 - p2):+.0f} ({100 * newcombe[0]:+.0f} to {100 * newcombe[1]:+.0f})"
    one, both = pool_ratios([a], [n1], [c], [n2], measure="RR"), two_by_two(a, n1, c, n2)
    assert (one.effect, *one.ci) == pytest.approx((ratio, low, high), rel=1e-6)
    assert both.fisher_p == pytest.approx(fisher_exact([[a, n1 - a], [c, n2 - c]]).pvalue)


def test_contrasts_keep_to_one_trial_and_one_question(review):
    """Both arms of one study, the same outcome, denominator and time; without any event there is no ratio."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    rows = tabulate_contrasts(review, caption="Contrasts").rows
    assert len(rows) > 10
    for row in rows:
        one, other = (review.row(figure.row_id) for figure in row.cells[1:3])
        assert cohorts["study_id"][one["cohort_id"]] == cohorts["study_id"][other["cohort_id"]]
        assert [cohorts["arm"][side["cohort_id"]] for side in (one, other)] == ["experimental", "control"]
        assert all(
            str(one[cell]) == str(other[cell])
            for cell in ("outcome", "denominator", "timepoint", "definition", "report_id")
        )
    pair = [figure.row_id for figure in rows[0].cells[1:3]]
    empty = spoil(review, "outcomes", change_rows(pair, events=0))
    assert tabulate_contrasts(empty, caption="Contrasts").rows[0].cells[3] == "not estimable"
    half = spoil(review, "outcomes", change_rows(pair[:1], events=0))
    assert "0.5 added" in tabulate_contrasts(half, caption="Contrasts").rows[0].cells[3]


def test_an_arm_given_as_a_percentage_only_is_shown_and_nothing_is_calculated(review):
    """Two counts fit the 16% of TOWER's control arm, so no ratio may be made of it; leaving the row out would hide the trial's main outcome."""
    row = next(
        row
        for row in tabulate_contrasts(review, caption="Contrasts").rows
        if [figure.row_id for figure in row.cells[1:3]]
        == ["kantarjian-2017.outcome.blinatumomab.cr", "kantarjian-2017.outcome.chemotherapy.cr"]
    )
    assert [str(cell) for cell in row.cells[1:3]] == ["91/271 (33.6%)", "16%"]
    assert row.cells[3] == row.cells[4]
    assert row.cells[3].startswith("not calculated")


def test_what_one_report_counts_is_not_shown_again_as_a_percentage(review):
    """TOWER's transplants: one report counts them, another prints 24% for both arms."""
    rows = [
        row
        for row in tabulate_contrasts(review, caption="Contrasts").rows
        if row.cells[0][0] == "TOWER" and "transplant" in row.cells[0][1]
    ]
    assert [figure.row_id for row in rows for figure in row.cells[1:3]] == [
        "tower-hsct.outcome.blinatumomab.transplant",
        "tower-hsct.outcome.chemotherapy.transplant",
    ]


def test_every_combination_of_the_panel_is_the_plans(review, plans):
    """What the page holds is what the library gives for the same counts, model by model; a refused combination says why."""
    data = json.loads(str(show_what_if(review).values["data"]).replace("\\u003c", "<"))
    assert len(data) == len(plans)
    assert [option["decision"] for option in data] == sorted(
        (option["decision"] for option in data), key=["Pooled", "Shown, not pooled", "Not pooled"].index
    )
    by_place = {(option["population"], option["outcome"], option["base"]): option for option in data}
    for plan in plans:
        option = by_place[plan.stratum, f"{plan.outcome}, {plan.when}", plan.base]
        assert [study["text"] for study in option["studies"]] == [
            format_count(entry.events, entry.total) for entry in plan.entries
        ]
        assert len(option["left_out"]) == len({reason for _, _, reason in plan.left_out})
        if plan.decision != "pooled":
            assert [
                result["sentence"].endswith(f"No pooled value: {plan.reason}.") and "value" not in result
                for result in option["models"]
            ] == [True]
            continue
        assert [result["name"] for result in option["models"]] == [name for _, name, _ in MODELS], (
            "the review's own model stands first"
        )
        for (model, _, _), result in zip(MODELS, option["models"]):
            fit = pool_proportions(plan.events, plan.totals, model=model)
            assert [result[key] for key in ("value", "low", "high")] == pytest.approx(
                [100 * fit.estimate, 100 * fit.ci[0], 100 * fit.ci[1]], abs=0.0501
            )
            assert f"{result['value']:.1f}%" in result["text"]
            assert result["text"].split(" [")[0] in result["sentence"]


def test_every_group_of_outcomes_is_planned(review):
    assert {plan.outcome for group in GROUPS for plan in synthesis_plan(review, groups=(group,))} == {
        plan.outcome for plan in synthesis_plan(review)
    }
