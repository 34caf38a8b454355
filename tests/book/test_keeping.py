"""What was saved is built, and what is wrong is told with its place and remedy."""

import threading

import pytest

from livingreview.book.keeping import Keeper

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path):
    """A project whose descriptor describes nothing: a build refuses it in a moment."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_what_a_check_finds_is_told_once_until_a_file_is_saved(project):
    said = []
    keeper = Keeper(project, said.append)
    assert keeper.state()["building"]
    keeper.look()
    told = keeper.state()
    assert (told["building"], told["book"], told["words"]) == (False, "", "")
    assert "datapackage.json" in {item["place"].split(",")[0] for item in told["problems"]}
    assert all(item[name] for item in told["problems"] for name in ("rule", "found", "expected", "mend"))
    assert any("there is no book yet" in line for line in said)

    said.clear()
    keeper.look()
    assert said == [], "nothing was saved"
    (project / "data" / "datapackage.json").write_text("{,}", encoding="utf-8")
    keeper.look()
    assert said[0] == "saved: data/datapackage.json"
    assert keeper.state()["problems"] != told["problems"]


def test_nothing_begins_after_the_end(project):
    said = []
    keeper = Keeper(project, said.append)
    keeper.end()
    keeper.look()
    keeping = threading.Thread(target=keeper.keep)
    keeping.start()
    keeping.join(10)
    assert not keeping.is_alive()
    assert (said, keeper.state()["problems"]) == ([], [])
