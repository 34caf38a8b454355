"""Chapters on a Dask cluster."""

import pytest

from livingreview.execution import Store, execute_chapters, outputs_digest
from livingreview.manuscript import find_pages
from tests.conftest import ROOT

PAGES = find_pages(ROOT / "chapters")


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
def test_no_cluster_is_told():
    pytest.importorskip("distributed")
    from livingreview.execution.cluster import connect

    with pytest.raises(ConnectionError, match="start one with"), connect("tcp://127.0.0.1:9", timeout=1):
        pass
