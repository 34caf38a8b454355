"""A Dask cluster to run chapters or compare records on, because a review may outgrow one machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Executor


@contextlib.contextmanager
def connect(address: str, *, timeout: float = 20) -> Iterator[Executor]:
    """An executor whose work is done by the cluster at `address` (``tcp://host:8786``).

    The workers must see the project under the same path and have its environment installed.

    Raises
    ------
    ConnectionError
        If there is no cluster, or ``distributed`` is not installed; says how to mend it.
    """
    try:
        from distributed import Client
    except ImportError:
        msg = "the Dask cluster needs the package 'distributed': pip install 'livingreview[dask]'"
        raise ConnectionError(msg) from None
    try:
        client = Client(address, timeout=timeout, set_as_default=False)
    except OSError as problem:
        msg = f"no Dask cluster answers at {address} ({problem}); start one with: dask scheduler"
        raise ConnectionError(msg) from problem
    with client, client.get_executor(pure=False) as executor:
        yield executor
