"""Shared fixtures: small invented processes with seeds, tables and models, made once a session."""

import copy
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from seeds import Seed, load
from tests.suite.checkout import checkout_is_as_before as checkout_is_as_before
from tests.suite.duration import pytest_itemcollected as pytest_itemcollected
from tests.suite.duration import pytest_runtest_makereport as pytest_runtest_makereport
from tests.suite.duration import pytest_runtest_protocol as pytest_runtest_protocol
from tests.suite.duration import pytest_terminal_summary as pytest_terminal_summary
from tests.suite.here import tried_here as tried_here
from tests.suite.here import unsettled as unsettled
from tests.suite.scheduling import pytest_collection_finish as pytest_collection_finish
from tests.suite.scheduling import pytest_collection_modifyitems as pytest_collection_modifyitems
from tests.suite.scheduling import pytest_make_collect_report as pytest_make_collect_report
from tests.suite.scheduling import pytest_xdist_make_scheduler as pytest_xdist_make_scheduler
from tests.suite.servers import server
from tests.suite.signals import heard
from tests.suite.stores import copied_stores as copied_stores
from tests.suite.stores import copied_tables as copied_tables
from tests.suite.toys import toy_spread_seed as toy_spread_seed

TOYS = Path(__file__).parent / "tests" / "toys"


def pytest_configure(config: pytest.Config) -> None:
    """Limit each of several workers to one thread, and let threads sleep while they wait.

    On cores that have other work, threads that wait for each other cost many times what they save. No example of
    Hypothesis has a time limit: how long one takes says nothing of the code. Its examples are drawn by the test's own
    text and are the same each time. What one process compiles others find.
    """
    heard()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    settled = {"deadline": None, "derandomize": True, "database": None}
    hypothesis.settings.register_profile("settled", **settled)
    hypothesis.settings.load_profile("settled")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    if "PYTEST_XDIST_WORKER" in os.environ:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        threadpool_limits(1)


def unchanged(name: str) -> Iterator[Seed]:
    """Seed of a made-up process for all tests of a session; a test that changes it makes the session fail.

    What a seed computes once is computed here, so that a copy of it is the same whichever test has run before.
    """
    seed = load(TOYS / f"{name}.toml")
    for part, member in vars(Seed).items():
        if isinstance(member, cached_property):
            getattr(seed, part)
    yield seed
    assert seed == load(TOYS / f"{name}.toml")


@pytest.fixture
def toy_folder(tmp_path: Path) -> Callable[..., Path]:
    """Maker of a folder of seeds, with these made-up processes, that a service or a command may be given."""

    def make(*names: str) -> Path:
        folder = tmp_path / "seeds"
        folder.mkdir(exist_ok=True)
        for name in names:
            shutil.copy(TOYS / f"{name}.toml", folder)
        return folder

    return make


# Class means of s1, s2, s3 and of x; `other` lies far from all of them.
TOY_MEANS = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 1.0], [0.0, 3.0, 2.0], [-9.0, 9.0, -6.0]])
ORE_MEANS = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 4.0]])  # grain and colour of each ore, standard deviation 1
TOY_X = np.array([0.6, 2.0, 5.0, 9.0])
TOY_SHARES = np.array([0.4, 0.32, 0.24, 0.04])


@pytest.fixture(scope="session")
def toy_seed() -> Iterator[Seed]:
    """Seed of a made-up process without physics module or plant."""
    yield from unchanged("toy_cells")


@pytest.fixture(scope="session")
def toy_frame() -> Callable[..., pd.DataFrame]:
    """Maker of a toy plant's raw table (no `previous` column), as its historian would hold it."""

    def make(units: int = 20, periods: int = 24, rng_seed: int = 1) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        n = units * periods
        start = pd.date_range("2022-01-01", periods=periods, freq="30D")
        frame = pd.DataFrame(
            {
                "unit": np.repeat([f"A-{i:03d}" for i in range(units)], periods),
                "period_start": np.tile(start.to_numpy(), units),
                "x_set": 10 + rng.standard_normal(n),
                "z": 4 + 0.5 * rng.standard_normal(n),
            }
        )
        offset = np.repeat(rng.normal(0, 0.3, units), periods)
        frame["y"] = 90 + 0.5 * (frame["x_set"] - 10) - 2 * (frame["z"] - 4) + offset + rng.normal(0, 0.5, n)
        frame["tapped"] = 30 * frame["y"] + 300
        return frame

    return make


@pytest.fixture(scope="session")
def toy_class_seed() -> Iterator[Seed]:
    """Seed of a made-up process that predicts a class, without physics module or plant."""
    yield from unchanged("toy_ores")


@pytest.fixture(scope="session")
def toy_class_frame() -> Callable[..., pd.DataFrame]:
    """Maker of a toy mine's raw table, as its historian would hold it; `rare` is one row in 33."""

    def make(units: int = 20, periods: int = 40, rng_seed: int = 1) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        n = units * periods
        code = rng.choice(3, n, p=[0.6, 0.37, 0.03])
        grain, colour = ORE_MEANS[code].T + rng.standard_normal((2, n))
        colour[rng.random(n) < 0.02] = np.nan
        return pd.DataFrame(
            {
                "face": np.repeat([f"F-{i:02d}" for i in range(units)], periods),
                "day": np.tile(pd.date_range("2024-01-01", periods=periods, freq="D").to_numpy(), units),
                "grain": grain,
                "colour": colour,
                "tonnes": rng.normal(100, 10, n),
                "ore": np.array(["oxide", "sulfide", "rare"])[code],
            }
        )

    return make


