"""What a chapter may take: time, output; what is said while it runs, and where it was when it was stopped."""

import time

import pytest

from livingreview.execution import ChapterError, Limits, kernel, limits, read_chapter
from livingreview.execution.limits import Allowance, Clock, OutputLimitError
from tests.small import run

ENGINES = ["fork", pytest.param("kernel", marks=pytest.mark.slow)]
SECOND = "page.md, code cell 2, from line 21"


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_chapter_that_does_not_end_is_stopped_and_named_with_its_cell(small, engine):
    root, write = small
    path = write("'good'", "import time\ntime.sleep(60)")
    start = time.monotonic()
    with pytest.raises(ChapterError) as error:
        run(root, path, engine, limits=Limits(seconds=3))
    assert time.monotonic() - start < 30
    assert f"{SECOND}: no end after 3 s" in str(error.value)
    assert "`execute: timeout` in _config.yml" in str(error.value)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_the_time_is_for_all_cells_together(small, engine):
    root, write = small
    path = write(*["import time\ntime.sleep(1.5)"] * 4)
    with pytest.raises(ChapterError, match=r"page\.md, code cell [234], from line \d+: no end after 4 s"):
        run(root, path, engine, limits=Limits(seconds=4))
    run(root, write("1"), engine, limits=Limits(seconds=None))
    run(root, write("2"), engine, limits=Limits(seconds=-1))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "cell",
    [
        "for _ in range(1_000_000):\n    print('x' * 49)",
        "print('x' * 50_000_000)",
        "import sys\nsys.stderr.write('x' * 50_000_000)",
        "'x' * 50_000_000",
        "from IPython.display import HTML, display\ndisplay(HTML('x' * 50_000_000))",
    ],
    ids=["many lines", "one line", "aside", "a value", "displayed"],
)
def test_a_cell_that_shows_fifty_megabytes_is_stopped(small, engine, cell):
    root, write = small
    with pytest.raises(ChapterError) as error:
        run(root, write("'good'", cell), engine)
    assert SECOND in str(error.value)
    assert "OutputLimitError: the cell shows more than 10,000,000 characters" in str(error.value)
    assert len(str(error.value)) < 20_000


@pytest.mark.slow
def test_code_that_goes_over_the_error_fails_all_the_same(small):
    root, write = small
    cell = "try:\n    print('x' * 50_000_000)\nexcept RuntimeError:\n    pass"
    with pytest.raises(ChapterError, match="shows more than"):
        run(root, write("'good'", cell))


def test_a_time_that_is_none_is_told():
    with pytest.raises(
        ValueError, match=r"`execute: timeout` in _config\.yml: found 'long'; expected seconds"
    ):
        Limits(seconds="long")


def test_an_allowance_is_one_cell_s():
    allowance = Allowance(10)
    allowance.spend("12345")
    with pytest.raises(OutputLimitError):
        allowance.spend({"text/html": "123456"})
    allowance.renew()
    allowance.spend("1234567890")
    assert not allowance.told


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_a_long_chapter_gives_signs_of_life(small, engine, monkeypatch, capfd):
    """The line names chapter and cell; with the forked engine it comes from a worker's process."""
    monkeypatch.setattr(limits, "SIGN", 1)
    root, write = small
    run(root, write("'good'", "import time\ntime.sleep(3.5)"), engine)
    told = [line for line in capfd.readouterr().out.splitlines() if "still running" in line]
    assert len(told) >= 2
    assert "page: still running after" in told[-1]
    assert told[-1].endswith("code cell 2, from line 21")


@pytest.mark.slow
def test_a_kernel_that_starts_slowly_takes_nothing_from_its_chapter(small, monkeypatch, capfd):
    """Neither the time nor the signs of life of a chapter count from before its first cell."""
    monkeypatch.setattr(limits, "SIGN", 1)
    monkeypatch.setattr(kernel, "_START", "import time\ntime.sleep(5)\n" + kernel._START)
    root, write = small
    run(root, write("'good'", "import time\ntime.sleep(2.5)"), "kernel", limits=Limits(seconds=4))
    told = [line for line in capfd.readouterr().out.splitlines() if "still running" in line]
    assert any(line.endswith("in its start") for line in told)
    assert told[-1].endswith("code cell 2, from line 21")


def test_a_clock_says_how_long_to_wait(small, monkeypatch):
    _, write = small
    chapter, said = read_chapter(write("1")), []
    clock = Clock(chapter, Limits(seconds=100), said.append)
    assert 29 < clock.next_sign() <= 30
    clock.sign()
    assert said == []
    clock.start -= 95
    clock.sign()
    assert said == ["  page: still running after 95 s, in its start"]
    assert clock.next_sign() < 5.1, "the end comes before the next sign"
    assert Clock(chapter, Limits(seconds=0)).left is None
