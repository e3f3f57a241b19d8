"""Choice of workers by number of processes, or by the cluster that a user names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from compute.cluster import ClusterWorkers
from compute.interface import Step, Workers
from compute.processes import ProcessWorkers
from compute.sequential import SequentialWorkers


@contextmanager
def workers_for(
    items: Sequence[tuple[Any, Any]], processes: int, step: Step, cluster: str | None = None, folder: Path | None = None
) -> Iterator[Workers]:
    """Yield workers for work on some items; on an error or Ctrl-C within, all work ends.

    Products of matrices are made by one thread meanwhile, in this process too: those of a job are so small that threads
    which wait for each other cost more than they save, many times more where other programs run.

    Parameters
    ----------
    items : sequence of tuple of two
        Objects that work units are done on, such as the table as each target has it, with its split.
    processes : int
        How many work units at a time; 1 is this process.
    step : callable
        Called in this process with the name of each step that work reports.
    cluster : str, optional
        Cluster that works instead, see `compute.cluster.ClusterWorkers`.
    folder : Path, optional
        Folder that work units write into.
    """
    with threadpool_limits(1, "blas"):  # trees have LightGBM's own
        if cluster is None and processes == 1:
            yield SequentialWorkers(items, step)
        else:
            with helpers_for(items, processes, step, cluster, folder) as workers:
                yield workers


def helpers_for(
    items: Sequence[tuple[Any, Any]], processes: int, step: Step, cluster: str | None = None, folder: Path | None = None
) -> AbstractContextManager[Workers]:
    """Workers next to this process, which has a share of the work itself.

    Parameters are those of `workers_for`; `processes` counts the others.
    """
    if cluster is not None:
        return ClusterWorkers(items, cluster, step, folder)
    return ProcessWorkers(items, processes, step)
