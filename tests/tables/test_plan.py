"""The plan of what may share a pool: on the whole real data, and on evidence made to break each rule."""

import pytest

from livingreview.evidence import records, split_ids
from livingreview.synthesis import compare_levels, pool_proportions
from livingreview.tables.common import NO_FAMILY
from livingreview.tables.counts import LEAST_PATIENTS, ONCE, base_of, pooled_groups, timed_codes
from livingreview.tables.plan import ANY, synthesis_plan
from livingreview.tables.pool import CARES, KINDS, LEAST_STUDIES, PRIMARY
from tests.changed import change_rows, spoil

OVERT = ("relapsed", "refractory", "relapsed_refractory")
ADULTS = "blinatumomab.b-all.relapsed_refractory.adult"
CHILDREN = "blinatumomab.b-all.relapsed_refractory.paediatric"


@pytest.fixture(scope="module")
def every(review):
    return synthesis_plan(review, kinds=tuple(KINDS))


@pytest.fixture(scope="module")
def rows(review):
    """Every outcome and adverse event by row_id, with its cohort's and study's cells."""
    cohorts = review.tables["cohorts"].set_index("cohort_id")
    studies = review.tables["studies"].set_index("study_id")
    columns = ["study_id", "parent_cohort_id", "disease", "setting", "age_group", "arm", "regimen_id"]
    found = {}
    for table in ("outcomes", "adverse_events"):
        frame = review.tables[table].join(cohorts[columns], on="cohort_id")
        joined = frame.join(studies[["design", "overlaps_with"]], on="study_id")
        found |= {row["row_id"]: row for row in records(joined)}
    return found


def find(plans, key):
    return next((plan for plan in plans if plan.key == key), None)


def counts(plan):
    return sorted(zip(plan.events, plan.totals, strict=True))


def test_no_patient_is_counted_twice(every, rows):
    """Neither two cohorts of one study nor two studies that share patients nor a cohort and a part of it."""
    for plan in every:
        studies = [entry.study_id for entry in plan.entries]
        assert len(set(studies)) == len(studies), plan.key
        cohorts = {rows[entry.row_id]["cohort_id"] for entry in plan.entries}
        for entry in plan.entries:
            row = rows[entry.row_id]
            assert not set(split_ids(row["overlaps_with"])) & set(studies), plan.key
            assert row["parent_cohort_id"] not in cohorts, plan.key


def test_a_pool_is_of_one_population_and_question(review, every, rows):
    for plan in every:
        told = [rows[row_id] for entry in plan.entries for row_id in entry.row_ids]
        for row in told:
            assert row["disease"] == plan.place.disease
            assert row["age_group"] == plan.place.age
            assert row["setting"] == plan.place.setting or (
                plan.place.setting == "relapsed_refractory" and row["setting"] in OVERT
            )
            assert plan.place.time in (ONCE, ANY) or row["assessed_at"] == plan.place.time in timed_codes(
                review
            )
            assert base_of(review, row.get("denominator", "all")) == plan.place.base
            own = review.families["name"].get(row["regimen_id"], NO_FAMILY["name"])
            assert own == plan.place.family, "an arm by its own regimen"
        assert all(entry.total >= LEAST_PATIENTS for entry in plan.entries)
    assert len({plan.key for plan in every}) == len(every)
    assert any({entry.setting for entry in plan.entries} > {"relapsed"} for plan in every)


def test_every_count_of_a_population_is_kept_or_left_out_with_a_reason(every):
    for plan in every:
        kept = [row_id for entry in plan.entries for row_id in entry.row_ids]
        left = [row_id for row_id, _, _ in plan.left_out]
        assert len(set(kept + left)) == len(kept) + len(left), plan.key
        assert all(len(reason) > 10 and name for _, name, reason in plan.left_out), plan.key
        assert len(kept) + len(left) > 1


