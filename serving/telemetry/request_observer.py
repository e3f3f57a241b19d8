"""Observer of completed requests: updates metrics and writes the access log."""

from __future__ import annotations

import time

from serving.middleware.allowed_hosts import client
from serving.middleware.context import RequestContext
from serving.telemetry.access_log import AccessLog
from serving.telemetry.metrics import Metrics

OTHER = "other"  # addresses that no route has: there is no end of them


class RequestObserver:
    """Counts and logs requests.

    Parameters
    ----------
    metrics : Metrics
        What counts.
    access : AccessLog
        What logs.
    """

    def __init__(self, metrics: Metrics, access: AccessLog) -> None:
        self.metrics, self._access = metrics, access

    def finished(self, visit: RequestContext) -> None:
        """A request has ended."""
        scope, seconds = visit.scope, time.perf_counter() - visit.began
        path = getattr(scope.get("route"), "path", OTHER)
        self.metrics.finished(visit, path, seconds)
        caller_name = visit.caller.name or client(scope)
        line = (
            time.time(),
            visit.name,
            scope["method"],
            path,
            visit.status,
            seconds,
            visit.sent,
            caller_name,
            visit.rows,
        )
        self._access.add(line)

    def lagged(self, seconds: float) -> None:
        """The event loop came so much too late [s]."""
        self.metrics.lagged(seconds)
