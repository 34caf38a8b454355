"""The page of what changed."""

import re
import shutil

import pytest

from livingreview.releases import make_release
from livingreview.releases.page import say_last_change, show_changes, show_releases
from livingreview.releases.reread import record_readings
from tests.released import CLAIM, FIRST, REPORT, ROW, SECOND, correct_a_row, prepare


@pytest.mark.slow
def test_it_says_plainly_that_there_is_no_release(inside):
    shutil.rmtree(inside / "releases")
    assert "No release has been made yet" in str(show_releases().__html__())
    assert "<table" not in str(show_releases().__html__())
    assert "With the first release" in str(show_changes().__html__())
    assert str(say_last_change().__html__()).strip() == ""


@pytest.mark.slow
def test_it_says_plainly_that_there_is_one(inside):
    (inside / "review.yml").unlink()
    html = str(show_releases().__html__())
    assert f"one release, {FIRST}" in html
    assert f"../releases/{FIRST}/data.zip" in html
    assert f"These pages are those of {FIRST}" in str(show_changes().__html__())


@pytest.mark.slow
def test_a_correction_stands_before_and_after_with_a_chart(inside):
    record_readings(inside, [CLAIM], day="2026-01-02")
    before = correct_a_row(inside)
    prepare(inside, SECOND)
    make_release(inside, SECOND)
    html = str(show_changes().__html__())
    assert f"From {FIRST} to {SECOND}" in html
    assert "Corrected rows: 1." in html
    assert "to be read again" in html
    assert re.search(rf"{before}/\d+.*{before - 1}/\d+", html, re.DOTALL)
    assert html.count('<figure class="lr-chart lr-sheet"') == 1
    assert f"reports/{REPORT}.html#{ROW}" in html
    assert f"2 releases; the latest is {SECOND}" in str(show_releases().__html__())


@pytest.mark.slow
def test_what_is_not_released_yet_is_shown(inside):
    correct_a_row(inside)
    assert f"From {FIRST} to what is not released yet" in str(show_changes().__html__())
    assert re.search(
        rf"since {FIRST}: .*orrected rows: 1.*what-changed.html", str(say_last_change().__html__())
    )