def test_too_few_studies_are_never_pooled_and_enough_always(review, every):
    for plan in every:
        k = len(plan.entries)
        if plan.kind in CARES and plan.is_fraction(CARES[plan.kind]):
            assert plan.decision == ("listed" if k >= 2 else "refused")
            continue
        assert plan.decision == ("pooled" if k >= LEAST_STUDIES else "listed" if k == 2 else "refused"), (
            plan.key
        )
    with pytest.raises(ValueError, match="no group of outcomes"):
        synthesis_plan(review, groups=("prices",))
    with pytest.raises(ValueError, match="no kind of pool 'best'"):
        synthesis_plan(review, kinds=("best",))


@pytest.mark.slow
def test_no_rule_looks_at_a_result(review, every):
    """With other events the same counts stand in the same pools."""

    def turn(frame):
        return frame.assign(events=frame["total"] - frame["events"])

    turned = spoil(spoil(review, "outcomes", turn), "adverse_events", turn)
    again = synthesis_plan(turned, kinds=tuple(KINDS))
    assert [plan.key for plan in again] == [plan.key for plan in every]
    for plan, other in zip(every, again, strict=True):
        assert [entry.row_ids for entry in other.entries] == [entry.row_ids for entry in plan.entries]


def test_another_kind_of_pool_holds_other_counts_than_the_primary(every):
    primary = {plan.entries for plan in every if plan.kind == PRIMARY}
    assert {plan.kind for plan in every} == set(KINDS)
    assert all(plan.entries not in primary for plan in every if plan.kind != PRIMARY)


def test_a_control_arm_stands_with_its_own_regimen(review, every):
    arms = {entry.arm for plan in every for entry in plan.entries}
    assert arms == {"", "experimental", "control"}
    controls = [plan for plan in every if any(entry.arm == "control" for entry in plan.entries)]
    assert controls
    assert not any(plan.place.family == "Blinatumomab" for plan in controls)


def test_remission_of_adults_is_that_of_an_independent_calculation(every):
    """CR or CRh within two cycles: 48.7% [37 to 61], new 23 to 78; without TOWER 52 [35 to 68], 20 to 84."""
    plan = find(every, f"{ADULTS}.cr_crh.all.courses_2")
    assert counts(plan) == [(23, 40), (25, 36), (41, 90), (81, 189), (115, 271)]
    assert of_hundred(plan) == pytest.approx([48.7, 37, 61, 23, 78], abs=0.6)
    without = find(every, f"{ADULTS}.cr_crh.all.courses_2.no_arms")
    assert of_hundred(without) == pytest.approx([51.6, 35, 68, 20, 84], abs=0.6)


def test_a_study_is_dated_by_its_own_first_publication(every):
    """Complete remission of two trials is read in a review of 2018, which restates them."""
    plan = find(every, f"{ADULTS}.cr.all.courses_2")
    dates = {entry.study_id: entry.available for entry in plan.entries}
    assert all(entry.row_id.startswith("stein-2018.") for entry in plan.entries[:2])
    assert (dates["mt103-206"], dates["mt103-211"], dates["tower"]) == (
        "2012-05-21", "2014-06-02", "2017-03-02"
    )  # fmt: skip
    assert list(dates.values()) == sorted(dates.values())
    summed = next(
        entry for entry in find(every, f"{ADULTS}.cr_crh.all.courses_2").entries if entry.arithmetic
    )
    assert summed.available == "2022-07-05", "the last of its cohorts"


def of_hundred(plan):
    """Of a hundred, with the prior of the independent calculation, half-normal(1): ours is a little wider."""
    new = pool_proportions(plan.events, plan.totals, model="bayes").prediction
    assert new[0] - 0.08 < plan.new_study[0] < new[0]
    assert new[1] < plan.new_study[1] < new[1] + 0.08
    return [100 * value for value in (plan.pooled.estimate, *plan.pooled.ci, *new)]


