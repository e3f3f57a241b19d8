"""Work of requests in threads, which ends soon after its response is no longer wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from serving.middleware.context import check_time, time_left
from system.cancellation import looking

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do work in a thread; each stop in it (`system.cancellation`) ends it where its request was answered already.

    Raises
    ------
    ProblemError
        Whatever the work raises.
    """

    def stoppable() -> T:
        with looking(check_time, time_left):
            return work(*args, **kwargs)

    return await run_in_threadpool(stoppable)
