"""Awaited trials stand by setting, with the conclusions that they could overturn, as of a day."""

import pandas as pd

from livingreview.pages.trials import NEVER, NONE_AWAITED, tabulate_awaited, tabulate_trials
from tests.tables.test_notices import with_rows


def words(content) -> str:
    return str(content.__html__())


def test_the_boards_trials_stand_by_setting_and_say_that_no_register_was_asked(review):
    board = tabulate_awaited(review, caption="Awaited")
    trials = review.tables["trials"]
    assert sum(len(table.rows) for table in board.parts) == trials["awaited"].eq("yes").sum() > 0
    titles = set(review.tables["settings"]["title"])
    assert {table.caption.removeprefix("Awaited: ") for table in board.parts} <= titles
    assert words(board).count(NEVER) == trials["seen_on"].isna().sum()


def test_the_trial_that_could_change_most_leads_and_settings_keep_their_order_else(review):
    board = tabulate_awaited(review, caption="Awaited")
    assert "IntReALL HR 2010" in str(board.parts[0].rows[0].cells[0])
    first, second, third = review.tables["settings"].sort_values("position")["setting_id"][:3]
    titles = review.tables["settings"].set_index("setting_id")["title"]
    rows = [
        {"trial_id": f"nct0123456{number}", "number": f"NCT0123456{number}", "title": "T", "awaited": "yes"}
        | {"setting_id": setting, "priority": place}
        for number, (setting, place) in enumerate(((first, pd.NA), (second, pd.NA), (third, 2), (third, 1)))
    ]
    board = tabulate_awaited(with_rows(review, trials=rows), caption="x")
    order = [f"x: {titles[name]}" for name in (third, first, second)]
    assert [table.caption for table in board.parts] == order
    assert ["NCT01234563" in str(row.cells[0]) for row in board.parts[0].rows] == [True, False]


def test_a_trial_shows_each_conclusion_in_its_words_with_its_figures(review):
    claim = review.tables["claims"].iloc[0]
    setting = review.tables["settings"]["setting_id"].iloc[0]
    trial = {"trial_id": "nct01234567", "number": "NCT01234567", "title": "A <trial>", "awaited": "yes"}
    evidence = with_rows(review, trials=[trial | {"setting_id": setting, "overturns": claim["claim_id"]}])
    told = words(tabulate_awaited(evidence, caption="x"))
    assert "A &lt;trial&gt;" in told
    assert 'href="https://clinicaltrials.gov/study/NCT01234567"' in told
    assert f'href="{claim["class_id"]}.html"' in told
    assert 'class="lr-figure"' in told
    assert "{" not in told


def test_what_a_register_says_is_as_of_a_day_and_lateness_is_counted_to_it(review):
    trial = {"trial_id": "nct01234567", "number": "NCT01234567", "title": "T", "awaited": "no"}
    trial |= {"status": "ACTIVE_NOT_RECRUITING", "completion": "2024-01", "completion_type": "ACTUAL"}
    event = {"event_id": "nct01234567.2026-03-01.status", "trial_id": "nct01234567", "seen_on": "2026-03-01"}
    event |= {"what": "status", "before": "RECRUITING", "after": "ACTIVE_NOT_RECRUITING"}
    evidence = with_rows(review, trials=[trial | {"seen_on": "2026-03-01"}], trial_events=[event])
    told = words(tabulate_trials(evidence, caption="Held"))
    assert "active not recruiting" in told
    assert "primary completion 2024-01 (actual)" in told
    assert "no results posted, 13 months after they were due" in told
    assert "as of 2026-03-01" in told
    assert "2026-03-01, course: RECRUITING to ACTIVE_NOT_RECRUITING" in told
    posted = with_rows(review, trials=[trial | {"seen_on": "2026-03-01", "results_posted": "2025-01-01"}])
    assert "after they were due" not in words(tabulate_trials(posted, caption="Held"))


def test_a_review_without_trials_says_so(review):
    empty = with_rows(review, trials=[], settings=[])
    assert NONE_AWAITED in words(tabulate_awaited(empty, caption="x"))
    assert "No register has been asked" in words(tabulate_trials(empty, caption="x"))
