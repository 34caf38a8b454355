"""Published syntheses stand beside the pools of the same question, and enter none."""

import pytest

from livingreview.evidence import select_class
from livingreview.synthesis import hazard_ratio_from_interval, pool_generic
from livingreview.tables.published import tabulate_published


@pytest.fixture(scope="module")
def table(review):
    return tabulate_published(review, caption="Beside the literature")


def row_of(review, table, row_id):
    place = list(review.tables["published_syntheses"]["row_id"]).index(row_id)
    return table.rows[place].cells


def test_every_row_has_its_figure_as_printed_and_a_reason(review, table):
    frame = review.tables["published_syntheses"]
    assert len(table.rows) == len(frame)
    for row, cells in zip(frame.itertuples(), (row.cells for row in table.rows), strict=True):
        assert row.estimate in cells[1][1]
        assert cells[3] == row.difference
        assert len(row.difference) > 20


def test_both_of_our_pools_stand_beside_a_published_remission(review, table):
    cells = row_of(review, table, "liu-2023.remission")
    assert cells[1][1] == "54% (44 to 64)"
    assert cells[1][2] == "18 studies, 1373 patients"
    assert cells[2][0].startswith("49% (37 to 61), primary pool, 5 studies")
    assert "widest definition at any time, 9 studies" in cells[2][1]


def test_medians_and_ratios_stand_beside_their_own(review, table):
    assert row_of(review, table, "liu-2023.os-median")[2] == ["8.4 months (6.3 to 11.4), 5 studies"]
    (ours,) = row_of(review, table, "da-silva-2025.dfs")[2]
    assert ours.startswith("0.73 (0.55 to 0.96)")


def test_how_and_up_to_when_a_synthesis_was_made_stands_beside_its_value(review, table):
    cells = row_of(review, table, "cao-2022.remission-against-blinatumomab")
    assert cells[0][0] == "Remission, odds ratio against blinatumomab"
    assert cells[1][1:] == ["8.32 (1.18 to 58.44)", "network meta-analysis", "searched to 2022-01-31"]
    assert cells[2] == "nothing pooled or counted"


def test_a_value_of_a_part_of_the_patients_says_of_which(review, table):
    cells = row_of(review, table, "yu-2019.remission-blasts-low")
    assert cells[0][1].endswith("marrow blasts under 50%")
    assert cells[2] == "nothing pooled or counted"


def test_a_share_at_a_time_says_when(review, table):
    cells = row_of(review, table, "guo-2024.os-12m")
    assert cells[0][0] == "overall survival at 12 months"
    assert cells[1][1] == "40%, no interval reported"


def test_seven_works_and_more_are_entered(review):
    assert review.tables["published_syntheses"]["source"].nunique() >= 7


@pytest.mark.slow
def test_a_class_shows_its_own(review, table):
    part = select_class(review, "blinatumomab")
    assert len(tabulate_published(part, caption="x").rows) == len(table.rows)
    assert tabulate_published(select_class(review, "bortezomib"), caption="x").parts == []


# What had been reported of trials of relapsed or refractory leukaemia when Yu and colleagues searched (2018).
FIVE_TRIALS = [
    ["zugmaier-2015.outcome.all.cr-crh"],
    ["stein-2018.outcome.mt103-211.cr-crh"],
    ["stein-2018.outcome.tower.cr-crh"],
    ["mejstrikova-2017.outcome.recommended.crc"],
    ["stein-2018.outcome.alcantara.cr-crh"],
]
SEVERE_CYTOKINE_RELEASE = [
    [
        "kantarjian-2016.ae.older.cytokine-release-syndrome-g3",
        "kantarjian-2016.ae.younger.cytokine-release-syndrome-g3",
    ],
    ["kantarjian-2017.ae.blinatumomab.cytokine-release-syndrome-g3"],
    ["von-stackelberg-2016.ae.recommended.crs-g3"],
]


