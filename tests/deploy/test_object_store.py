"""MLflow's server on PostgreSQL, with the artifacts of models in an object store."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.deploy.site import PROCESS, Site, mlflow
from tests.suite.object_store import ObjectStore

pytestmark = [pytest.mark.service, pytest.mark.long("starts MLflow's server several times")]

ROW = {"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.0, "z": 4.0}
PATIENCE = 60.0  # s


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[ObjectStore]:
    store = ObjectStore("models", tmp_path / "objects.log")
    yield store
    store.end()


@pytest.fixture
def history(toy_frame: Any, tmp_path: Path) -> str:
    table = tmp_path / "history.csv"
    toy_frame().to_csv(table, index=False)
    return str(table)


def settings(objects: ObjectStore, bucket: str = "models") -> dict[str, str]:
    return objects.environment | {"MLFLOW_ARTIFACTS_DESTINATION": f"s3://{bucket}"}


def predicted(address: str) -> dict[str, Any]:
    response = httpx.post(f"{address}/v1/{PROCESS}/predictions", json={"rows": [ROW], "include": ["model"]}, timeout=60)
    assert response.status_code == 200, response.text
    (row,), model = response.json()["predictions"], response.json()["model"]
    return {"y": row["y"], "model": model}


def failed(site: Site, *arguments: str) -> str:
    """Output of a command that ends with an error."""
    command = [sys.executable, "-m", "nonferrous", *arguments]
    done = subprocess.run(command, env=site.environment, capture_output=True, text=True)
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


def manifests(names: Iterable[object]) -> list[str]:
    return [str(name) for name in names if str(name).endswith("manifest.json")]


def test_models_are_served_from_a_bucket_also_after_mlflow_was_killed(make_site, objects, history):
    site = make_site("site")
    store = ExitStack()
    with store:
        store.enter_context(mlflow(site, **settings(objects)))
        site.run("train", PROCESS, "--data", history)
        assert manifests(objects.names())
        assert not manifests((site.folder / "home").rglob("*"))  # the bucket alone holds the model
        with site.service() as address:
            first = predicted(address)
            assert first["model"]["version"] == 1
            store.close()
            assert predicted(address) == first
            store.enter_context(mlflow(site, **settings(objects)))
            site.run("train", PROCESS, "--data", history)
            site.run("models", "promote", PROCESS, "2", "--force", "rehearsal")
            end = time.monotonic() + PATIENCE
            while predicted(address)["model"]["version"] != 2:
                assert time.monotonic() < end
                time.sleep(0.2)
            assert predicted(address)["y"] == first["y"]  # trained on the same table


def test_an_object_store_that_is_away_ends_a_job_with_an_error_and_serves_on(make_site, objects, history):
    site = make_site("site")
    with mlflow(site, **settings(objects)):
        site.run("train", PROCESS, "--data", history)
        with site.service() as address:
            first = predicted(address)
            objects.end()
            error = failed(site, "train", PROCESS, "--data", history)
            assert site.store in error
            assert "Traceback" not in error
            assert predicted(address) == first
        assert "no version 2" in failed(site, "models", "verify", PROCESS, "2")


def test_a_bucket_that_is_absent_registers_nothing(make_site, objects, history):
    site = make_site("site")
    with mlflow(site, **settings(objects, "absent")):
        error = failed(site, "train", PROCESS, "--data", history)
        assert "Traceback" not in error
        assert PROCESS in failed(site, "models", "list", PROCESS)
