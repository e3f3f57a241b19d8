"""Candidates compared with persistence, ridge, LightGBM and CatBoost at defaults, on ten plant tables.

    make bench-peers        # CatBoost stands in a folder of its own, which this target fills

Each table is drafted and read as a newcomer would (`nonferrous seeds draft`), and split by time, by whole units or by
the order of its rows. All learn the same rows and are measured on the same later ones: RMSE of a number, log loss of a
class. Ours is the candidate that the calibrate rows select, its settings chosen on the train rows alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from benchmarks.aims.page import filled
from models.tasks import build
from seeds import Seed, load
from tests.suite.plant_tables import TABLES, PlantTable
from training.core.dataset import Dataset, read
from training.core.fitting import fit, model_of, selected, with_few_threads
from training.core.splits import Split, split
from training.tasks import task_of

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "peers.json", ROOT / "docs" / "results" / "peers.md"
NAME = "peers"
PEERS = ("baseline", "linear", "LightGBM", "CatBoost")

Floats = npt.NDArray[np.float64]


def drafted(table: PlantTable, folder: Path) -> tuple[Seed, Path]:
    """Seed of a table as the command drafts it, and the table's file."""
    file, seed = folder / table.file, folder / f"{table.name}.toml"
    table.write(file)
    command = [sys.executable, "-m", "nonferrous", "seeds", "draft", str(file), "--target", table.target]
    subprocess.run([*command, *table.options, "--out", str(seed)], check=True, capture_output=True)
    return load(seed), file


def ours(data: Dataset, parts: Split) -> tuple[str, float]:
    """Name and test error of the candidate that the calibrate rows select."""
    learner, candidates = task_of(data.seed).learner, {}
    for name, estimator in build(data.seed).items():
        fitted = fit(learner, with_few_threads(estimator, len(data.y)), data, parts)
        model, metrics = model_of(fitted, learner, name, data, parts, {})
        answers = learner.predictions_of(learner.answers(model, data, parts))
        candidates[name] = metrics, np.asarray(answers)[parts.test]
    best = selected(learner.selected_by, {name: metrics for name, (metrics, _) in candidates.items()})
    return best, error(data, parts, candidates[best][1])


def error(data: Dataset, parts: Split, predicted: Floats) -> float:
    """RMSE of numbers, or log loss of class probabilities, on the test rows."""
    label = data.y[parts.test]
    if data.seed.classes:
        return float(-np.log(np.maximum(predicted[np.arange(len(label)), label.astype(int)], 1e-15)).mean())
    return float(np.sqrt(np.mean((predicted - label) ** 2)))


def peer(name: str, data: Dataset, parts: Split) -> float:
    """Test error of a peer with default settings, trained on the same rows as the candidates."""
    if name == "baseline":
        return error(data, parts, _baseline(data, parts))
    texts = [i for i, column in enumerate(data.seed.inputs) if column.values]
    model = _made(name, bool(data.seed.classes), texts)
    X, y = _frame(data.X, texts), data.y[parts.learnt]
    fitted = model.fit(X.iloc[parts.learnt], y.astype(int) if data.seed.classes else y)
    if not data.seed.classes:
        return error(data, parts, np.asarray(fitted.predict(X.iloc[parts.test])))
    shares = np.zeros((len(parts.test), len(data.seed.classes)))
    shares[:, np.asarray(fitted.classes_, dtype=int)] = fitted.predict_proba(X.iloc[parts.test])
    return error(data, parts, shares)


def _frame(X: Floats, texts: list[int]) -> pd.DataFrame:
    """Inputs as a peer is given them: texts as categories, the rest as numbers."""
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])])
    return frame.astype({f"x{i}": "str" for i in texts}).astype({f"x{i}": "category" for i in texts})


def _baseline(data: Dataset, parts: Split) -> Floats:
    """Baseline: last available label, mean, or class shares."""
    y = data.y[parts.learnt]
    if data.seed.classes:
        shares = np.bincount(y.astype(int), minlength=len(data.seed.classes)) / len(y)
        return np.tile(shares, (len(parts.test), 1))
    mean = np.full(len(parts.test), y.mean())
    lag = next((i for i, c in enumerate(data.seed.inputs) if c.previous and c.lent_by == data.seed.target.name), None)
    if lag is None:
        return mean
    last = data.X[parts.test, lag]
    return np.where(np.isnan(last), mean, last)


def _made(name: str, is_class: bool, texts: list[int]) -> Any:
    """A peer at its defaults."""
    if name == "LightGBM":
        kind = lightgbm.LGBMClassifier if is_class else lightgbm.LGBMRegressor
        return kind(verbosity=-1, n_jobs=1)
    if name == "CatBoost":
        from catboost import CatBoostClassifier, CatBoostRegressor  # stands in no environment but that of this command

        kind = CatBoostClassifier if is_class else CatBoostRegressor
        return kind(verbose=0, allow_writing_files=False, thread_count=1, cat_features=[f"x{i}" for i in texts])
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    columns = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), [f"x{i}" for i in texts]), remainder=numbers
    )
    line = LogisticRegression(max_iter=1000) if is_class else RidgeCV(alphas=np.logspace(-3, 3, 13))
    return Pipeline([("columns", columns), ("line", line)])


def measured(table: PlantTable, folder: Path) -> dict[str, Any]:
    """Figures of one table."""
    seed, file = drafted(table, folder)
    data = read(file, seed)
    parts = split(data)
    seconds: dict[str, float] = {}

    def timed(name: str, measure: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        figures = measure()
        seconds[name] = time.perf_counter() - start
        return figures

    chosen, own = timed("ours", lambda: ours(data, parts))
    others = {name: timed(name, lambda name=name: peer(name, data, parts)) for name in PEERS}
    print(table.name, chosen, f"{own:.4g}", {name: f"{value:.4g}" for name, value in others.items()}, flush=True)
    return {
        "rows": len(data.table),
        "inputs": len(seed.inputs),
        "test_rows": len(parts.test),
        "measure": "log loss" if seed.classes else "RMSE",
        "unit": "" if seed.classes else seed.target.unit,
        "chosen": chosen,
        "ours": own,
        "peers": others,
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
    }


def tables(results: dict[str, dict[str, Any]]) -> str:
    """The figures as a table in Markdown."""
    lines = ["| table | rows | measure | ours | " + " | ".join(PEERS) + " | ours to the best of these |"]
    lines.append("|---|---|---|---|" + "---|" * (len(PEERS) + 1))
    for name, one in results.items():
        figures = [f"{one['ours']:.4g} ({one['chosen']})", *(f"{one['peers'][peer]:.4g}" for peer in PEERS)]
        ratio = one["ours"] / min(one["peers"].values())
        measure = f"{one['measure']} {one['unit']}".strip()
        lines.append(f"| {name} | {one['rows']} | {measure} | {' | '.join(figures)} | {ratio:.3f} |")
    return "\n".join(lines)


def with_table(page: str, figures: dict[str, dict[str, Any]]) -> str:
    """The page with its table made from the figures."""
    return filled(page, NAME, tables(figures).splitlines())


def main() -> None:
    """Measure all tables, or those that are named, and write figures and page."""
    stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    requested = sys.argv[1:] or [table.name for table in TABLES]
    for table in TABLES:
        if table.name in requested:
            with tempfile.TemporaryDirectory() as scratch:
                stored[table.name] = measured(table, Path(scratch))
    stored = {table.name: stored[table.name] for table in TABLES if table.name in stored}
    RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