def test_any_remission_in_adults_differs_from_another_pool_by_named_studies(every):
    """53.7% [46 to 61] of 13 there, where the age of two series is not printed here and two counts are not.

    Korea shares patients with a larger series, which stands here.
    """
    plan = find(every, f"{ADULTS}.remission.all.any.widest")
    ours = {entry.study_id: (entry.events, entry.total) for entry in plan.entries}
    theirs = ours | {
        "badar-blinatumomab": (148, 227),
        "neuf": (54, 106),
        "korea-blinatumomab": (17, 40),
        "aldoss-coh": (33, 65),
        "soochow-adults": (5, 11),
    }
    assert "post-car-t-adults" not in ours, "of its twelve some had inotuzumab alone"
    del theirs["yoon-catholic"]
    fit = pool_proportions(*zip(*theirs.values(), strict=True))
    assert (fit.k, fit.events, fit.total) == (13, 584, 1130)
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([53.7, 46, 61], abs=0.6)
    left = {row_id.split(".")[0] for row_id, _, _ in plan.left_out}
    assert {"badar-2020", "korea-blinatumomab-abstract"} <= left
    apart = find(every, "blinatumomab.b-all.relapsed_refractory.not_reported.remission.all.any.widest")
    assert {"aldoss-coh", "soochow-adults"} <= {entry.study_id for entry in apart.entries}


def test_any_remission_in_children_differs_from_another_pool_by_named_studies(every):
    """55.6% [36 to 74] of 6 there, with a series of mixed settings and without one after transplant.

    It also counts six children who had relapsed or MRD alone, whom the rules keep out here.
    """
    plan = find(every, f"{CHILDREN}.remission.all.any.widest")
    ours = {entry.study_id: (entry.events, entry.total) for entry in plan.entries}
    assert ours.pop("schlegel-post-hsct") == (4, 9), "two more after chemotherapy in between"
    theirs = ours | {"china-burden": (44, 61), "li-six-children": (3, 6)}
    fit = pool_proportions(*zip(*theirs.values(), strict=True))
    assert (fit.k, fit.events, fit.total) == (6, 116, 209)
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([55.6, 36, 74], abs=0.6)


def test_severe_cytokine_release_of_adults_and_children_together_is_that_of_an_independent_calculation(every):
    """3.6% [2 to 6] of 6: the same six studies, which the rules part by age."""
    parts = [find(every, f"{place}.cytokine-release.all.once") for place in (ADULTS, CHILDREN)]
    assert counts(parts[0]) == [(2, 40), (5, 261), (13, 267)]
    assert counts(parts[1]) == [(2, 33), (2, 110), (4, 70)]
    entries = [entry for plan in parts for entry in plan.entries]
    fit = pool_proportions([entry.events for entry in entries], [entry.total for entry in entries])
    assert (fit.events, fit.total) == (28, 781)
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([3.6, 2, 6], abs=0.6)


def test_severe_neurological_events_differ_from_another_pool_by_named_studies(review, every):
    """11.3% [5 to 23] of 3 there: with a count that is not printed, and with Ph-positive disease.

    Neither the older nor those after transplant, the only ones of two trials that are counted, stand for all.
    """
    plan = find(every, f"{ADULTS}.neurological-event.all.once")
    assert counts(plan) == [(2, 40), (25, 267)]
    fit = pool_proportions([25, 39, 3], [267, 261, 45])
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([11.3, 5, 23], abs=0.6)
    left = {row_id: reason for row_id, _, reason in plan.left_out}
    assert "not reported" in left["kantarjian-2016.ae.younger.neurological-event-g3"]
    for row_id, whole in (
        ("kantarjian-2016.ae.older.neurological-event-g3", 261),
        ("stein-post-hsct.ae.all.neurological-event-g3", 189),
    ):
        assert left[row_id].endswith(f"fewer than half of its study's {whole} patients")
    row = review.row("kantarjian-2023-review.ae.first.neurological-event-g3")
    assert (row["events"], row["total"]) == (3, 45)
    assert row["row_id"] not in left, "Ph-positive disease is a population of its own"


