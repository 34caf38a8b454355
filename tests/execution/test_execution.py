"""Running the chapters of a project."""

import pytest

from tests.small import run


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
