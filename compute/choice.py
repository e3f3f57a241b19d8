"""Choice of workers by number of processes, or by the cluster that a user names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from threadpoolctl import threadpool_limits

from compute.interface import Step, Workers
from compute.processes import ProcessWorkers
from compute.sequential import SequentialWorkers


@contextmanager
def workers_for(items: Sequence[tuple[Any, Any]], processes: int, step: Step) -> Iterator[Workers]:
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
    """
    with threadpool_limits(1, "blas"):  # trees have LightGBM's own
        if processes == 1:
            yield SequentialWorkers(items, step)
            return
        with ProcessWorkers(items, processes, step) as workers:
            yield workers


@contextmanager
def helpers_for(items: Sequence[tuple[Any, Any]], processes: int, step: Step) -> Iterator[Workers]:
    """Yield workers that work next to this process, which has a share of the work itself.

    Parameters are those of `workers_for`; `processes` counts the others.
    """
    with ProcessWorkers(items, processes, step) as workers:
        yield workers
