"""Ten tables as plants keep them: drafted, trained on and served by the commands, without a line edited by hand."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seeds import Seed, load
from system.programs import free_port
from tests.suite.children import child
from tests.suite.jobs import quicken
from tests.suite.plant_tables import TABLES, PlantTable
from tests.suite.processes import each

pytestmark = pytest.mark.service
BY_HAND = "anode_weekly"  # its commands are processes of their own, and its trees are as many as they like
FIRST = ("castings",)
NAMED = {table.name: table for table in TABLES}
Run = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 120.0  # s, for a service that starts and for a champion that is taken up


class Plant:
    """A home and a folder of seeds that commands share, and a service over them."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.seeds, self.address = folder, folder / "seeds", f"http://127.0.0.1:{port}"
        self.seeds.mkdir()
        own = {"HOME": str(folder / "home"), "SEEDS": str(self.seeds), "POLL_SECONDS": "0.5"}
        self.environment = os.environ | {f"NONFERROUS_{name}": value for name, value in own.items()}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command as a process of its own."""
        command = [sys.executable, "-m", "nonferrous", *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)

    def ask(self, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON of a request."""
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, content, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A service that runs before there is a single seed."""
    made = Plant(tmp_path_factory.mktemp("plant"), free_port())
    command = [sys.executable, "-m", "nonferrous", "serve", "--port", made.address.rpartition(":")[2]]
    with (
        (made.folder / "service.log").open("wb") as log,
        child(command, env=made.environment, stdout=log, stderr=log) as server,
    ):
        yield made
        server.terminate()
        server.wait(timeout=PATIENCE)


def served(plant: Plant, name: str) -> dict[str, Any]:
    """The process's entry among those that the service lists, once a model of it answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            _, listed = plant.ask("/v1/processes")
            result = {one["name"]: one for one in listed["processes"]}.get(name)
            if result is not None and result["model"] is not None:
                return result
        except OSError:  # not up yet
            result = None
        assert time.monotonic() < end, f"{name} is not served after {PATIENCE} s: {result}"
        time.sleep(0.2)


@pytest.fixture
def table(request: pytest.FixtureRequest) -> PlantTable:
    return NAMED[request.param]


@pytest.fixture
def run(
    table: PlantTable,
    plant: Plant,
    run_here: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., str]:
    """Runner of a command, which must end well; gives its output.

    One table goes its way as a person takes it. The others share this process and grow few trees: a process of its own
    for each of thirty commands would load the libraries thirty times.
    """
    requested = plant.run if table.name == BY_HAND else run_here
    if table.name != BY_HAND:
        quicken(monkeypatch)
        for name in ("NONFERROUS_HOME", "NONFERROUS_SEEDS"):
            monkeypatch.setenv(name, plant.environment[name])

    def done(*arguments: str) -> str:
        ended = requested(*arguments)
        assert ended.returncode == 0, f"{arguments}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    return done


def row(seed: Seed) -> dict[str, object]:
    """A row of usual values."""
    made: dict[str, object] = {}
    for column in seed.identity:
        made[column.name] = "A-1" if column.role == "key" else "2026-11-01T06:00"
    for column in seed.inputs:
        if column.values:
            made[column.name] = column.values[0]
        elif not column.is_made:
            made[column.name] = column.typical_value
    return made


@pytest.mark.parametrize("table", each(NAMED, "trains on a table", FIRST), indirect=True)
def test_a_table_goes_from_file_to_prediction(plant: Plant, run: Callable[..., str], table: PlantTable) -> None:
    file, draft = plant.folder / table.file, plant.seeds / f"{table.name}.toml"
    table.write(file)
    run("seeds", "draft", str(file), "--target", table.target, *table.options, "--out", str(draft))
    assert ": good:" in run("seeds", "check", str(draft))
    assert "passed the gate" in run("train", table.name, "--data", str(file))
    seed = load(draft)
    served(plant, table.name)
    status, answer = plant.ask(
        f"/v1/{table.name}/predictions",
        {"rows": [row(seed)], "include": ["class_probabilities"] if seed.classes else []},
    )
    assert status == 200, answer
    (prediction,) = answer["predictions"]
    if seed.classes:
        assert sum(prediction["class_probabilities"].values()) == pytest.approx(1, abs=1e-9)
        assert prediction[seed.target.name] in seed.classes
    else:
        result = prediction[seed.target.name]
        assert result["low"] < result["value"] < result["high"]
        assert seed.target.typical is not None
        assert abs(result["value"] - seed.target.typical_value) < 5 * seed.target.typical.sd