@pytest.fixture(scope="session")
def toy_sorting_seed() -> Iterator[Seed]:
    """Seed of a made-up sorting process without physics module or plant."""
    yield from unchanged("toy_scrap")


@pytest.fixture(scope="session")
def toy_sorting_frame() -> Callable[..., pd.DataFrame]:
    """Return a maker of a toy sorter's raw table as a historian stores it, with hourly lots."""

    def make(lots: int = 60, pieces: int = 60, rng_seed: int = 1) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        n = lots * pieces
        mix = np.exp(rng.normal(0, 0.3, (lots, 4))) * TOY_SHARES
        code = np.concatenate([rng.choice(4, pieces, p=share / share.sum()) for share in mix])
        signals = TOY_MEANS[code] + rng.standard_normal((n, 3))
        signals[rng.random(n) < 0.02, 2] = np.nan
        start = np.repeat(pd.date_range("2024-01-01", periods=lots, freq="h").to_numpy(), pieces)
        return pd.DataFrame(
            {
                "lot": np.repeat([f"L-{i + 1:05d}" for i in range(lots)], pieces),
                "passed_at": start + np.tile(np.arange(pieces), lots) * np.timedelta64(100, "ms"),
                "s1": signals[:, 0],
                "s2": signals[:, 1],
                "s3": signals[:, 2],
                "mass": np.exp(rng.normal(3.4, 0.6, n)),
                "metal": np.array(["a", "b", "c", "other"])[code],
                "x": np.clip(
                    TOY_X[code] + 0.2 * rng.standard_normal(n) + 0.3 * (signals[:, 0] - TOY_MEANS[code, 0]), 0, None
                ),
                "z": np.clip(rng.normal(1, 0.3, n), 0, None),
            }
        )

    return make


@pytest.fixture(scope="session")
def toy_quality_seed() -> Iterator[Seed]:
    """Seed of a made-up process that grades its lots, without physics module or plant."""
    yield from unchanged("toy_lots")


@pytest.fixture(scope="session")
def toy_quality_frame() -> Callable[..., pd.DataFrame]:
    """Return a maker of a toy plant's raw table of lots: `p` and `q` rise with `u`, `r` is random."""

    def make(lines: int = 12, lots: int = 150, rng_seed: int = 1) -> pd.DataFrame:
        rng = np.random.default_rng(rng_seed)
        n = lines * lots
        u, v, setpoint = rng.standard_normal(n), rng.standard_normal(n), 50 + 5 * rng.standard_normal(n)
        errors = rng.multivariate_normal(np.zeros(3), [[0.09, 0.045, 0], [0.045, 0.09, 0], [0, 0, 0.09]], n)
        centre = np.column_stack([0.7 + 0.4 * u, 0.5 * u - 0.06 * (setpoint - 50), np.full(n, -0.4)])
        values = np.exp(centre + errors)
        reported = np.where(values < [0.5, 0.5, 0.5], -0.5, values)
        u[rng.random(n) < 0.02] = np.nan
        return pd.DataFrame(
            {
                "line": np.repeat([f"T-{i:02d}" for i in range(lines)], lots),
                "cast_at": np.tile(pd.date_range("2024-01-01", periods=lots, freq="D").to_numpy(), lines),
                "u": u,
                "v": v,
                "setpoint": setpoint,
                "p": reported[:, 0],
                "q": reported[:, 1],
                "r": reported[:, 2],
                "crack": (rng.random(n) < 1 / (1 + np.exp(5.5 - v))).astype(np.float64),
            }
        )

    return make


def saver(make: Callable[..., object], store: Path) -> Callable[..., object]:
    """Return a saver of models that are made once; each copy may be changed by its test.

    What it is given beside the folder is passed on to `make`, which makes a model.
    """
    from models.storage import model_files

    made: dict[tuple[tuple[str, object], ...], tuple[object, Path]] = {}

    def save(folder: Path, **how: object) -> object:
        which = tuple(sorted(how.items()))
        if which not in made:
            made[which] = make(**how), store / f"{len(made)}"
            model_files.save(*made[which])
        model, files_of_it = made[which]
        shutil.copytree(files_of_it, folder)
        return copy.deepcopy(model)

    return save