def published(review, row_id):
    """A published result as printed: value and interval, and why it differs."""
    frame = review.tables["published_syntheses"].set_index("row_id")
    row = frame.loc[row_id]
    return [float(row[name]) for name in ("estimate", "ci_low", "ci_high")], row["difference"]


def pool_plainly(review, studies):
    """Percentages by DerSimonian-Laird without a transformation, as many published syntheses pool them."""
    counts = [
        [sum(int(review.row(row_id)[name]) for row_id in rows) for name in ("events", "total")]
        for rows in studies
    ]
    shares = [100 * events / total for events, total in counts]
    errors = [(p * (100 - p) / total) ** 0.5 for p, (_, total) in zip(shares, counts, strict=True)]
    fit = pool_generic(shares, errors, method="DL", scale="none")
    return [fit.effect, *fit.ci]


def pool_hazards(review, row_ids, method="DL"):
    rows = [review.row(row_id) for row_id in row_ids]
    read = [
        hazard_ratio_from_interval(*(float(row[c]) for c in ("estimate", "ci_low", "ci_high")))
        for row in rows
    ]
    fit = pool_generic([one.estimate for one in read], [one.se for one in read], method=method, test="z")
    return [fit.effect, *fit.ci]


@pytest.mark.parametrize(
    ("row_id", "studies", "names"),
    [
        ("yu-2019.remission", FIVE_TRIALS, ["MT103-205", "MT103-206", "MT103-211", "TOWER", "ALCANTARA"]),
        (
            "yu-2019.cytokine-release",
            SEVERE_CYTOKINE_RELEASE,
            ["MT103-205", "MT103-206", "MT103-211", "TOWER", "ALCANTARA"],
        ),
    ],
)
def test_two_published_percentages_come_out_of_our_own_counts(review, row_id, studies, names):
    """To the last printed digit, interval included; the cell names the trials and says the same."""
    printed, difference = published(review, row_id)
    ours = [round(value) for value in pool_plainly(review, studies)]
    assert ours == printed
    assert f"{ours[0]} ({ours[1]} to {ours[2]})" in difference
    assert all(name in difference for name in names)


def test_a_published_hazard_ratio_comes_out_once_the_trial_that_is_left_out_is_in(review):
    aall1331 = ["brown-2021.survival.blinatumomab.dfs-hr", "hogan-2023.survival.blinatumomab.dfs-hr"]
    left_out = "locatelli-2021.survival.blinatumomab.efs-hr"
    (estimate, low, high), difference = published(review, "da-silva-2025.dfs")
    ours = pool_hazards(review, [*aall1331, left_out])
    assert round(ours[0], 2) == estimate
    assert ours[1] < low < high < ours[2], "a trial fewer: less certain"
    assert f"{ours[0]:.2f} ({ours[1]:.2f} to {ours[2]:.2f})" in difference
    assert all(
        f"{float(review.row(row_id)['estimate']):.2f}" in difference for row_id in [*aall1331, left_out]
    )
    assert "AALL1331" in difference
    assert "20120215" in difference
    without = pool_hazards(review, aall1331, "EE")[0]
    assert round(without, 2) == 0.73, "the pool that the page shows"


def test_a_published_hazard_ratio_of_survival_differs_by_the_trial_that_is_left_out(review):
    aall1331 = ["brown-2021.survival.blinatumomab.os-hr", "hogan-2023.survival.blinatumomab.os-hr"]
    rows = [*aall1331, "fda-blinatumomab-2025.survival.blinatumomab.os-hr"]
    (estimate, low, high), difference = published(review, "da-silva-2025.os")
    assert pool_hazards(review, aall1331, "EE")[0] > estimate, "the pool that the page shows"
    ours = pool_hazards(review, rows)
    assert abs(ours[0] - estimate) < 0.03
    assert ours[1] < low < high < ours[2], "a trial fewer: less certain"
    assert f"{ours[0]:.2f} ({ours[1]:.2f} to {ours[2]:.2f})" in difference
    assert all(f"{float(review.row(row_id)['estimate']):.2f}" in difference for row_id in rows)
    assert "20120215" in difference
