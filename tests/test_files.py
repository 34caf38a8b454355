"""The project's files: where the project is, whether its book is current, folders exchanged in one step, zips."""

import pytest

from livingreview.evidence import find_root


def test_the_project_is_found_from_a_folder_inside_it(root, tmp_path):
    assert find_root(root / "chapters") == root
    with pytest.raises(FileNotFoundError, match="run this inside the project"):
        find_root(tmp_path)