@pytest.fixture(scope="session")
def save_toy_grader(
    toy_quality_seed: Seed, toy_quality_frame: Callable[..., pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., object]:
    """Return a saver of a toy quality model, trained on the older half of the lots, then calibrated."""
    from models.quality.candidates import build
    from models.quality.grader import grader
    from models.table.contract import check
    from models.table.inputs import matrix

    def make(candidate: str = "linear") -> object:
        seed = toy_quality_seed
        table = check(toy_quality_frame(), seed).table.sort_values("cast_at", kind="stable")
        X = matrix(table, seed)
        Y = table[[column.name for column in seed.by_role("target")]].to_numpy()
        old, new = slice(None, len(X) // 2), slice(len(X) // 2, None)
        estimator = build(seed)[candidate].fit(X[old], Y[old])
        predictions = estimator.predict(X[new])
        return grader(seed, candidate, estimator, X[old], Y[new, :3], Y[new, 3:], predictions, {"rows": len(X) // 2})

    return saver(make, tmp_path_factory.mktemp("graders"))


@pytest.fixture(scope="session")
def save_toy_model(toy_seed: Seed, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., object]:
    """Saver of a line fitted to the toy process, with 40 calibration rows, whose answers may be raised."""
    from models.regression.calibration import conformalised
    from models.tasks import build

    def make(lift: float = 0.0) -> object:
        rng = np.random.default_rng(1)
        X = rng.normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (240, 3))
        y = 90 + 0.5 * (X[:, 1] - 10) - 2 * (X[:, 2] - 4) + rng.normal(0, 0.5, 240) + lift
        estimator = build(toy_seed)["linear"].fit(X[:200], y[:200])
        predicted = estimator.predict(X[200:])
        return conformalised(toy_seed, "linear", estimator, X[:200], y[200:], predicted, {"rows": 200})

    return saver(make, tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="session")
def save_toy_classifier(
    toy_class_seed: Seed, toy_class_frame: Callable[..., pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., object]:
    """Return a saver of a toy classifier, trained on the older 25 days, then calibrated on 15."""
    from models.classification.candidates import build
    from models.classification.model import classifier
    from models.table.inputs import matrix

    def make(candidate: str = "linear") -> object:
        seed, frame = toy_class_seed, toy_class_frame().sort_values("day", kind="stable")
        X, y = matrix(frame, seed), pd.Categorical(frame["ore"], seed.classes).codes.astype(np.float64)
        old, new = slice(None, 500), slice(500, None)
        estimator = build(seed)[candidate].fit(X[old], y[old])
        p = estimator.predict_proba(X[new])
        return classifier(seed, candidate, estimator, X[old], y[old], X[new], y[new], p, {"rows": 500})

    return saver(make, tmp_path_factory.mktemp("classifiers"))


@pytest.fixture(scope="session")
def save_toy_sorter(
    toy_sorting_seed: Seed, toy_sorting_frame: Callable[..., pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., object]:
    """Saver of a sorting model of the toy process into a folder: 40 lots learnt, 20 to calibrate."""
    from models.sorting.candidates import build
    from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
    from models.table.inputs import matrix

    def make(candidate: str = "linear") -> object:
        seed, frame = toy_sorting_seed, toy_sorting_frame()
        X, contents, lots = matrix(frame, seed), frame[["x", "z"]].to_numpy(), frame["lot"].to_numpy()
        y = pd.Categorical(frame["metal"], seed.classes).codes.astype(np.float64)
        old, new = slice(None, 2400), slice(2400, None)
        estimator = build(seed)[candidate].fit(X[old], y[old])
        older = X[old], y[old], contents[old]
        newer = X[new], y[new], contents[new], frame["mass"].to_numpy()[new], lots[new], estimator.predict_proba(X[new])
        return sorter(seed, candidate, estimator, LaboratoryPieces(*older), CalibrationPieces(*newer), {"rows": 2400})

    return saver(make, tmp_path_factory.mktemp("sorters"))


@pytest.fixture
def run_here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Return a runner of a command in this process, whose libraries are already loaded."""
    from nonferrous.command_line import main

    def done(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        handler = signal.getsignal(signal.SIGTERM)
        capfd.readouterr()
        with monkeypatch.context() as patched:
            # A command given --seeds sets it for the rest of its process.
            patched.setenv("NONFERROUS_SEEDS", os.environ.get("NONFERROUS_SEEDS", ""))
            patched.setattr(sys, "argv", ["nonferrous", *map(str, arguments)])
            with pytest.raises(SystemExit) as end:
                main()
        signal.signal(signal.SIGTERM, handler)
        return subprocess.CompletedProcess(arguments, end.value.code or 0, *capfd.readouterr())

    return done


@pytest.fixture
def mlflow_server(tmp_path: Path) -> Callable[[str, str], AbstractContextManager[str]]:
    """Starter of MLflow's own scoring server for the champion of a process, in a store by its address."""
    return lambda process, uri: served(process, uri, tmp_path / "mlflow.log")


@contextmanager
def served(process: str, uri: str, log: Path) -> Iterator[str]:
    """Start MLflow's scoring server for a champion on a free port; `log` is its log."""
    from system.programs import free_port

    port = free_port()
    address = f"http://127.0.0.1:{port}"
    model = f"models:/{process}@champion"
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", model, "--env-manager", "local"]
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = os.environ | {"MLFLOW_TRACKING_URI": uri, "MLFLOW_DISABLE_TELEMETRY": "true", "PATH": path}
    with server([*command, "--port", str(port)], f"{address}/ping", log, env=environment):
        yield address
