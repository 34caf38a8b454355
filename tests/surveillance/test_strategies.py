"""A file of a source that no stored strategy searches is taken in by one command."""

import pytest

from livingreview.checks import check_project
from livingreview.surveillance.strategies import NOT_TOLD, name_strategy
from livingreview.surveillance.tables import LoopError, open_loop
from tests.surveillance import exports
from tests.surveillance.example import descriptor
from tests.surveillance.test_commands import run


@pytest.fixture
def file(place):
    path = place.parent / "found.ris"
    path.write_text(exports.ris(exports.make_works(3)), encoding="utf-8")
    return path


def strategies(place):
    return {row["strategy_id"]: row for row in open_loop(place).tables["strategies"]}


@pytest.mark.slow
def test_a_file_of_another_source_makes_its_strategy(place, file, capsys):
    call = ("import", str(file), "--source", "Public web pages", "--kind", "website")
    assert run(place, *call, "--dry-run") == 0
    assert "public-web-pages" not in strategies(place)
    assert run(place, *call) == 0
    assert f"strategy public-web-pages is new: data/strategies.csv says of its query: {NOT_TOLD}" in (
        capsys.readouterr().out
    )
    row = strategies(place)["public-web-pages"]
    assert (row["source"], row["kind"], row["query"]) == ("Public web pages", "website", NOT_TOLD)
    assert row["note"]
    assert descriptor(place)["strategies"] == len(strategies(place))
    assert "Public web pages" in (place / "review.yml").read_text(encoding="utf-8")
    # The next file of that source is of the same strategy; other words make another.
    more = place.parent / "more.ris"
    more.write_text(exports.ris(exports.make_works(1, 7)), encoding="utf-8")
    assert run(place, "import", str(more), *call[2:]) == 0
    assert len(strategies(place)) == 4
    loop = open_loop(place)
    assert name_strategy(loop, "", "Public web pages", "websites", "leukaemia") == (
        "public-web-pages-2",
        True,
    )


def test_the_same_file_once_more_makes_no_strategy(place, file):
    assert run(place, "import", str(file), "--strategy", "main") == 0
    before = strategies(place)
    call = ("import", str(file), "--source", "Elsewhere", "--kind", "website", "--from", "2026-01-01")
    assert run(place, *call) == 0
    assert strategies(place) == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "main                                 Scopus (database)"),
        (
            ("--source", "Elsewhere"),
            "kinds of a new one: database, register, website, organisation, citation",
        ),
        (("--source", "Elsewhere", "--kind", "blog"), "--kind blog: expected one of: database"),
        (("--source", "Elsewhere", "--kind", "website", "--strategy", "main"), "expected --strategy ID, or"),
        (("--strategy", "nothing"), "for a file of another source: --source NAME --kind KIND instead"),
    ],
)
def test_without_a_strategy_it_is_told_which_there_are(place, file, capsys, words, told):
    assert run(place, "import", str(file), *words) == 2
    assert told in capsys.readouterr().err


@pytest.mark.slow
def test_a_row_with_too_few_cells_is_told_and_nothing_is_written(place, file, capsys):
    path, record = place / "data" / "strategies.csv", place / "data" / "datapackage.json"
    path.write_text(path.read_text(encoding="utf-8") + "web,Web,Web,website,words\n", encoding="utf-8")
    before = record.read_bytes()
    assert run(place, "check", "--record-rows") == 1
    assert record.read_bytes() == before
    rules = [item.rule for item in check_project(place) if item.file == "strategies.csv"]
    assert rules == ["row-count", "shifted-row"]
    capsys.readouterr()
    assert run(place, "import", str(file), "--strategy", "main") == 2
    told = capsys.readouterr().err
    assert "data/strategies.csv" in told
    assert "row 5 has 5 cell(s), and there are 15 columns: write the commas of its empty cells" in told


def test_a_wrong_kind_is_refused_before_anything_is_read(place):
    with pytest.raises(LoopError, match="expected one of: database"):
        name_strategy(open_loop(place), "", "Elsewhere", "blogs", "")
