"""Idempotent creation of MLflow runs and versions: look up before a retry.

MLflow asks a server again that errs or does not answer, whatever it was asked. Of what makes something there would be
two where the server had done its part and the answer alone was lost.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from registry.settings import SERVERS

T = TypeVar("T")

LOCK = "job_lock"  # tag of a run: the lock that its process holds while it lives
RETRIES = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
PAUSE = 2.0  # s before a second request, doubled for each that follows, as MLflow waits itself
TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})  # states of HTTP after which MLflow asks again


def made_once(
    uri: str, find: Callable[[], T | None], make: Callable[[], T], sleep: Callable[[float], None] = time.sleep
) -> T:
    """Make something in a store, once.

    Parameters
    ----------
    uri : str
        The store; of a database alone nothing is asked again, for its answers do not get lost.
    find : callable
        Looks for what was made; gives None where it is not there.
    make : callable
        Makes it.
    sleep : callable
        Waits so many seconds.

    Raises
    ------
    MlflowException
        It was not made.
    """
    from mlflow.exceptions import MlflowException

    left = int(os.environ[RETRIES]) if uri.startswith(SERVERS) else 0
    pause = PAUSE
    while True:
        try:
            with _asked_once():
                return make()
        except MlflowException as error:
            status = error.get_http_status_code()  # type: ignore[no-untyped-call]
            if not uri.startswith(SERVERS) or status not in TRANSIENT:
                raise
            if (entry := find()) is not None:
                return entry
            if not left:
                raise
        sleep(pause)
        left, pause = left - 1, 2 * pause


@contextmanager
def _asked_once() -> Iterator[None]:
    """MLflow asks nothing again until the end of the block."""
    before = os.environ[RETRIES]
    os.environ[RETRIES] = "0"
    try:
        yield
    finally:
        os.environ[RETRIES] = before


def registered(client: Any, uri: str, process: str, title: str, run: str, model: str, tags: Mapping[str, str]) -> Any:
    """Return MLflow's entry of a run's logged model, registered once as the process's next version."""
    if model_named(client, process) is None:
        made_once(
            uri,
            lambda: model_named(client, process),
            lambda: client.create_registered_model(process, description=title),
        )
    source = f"models:/{model}"

    def stored() -> Any | None:
        versions = client.search_model_versions(f"name = '{process}' and run_id = '{run}'")
        return next((one for one in versions if one.source == source), None)

    def make() -> Any:
        return client.create_model_version(process, source, run, dict(tags), model_id=model)

    # A call that is made again, after a lock that came behind the first one's commit, finds its version.
    return stored() or made_once(uri, stored, make)


def model_named(client: Any, process: str) -> Any | None:
    """MLflow's entry of a process's registered model; None where it has none."""
    return next(iter(client.search_registered_models(f"name = '{process}'")), None)


def started(client: Any, uri: str, experiment: str, name: str, tags: Mapping[str, str]) -> Any:
    """Return MLflow's entry of a run, started once; `tags` name the lock of the owning process."""
    started_ms = time.time_ns() // 1_000_000
    query = f"tags.{LOCK} = '{tags[LOCK]}' and attributes.start_time = {started_ms}"
    return made_once(
        uri,
        lambda: next(iter(client.search_runs([experiment], query)), None),
        lambda: client.create_run(experiment, started_ms, tags=dict(tags), run_name=name),
    )
