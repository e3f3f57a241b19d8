"""Quality models as files: what `test_models_files` says of all models is not said again."""

import hashlib
import json
import math
import pickletools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.pyfunc import _load_pyfunc
from models.quality.candidates import build
from models.quality.grader import grader
from models.quality.model import QualityModel
from models.storage import estimator_files, model_files
from models.storage.model_files import ModelFilesError, load, save
from models.table.contract import check
from models.table.inputs import matrix
from models.tasks import task_of
from seeds import Seed
from tests.suite.physics import physics_type, state_process

NAMES = ("persistence", "first_principles", "linear", "lightgbm", "lightgbm_physics")
PHYSICS = physics_type(
    features=(SimpleNamespace(name="lift", sign=0),),
    computed=lambda columns: {"lift": columns["u"] - 0.1 * columns["setpoint"]},
    contents=lambda columns: {
        "p": 2 * np.exp(0.4 * columns["u"]),
        "q": np.exp(0.5 * columns["u"] - 0.06 * (columns["setpoint"] - 50)),
    },
)


@pytest.fixture
def _physics(monkeypatch: pytest.MonkeyPatch) -> None:
    state_process(monkeypatch, "toy_lots", physics=PHYSICS)


@pytest.fixture
def table(toy_quality_seed: Seed, toy_quality_frame: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return check(toy_quality_frame(lines=8, lots=150), toy_quality_seed).table.sort_values("cast_at", kind="stable")


def fitted_model(seed: Seed, table: pd.DataFrame, name: str) -> QualityModel:
    """A candidate that has learnt half of a toy table and is calibrated on the other."""
    X, Y = matrix(table, seed), table[["p", "q", "r", "crack"]].to_numpy()
    estimator, old = build(seed)[name], len(X) // 2
    few = {"n_jobs": 1, "most_trees": 20}
    known = estimator.get_params()
    estimator.set_params(**{key: few[key.split("__")[-1]] for key in known if key.split("__")[-1] in few})
    estimator.fit(X[:old], Y[:old])
    predictions = estimator.predict(X[old:])
    return grader(
        seed, name, estimator, X[:old], Y[old:, :3], Y[old:, 3:], predictions, {"data": "sha256:0", "rows": old}
    )


@pytest.fixture
def folder(toy_quality_seed: Seed, table: pd.DataFrame, tmp_path: Path) -> Path:
    model = fitted_model(toy_quality_seed, table, "lightgbm")
    assert model.threshold > 0
    save(model, tmp_path / "model")
    return tmp_path / "model"


def rewrite(folder: Path, name: str, data: bytes) -> None:
    """Change a file and its entry in the manifest, as one would who may write the whole folder."""
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def change(folder: Path, name: str, edit: Callable[[dict[str, Any]], Any]) -> None:
    content = json.loads((folder / name).read_bytes())
    edit(content)
    rewrite(folder, name, json.dumps(content).encode())


@pytest.mark.usefixtures("_physics")
@pytest.mark.parametrize("name", NAMES)
def test_a_model_comes_back_as_it_was(name: str, toy_quality_seed: Seed, table: pd.DataFrame, tmp_path: Path) -> None:
    model, X = fitted_model(toy_quality_seed, table, name), matrix(table, toy_quality_seed)
    save(model, tmp_path / "model")
    back = load(tmp_path / "model")
    assert isinstance(back, QualityModel)
    assert (back.seed, back.candidate, back.info) == (model.seed, name, model.info)
    assert back.threshold == model.threshold or (math.isnan(back.threshold) and math.isnan(model.threshold))
    for field in ("temperatures", "ranges", "complete", "examples"):
        np.testing.assert_array_equal(getattr(back, field), getattr(model, field))
    for column, predictions in model.columns(X).items():
        np.testing.assert_array_equal(back.columns(X)[column], predictions)
    assert back.flags(X) == model.flags(X)
    one, other = (each.remedies(X, each.assess(X)) for each in (model, back))
    assert one == other
    assert back.nearest(back.assess(X)) == model.nearest(model.assess(X))


@pytest.mark.usefixtures("_physics")
@pytest.mark.parametrize("name", NAMES)
def test_files_are_text_alone(name: str, toy_quality_seed: Seed, table: pd.DataFrame, tmp_path: Path) -> None:
    save(fitted_model(toy_quality_seed, table, name), tmp_path / "model")
    trees = {f"trees.{i}.lightgbm.txt" for i in range(4)} if name.startswith("lightgbm") else set()
    expected = {model_files.SEED, model_files.MODEL, model_files.SELF_TEST, model_files.MANIFEST} | trees
    assert {path.name for path in (tmp_path / "model").iterdir()} == expected
    for path in (tmp_path / "model").iterdir():
        text = path.read_text(encoding="utf-8")
        assert {character for character in text if not character.isprintable()} <= {"\n", "\t"}
        with pytest.raises(ValueError, match="opcode"):
            list(pickletools.genops(path.read_bytes()))


def test_a_model_that_may_release_nothing_comes_back(
    toy_quality_seed: Seed, table: pd.DataFrame, tmp_path: Path
) -> None:
    save(replace(fitted_model(toy_quality_seed, table, "linear"), threshold=math.nan), tmp_path / "model")
    back = load(tmp_path / "model")
    assert isinstance(back, QualityModel)
    assert math.isnan(back.threshold)


def test_same_model_has_the_same_digest(
    toy_quality_seed: Seed, table: pd.DataFrame, folder: Path, tmp_path: Path
) -> None:
    save(fitted_model(toy_quality_seed, table, "lightgbm"), tmp_path / "again")
    assert model_files.digest(tmp_path / "again") == model_files.digest(folder)


@pytest.mark.parametrize("name", [model_files.MODEL, model_files.SEED, model_files.SELF_TEST, "trees.2.lightgbm.txt"])
def test_a_changed_byte_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelFilesError, match=rf"{name.replace('.', '[.]')}: got sha256"):
        load(folder)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda content: content["state"]["temperatures"].__setitem__(0, 3.0), "self-test: p_crack"),
        (lambda content: content["state"].update(temperatures=[]), "self-test: the model gives no answer: IndexError"),
        (lambda content: content["state"].pop("threshold"), r"KeyError\('threshold'\)"),
        (
            lambda content: content["state"].update(threshold=None),
            "decision of row [0-9]: got .*'laboratory'",
        ),
        (lambda content: content["state"]["scatter"]["spread"].__setitem__(0, 2.0), "self-test: p_low"),
        (lambda content: content["state"]["scatter"]["joint"].reverse(), "scores: expected one dimension"),
        (lambda content: content["estimator"]["intercept_"].__setitem__(2, 0.0), "self-test: r"),
        (lambda content: content["estimator"].pop("slope_"), r"KeyError\('slope_'\)"),
        (lambda content: content.update(candidate="majority"), r"KeyError\('majority'\)"),
        (lambda content: content.update(candidate="persistence"), r"KeyError\('start_'\)"),
    ],
)
def test_another_state_is_refused(folder: Path, edit: Callable[[dict[str, Any]], Any], message: str) -> None:
    change(folder, model_files.MODEL, edit)
    with pytest.raises(ModelFilesError, match=message):
        load(folder)


