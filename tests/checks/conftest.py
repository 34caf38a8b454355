"""The real tables, read once, for rules that are tried one by one."""

import pytest

from livingreview.checks.checked import Checked
from livingreview.checks.tables import check_data
from tests.conftest import ROOT


@pytest.fixture(scope="session")
def checked() -> Checked:
    """The real tables under check."""
    found, problems = check_data(ROOT)
    assert found is not None
    assert problems == []
    return found
