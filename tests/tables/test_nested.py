"""Levels that lie within each other, pooled in one model: which counts enter, and what is said of them."""

from itertools import permutations

import pytest

from livingreview.evidence import records, select_class, select_part, split_levels
from livingreview.tables.nested import NOTHING, nested_pools, tabulate_nested
from tests.changed import spoil

ADULTS = ("b-all", "relapsed_refractory", "adult")


@pytest.fixture(scope="module")
def core(review):
    return select_part(select_class(review, "blinatumomab"), "core")


@pytest.fixture(scope="module")
def pools(review):
    return nested_pools(review)


@pytest.fixture(scope="module")
def adults(core):
    return next(
        pool
        for pool in nested_pools(core)
        if (pool.plan.place.disease, pool.plan.place.setting, pool.plan.place.age) == ADULTS
    )


def test_a_cell_of_levels_is_read():
    assert split_levels("a < b = c < d") == (("a",), ("b", "c"), ("d",))
    assert split_levels("") == ()


def test_every_study_tells_a_wider_level_and_counts_nested_patients(pools):
    assert len(pools) >= 4
    for pool in pools:
        assert len(pool.entries) == len(pool.rows) >= 3
        for entry, levels in zip(pool.entries, pool.rows, strict=True):
            assert any(levels[1:]), f"{entry.name} counts the strictest level alone"
            counts = [sum(row["events"] for row in rows) for rows in levels if rows]
            assert counts == sorted(counts)
            assert counts[-1] <= entry.total
            for rows in filter(None, levels):
                assert len(rows) == len(entry.row_ids), "a sum is of every part"


@pytest.mark.slow
def test_each_step_is_told_by_a_study(pools):
    """Without one, the share would rest on how far studies of one level lie from those of another."""
    for pool in pools:
        assert all(pool.tell_both(number) for number in range(len(pool.levels) - 1))
        assert pool.fit.status == "ok"


def test_adults_by_three_definitions(adults):
    """Five trials; one of them alone counts any recovery, and by the model the five stand in order."""
    assert adults.levels == (("cr",), ("cr_crh",), ("crc",))
    counts = {
        entry.study_id: [sum(row["events"] for row in rows) if rows else None for rows in levels]
        for entry, levels in zip(adults.entries, adults.rows, strict=True)
    }
    assert sorted(counts.values(), key=str) == [
        [15, 25, None], [37, 41, None], [63, 81, None], [91, 115, 119], [None, 23, None],
    ]  # fmt: skip
    medians = [adults.fit.median(level[0])[0] for level in adults.levels]
    assert [round(100 * value) for value in medians] == [38, 50, 51]
    assert len(adults.alone) == 4
    assert set(adults.alone) | set(adults.entries) == set(adults.plan.entries)


def test_levels_that_no_study_tells_apart_are_one(pools):
    merged = [pool for pool in pools if any(len(level) > 1 for level in pool.levels)]
    assert merged
    for pool in merged:
        for number, level in enumerate(pool.levels):
            for rows in pool.rows:
                assert len({row["outcome"] for row in rows[number]}) <= 1 or len(level) == 1


@pytest.mark.slow
def test_levels_that_all_who_count_both_count_alike_are_one(review, adults):
    """A step of no patients has no estimate of its own; the wider level stands for both."""
    both = [(strict[0]["row_id"], wide[0]["events"]) for strict, wide, _ in adults.rows if strict and wide]
    assert len(both) == 4
    changed = spoil(review, "outcomes", lambda frame: _set_events(frame, dict(both)))
    pool = next(one for one in nested_pools(changed) if one.plan.place == adults.plan.place)
    assert pool.levels[0] == ("cr", "cr_crh")
    assert pool.fit.status == "ok"


def _set_events(frame, events):
    place = frame["row_id"].isin(events)
    frame.loc[place, "events"] = frame.loc[place, "row_id"].map(events)
    return frame


def test_no_stricter_count_of_this_review_exceeds_a_wider_one(pools, review):
    """The rules say that there is none to leave out."""
    outcomes = review.tables["outcomes"].dropna(subset=["events"])
    compared = 0
    for pool in pools:
        depth = {code: number for number, level in enumerate(pool.result.levels) for code in level}
        cohorts = {review.row(row_id)["cohort_id"] for entry in pool.entries for row_id in entry.row_ids}
        told = outcomes[outcomes["cohort_id"].isin(cohorts) & outcomes["outcome"].isin(depth)]
        for _, same in told.groupby(["cohort_id", "total"]):
            rows = [(depth[row["outcome"]], row["events"]) for row in records(same)]
            for stricter, wider in permutations(rows, 2):
                if stricter[0] < wider[0]:
                    compared += 1
                    assert stricter[1] <= wider[1], same["row_id"].tolist()
    assert compared >= 10


def test_the_table_says_model_and_separate_pools(core):
    first, counts, *_ = tabulate_nested(core, caption="Levels").parts
    assert [row.cells[1] for row in first.rows] == [
        "4 studies, 586 patients", "5 studies, 626 patients", "1 study, 271 patients",
    ]  # fmt: skip
    assert first.rows[1].cells[2].startswith("49.5% [36.3 to 62.8%]")
    assert first.rows[1].cells[5] == ["48.7% [36.9 to 60.6%], within two cycles or courses, 5 studies"], (
        "the pool of that definition alone, as elsewhere on the page"
    )
    assert first.rows[2].cells[5] == ["in no pool of its own"]
    assert any("lies within the next" in note for note in first.notes)
    assert any(note.startswith("Left out") and "Yin 2024" in note for note in first.notes)
    assert len(counts.rows) == 5
    assert "not counted" in counts.rows[0].cells


def test_without_such_studies_it_says_so(review):
    few = select_part(select_class(review, "liposomal-mitoxantrone"), "core")
    assert not nested_pools(few)
    assert tabulate_nested(few, caption="Levels").empty == NOTHING
