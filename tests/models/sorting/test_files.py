"""Sorting models as files: what `test_models_files` says of all models is not said again."""

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.pyfunc import _load_pyfunc
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.sorting.model import SortingModel
from models.storage import estimator_files, model_files
from models.storage.model_files import ModelFilesError, load, save
from models.table.inputs import matrix
from models.tasks import build
from seeds import Seed
from seeds.format.loader import parse
from tests.suite.physics import physics_type, state_process

NAMES = ("majority", "first_principles", "linear", "lightgbm", "lightgbm_physics")
CENTRES = np.array([[0.0, 0.0, 0.0], [3.0, 0.0, 1.0], [0.0, 3.0, 2.0], [-9.0, 9.0, -6.0]])


def class_scores(columns: Any) -> np.ndarray:
    signals = np.column_stack([columns["s1"], columns["s2"], columns["s3"]])
    return np.asarray(-0.5 * ((signals[:, None] - CENTRES) ** 2).sum(axis=2))


@pytest.fixture
def physics(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = physics_type(
        features=(SimpleNamespace(name="difference", sign=0),),
        computed=lambda columns: {"difference": columns["s1"] - columns["s2"]},
        class_scores=class_scores,
    )
    state_process(monkeypatch, "toy_scrap", physics=toy)


def fitted_model(seed: Seed, frame: pd.DataFrame, name: str) -> SortingModel:
    """A candidate that has learnt half of a toy table and is calibrated on the other."""
    X, contents = matrix(frame, seed), frame[["x", "z"]].to_numpy()
    codes = pd.Categorical(frame["metal"], categories=list(seed.classes)).codes.astype(np.float64)
    old, new = slice(len(X) // 2), slice(len(X) // 2, None)
    estimator = build(seed)[name].fit(X[old], codes[old])
    learned = LaboratoryPieces(X[old], codes[old], contents[old])
    lots, p = frame["lot"].to_numpy(dtype=object)[new], estimator.predict_proba(X[new])
    predictions = CalibrationPieces(X[new], codes[new], contents[new], X[new, 3], lots, p)
    return sorter(seed, name, estimator, learned, predictions, {"data": "sha256:0", "rows": len(X)})


@pytest.fixture
def frame(toy_sorting_frame: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return toy_sorting_frame(lots=24, pieces=40)


@pytest.fixture
def folder(toy_sorting_seed: Seed, frame: pd.DataFrame, tmp_path: Path) -> Path:
    save(fitted_model(toy_sorting_seed, frame, "lightgbm"), tmp_path / "model")
    return tmp_path / "model"


def change(folder: Path, name: str, edit: Callable[[dict[str, Any]], None]) -> None:
    """Edit a JSON file and its entry in the manifest, as one would who may write the whole folder."""
    content = json.loads((folder / name).read_bytes())
    edit(content)
    data = json.dumps(content).encode()
    (folder / name).write_bytes(data)
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    manifest["files"][name] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.usefixtures("physics")
@pytest.mark.parametrize("name", NAMES)
def test_a_model_comes_back_as_it_was(name: str, toy_sorting_seed: Seed, frame: pd.DataFrame, tmp_path: Path) -> None:
    model, X, lots = fitted_model(toy_sorting_seed, frame, name), matrix(frame, toy_sorting_seed), list(frame["lot"])
    save(model, tmp_path / "model")
    back = load(tmp_path / "model")
    assert isinstance(back, SortingModel)
    assert (back.seed, back.candidate, back.info) == (model.seed, name, model.info)
    assert (back.temperature, back.risk_price) == (model.temperature, model.risk_price)
    for field in ("feed_contents", "ranges", "complete", "examples"):
        np.testing.assert_array_equal(getattr(back, field), getattr(model, field))
    for column, predictions in model.columns(X).items():
        np.testing.assert_array_equal(back.columns(X)[column], predictions)
    one, other = (each.sort(X, lots) for each in (model, back))
    np.testing.assert_array_equal(one.bin, other.bin)
    assert {lot: state.to_dict(model.seed) for lot, state in one.states.items()} == {
        lot: state.to_dict(model.seed) for lot, state in other.states.items()
    }
    assert back.flags(X) == model.flags(X)


def test_a_model_without_contents_and_limits_comes_back(
    toy_sorting_seed: Seed, frame: pd.DataFrame, tmp_path: Path
) -> None:
    text = re.sub(r"limits = .*\n|co_ejection = .*\n", "", toy_sorting_seed.text)
    for head in ('[[columns]]\nname = "x"', '[[columns]]\nname = "z"', "[targets.x]", "[targets.z]"):
        start = text.index(head)
        text = text[:start] + text[text.index("\n\n", start) + 2 :]
    seed = parse(text, Path("toy_scrap.toml"))
    assert seed.elements == ()
    X, codes = matrix(frame, seed), pd.Categorical(frame["metal"], list(seed.classes)).codes.astype(np.float64)
    lots, none = frame["lot"].to_numpy(dtype=object), np.empty((len(X), 0))
    estimator = build(seed)["linear"].fit(X, codes)
    predictions = CalibrationPieces(X, codes, none, X[:, 3], lots, estimator.predict_proba(X))
    model = sorter(seed, "linear", estimator, LaboratoryPieces(X, codes, none), predictions, {})
    assert np.isnan(model.risk_price)
    save(model, tmp_path / "model")
    back = load(tmp_path / "model")
    assert isinstance(back, SortingModel)
    np.testing.assert_array_equal(back.sort(X, list(lots)).bin, model.sort(X, list(lots)).bin)
    assert set(back.columns(X)) == {"metal", "p_a", "p_b", "p_c", "p_other", "bin", "expected_value"}


@pytest.mark.usefixtures("physics")
@pytest.mark.parametrize("name", NAMES)
def test_files_are_text_alone(name: str, toy_sorting_seed: Seed, frame: pd.DataFrame, tmp_path: Path) -> None:
    save(fitted_model(toy_sorting_seed, frame, name), tmp_path / "model")
    trees = {estimator_files.TREES_FILE} if name.startswith("lightgbm") else set()
    expected = {model_files.SEED, model_files.MODEL, model_files.SELF_TEST, model_files.MANIFEST} | trees
    assert {path.name for path in (tmp_path / "model").iterdir()} == expected
    for path in (tmp_path / "model").iterdir():
        text = path.read_text(encoding="utf-8")
        assert text.isprintable() or {character for character in text if not character.isprintable()} <= {"\n", "\t"}


def test_same_model_has_the_same_digest(
    toy_sorting_seed: Seed, frame: pd.DataFrame, folder: Path, tmp_path: Path
) -> None:
    save(fitted_model(toy_sorting_seed, frame, "lightgbm"), tmp_path / "again")
    assert model_files.digest(tmp_path / "again") == model_files.digest(folder)


def test_a_changed_byte_is_refused(folder: Path) -> None:
    content = bytearray((folder / model_files.MODEL).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / model_files.MODEL).write_bytes(content)
    with pytest.raises(ModelFilesError, match=r"model\.json: got sha256"):
        load(folder)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda state: state.update(temperature=2 * state["temperature"]), "self-test: p_"),
        (lambda state: state["contents"]["lines"]["constant"][0].__setitem__(0, 99.0), "self-test: x"),
        (lambda state: state["novelty"].update(threshold=0.0), "self-test: bin of row 0: got .*'rest'"),
        (lambda state: state["contents"].update(carried=[False, False]), "self-test: got .*'p_other'.* expected .*'x'"),
        (lambda state: state["contents"].update(features=["mass_twice"]), r"features: got \['mass_twice'\]"),
        (lambda state: state.pop("risk_price"), r"KeyError\('risk_price'\)"),
    ],
)
def test_another_state_is_refused(folder: Path, edit: Callable[[dict[str, Any]], None], message: str) -> None:
    change(folder, model_files.MODEL, lambda content: edit(content["state"]))
    with pytest.raises(ModelFilesError, match=message):
        load(folder)


