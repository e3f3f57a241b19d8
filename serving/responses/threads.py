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
    """Run work in a thread; its next cancellation point (`system.cancellation`) ends it if it is too late.

    Raises
    ------
    ProblemError
        Whatever the work raises.
    """

    def stoppable() -> T:
        with looking(check_time, time_left):
            return work(*args, **kwargs)

    return await run_in_threadpool(stoppable)
