"""One model of several targets: what it answers, and its files."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.processes.causes import by_cause
from models.pyfunc import TableModel
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets, together
from models.storage import model_files
from models.storage.model_files import ModelFilesError
from models.tasks import baseline, build
from seeds import Seed, load
from seeds.format.loader import parse

CANDIDATES = {"loss": "lightgbm", "iron": "linear"}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load(Path(__file__).parents[2] / "toys" / "toy_melts.toml")


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    X = np.random.default_rng(1).normal([3.0, 20.0, 10.0, 4.0], [1.0, 2.0, 1.0, 0.5], (260, 4))
    X[::9, 1] = np.nan
    return X


def one_of(seed: Seed, name: str, X: np.ndarray) -> RegressionModel:
    alone, noise = seed.for_target(name), np.random.default_rng(2).normal(0, 0.3, len(X))
    y = noise + (3 + 0.8 * (X[:, 2] - 10) if name == "loss" else 20 + 4 * (X[:, 3] - 4))
    estimator = build(alone)[CANDIDATES[name]].fit(X[:200], y[:200])
    return conformalised(alone, CANDIDATES[name], estimator, X[:200], y[200:], estimator.predict(X[200:]), {"of": name})


@pytest.fixture(scope="module")
def model(seed: Seed, rows: np.ndarray) -> SeveralTargets:
    return together(seed, {name: one_of(seed, name, rows) for name in CANDIDATES}, {"rows": 200})


@pytest.fixture(scope="module")
def model_folder(model: SeveralTargets, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("several") / "model"
    model_files.save(model, folder)
    return folder


@pytest.fixture
def folder(model_folder: Path, tmp_path: Path) -> Path:
    """Folder of the model that a test may change."""
    return Path(shutil.copytree(model_folder, tmp_path / "model"))


def test_it_answers_as_its_models_do(model: SeveralTargets, rows: np.ndarray) -> None:
    answers = model.answer(rows, 0.8)
    assert list(answers) == ["loss", "iron"]
    for name, one in model.models.items():
        np.testing.assert_array_equal(answers[name], one.answer(rows, 0.8)[name])
    assert model.candidate == "lightgbm, linear"
    assert baseline(model.seed) == "persistence, persistence"
    assert list(model.columns(rows)) == ["loss", "loss_low", "loss_high", "iron", "iron_low", "iron_high"]


def test_a_flag_of_all_targets_stands_once_and_one_of_a_target_names_it(model: SeveralTargets) -> None:
    X = np.array([[3.0, 20.0, 10.0, 4.0], [3.0, 20.0, 10.0, 7.9]])
    answers = model.answer(X, 0.9)
    far = {"iron": answers["iron"]._replace(value=np.array([20.0, 999.0]))}
    assert model.flags(X) == [[], ["z outside training range"]]
    assert model.flags(X, answers | far)[1] == ["z outside training range", "iron predicted outside physical range"]


def test_physics_is_of_the_first_target() -> None:
    """Aluminium reduction with a second target: nothing is computed of it."""
    first = load("aluminium_reduction")
    column = (
        '[[columns]]\nname = "scrap"\nrole = "target"\ndescription = "metal lost"\nunit = "kg/t"\nlow = 0\nhigh = 99\n'
        'typical = { mean = 5, sd = 1 }\nsource = "assumed: a test"\n\n'
    )
    target = '\n[targets.scrap]\nunit = "kg/t"\ndescription = "metal lost"\nsource = "assumed: a test"\n'
    text = first.text.replace("[targets.", column + "[targets.", 1) + target
    seed = parse(text, Path("aluminium_reduction.toml"))
    assert list(seed.quantities) == [*first.quantities, "scrap"]
    own, other = seed.for_target(first.target.name), seed.for_target("scrap")
    assert list(build(own)) == list(build(first))
    assert list(build(other)) == ["mean", "linear", "lightgbm"]
    inputs = [column.name for column in seed.inputs]
    parts = np.ones((2, len(inputs)))
    assert by_cause(own, inputs, parts) is not None
    assert by_cause(other, inputs, parts) is None


def test_models_of_other_targets_are_refused(seed: Seed, model: SeveralTargets) -> None:
    with pytest.raises(ValueError, match="models: got iron, expected loss, iron"):
        together(seed, {"iron": model.models["iron"]}, {})


def test_a_stored_model_comes_back_and_answers_bit_for_bit(
    model: SeveralTargets, model_folder: Path, rows: np.ndarray
) -> None:
    back = model_files.load(model_folder)
    assert isinstance(back, SeveralTargets)
    assert (back.seed, back.candidate, back.info) == (model.seed, model.candidate, model.info)
    for coverage in (0.5, 0.9):
        answers, expected = back.answer(rows, coverage), model.answer(rows, coverage)
        for name in CANDIDATES:
            np.testing.assert_array_equal(answers[name], expected[name])
    assert back.flags(rows) == model.flags(rows)
    assert [one.info for one in back.models.values()] == [{"of": "loss"}, {"of": "iron"}]


def test_trees_that_were_changed_are_named_with_their_target(model_folder: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(model_folder, tmp_path / "changed"))
    name = "0.trees.lightgbm.txt"
    content = (folder / name).read_bytes().replace(b"\nnum_class=1\n", b"\nnum_class=2\n", 1)
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    (folder / name).write_bytes(content)
    manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    words = r"changed: target loss: trees.lightgbm.txt: header: num_tree_per_iteration: got '1', expected 2 as"
    with pytest.raises(ModelFilesError, match=words):
        model_files.load(folder)


def test_files_of_each_target_bear_its_number(model_folder: Path) -> None:
    names = {path.name for path in model_folder.iterdir()}
    assert names == {"0.trees.lightgbm.txt", *model_files._OWN_FILES} - {model_files.SIGNATURE}  # nobody has signed it
    assert all(map(model_files.is_known, names))
    assert model_files.is_known(model_files.SIGNATURE)
    for strange in (
        "x.trees.lightgbm.txt",
        "1.model.json",
        "1.trees.pkl",
        "1..trees.lightgbm.txt",
        "1/trees.lightgbm.txt",
    ):
        assert not model_files.is_known(strange)


@pytest.mark.parametrize("name", ["0.trees.lightgbm.txt", "model.json"])
def test_a_changed_file_of_any_target_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelFilesError, match=rf"{name}: got sha256"):
        model_files.load(folder)


def test_answers_of_another_target_fail_the_self_test(folder: Path) -> None:
    """Who may write the whole folder swaps the calibration of the two targets: every digest is right."""
    described = json.loads((folder / model_files.MODEL).read_bytes())
    one, other = described["targets"].values()
    one["state"], other["state"] = other["state"], one["state"]
    content = json.dumps(described).encode()
    (folder / model_files.MODEL).write_bytes(content)
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    manifest["files"][model_files.MODEL] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ModelFilesError, match="self-test: loss_low of row 0"):
        model_files.load(folder)


def test_a_model_of_one_of_the_targets_says_which(model: SeveralTargets, rows: np.ndarray, tmp_path: Path) -> None:
    one = model.models["iron"]
    model_files.save(one, tmp_path / "iron")
    back = model_files.load(tmp_path / "iron")
    assert (back.seed, back.seed.target.name) == (one.seed, "iron")
    np.testing.assert_array_equal(back.answer(rows, 0.9)["iron"], one.answer(rows, 0.9)["iron"])


def test_the_generic_door_gives_one_target_or_all(model: SeveralTargets, rows: np.ndarray) -> None:
    table = pd.DataFrame(rows[:7], columns=list(model.names))
    whole = TableModel(model).predict(table)
    assert list(whole) == list(model.columns(rows))
    for name in CANDIDATES:
        pd.testing.assert_series_equal(TableModel(model).predict(table, {"answer": name}), whole[name])