def test_mrd_of_responders_differs_from_another_pool_by_denominator_and_age(review, every):
    """80.3% [69 to 88] of 5 there: responders and those assessed together, two series without adults' age."""
    fit = pool_proportions([22, 60, 16, 4, 8], [25, 73, 22, 5, 12])
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([80.3, 69, 88], abs=0.6)
    plan = find(every, f"{ADULTS}.mrd-negativity.responders.any.widest")
    assert plan is None, "of two studies one counts a subgroup's responders alone"
    told = review.row("pmc7481145-review.outcome.mt103-211-responders.mrd-negative")
    assert told["denominator"] == "responders_assessed"
    ages = review.tables["cohorts"].set_index("cohort_id")["age_group"]
    for row_id in ("soochow-2022.outcome.rr.mrd-negative", "wang-2025-aerospace.outcome.overt.mrd-negative"):
        assert ages[review.row(row_id)["cohort_id"]] in ("not_reported", "mostly_adult")


def test_bortezomib_with_four_drugs_is_that_of_an_independent_calculation(every):
    plan = next(
        plan for plan in every if plan.kind == "widest" and plan.key.startswith("bortezomib,-vincristine")
    )
    assert counts(plan) == [(8, 10), (16, 22), (27, 37)]
    assert of_hundred(plan) == pytest.approx([73.9, 47, 90, 37, 92], abs=0.6)


def test_trials_and_routine_care_of_children_lie_apart(every):
    plans = [find(every, f"{CHILDREN}.remission.all.any.{kind}") for kind in ("trials", "routine")]
    assert counts(plans[0]) == [(10, 26), (27, 70)]
    assert {entry.care for entry in plans[1].entries} == {"routine"}


def test_trials_against_routine_care_of_adults_is_that_of_an_independent_calculation(every):
    """49.9 and 56.6 percent, odds ratio 1.31 [0.79 to 2.18], p 0.33, of five and eight there.

    Their series: those here, but for one that shares its patients, and five that stand elsewhere or are not
    counted (named above).
    """
    plan = find(every, f"{ADULTS}.remission.all.any.widest")
    ours = {entry.study_id: entry for entry in plan.entries}
    trials = {name: (entry.events, entry.total) for name, entry in ours.items() if entry.care == "trial"}
    routine = [
        (ours[name].events, ours[name].total)
        for name in ("yin-short-course", "ash6307-multicentre", "israel-blinatumomab")
    ] + [(148, 227), (54, 106), (17, 40), (33, 65), (5, 11)]
    assert (len(trials), len(routine)) == (5, 8)
    counted = [*trials.values(), *routine]
    fit = compare_levels(*zip(*counted, strict=True), [0] * 5 + [1] * 8)
    assert [100 * fit.p_level0, 100 * fit.p_level1] == pytest.approx([49.9, 56.6], abs=0.06)
    assert [fit.odds_ratio, *fit.odds_ratio_ci] == pytest.approx([1.31, 0.79, 2.18], abs=0.006)
    assert fit.lrt_p == pytest.approx(0.33, abs=0.005)


def test_mrd_conversion_differs_from_other_pools_by_named_studies(every):
    """Adults 82.2% [69 to 91] of 5 there, with a series of which here too few could be evaluated.

    There one trial stands whole, of whose patients half took a kinase inhibitor as well; here those without.

    Children 92.9% [68 to 99] of 4 there, with infants, of whom those transplanted alone are described, and
    without one series; one that prints an MRD response without its limit stands in the widest pool alone.
    """
    adults = find(every, "blinatumomab.b-all.mrd_positive.adult.mrd_conversion.all.any.any_time")
    mine = {entry.study_id: (entry.events, entry.total) for entry in adults.entries}
    assert mine["mda-mrd"] == (16, 19)
    fit = pool_proportions(*zip(*[*(mine | {"mda-mrd": (27, 37)}).values(), (49, 53)], strict=True))
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([82.2, 69, 91], abs=0.6)
    left = {row_id: reason for row_id, _, reason in adults.left_out}
    assert left["neuf-2023.outcome.mrd-ph-negative.mrd-conversion"] == (
        "only 53 of 83 patients could be evaluated"
    )
    children = find(every, "blinatumomab.b-all.mrd_positive.paediatric.mrd_conversion.all.any.any_time")
    ours = {entry.study_id: (entry.events, entry.total) for entry in children.entries}
    theirs = [count for count in ours.values() if count != (14, 15)]
    fit = pool_proportions(*zip(*[*theirs, (8, 8)], strict=True))
    assert (len(ours), fit.k) == (4, 4)
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([92.9, 68, 99], abs=0.6)
    widest = find(every, "blinatumomab.b-all.mrd_positive.paediatric.mrd-negativity.all.any.widest")
    wider = {entry.study_id: (entry.events, entry.total) for entry in widest.entries}
    assert wider == ours | {"neuf-children": (27, 41)}


