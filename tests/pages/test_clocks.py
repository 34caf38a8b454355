"""The clocks of the start page."""

import re
import shutil

import pytest

from livingreview.pages.clocks import show_clocks
from tests.conftest import ROOT


@pytest.fixture
def inside(tmp_path, monkeypatch):
    """A project that says how it is kept up, as a chapter sees it."""
    for name in ("review.yml", "CITATION.cff", "data/datapackage.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "chapters").mkdir()
    monkeypatch.chdir(tmp_path / "chapters")
    return tmp_path


def test_clocks_stand_by_themselves(inside):
    html = str(show_clocks().__html__())
    assert html.count("<time ") == 2
    assert 'data-due=""' in html
    assert "none has been set" in html
    text = (inside / "review.yml").read_text(encoding="utf-8")
    text = re.sub(r"last_searched: \S+", "last_searched: 2026-11-30", text)
    (inside / "review.yml").write_text(
        text.replace("search_every_months:", "search_every_months: 3"), encoding="utf-8"
    )
    assert 'data-due="2027-02-28"' in str(show_clocks().__html__())
    (inside / "review.yml").unlink()
    assert "no review.yml" in str(show_clocks().__html__())