class TestTrees:
    def test_those_of_another_output_are_refused(self, folder: Path) -> None:
        one, other = ((folder / f"trees.{i}.lightgbm.txt").read_bytes() for i in (0, 1))
        assert one != other
        rewrite(folder, "trees.0.lightgbm.txt", other)
        with pytest.raises(ModelFilesError, match="self-test: p of row"):
            load(folder)

    def test_a_missing_file_is_named(self, folder: Path) -> None:
        (folder / "trees.3.lightgbm.txt").unlink()
        with pytest.raises(ModelFilesError, match=r"trees\.3\.lightgbm\.txt: missing"):
            load(folder)

    def test_an_output_without_trees_is_refused(self, folder: Path) -> None:
        (folder / "trees.3.lightgbm.txt").unlink()
        manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
        manifest["files"].pop("trees.3.lightgbm.txt")
        (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        with pytest.raises(ModelFilesError, match=r"KeyError\('trees\.3\.lightgbm\.txt'\)"):
            load(folder)

    def test_trees_on_other_columns_are_refused(
        self, folder: Path, toy_quality_seed: Seed, table: pd.DataFrame
    ) -> None:
        import lightgbm

        X = matrix(table, toy_quality_seed)[:, :2]
        small = lightgbm.train({"verbosity": -1}, lightgbm.Dataset(X, X[:, 1]), num_boost_round=1)
        rewrite(folder, "trees.1.lightgbm.txt", small.model_to_string().encode())
        with pytest.raises(ModelFilesError, match=r"trees\.1\.lightgbm\.txt: trees take 2 columns, the estimator 4"):
            load(folder)

    @pytest.mark.parametrize(
        "name", ["trees.1000.lightgbm.txt", "trees.x.lightgbm.txt", "trees.1.lightgbm.txt.bak", "a.pkl"]
    )
    def test_strange_files_are_refused(self, folder: Path, name: str) -> None:
        assert not estimator_files.is_known(name)
        (folder / name).write_text("x", encoding="utf-8")
        with pytest.raises(ModelFilesError, match=f"unknown files: {name}"):
            load(folder)


def test_texts_of_the_self_test_are_compared_exactly(folder: Path) -> None:
    change(folder, model_files.SELF_TEST, lambda content: content["told"]["decision"].__setitem__(1, "downgrade "))
    with pytest.raises(ModelFilesError, match=r"self-test: decision of row 1: got .*expected .* as when"):
        load(folder)


def test_a_process_that_grades_has_quality_models(
    toy_quality_seed: Seed, toy_seed: Seed, toy_sorting_seed: Seed
) -> None:
    assert task_of(toy_quality_seed).model is QualityModel
    assert task_of(toy_seed).model is not QualityModel
    assert task_of(toy_sorting_seed).model is not QualityModel


def test_table_in_table_out(folder: Path, table: pd.DataFrame, toy_quality_seed: Seed) -> None:
    loaded = _load_pyfunc(str(folder))
    predictions = loaded.predict(table.set_index("line"))
    assert list(predictions.index) == list(table["line"])
    expected = loaded.model.columns(matrix(table, toy_quality_seed))
    assert list(predictions) == list(expected)
    np.testing.assert_array_equal(predictions["p_prime"], expected["p_prime"])
    assert set(predictions["decision"]) <= {"release", "downgrade", "laboratory"}
