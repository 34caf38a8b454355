"""What is made from the data alone is made once."""

import pytest

from livingreview.book.made import derived_key, made_once


def test_what_is_made_from_the_data_is_made_once(tmp_path):
    """Until its key or a file of it changes, or a file is gone."""
    note, pages = tmp_path / ".made", tmp_path / "pages"

    def make(key: str) -> bool:
        with made_once(note, key, [pages]) as due:
            if due:
                pages.mkdir(exist_ok=True)
                (pages / "a.md").write_text("made", encoding="utf-8")
        return due

    assert [make("one"), make("one"), make("two"), make("two")] == [True, False, True, False]
    (pages / "a.md").write_text("changed by hand", encoding="utf-8")
    assert [make("two"), make("two")] == [True, False]
    (pages / "a.md").unlink()
    assert make("two")


def test_a_failure_is_not_noted_as_made(tmp_path):
    with pytest.raises(OSError, match="no space"), made_once(tmp_path / ".made", "one", [tmp_path / "pages"]):
        raise OSError("no space")  # noqa: EM101 (the words of a system)
    assert not (tmp_path / ".made").exists()


def test_data_engine_style_and_record_decide_whether_it_is_made_anew():
    hashes = {"data": "1", "engine": "2", "web": "3"}
    key = derived_key(hashes.get, {"version": "1"}, "titles")
    assert derived_key(dict(hashes).get, {"version": "1"}, "titles") == key
    for name in hashes:
        assert derived_key((hashes | {name: "x"}).get, {"version": "1"}, "titles") != key
    assert derived_key(hashes.get, {"version": "2"}, "titles") != key
    assert derived_key(hashes.get, {"version": "1"}, "other titles") != key
