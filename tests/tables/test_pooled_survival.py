"""Survival from print: medians and shares alive, one value a study, whole cohorts and arms alone."""

import dataclasses
import re

import pandas as pd
import pytest

from livingreview.synthesis import effect_from_interval, pool_generic
from livingreview.tables.pooled_survival import (
    SurvivalEntry,
    SurvivalPool,
    is_population,
    left_out,
    survival_pools,
    tabulate_pooled_survival,
)
from tests.changed import change_rows, spoil

ADULTS = ("Blinatumomab", "b-all", "relapsed_refractory", "adult")


@pytest.fixture(scope="module")
def medians(review):
    return {pool.place: pool for pool in survival_pools(review, "OS", "median")}


def test_median_survival_of_adults(medians):
    """8.0 months, 6.2 to 9.7 by DerSimonian-Laird on the printed intervals of four trials."""
    pool = medians[ADULTS].of_trials()
    told = {entry.study_id: (entry.low, entry.high) for entry in pool.entries if entry.has_interval}
    assert told == {
        "mt103-206": (9, 15), "mt103-211": (4.2, 7.5), "tower": (5.6, 9.6), "nct03476239": (6.5, 11.7)
    }  # fmt: skip
    fit = pool.as_published
    assert [fit.effect, *fit.ci] == pytest.approx([7.96, 6.24, 9.68], abs=0.005)


def test_no_standard_error_is_read_from_an_interval_of_another_level(review):
    """TOWER's median is left out of the pool when its interval is said to be of 90%."""
    other = change_rows(["pmc7481145-review.survival.tower.os-median"], ci_level=0.9)
    pools = survival_pools(spoil(review, "survival", other), "OS", "median")
    told = {
        entry.study_id: entry.has_interval for pool in pools if pool.place == ADULTS for entry in pool.entries
    }
    assert told["mt103-211"]
    assert not told["tower"]


def test_all_patients_of_a_population_are_whole_and_responders_are_not(review):
    """By setting, by Ph status and by regimen; long first remissions and responders are picked out."""
    whole = ("badar-2020.rr", "neuf-2023.rr-ph-negative", "neuf-2023.rr-ph-positive", "mushtaq-2021.mec")
    assert all(is_population(review, cohort) for cohort in whole)
    picked = ("wells-ccg-2951.cr1-long", "lipomit-clag-2025.crc", "gokbuget-2020.responders-hsct")
    assert not any(is_population(review, cohort) for cohort in picked)


def test_a_comparison_of_studies_has_no_value_of_its_own_and_no_study_two(medians):
    """An indirect comparison treats nobody."""
    studies = {entry.study_id for pool in medians.values() for entry in pool.entries}
    assert "neuf" in studies
    assert not studies & {"song-indirect", "linder-case"}
    for pool in medians.values():
        ids = [entry.study_id for entry in pool.entries]
        assert len(set(ids)) == len(ids)


def test_days_are_told_in_months(medians):
    entry = next(
        e for pool in medians.values() for e in pool.entries if e.row_id == "li-2023.survival.all.os-median"
    )
    assert entry.value == pytest.approx(126 * 12 / 365.25)


def test_shares_alive_are_pooled_on_the_complementary_log_log_scale():
    entries = tuple(
        SurvivalEntry(f"r{i}", f"s{i}", f"S{i}", *values, 50)
        for i, values in enumerate(
            [(0.4, 0.3, 0.5), (0.5, 0.35, 0.64), (0.36, 0.25, 0.47), (0.9, None, None)]
        )
    )
    pool = SurvivalPool("stratum", "OS", ADULTS, "landmark", 12.0, entries)
    read = [
        effect_from_interval(entry.value, entry.low, entry.high, scale="cloglog") for entry in entries[:3]
    ]
    fit = pool_generic([one.estimate for one in read], [one.se for one in read], scale="cloglog")
    assert (pool.pooled.effect, pool.pooled.ci) == (fit.effect, fit.ci)
    assert 0.36 < pool.pooled.effect < 0.5
    assert dataclasses.replace(pool, entries=entries[1:]).pooled is None, "two intervals are too few"


def test_every_printed_median_of_the_population_is_pooled_or_named_with_a_reason(review, medians):
    """Two medians printed in the chapter were once neither in the pool nor named beside it."""
    pool = medians[ADULTS]
    told = {row["row_id"]: reason for row, reason in left_out(review, pool, "OS")}
    assert told == {
        "badar-2020.survival.rr.os-median": "no interval",
        "song-2019.survival.blinatumomab.os-median": "no own patients",
        "yoon-2023.survival.blinatumomab.os-median": "no interval",
        "korea-blinatumomab-abstract.survival.all.os-median": (
            "no interval, and shares patients with Catholic Hematology Hospital, matched"
        ),
        "zugmaier-2015.survival.all.os-median": (
            "counted by another report's value, which has limits; its own report prints none"
        ),
    }
    (row,) = tabulate_pooled_survival(review, caption="C").rows
    html = "".join(part.__html__() for part in row.cells[-1])
    words = re.sub(r"<sup.*?</sup>|<[^>]+>", "", html)
    assert "no interval: 12.7 months (Badar 2020), 26.3 months (Yoon 2023)" in words


