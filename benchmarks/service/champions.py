"""Champions of three processes, their plants' rows as each server takes them, and the trees in them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from benchmarks.service.load import post
from models.estimators.booster import Booster
from models.storage import model_files
from models.tasks import Model, inputs_for
from physics.arrays import FloatArray
from registry.settings import StoreSettings
from registry.store import MlflowStore
from seeds import Seed, load
from synthetic_data import simulate
from training.core.dataset import Dataset, read
from training.jobs.train import train

PROCESSES = ("aluminium_reduction", "aluminium_scrap", "aluminium_ingot")


@dataclass(frozen=True)
class Trees:
    """A booster of a champion as LightGBM has it, and the columns that it is given for some rows."""

    booster: lgb.Booster
    X: FloatArray

    def predict(self) -> None:
        """Predict all rows with one thread."""
        self.booster.predict(self.X, num_threads=1)


@dataclass(frozen=True)
class Champion:
    """A process, its champion as the service loads it, and rows of its default plant."""

    seed: Seed
    model: Model
    data: Dataset

    @property
    def process(self) -> str:
        """Name of the process."""
        return self.seed.process.name

    @property
    def named(self) -> list[str]:
        """Key and time."""
        return [column.name for column in self.seed.by_role("key", "time")]

    @property
    def inputs(self) -> list[str]:
        """Names of the model's inputs."""
        return [column.name for column in self.seed.inputs]

    def chosen(self, n: int) -> pd.DataFrame:
        """Rows of the plant drawn at random, in their order; drawn again where the plant has fewer."""
        numbers, whole = np.random.default_rng(0), len(self.data.table)
        drawn = numbers.choice(whole, n, replace=n > whole)
        return self.data.table.iloc[np.sort(drawn)][[*self.named, *self.inputs]]

    def records(self, n: int) -> list[dict[str, Any]]:
        """Such rows as the service takes them in JSON."""
        table = self.chosen(n)
        columns = {name: table[name].to_numpy(dtype=np.float64).tolist() for name in self.inputs}
        for column in self.seed.by_role("key", "time"):
            columns[column.name] = [
                value.isoformat() if isinstance(value, pd.Timestamp) else value for value in table[column.name]
            ]
        rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
        return [{name: None if value != value else value for name, value in row.items()} for row in rows]

    def matrix(self, n: int) -> FloatArray:
        """Such rows as the model takes them."""
        return inputs_for(self.model, self.chosen(n))

    def trees(self, n: int) -> list[Trees]:
        """Inputs of its boosters for such rows, recorded during a prediction."""
        seen: dict[int, tuple[Booster, list[FloatArray]]] = {}
        plain = Booster.predict

        def watched(booster: Booster, X: FloatArray, *positional: Any, **more: Any) -> FloatArray:
            parts = seen.setdefault(id(booster), (booster, []))[1]
            if sum(map(len, parts)) < n:  # rows may come in blocks
                parts.append(X)
            return plain(booster, X, *positional, **more)

        Booster.predict = watched  # type: ignore[method-assign]
        try:
            self.model.columns(self.matrix(n))
        finally:
            Booster.predict = plain  # type: ignore[method-assign]
        return [
            Trees(lgb.Booster(model_str=booster.text), parts[0] if len(parts) == 1 else np.concatenate(parts))
            for booster, parts in seen.values()
        ]

    # ---- requests, one for each row

    def of_ours(self, rows: Sequence[dict[str, Any]]) -> list[bytes]:
        """Requests of `/v1`."""
        path = f"/v1/{self.process}/predictions"
        return [post(path, json.dumps({"rows": [row]}).encode()) for row in rows]

    def of_echo(self, rows: Sequence[dict[str, Any]]) -> list[bytes]:
        """The same bodies for the echoes."""
        return [post("/echo", json.dumps({"rows": [row]}).encode()) for row in rows]

    def of_mlflow(self, rows: Sequence[dict[str, Any]]) -> list[bytes]:
        """Requests of `mlflow models serve`."""
        return [post("/invocations", self.frame([row])) for row in rows]

    def frame(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """Rows as a body of `mlflow models serve`."""
        data = [[row[name] for name in self.inputs] for row in rows]
        return json.dumps({"dataframe_split": {"columns": self.inputs, "data": data}}).encode()


def of_mlserver(trees: Trees) -> list[bytes]:
    """Requests of MLServer, one for each row; it takes no missing number in JSON, so they are 0."""
    requests = []
    for row in np.nan_to_num(trees.X):
        tensor = {"name": "x", "shape": [1, len(row)], "datatype": "FP64", "data": row.tolist()}
        requests.append(post("/v2/models/booster/infer", json.dumps({"inputs": [tensor]}).encode()))
    return requests


def champions(settings: StoreSettings, scratch: Path) -> list[Champion]:
    """Champions of a store; those that it lacks are trained on default plants first."""
    loaded, store = [], MlflowStore(settings.uri) if settings.folder.exists() else None
    for process in PROCESSES:
        seed, plant = load(process), scratch / process
        simulate(seed, plant)
        if store is None or store.champion(process) is None:
            print(f"training {process}", flush=True)
            train(seed, plant, settings)
            store = MlflowStore(settings.uri)
        champion = store.champion(process)
        if champion is None:
            raise RuntimeError(f"{process}: the gate refused it; promote one by force and give its store by --home")
        with tempfile.TemporaryDirectory() as folder:
            model = model_files.load(store.fetch(champion, Path(folder)))
        loaded.append(Champion(seed, model, read(plant, seed)))
    return loaded


def in_turn(
    champions: Sequence[Champion], label: str, scratch: Path, measure: Callable[[Champion, Path], dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Measurements of each champion in its own folder, by process; `label` is the progress message."""
    figures = {}
    for champion in champions:
        print(f"{label}: {champion.process}", flush=True)
        folder = scratch / champion.process
        folder.mkdir(parents=True)
        figures[champion.process] = measure(champion, folder)
    return figures
