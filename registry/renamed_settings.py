"""Former names of settings; a service or a command does not start where one of them is set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

RENAMED = {
    "NONFERROUS_MAX_HELD_BYTES": "NONFERROUS_MAX_TOTAL_BODY_BYTES",
    "NONFERROUS_MAX_WAITING": "NONFERROUS_MAX_QUEUED_REQUESTS",
    "NONFERROUS_IDLE_SECONDS": "NONFERROUS_IDLE_TIMEOUT_SECONDS",
    "NONFERROUS_HEAD_SECONDS": "NONFERROUS_HEADER_TIMEOUT_SECONDS",
    "NONFERROUS_DEADLINE_SECONDS": "NONFERROUS_REQUEST_TIMEOUT_SECONDS",
    "NONFERROUS_DRAIN_SECONDS": "NONFERROUS_SHUTDOWN_TIMEOUT_SECONDS",
    "NONFERROUS_WATCH_SCHEDULE": "NONFERROUS_MAINTENANCE_SCHEDULE",
}


def renamed(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield a line for each former name that an environment sets."""
    for former, present in RENAMED.items():
        if environment.get(former):
            yield f"setting {former}: renamed to {present}"
