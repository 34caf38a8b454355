"""The store of past results may be spoilt or deleted at any time."""

import pytest

from livingreview.execution import Store, read_chapter
from livingreview.execution.notebooks import Run
from tests.small import run


@pytest.mark.slow
@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:20],
        lambda text: text.splitlines()[0],
        lambda text: text[:-5],
        lambda text: "[]\n[]\n",
        lambda text: "",
        lambda text: text.replace("1 + 1", "1 + 2").replace("'2'", "'3'").replace('"2"', '"3"'),
    ],
)
def test_a_spoilt_store_is_as_if_it_were_empty(small, spoil, capfd):
    root, write = small
    path = write("1 + 1")
    run(root, path)
    for kept in (root / "_build" / ".chapters").rglob("*.kept"):
        kept.write_text(spoil(kept.read_text(encoding="utf-8")), encoding="utf-8")
    lines: list[str] = []
    run(root, path, report=lines.append)
    assert len(lines) == 1
    assert "not as a build left it; made again" in capfd.readouterr().err


def test_the_store_forgets_the_oldest(tmp_path, small):
    _, write = small
    chapter = read_chapter(write("1"))
    store = Store(tmp_path / "kept")
    for number in range(30):
        store.keep(chapter, Run(chapter.path, [[]], (f"file:{number}",)), lambda name: name)
    assert len(list((tmp_path / "kept").rglob("*.kept"))) == 20