def test_a_median_of_patients_who_are_counted_already_says_with_whom(review, medians):
    pool = medians[ADULTS]
    fewer = dataclasses.replace(
        pool, entries=tuple(entry for entry in pool.entries if entry.study_id != "mt103-206")
    )
    told = {row["row_id"]: reason for row, reason in left_out(review, fewer, "OS")}
    assert any("mt103-206" in row_id for row_id in told)
    assert "shares patients with a study that is counted" in told.values()


def test_a_median_that_was_not_reached_is_named_with_those_left_out(review):
    row_id = "yoon-2023.survival.blinatumomab.os-median"
    evidence = spoil(review, "survival", change_rows([row_id], estimate=pd.NA))
    (pool,) = [pool for pool in survival_pools(evidence, "OS", "median") if pool.place == ADULTS]
    assert "yoon-catholic" not in {entry.study_id for entry in (*pool.entries, *pool.printed)}
    told = {row["row_id"]: reason for row, reason in left_out(evidence, pool, "OS")}
    assert told[row_id] == "not reached, or not reported"
    html = str(tabulate_pooled_survival(evidence, caption="C").__html__())
    assert "not reached, or not reported: " in re.sub(r"<[^>]+>", "", html)


def test_no_rule_looks_at_how_long_patients_lived(review, medians):
    """With medians and limits thrice as long the same studies stand in the same pools."""

    def longer(frame):
        told = frame["statistic"].eq("median")
        for name in ("estimate", "ci_low", "ci_high"):
            frame.loc[told, name] *= 3
        return frame

    again = {pool.place: pool for pool in survival_pools(spoil(review, "survival", longer), "OS", "median")}
    assert set(again) == set(medians)
    for place, pool in medians.items():
        assert [entry.row_id for entry in again[place].told] == [entry.row_id for entry in pool.told]


def test_medians_are_pooled_on_the_log_scale_with_what_syntheses_print_beside_them(review, medians):
    """metafor: rma(log(m), sei, method="REML", test="adhoc"): 8.45, 6.27 to 11.37; t(3) for a new study."""
    fit = medians[ADULTS].pooled
    assert [fit.effect, *fit.ci] == pytest.approx([8.45, 6.27, 11.37], abs=0.005)
    (row,) = [
        row
        for row in tabulate_pooled_survival(review, caption="x").rows
        if row.cells[0][0].startswith("Blinatumomab: B-cell precursor ALL, relapsed or refractory, adults")
    ]
    assert row.cells[1][0] == "8.4 (6.3 to 11.4)"
    assert row.cells[2] == [
        "a new study: 4.5 to 16.0",
        "in months, DerSimonian-Laird: 8.1 (6.4 to 9.8)",
        "the middle one of 7 printed medians, no patient twice: 9.2 (lowest 6.1, highest 26.3)",
    ]


def test_twice_as_long_medians_give_a_pooled_median_twice_as_long(medians):
    """In months they would not: the limits of longer medians are wider, and those then weigh less."""
    pool = medians[ADULTS]
    first = pool.told[0]
    longer = dataclasses.replace(first, value=2 * first.value, low=2 * first.low, high=2 * first.high)
    moved = dataclasses.replace(pool, entries=(longer, *pool.told[1:]))
    errors = [effect_from_interval(one.value, one.low, one.high, scale="exp").se for one in (first, longer)]
    assert errors[0] == pytest.approx(errors[1])
    assert moved.pooled.effect > pool.pooled.effect


def test_among_all_medians_a_study_stands_by_its_own_report_whether_it_has_limits_or_not(medians):
    """The report of MT103-206 prints 13.0 without limits; another repeats 10.0 with them."""
    pool = medians[ADULTS]
    values = {entry.study_id: entry.value for entry in pool.printed}
    assert values["mt103-206"] == 13
    assert {entry.study_id: entry.value for entry in pool.told}["mt103-206"] == 10
    assert not {entry.has_interval for entry in pool.printed} - {True, False}
    assert any(not entry.has_interval for entry in pool.printed)
    assert pool.middle in values.values()
    assert {entry.care for entry in pool.of_trials().printed} == {"trial"}
