"""What studies and populations are called in a figure."""

import pytest

from livingreview.charts.labels import by_population, name_lines, name_study, own_words, say_whom
from livingreview.evidence import select_class, select_part
from livingreview.tables.common import with_cohorts
from livingreview.tables.labels import TwinsError


def test_populations_come_by_size_and_another_family_is_named(review):
    core = select_part(select_class(review, "blinatumomab"), "core")
    rows = [row for row in with_cohorts(core, "outcomes") if row["outcome"] == "cr"]
    strata = list(by_population(core, rows))
    assert sum(len(part) for _, part in strata) == len(rows)
    assert len({name for name, _ in strata}) == len(strata)
    main = min(row["c_family_position"] for row in rows)
    for name, part in strata:
        family = part[0]["c_family"]
        assert {row["c_family"] for row in part} == {family}
        assert name.endswith(f": {family}") == (part[0]["c_family_position"] != main)


def test_a_line_names_its_cohort_only_where_that_parts(review):
    rows = {row["cohort_id"]: row for row in with_cohorts(review, "outcomes")}
    cohorts = (
        "yoon-2023.blinatumomab",
        "kantarjian-2016.younger",
        "stein-2018.mt103-211",
    )
    names = name_lines(review, "display", "stratum", [rows[cohort] for cohort in cohorts])
    assert names == ["Yoon 2023", "Kantarjian 2016: Adults under 65 years", "MT103-211 (in Stein 2018)"]
    twins = [rows[cohorts[0]], rows[cohorts[0]] | {"row_id": "another"}]
    with pytest.raises(TwinsError):
        name_lines(review, "display", "stratum", twins)


@pytest.mark.parametrize(
    ("label", "told", "own"),
    [
        ("Children, late relapse", ("B-ALL, relapsed, children",), "Late relapse"),
        ("Adults", ("ALL, adults",), ""),
        ("Adults, historical, weighted", ("Roe 2016", "adults"), "Historical, weighted"),
        ("Ph-negative adults", ("adults",), "Ph-negative adults"),
    ],
)
def test_a_label_says_only_what_is_not_told_beside_it(label, told, own):
    assert own_words(label, *told) == own


def test_studies_of_one_trial_say_which_part_of_it_they_are(review):
    """Low and high risk of AALL1331 once shared a panel, told apart by their authors alone."""
    names = [
        name_study(review, report, f"{report}.blinatumomab")
        for report in ("brown-2021", "hogan-2023", "brown-2019", "kantarjian-2017")
    ]
    assert names == [
        "AALL1331, high and intermediate risk (Brown 2021a)",
        "AALL1331, low risk (Hogan 2023)",
        "AALL1331, high and intermediate risk (Brown 2019)",
        "TOWER (Kantarjian 2017)",
    ]


def test_whom_a_count_is_of_is_told_where_not_of_all(review):
    """MRD of responders once stood unmarked among rates of all randomised."""
    told = {
        row_id: say_whom(review, review.row(row_id))
        for row_id in (
            "ash-table-6502810.outcome.blinatumomab.mrd-negative",
            "kantarjian-2019.outcome.inotuzumab.cr-cri",
            "ash-table-6502810.outcome.inotuzumab.crc",
        )
    }
    assert list(told.values()) == [", of responders", "", ""]