def test_transplant_of_responders_differs_from_another_pool_by_age_and_trial(review, every):
    """54.4% [31 to 76] of 4 there: ages together, and one of two trials where both are counted here."""
    fit = pool_proportions([50, 32, 15, 15], [68, 81, 33, 26])
    assert [100 * value for value in (fit.estimate, *fit.ci)] == pytest.approx([54.4, 31, 76], abs=0.6)
    children = find(every, f"{CHILDREN}.transplant.responders.once")
    assert counts(children) == [(15, 26), (50, 68)]
    adults = find(every, f"{ADULTS}.transplant.responders.once")
    assert counts(adults) == [(64, 124)]
    left = {row_id: reason for row_id, _, reason in adults.left_out}
    assert left["mt103-211-hsct-ash.outcome.all.transplant"].startswith("shares patients with")
    ages = review.tables["cohorts"].set_index("cohort_id")["age_group"]
    assert ages[review.row("aldoss-2017.outcome.responders.transplant")["cohort_id"]] == "not_reported"


@pytest.fixture(scope="module")
def part(review, pooled):
    """The evidence with no other outcomes than those of the first pooled question."""
    ids = {row_id for entry in pooled.entries for row_id in entry.row_ids}
    ids |= {row_id for row_id, _, _ in pooled.left_out}
    return spoil(review, "outcomes", lambda frame: frame.loc[frame["row_id"].isin(ids)])


def test_studies_that_share_patients_leave_one(part, pooled):
    one, other = pooled.entries[:2]

    def name_each_other(studies):
        for study, partner in ((one.study_id, other.study_id), (other.study_id, one.study_id)):
            studies.loc[studies["study_id"].eq(study), "overlaps_with"] = partner
        return studies

    plan = find(synthesis_plan(spoil(part, "studies", name_each_other)), pooled.key)
    gone = {entry.study_id for entry in pooled.entries} - {entry.study_id for entry in plan.entries}
    assert gone == {min(one, other, key=lambda entry: entry.total).study_id}
    assert any("shares patients with" in reason for _, _, reason in plan.left_out)


def test_two_trials_stand_before_the_analysis_that_joins_them(every):
    """The joined analysis of two trials holds more patients than their two counts, and is one study."""
    plan = find(every, f"{ADULTS}.cr_crh.all.courses_2")
    assert {"mt103-206", "mt103-211"} <= {entry.study_id for entry in plan.entries}
    harm = find(every, f"{ADULTS}.cytokine-release.all.once")
    assert "mt103-206-211-older" in {entry.study_id for entry in harm.entries}, "it alone counts all patients"


@pytest.mark.slow
def test_another_time_leaves_the_pool_and_not_that_of_any_time(part, pooled):
    entry = pooled.entries[0]
    for code, words in (("course_1", "assessed "), ("not_reported", "the time point is not reported")):
        changed = spoil(part, "outcomes", change_rows([entry.row_id], assessed_at=code))
        plans = synthesis_plan(changed, kinds=("primary", "any_time", "widest"))
        plan = find(plans, pooled.key)
        assert entry.row_id not in {other.row_id for other in plan.entries}
        assert next(reason for row_id, _, reason in plan.left_out if row_id == entry.row_id).startswith(words)
        assert any(
            entry.row_id in other.row_ids for free in plans if free.kind != PRIMARY for other in free.entries
        )


def test_every_group_of_outcomes_is_planned(review):
    apart = [plan for group in pooled_groups(review) for plan in synthesis_plan(review, groups=(group,))]
    assert {plan.outcome for plan in apart} == {plan.outcome for plan in synthesis_plan(review)}
    assert synthesis_plan(review, groups=("cycles",)) == [], "what may not be pooled is not planned"
