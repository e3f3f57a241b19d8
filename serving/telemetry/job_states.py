"""States of unfinished jobs, from their queue."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from records.jobs.queue import Jobs, JobsError

log = logging.getLogger("nonferrous.serving")


def unfinished(jobs: Jobs) -> Mapping[str, str]:
    """State of the unfinished job of each process that has one; empty where the queue cannot be read."""
    try:
        return jobs.unfinished() if jobs.exist else {}
    except JobsError as error:
        log.warning("unfinished jobs unknown: %s", error)
        return {}
