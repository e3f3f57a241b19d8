"""Rows with missing inputs have the same values at `/v1` and `/v2`, in tables and in MLflow's models of every task."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import COVERAGE
from models.pyfunc import _load_pyfunc
from models.quality.candidates import build as build_lots
from models.quality.grader import grader
from models.regression.calibration import conformalised
from models.storage import model_files
from models.table.inputs import matrix
from models.tasks import build
from seeds import Seed
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.serving.open_inference.conftest import SEEDS, TOYS, columns_of, read
from tests.serving.open_inference.conftest import check_same as check_tensors
from tests.serving.wire.conftest import check_same as check_table
from tests.serving.wire.conftest import flat

PARTS = {
    "toy_cells": ["missing_inputs"],
    "toy_ores": ["class_probabilities"],
    "toy_scrap": ["class_probabilities"],
    "toy_lots": ["grades", "defects", "missing_inputs"],
}
WHOLE = {"coverage": COVERAGE, "digits": "all"}


@dataclass(frozen=True)
class Served:
    """A service of models of all tasks that are calibrated for missing inputs, and their folders."""

    app: Service
    folder: Path


def line(seed: Seed) -> Any:
    """A line calibrated on rows of which some miss inputs."""
    rng = np.random.default_rng(2)
    X = rng.normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (1200, 3))
    y = 90 + 0.5 * (X[:, 1] - 10) - 2 * (X[:, 2] - 4) + rng.normal(0, 0.5, 1200)
    X[rng.random(X.shape) < 0.05] = np.nan
    estimator = build(seed)["linear"].fit(X[:600], y[:600])
    block = np.repeat([0, 1, 2], 200)
    return conformalised(seed, "linear", estimator, X, y[600:], estimator.predict(X[600:]), {}, block, X[600:])


def lots(seed: Seed, frame: pd.DataFrame) -> Any:
    """A grader calibrated on the newer half of a table."""
    from models.table.contract import check

    table = check(frame, seed).table.sort_values("cast_at", kind="stable")
    X, Y = matrix(table, seed), table[[column.name for column in seed.by_role("target")]].to_numpy()
    old, new = slice(None, len(X) // 2), slice(len(X) // 2, None)
    estimator = build_lots(seed)["linear"].fit(X[old], Y[old])
    raw = estimator.predict(X[new])
    return grader(seed, "linear", estimator, X[old], Y[new, :3], Y[new, 3:], raw, {}, X[new], imputes=True)


@pytest.fixture(scope="module")
def served(
    seeds_of: dict[str, Seed],
    frames: dict[str, pd.DataFrame],
    save_toy_classifier: Callable[..., object],
    save_toy_sorter: Callable[..., object],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Served]:
    folder, store = tmp_path_factory.mktemp("calibrated"), FolderStore()
    (folder / "seeds").mkdir()
    model_files.save(line(seeds_of["toy_cells"]), folder / "toy_cells")
    save_toy_classifier(folder / "toy_ores")
    save_toy_sorter(folder / "toy_scrap")
    model_files.save(lots(seeds_of["toy_lots"], frames["toy_lots"]), folder / "toy_lots")
    for process in TOYS:
        shutil.copy(SEEDS / f"{process}.toml", folder / "seeds")
        store.point(process, 3, folder / process)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("NONFERROUS_SEEDS", str(folder / "seeds"))
        made = create_app(ServiceSettings(max_rows=50, max_body_bytes=60_000), store)
        made.champions.refresh()
        yield Served(made, folder)


def lacking(rows: list[dict[str, Any]], seed: Seed) -> list[dict[str, Any]]:
    """Rows of which each misses other inputs, the second all."""
    names = [column.name for column in seed.inputs if column.name in rows[0]]
    rng, result = np.random.default_rng(7), []
    for i, row in enumerate(rows):
        blank = names if i == 1 else [name for name in names if rng.random() < 0.1 * (i % 6)]
        result.append(row | dict.fromkeys(blank))
    return result


@pytest.mark.parametrize("process", TOYS)
def test_values_are_the_same_in_every_way(
    process: str, served: Served, rows: Any, seeds_of: dict[str, Seed], call: Any
) -> None:
    seed, post = seeds_of[process], partial(call, served.app, "POST")
    requested = lacking(rows(process, 18), seed)
    table = _load_pyfunc(str(served.folder / process))
    assert table.model.missing is not None
    check_table(post, process, requested, digits="all")
    check_tensors(post, process, requested)
    answer = post(f"/v1/{process}/predictions", json={"rows": requested, **WHOLE, "include": PARTS[process]}).json()
    inputs = pd.DataFrame(requested).reindex(columns=[column.name for column in seed.inputs])
    whole = table.predict(inputs)
    by_lot = {"bin", "expected_value"} if process == "toy_scrap" else set()  # MLflow decides each piece by itself
    compared = set(whole) - by_lot
    for i, prediction in enumerate(answer["predictions"]):
        expected = flat(prediction)
        held = {f"in_set_{name}": 1.0 for name in expected.get("class_set", ())}
        for name in compared:
            value = whole[name].iloc[i]
            if name.startswith("in_set_"):
                assert value == held.get(name, 0.0)
            elif name in expected and isinstance(value, float):
                assert value == pytest.approx(expected[name], rel=1e-12, nan_ok=True), name
            elif name in expected:
                assert (value or None) == expected[name], name
    named = compared & set(flat(answer["predictions"][0]))
    assert len(named) >= 3, named


@pytest.mark.parametrize("process", TOYS)
@pytest.mark.parametrize("include", [[], ["missing_inputs"]], ids=["plain", "named"])
def test_outputs_do_not_depend_on_the_first_row(
    process: str, include: list[str], served: Served, rows: Any, seeds_of: dict[str, Seed], infer: Any
) -> None:
    names = [column.name for column in seeds_of[process].inputs]
    names = [name for name in names if name in rows(process, 18)[0]]
    whole = next(row for row in rows(process, 18) if all(row[name] is not None for name in names))
    nothing = whole | dict.fromkeys(names)
    parameters: dict[str, Any] = {"include": json.dumps(include)}
    expected = {f"missing_inputs.{name}" for name in ("count", "interval_ratio", "any_measured")}
    expected |= {"missing_inputs.costliest"} if include else set()
    for both in ([whole, nothing], [nothing, whole]):
        outputs = read(infer(served.app, process, columns_of(both), parameters=parameters)).values
        assert {name for name in outputs if name.startswith("missing_inputs")} == expected
        assert outputs["missing_inputs.count"][both.index(whole)] is None
        assert outputs["missing_inputs.any_measured"][both.index(nothing)] == 0.0


@pytest.mark.parametrize("process", TOYS)
def test_a_row_alone_has_the_values_that_it_has_among_others(
    process: str, served: Served, rows: Any, seeds_of: dict[str, Seed], call: Any
) -> None:
    requested = lacking(rows(process, 12), seeds_of[process])
    if process == "toy_scrap":  # a piece is decided by what its lot holds by then
        requested = [row | {"lot": f"L{i}"} for i, row in enumerate(requested)]

    def predictions(of: list[dict[str, Any]]) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = call(served.app, "POST", f"/v1/{process}/predictions", json={"rows": of}).json()[
            "predictions"
        ]
        return [{name: value for name, value in one.items() if name != "id"} for one in answer]

    def close(got: Any, expected: Any) -> None:
        if isinstance(expected, dict):
            assert got.keys() == expected.keys()
            for name, value in expected.items():
                close(got[name], value)
        elif isinstance(expected, float):
            assert got == pytest.approx(expected, rel=1e-9)
        else:
            assert got == expected

    together = predictions(requested)
    assert json.dumps(together) != json.dumps(predictions([row | {} for row in rows(process, 12)]))
    for row, expected in zip(requested, together, strict=True):
        (alone,) = predictions([row])
        close(alone, expected)
