"""A kernel of its own shows what a forked process shows."""

import pytest

from livingreview.execution import Store, execute_chapters, outputs_digest
from livingreview.manuscript import find_pages
from tests.conftest import ROOT

PAGES = find_pages(ROOT / "chapters")


@pytest.mark.slow
def test_both_engines_show_the_same(tmp_path):
    pages = [
        path for path in PAGES if path.stem in ("bortezomib", "blinatumomab", "index", "methods", "data")
    ]
    shown = {
        engine: {
            path.stem: outputs_digest(book)
            for path, book in execute_chapters(
                ROOT, pages, store=Store(tmp_path / engine / "c"), engine=engine
            ).items()
        }
        for engine in ("fork", "kernel")
    }
    assert shown["fork"] == shown["kernel"]
