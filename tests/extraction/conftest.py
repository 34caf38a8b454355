"""The review as sheets refer to it."""

import pytest

from livingreview.extraction.reading import Book
from tests.surveillance.conftest import (  # noqa: F401
    found,
    found_once,
    laid_out,
    only_loopback,
    place,
    replies,
)


@pytest.fixture(scope="session")
def known(review) -> Book:
    """The real review's groups, regimens, families, drugs and codes, by their words."""
    return Book(review)