def test_texts_of_the_self_test_are_compared_exactly(folder: Path) -> None:
    def spoil(content: dict[str, Any]) -> None:
        content["told"]["bin"][1] += " "

    change(folder, model_files.SELF_TEST, spoil)
    with pytest.raises(ModelFilesError, match=r"self-test: bin of row 1: got .*expected .* as when"):
        load(folder)


def test_table_in_table_out(folder: Path, frame: pd.DataFrame, toy_sorting_seed: Seed) -> None:
    loaded = _load_pyfunc(str(folder))
    predictions = loaded.predict(frame.set_index("lot"))
    assert list(predictions.index) == list(frame["lot"])
    expected = loaded.model.columns(matrix(frame, toy_sorting_seed))
    assert list(predictions) == list(expected)
    assert set(predictions["metal"]) == set(toy_sorting_seed.classes)
    np.testing.assert_array_equal(predictions["p_a"], expected["p_a"])


def test_what_is_learnt_of_spreads_is_kept(toy_spread_seed: Seed, frame: pd.DataFrame, tmp_path: Path) -> None:
    model = fitted_model(toy_spread_seed, frame, "linear")
    save(model, tmp_path / "model")
    back = load(tmp_path / "model")
    assert isinstance(back, SortingModel)
    assert model.spread is not None
    assert back.spread is not None
    for part in ("limits", "usual", "edges", "own", "feed"):
        np.testing.assert_array_equal(getattr(back.spread, part), getattr(model.spread, part))
    X, lots = matrix(frame, toy_spread_seed), frame["lot"].to_numpy(dtype=object)
    np.testing.assert_array_equal(back.sort(X, lots).bin, model.sort(X, lots).bin)
