"""A plant on PostgreSQL and MLflow's server, with the programs and settings of the manifests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from system.programs import free_port
from tests.suite.postgresql import PostgreSQL
from tests.suite.servers import server
from tests.suite.tools import needed

PROCESS = "toy_cells"
BASE = Path(__file__).parents[2] / "deploy" / "kubernetes" / "base"


@dataclass
class Site:
    """A plant's databases, MLflow with its artifacts, and the environment of its programs."""

    folder: Path
    database: PostgreSQL
    store: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def environment(self) -> dict[str, str]:
        tools = Path(needed("initdb")).parent
        return os.environ | {
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NONFERROUS_HOME": str(self.folder / "home"),
            "NONFERROUS_RECORDS": self.records,
            "MLFLOW_TRACKING_URI": self.store,
            "RECORDS_DATABASE": self.records,
            "MLFLOW_DATABASE": f"{self.database.address}/mlflow",
            **self.more,
        }

    @property
    def records(self) -> str:
        return f"{self.database.address}/records"

    def run(self, *arguments: str) -> str:
        """Run a command of this project; return its output."""
        command = [sys.executable, "-m", "nonferrous", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @contextmanager
    def service(self, health: str = "/health/ready") -> Iterator[str]:
        """The service from its first healthy response until the end of the block; gives its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        environment = self.environment | {"NONFERROUS_PORT": str(port), "NONFERROUS_POLL_SECONDS": "0.2"}
        command = [sys.executable, "-m", "nonferrous", "serve"]
        with server(command, f"{address}{health}", self.folder / "service.log", env=environment):
            yield address


def kustomization() -> list[dict[str, Any]]:
    """Settings that the manifests generate."""
    text = (BASE / "kustomization.yaml").read_text(encoding="utf-8")
    generators: list[dict[str, Any]] = yaml.safe_load(text)["configMapGenerator"]
    return generators


@contextmanager
def mlflow(site: Site, **settings: str) -> Iterator[None]:
    """MLflow's server of a site, with the command and settings of the manifests and some others.

    It is killed at the end of the block. A later one has the same address.
    """
    site.store = site.store or f"http://127.0.0.1:{free_port()}"
    port = site.store.rpartition(":")[2]
    backend = f"{site.database.address}/mlflow".replace("postgresql:", "postgresql+psycopg2:")
    manifest = yaml.safe_load_all((BASE / "mlflow.yaml").read_text(encoding="utf-8"))
    (container,) = next(manifest)["spec"]["template"]["spec"]["containers"]
    own = {"python": sys.executable, "0.0.0.0": "127.0.0.1", "5000": str(port), "2": "1"}  # one process is enough
    command = [own.get(word, word) for word in (*container["command"], *container["args"])]
    (shipped,) = (one for one in kustomization() if one["name"] == "nonferrous-mlflow-settings")
    more = dict(line.split("=", 1) for line in shipped["literals"])
    more |= {"MLFLOW_BACKEND_STORE_URI": backend, "MLFLOW_ARTIFACTS_DESTINATION": str(site.artifacts)}
    more["MLFLOW_SERVER_ALLOWED_HOSTS"] = f"127.0.0.1:{port}"
    log = site.folder / "mlflow.log"
    with server(command, f"{site.store}/health", log, env=os.environ | more | settings):
        yield
