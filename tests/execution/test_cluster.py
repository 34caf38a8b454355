"""Chapters, and the comparison of records, on a Dask cluster."""

import shutil

import pytest

from livingreview.cli import main
from livingreview.execution import Store, execute_chapters, outputs_digest
from livingreview.manuscript import find_pages
from tests.conftest import ROOT
from tests.surveillance import exports
from tests.surveillance.example import lay_out

PAGES = find_pages(ROOT / "chapters")


@pytest.fixture
def place(tmp_path):
    return lay_out(tmp_path / "review")


@pytest.mark.slow
def test_a_dask_cluster_runs_chapters(tmp_path):
    """A real scheduler and two worker processes, reached by address."""
    distributed = pytest.importorskip("distributed")
    from livingreview.execution.cluster import connect

    pages = [path for path in PAGES if path.stem in ("blinatumomab", "how-to-cite", "contribute")]
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        connect(cluster.scheduler_address) as executor,
    ):
        far = execute_chapters(
            ROOT, pages, store=Store(tmp_path / "far" / "c"), engine="kernel", executor=executor
        )
    near = execute_chapters(ROOT, pages, store=Store(tmp_path / "near" / "c"), engine="fork")
    assert {path: outputs_digest(book) for path, book in far.items()} == {
        path: outputs_digest(book) for path, book in near.items()
    }


@pytest.mark.slow
def test_a_dask_cluster_tells_the_copies_that_this_machine_tells(place, capsys):
    """``import --dask``: what is compared elsewhere comes to the same tables."""
    distributed = pytest.importorskip("distributed")
    works = exports.make_works(5)
    copy = works[0] | dict.fromkeys(("doi", "pmid", "pages", "volume", "issue"), "")
    file = place.parent / "x.ris"
    file.write_text(exports.scopus([*works, copy]), encoding="utf-8")
    shutil.copytree(place, place.parent / "here")
    call = ["import", str(file), "--strategy", "main", "--date", "2026-05-02"]
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        assert main(["--root", str(place), *call, "--dask", cluster.scheduler_address]) == 0
    assert main(["--root", str(place.parent / "here"), *call]) == 0
    there, here = ((root / "data" / "records.csv").read_bytes() for root in (place, place.parent / "here"))
    assert there == here
    assert capsys.readouterr().out.count("6 new; of these 1 copies of another record") == 2


@pytest.mark.slow
def test_no_cluster_is_told():
    pytest.importorskip("distributed")
    from livingreview.execution.cluster import connect

    with pytest.raises(ConnectionError, match="start one with"), connect("tcp://127.0.0.1:9", timeout=1):
        pass
