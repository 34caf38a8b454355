"""A kernel of its own shows what a forked process shows."""

import pytest

from livingreview.execution import Store, execute_chapters, outputs_digest
from livingreview.manuscript import find_pages

PAGES = ("bortezomib", "index", "data")


@pytest.mark.slow
def test_both_engines_show_the_same(core_project, tmp_path):
    pages = [path for path in find_pages(core_project / "chapters") if path.stem in PAGES]
    assert len(pages) == len(PAGES)
    shown = {
        engine: {
            path.stem: outputs_digest(book)
            for path, book in execute_chapters(
                core_project, pages, store=Store(tmp_path / engine / "c"), engine=engine
            ).items()
        }
        for engine in ("fork", "kernel")
    }
    assert shown["fork"] == shown["kernel"]
