"""The picture beside a shared link."""

import struct

import pytest

from livingreview.charts.preview import HEIGHT, WIDTH, draw_preview


@pytest.mark.slow
def test_the_picture_has_the_size_that_is_asked_for_and_shows_title_and_map(review):
    whole = draw_preview(review, "A living review of two regimens", "Version 1")
    assert whole.startswith(b"\x89PNG")
    assert struct.unpack(">II", whole[16:24]) == (WIDTH, HEIGHT)
    other = draw_preview(review, "A living review of three regimens, and of what else there is", "Version 1")
    assert other != whole
    assert len(whole) > 50_000, "the map is in it"
