"""Running the chapters of a project."""

import pytest

from livingreview.execution import ChapterError
from tests.small import run


@pytest.mark.slow
def test_data_edited_while_chapters_run_are_told_and_nothing_is_kept(small):
    """Whether it read them before or after nobody knows: its outputs would be found again under either."""
    root, write = small
    table = root / "data" / "cohorts.csv"
    path, text = write("import time\ntime.sleep(1)"), table.read_text(encoding="utf-8")
    with pytest.raises(ChapterError, match=r"page\.md: data or engine were edited while it ran; build again"):
        run(root, path, meanwhile=lambda: table.write_text(f"{text}\n", encoding="utf-8"))
    table.write_text(text, encoding="utf-8")
    lines: list[str] = []
    run(root, path, report=lines.append)
    assert len(lines) == 1


@pytest.mark.slow
@pytest.mark.parametrize("chapters", [0, 1])
def test_other_work_is_done_while_chapters_run(small, chapters):
    """Once, whether or not a chapter has to run; what is wrong with it is not lost."""
    root, write = small
    path = write("1 + 1")
    if not chapters:
        run(root, path)
    done: list[int] = []
    run(root, path, meanwhile=lambda: done.append(1))
    assert done == [1]
    with pytest.raises(OSError, match="no space"):
        run(root, write("2 + 2"), meanwhile=lambda: (_ for _ in ()).throw(OSError("no space")))
