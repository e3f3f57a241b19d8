"""The wheel as a stranger installs it: beside packages of other projects whose names are those of ours."""

import json
import os
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest

from seeds import load
from system.programs import free_port
from tests.suite.servers import server

ROOT = Path(__file__).parent.parent
FOREIGN = ("models", "records", "system")
PROCESS = "lead_refining"
OTHERS = ("PYTHON", "NONFERROUS", "MLFLOW", "_MLFLOW")  # settings that other tests may have left

pytestmark = [
    pytest.mark.long("installs the wheel, trains a model and starts two servers"),
    pytest.mark.service,
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment with the wheel, its dependencies and packages of other projects; no checkout."""
    folder = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", symlinks=True)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "env")}))
    # A plain path: the editable install of this checkout, a .pth file in it, is not followed.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    for name in FOREIGN:
        (site / name).mkdir()
        (site / name / "__init__.py").write_text("OF_ANOTHER_PROJECT = True\n", encoding="utf-8")
    python = folder / "env" / "bin" / "python"
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--ignore-installed"]
    subprocess.run([python, "-m", "pip", *install, str(wheel)], check=True, capture_output=True)
    # `mlflow models serve` starts it by its name; it belongs to the dependencies' environment otherwise.
    program = python.with_name("uvicorn")
    program.write_text(f'#!/bin/sh\nexec "{python}" -m uvicorn "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return python.parent


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def run(installed: Path, home: Path):
    """Runs the command of the installed wheel in a folder of its own; gives what it prints."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [installed / "nonferrous", *arguments], cwd=home, env=environment(home), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="module")
def trained(run, home: Path) -> Path:
    """A home with a champion of a small plant."""
    run("simulate", PROCESS, "--units", "4", "--years", "3", "--out", "plant")
    run("train", PROCESS, "--data", "plant")
    return home


def environment(home: Path) -> dict[str, str]:
    retained = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
    store = home / ".nonferrous"
    own = {"NONFERROUS_HOME": str(store), "MLFLOW_TRACKING_URI": f"sqlite:///{store / 'mlflow.db'}"}
    return retained | own | {"OMP_NUM_THREADS": "1"}


@contextmanager
def served(command: list[object], home: Path, health: str) -> Iterator[None]:
    """A server until the block ends; it answers by then, or its log is shown."""
    own = environment(home)
    own["PATH"] = f"{Path(str(command[0])).parent}{os.pathsep}{own['PATH']}"
    with server(list(map(str, command)), health, home / "server.log", cwd=home, env=own) as started:
        yield
        started.terminate()
        started.wait(60)


def sent(address: str, body: object) -> dict[str, object]:
    """Response of a server to a JSON body."""
    request = urllib.request.Request(address, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def test_one_top_level_name_is_installed(installed):
    site = Path(sysconfig.get_path("purelib", vars={"base": str(installed.parent)}))
    names = {path.name for path in site.iterdir() if path.is_dir() and not path.name.endswith(".dist-info")}
    assert names == {"nonferrous", *FOREIGN}


def test_packages_of_other_projects_stay_what_they_are(installed, home):
    code = "import models, records; print(models.OF_ANOTHER_PROJECT and records.OF_ANOTHER_PROJECT)"
    done = subprocess.run(
        [installed / "python", "-c", code], cwd=home, env=environment(home), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_a_table_is_predicted(run, trained):
    run("predict", PROCESS, "--data", "plant", "--out", "predicted.csv")
    assert (trained / "predicted.csv").read_text(encoding="utf-8").count("\n") > 100


def test_the_service_answers(installed, run, trained):
    port = free_port()
    api = f"http://127.0.0.1:{port}"
    with served([installed / "nonferrous", "serve", "--port", port], trained, f"{api}/health/ready"):
        with urllib.request.urlopen(f"{api}/v1/{PROCESS}/openapi.json", timeout=60) as response:
            body = json.load(response)["paths"][f"/v1/{PROCESS}/predictions"]["post"]["requestBody"]
        example = body["content"]["application/json"]["example"]
        assert len(sent(f"{api}/v1/{PROCESS}/predictions", example)["predictions"]) == len(example["rows"])


def test_mlflow_serves_the_champion(installed, trained):
    port = free_port()
    command = [installed / "python", "-m", "mlflow", "models", "serve", "-m", f"models:/{PROCESS}@champion"]
    own = f"http://127.0.0.1:{port}"
    with served([*command, "--env-manager", "local", "--port", port], trained, f"{own}/health"):
        rows = pd.read_parquet(trained / "plant" / "table.parquet").head(3)
        names = [column.name for column in load(PROCESS).inputs]
        values = rows.reindex(columns=names).to_numpy().tolist()
        data = [[None if pd.isna(value) else value for value in row] for row in values]
        response = sent(f"{own}/invocations", {"dataframe_split": {"columns": names, "data": data}})
        assert len(response["predictions"]) == len(rows)
