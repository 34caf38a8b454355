"""The commands about releases speak by words and exit codes."""

import fcntl
import json
import shutil

import pytest

from livingreview import cli
from livingreview.checks import check_project
from livingreview.releases import ReleaseError
from livingreview.releases import site as site_module
from tests.conftest import ROOT
from tests.released import FIRST, correct_a_row


@pytest.mark.slow
def test_an_unknown_version_names_those_there_are(copy, capsys):
    assert cli.main(["--root", str(copy), "diff", "2031.1.7"]) == 2
    assert f"{FIRST}, now" in capsys.readouterr().err


@pytest.mark.slow
def test_conclusions_of_data_that_cannot_be_read_are_not_listed(copy, capsys):
    """It once ended in a traceback."""
    (copy / "data" / "datapackage.json").write_text("{", encoding="utf-8")
    assert cli.main(["--root", str(copy), "reread"]) == 1
    assert "livingreview check" in capsys.readouterr().err


@pytest.mark.slow
def test_a_difference_speaks_json(copy, capsys):
    correct_a_row(copy)
    assert cli.main(["--root", str(copy), "diff", FIRST, "now", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["estimates"][0]["before"]["events"] - told["estimates"][0]["after"]["events"] == 1
    assert {"reports", "rows", "estimates", "conclusions", "columns"} <= told.keys()
    assert any(item["to_read_again"] for item in told["conclusions"])


@pytest.mark.slow
def test_publish_refuses_what_cannot_be_cited(project, capsys):
    shutil.copy(ROOT / "CITATION.cff", project)
    assert cli.main(["--root", str(project), "publish", str(project / "site")]) == 1
    assert "livingreview build" in capsys.readouterr().err
    with pytest.raises(ReleaseError, match="livingreview release"):
        site_module.publish_site(project, project / "site")
    assert not (project / "site").exists()


@pytest.mark.slow
def test_due_speaks_by_its_exit_code(project, capsys):
    assert cli.main(["--root", str(project), "due"]) == 0
    (project / "review.yml").write_text("mode: living\nnext_due: 2020-01-01\n", encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["--root", str(project), "due"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("A search was due on 2020-01-01\n")
    assert "Found before: nothing waits" in told
    assert "searches.csv" not in told  # nobody enters a search by hand


@pytest.mark.slow
@pytest.mark.parametrize("command", [["offline-zip"], ["pdf"], ["publish", "site"]])
def test_what_reads_the_book_waits_for_a_build(project, command, capsys, monkeypatch):
    """A book that is exchanged while it is read would be half the old one and half the new."""
    waited = []

    def read(*_, **__):
        with pytest.raises(BlockingIOError), open(project / "_build" / ".lock", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        waited.append(command)
        return "done"

    for name in ("book.pdf.print_pdf", "releases.offline.zip_book", "releases.site.publish_site"):
        monkeypatch.setattr(f"livingreview.{name}", read)
    monkeypatch.setattr("livingreview.releases.commands.is_current", lambda root: True)
    assert cli.main(["--root", str(project), *command]) == 0
    assert waited == [command]


@pytest.mark.slow
def test_damage_to_a_release_is_told_by_check_diff_and_build(inside, capsys):
    assert check_project(inside) == []
    (inside / "releases" / FIRST / "estimates.json").write_bytes(b"")
    for command in (["check"], ["diff", FIRST], ["build"]):
        assert cli.main(["--root", str(inside), *command]) == 1
        out, err = capsys.readouterr()
        assert f"releases/{FIRST}/estimates.json, line 1: [unreadable] found 'nothing'" in out + err
        assert "to mend: restore it from version control" in out + err
