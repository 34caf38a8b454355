"""A review of another field, made of others' data without a change to the engine: its published result."""

import os
import re
import subprocess
import sys

import pytest

from livingreview.checks import check_project, find_unfilled
from livingreview.evidence import load_evidence
from livingreview.synthesis import pool_generic
from livingreview.tables.plan import synthesis_plan
from livingreview.tables.pooled_contrasts import contrast_pools
from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    """The example's folder, as its script makes it."""
    folder = tmp_path_factory.mktemp("example") / "review"
    script = ROOT / "examples" / "azithromycin" / "make.py"
    done = run(folder.parent, str(script), str(folder))
    assert done.returncode == 0, done.stderr
    return folder


def run(folder, *command):
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    call = [sys.executable, *command]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, env=environment)


def test_it_is_sound_and_leaves_nothing_to_be_filled_in(review):
    assert [str(problem) for problem in check_project(review)] == []
    assert find_unfilled(review) == []


def test_the_published_risk_ratio_is_reproduced(review):
    """As ``rma(yi, vi)`` of metafor prints it on the page of dat.laopaiboon2015."""
    (pool,) = contrast_pools(load_evidence(review))
    fit = pool.pooled
    assert (fit.k, pool.kind, pool.method) == (15, "RR", "random effects")
    assert round(fit.effect, 4) == 1.0889
    assert round(fit.estimate, 4) == 0.0852
    assert round(fit.tau2, 4) == 0.5874
    assert round(fit.q, 4) == 38.4438
    assert round(fit.i2_percent, 2) == 64.85
    logs, errors = ([getattr(one, name) for one in pool.trials] for name in ("log_ratio", "se"))
    normal = pool_generic(logs, errors, method="REML", test="z")
    assert [round(end, 4) for end in normal.ci] == [0.6448, 1.8389]
    assert round(normal.se, 4) == 0.2673


def test_a_trial_without_an_event_in_one_arm_is_kept_and_marked(review):
    (pool,) = contrast_pools(load_evidence(review))
    assert [one.name for one in pool.trials if one.corrected] == ["Whitlock 1995"]


def test_the_arms_are_pooled_as_cohorts(review):
    (plan,) = synthesis_plan(load_evidence(review))
    assert (plan.decision, len(plan.entries)) == ("pooled", 15)
    assert (sum(plan.events), sum(plan.totals)) == (140, 1388)


@pytest.mark.book
def test_the_book_shows_it(review):
    done = run(review, "-m", "livingreview.cli", "build")
    assert done.returncode == 0, done.stdout + done.stderr
    page = (review / "_build" / "html" / "chapters" / "azithromycin.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "1.09 (0.60 to 1.96), random effects" in text
    assert "Whitlock 1995: 0.19 (0.01 to 3.72), with 0.5 added to each cell" in text
