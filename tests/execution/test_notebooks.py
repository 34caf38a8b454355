"""Chapters as notebooks."""

from livingreview.execution import read_chapter


def test_an_unchanged_chapter_reads_the_same(small):
    path = small[1]("1 + 1", "2 + 2")
    assert read_chapter(path).notebook == read_chapter(path).notebook
