"""What pages are made of, made once of the real evidence: to be read, not to be changed."""

import pytest

from livingreview.pages.cards import make_cards
from livingreview.pages.explorer_rows import list_rows


@pytest.fixture(scope="session")
def rows(review) -> list[dict]:
    """The rows of the explorer."""
    return list_rows(review)


@pytest.fixture(scope="session")
def cards_made(review) -> dict[str, dict[str, dict]]:
    """report_id -> row_id -> card."""
    return make_cards(review)
