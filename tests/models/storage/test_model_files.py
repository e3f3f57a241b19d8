import hashlib
import json
import pickletools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.online.received import Interval
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.storage import estimator_files, model_files
from models.storage.model_files import ModelFilesError, load, save
from models.tasks import CANDIDATES, build
from models.uncertainty.adaptive_intervals import AdaptiveInterval
from models.uncertainty.intervals import CoverageError
from seeds import Seed, load_all

SEEDS = {process: seed for process, seed in load_all().items() if not seed.classes and seed.quality is None}
CASES = [pytest.param(seed, name, id=f"{process}-{name}") for process, seed in SEEDS.items() for name in build(seed)]
COVERAGE = 0.9


def fitted_model(seed: Seed, name: str, n: int = 300) -> tuple[RegressionModel, np.ndarray]:
    """A candidate that has learnt from rows around the typical state, and such rows, some with gaps."""
    rng = np.random.default_rng(0)
    mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs if c.typical is not None]).T
    low, high = np.array([column.limits for column in seed.inputs]).T
    z = rng.normal(size=(n, len(mean)))
    X = np.clip(mean + sd * z, low, high)
    X[rng.random(X.shape) < 0.03] = np.nan
    typical = seed.target.typical
    assert typical is not None
    y = typical.mean + typical.sd * (z[:, 0] - z[:, 1] * z[:, 2] + 0.5 * rng.normal(size=n))
    fit, calibrate = slice(None, 200), slice(200, None)
    estimator = build(seed)[name].fit(X[fit], y[fit])
    info = {"data": "sha256:0", "rows": n, "period": ["2024-01-01", "2025-01-01"]}
    return conformalised(seed, name, estimator, X[fit], y[calibrate], estimator.predict(X[calibrate]), info), X


@pytest.fixture(scope="module")
def toy(toy_seed: Seed) -> RegressionModel:
    """A toy model of LightGBM."""
    return fitted_model(toy_seed, "lightgbm")[0]


@pytest.fixture
def folder(toy: RegressionModel, tmp_path: Path) -> Path:
    """Its folder."""
    path = tmp_path / "model"
    save(toy, path)
    return path


def test_recorded_answers_are_adaptive_as_those_of_models_stored_before(toy: RegressionModel, tmp_path: Path) -> None:
    errors = np.random.default_rng(1).normal(0.3, 0.1, 60)
    model = replace(toy, adaptive=AdaptiveInterval.new().taken(errors, np.abs(errors)))
    save(model, tmp_path / "adaptive")
    recorded = json.loads((tmp_path / "adaptive" / model_files.SELF_TEST).read_bytes())[model_files.ANSWERS]
    half = model.adaptive.level.half_width(COVERAGE) * model.spread(model.predict(model.examples))
    value = model.predict(model.examples) + model.adaptive.centre
    np.testing.assert_allclose(
        recorded["y_low"], np.minimum(value, np.maximum(value - half, model.seed.target.limits[0]))
    )
    again = load(tmp_path / "adaptive")
    assert again.interval == Interval("wider", 0)
    assert (again.columns(again.examples)["y_low"] <= np.array(recorded["y_low"])).all()


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Change a file and its entry in the manifest, as one would who may write the whole folder."""
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    if name != model_files.MANIFEST:
        (folder / name).write_bytes(content)
        manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def change(folder: Path, name: str, **values: Any) -> None:
    content = json.loads((folder / name).read_bytes()) | values
    if name == model_files.MANIFEST:
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    else:
        rewrite(folder, name, json.dumps(content).encode())


@pytest.mark.parametrize(("seed", "name"), CASES)
def test_a_model_comes_back_as_it_was(seed: Seed, name: str, tmp_path: Path) -> None:
    model, X = fitted_model(seed, name)
    save(model, tmp_path / "model")
    back = load(tmp_path / "model")
    assert (back.seed, back.candidate, back.info) == (seed, name, model.info)
    assert back.seed.digest == seed.digest
    for field in ("ranges", "complete", "examples"):
        np.testing.assert_array_equal(getattr(back, field), getattr(model, field))
    np.testing.assert_array_equal(back.conformal.scores, model.conformal.scores)
    answers, expected = back.answer(X, COVERAGE), model.answer(X, COVERAGE)
    assert list(answers) == list(expected)
    for quantity, answer in answers.items():
        np.testing.assert_array_equal(answer, expected[quantity])
    assert back.flags(X, answers) == model.flags(X, expected)


def is_pickle(content: bytes) -> bool:
    try:
        return any(opcode.name == "STOP" for opcode, _, _ in pickletools.genops(content))
    except (ValueError, DeprecationWarning):  # bytes that are no opcode, or text whose escapes Python does not know
        return False


@pytest.mark.parametrize("name", [name for name in CANDIDATES if name not in ("mean", "first_principles", "majority")])
def test_no_file_is_a_pickle(toy_seed: Seed, name: str, tmp_path: Path) -> None:
    save(fitted_model(toy_seed, name)[0], tmp_path / "model")
    written = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    assert all(map(model_files.is_known, written))
    for content in written.values():
        assert not is_pickle(content)
        assert b"\x80\x04" not in content[:2]
        assert content[:1] == b"{" or content[:4] in (b"PK\x03\x04", b"tree") or content.startswith(b"[process]")


def test_same_model_has_the_same_digest(toy_seed: Seed, tmp_path: Path) -> None:
    for part in ("one", "other"):
        save(fitted_model(toy_seed, "lightgbm")[0], tmp_path / part)
    assert model_files.digest(tmp_path / "one") == model_files.digest(tmp_path / "other")
    assert model_files.digest(tmp_path / "one").startswith("sha256:")


def test_an_existing_folder_is_refused(folder: Path) -> None:
    before = model_files.digest(folder)
    with pytest.raises(ModelFilesError, match="exists already, expected a new folder"):
        save(load(folder), folder)
    assert model_files.digest(folder) == before


def test_a_save_that_fails_leaves_nothing(toy_seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, X = fitted_model(toy_seed, "lightgbm")
    few = conformalised(toy_seed, "lightgbm", model.estimator, X, X[:5, 2], model.predict(X[:5]), {})
    with pytest.raises(CoverageError, match="needs at least 9 calibration rows, got 5"):
        save(few, tmp_path / "model")

    def full(self: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        save(model, tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", [model_files.SEED, model_files.MODEL, model_files.SELF_TEST, estimator_files.TREES_FILE]
)
def test_one_changed_byte_is_refused(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    expected = hashlib.sha256(content).hexdigest()
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    got = hashlib.sha256(content).hexdigest()
    with pytest.raises(ModelFilesError, match=rf"{name}: got sha256 {got}, expected {expected}"):
        load(folder)


def test_nothing_is_parsed_before_every_digest_is_checked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / model_files.SELF_TEST).write_bytes((folder / model_files.SELF_TEST).read_bytes().replace(b"9", b"8"))
    monkeypatch.setattr(estimator_files, "parse", lambda *parts: pytest.fail("parsed"))
    monkeypatch.setattr(model_files, "parse", lambda *parts: pytest.fail("parsed"))
    with pytest.raises(ModelFilesError, match="got sha256"):
        load(folder)


def test_a_cut_short_file_is_refused(folder: Path) -> None:
    path = folder / estimator_files.TREES_FILE
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelFilesError, match=f"got {size - 10} bytes, expected {size}"):
        load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / model_files.SEED).unlink()
    with pytest.raises(ModelFilesError, match=r"seed\.toml: missing"):
        load(folder)


def test_a_link_is_no_file(folder: Path, tmp_path: Path) -> None:
    (folder / model_files.SEED).rename(tmp_path / "elsewhere.toml")
    (folder / model_files.SEED).symlink_to(tmp_path / "elsewhere.toml")
    with pytest.raises(ModelFilesError, match=r"seed\.toml: missing, expected a file"):
        load(folder)


def test_a_file_more_than_told_is_refused(folder: Path) -> None:
    (folder / "python_model.pkl").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelFilesError, match=r"unknown files: python_model\.pkl"):
        load(folder)


@pytest.mark.parametrize("name", ["../seed.toml", "/etc/hostname", "sub/model.json", "..", "model.pkl"])
def test_names_that_a_model_does_not_have_are_refused(folder: Path, name: str) -> None:
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    change(folder, model_files.MANIFEST, files=manifest["files"] | {name: {"sha256": "0" * 64, "bytes": 1}})
    with pytest.raises(ModelFilesError, match=f"unknown files: {name}"):
        load(folder)


@pytest.mark.parametrize("version", [0, 1, 7, 8, 10, "9", None, True, 9.0])
def test_another_format_is_refused(folder: Path, version: object) -> None:
    change(folder, model_files.MANIFEST, format=version)
    with pytest.raises(ModelFilesError, match=rf"got format {version!r}, expected 9"):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff"])
def test_a_manifest_that_is_none_is_refused(folder: Path, content: bytes) -> None:
    (folder / model_files.MANIFEST).write_bytes(content)
    with pytest.raises(ModelFilesError, match=r"manifest\.json: expected a model's manifest"):
        load(folder)


def test_a_manifest_that_is_too_deep_or_too_large_is_refused_at_once(folder: Path) -> None:
    for content in (b"[" * 200_000, b'{"format": ' + b"[" * 200_000 + b"]" * 200_000 + b', "files": {}}'):
        (folder / model_files.MANIFEST).write_bytes(content)
        with pytest.raises(ModelFilesError, match=r"manifest.json: expected a model's manifest: RecursionError"):
            load(folder)
    (folder / model_files.MANIFEST).write_bytes(b" " * model_files.MOST_MANIFEST_BYTES + b"{}")
    with pytest.raises(ModelFilesError, match=r"manifest.json: expected a model's manifest: .*more than 1048576 bytes"):
        load(folder)


@pytest.mark.parametrize(
    "entry",
    [7, {}, {"sha256": "a"}, {"sha256": 1, "bytes": 1}, {"sha256": "a", "bytes": True}, {"sha256": "a", "bytes": -1}],
)
def test_an_entry_that_is_none_is_named(folder: Path, entry: object) -> None:
    change(folder, model_files.MANIFEST, files={"model.json": entry})
    with pytest.raises(ModelFilesError, match=r"manifest.json: model.json: got .*, expected its sha256 and at most"):
        load(folder)


def test_a_file_of_many_bytes_is_refused_before_it_is_read(folder: Path) -> None:
    change(folder, model_files.MANIFEST, files={"model.json": {"sha256": "a", "bytes": model_files.MOST_BYTES + 1}})
    with pytest.raises(ModelFilesError, match=r"got {'bytes': 268435457, 'sha256': 'a'}, expected its sha256 and at"):
        load(folder)


@pytest.mark.parametrize("name", [model_files.MODEL, model_files.SELF_TEST])
def test_a_file_that_is_nested_too_deeply_is_refused(folder: Path, name: str) -> None:
    rewrite(folder, name, b'{"process": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")
    with pytest.raises(ModelFilesError, match=r"no model of this version of the code: RecursionError"):
        load(folder)


def test_trees_are_checked_before_their_library_sees_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (folder / "trees.lightgbm.txt").read_bytes()
    rewrite(folder, "trees.lightgbm.txt", text.replace(b"\nleft_child=", b"\nleft_child=7 ", 1))
    monkeypatch.setattr("models.estimators.booster._library", None)
    with pytest.raises(ModelFilesError, match=r"model: trees.lightgbm.txt: tree 0: got other lines, expected"):
        load(folder)


def test_a_folder_without_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelFilesError, match=r"manifest\.json: expected a model's manifest"):
        load(tmp_path / "nowhere")


def test_a_broken_seed_is_told_fault_by_fault(folder: Path) -> None:
    content = (folder / model_files.SEED).read_bytes().replace(b"low = 0", b"low = 99")
    rewrite(folder, model_files.SEED, content)
    with pytest.raises(ModelFilesError, match=r"seed\.toml: [\s\S]*range is upside down"):
        load(folder)


@pytest.mark.parametrize(
    ("values", "predictions"),
    [
        ({"candidate": "oracle"}, "oracle"),
        ({"state": {"scores": [2.0, 1.0]}}, "scores: expected"),
        ({"estimator": {}}, r"KeyError\('line'\)"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(folder: Path, values: dict[str, Any], predictions: str) -> None:
    change(folder, model_files.MODEL, **values)
    with pytest.raises(ModelFilesError, match=f"no model of this version of the code: .*{predictions}"):
        load(folder)


def test_a_file_the_candidate_needs_must_be_there(folder: Path) -> None:
    change(folder, model_files.MODEL, candidate="linear")
    with pytest.raises(ModelFilesError, match=r"KeyError\('n_features_in_'\)"):
        load(folder)


def test_an_answer_unlike_that_of_the_original_is_refused(folder: Path) -> None:
    expected = json.loads((folder / model_files.SELF_TEST).read_bytes())
    expected["told"]["y_high"][2] *= 1 + 2e-9
    rewrite(folder, model_files.SELF_TEST, json.dumps(expected).encode())
    with pytest.raises(ModelFilesError, match=r"self-test: y_high of row 2: got [0-9.]+, expected [0-9.]+ as when"):
        load(folder)


def test_a_quantity_that_the_original_lacked_is_refused(folder: Path) -> None:
    expected = json.loads((folder / model_files.SELF_TEST).read_bytes())
    expected["told"]["energy"] = expected["told"]["y"]
    rewrite(folder, model_files.SELF_TEST, json.dumps(expected).encode())
    with pytest.raises(ModelFilesError, match=r"self-test: got \['y', 'y_high', 'y_low'\], expected \['energy', 'y', "):
        load(folder)


def test_files_of_an_older_format_are_refused_by_its_number(folder: Path) -> None:
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes()) | {"format": 3}
    (folder / model_files.MANIFEST).write_bytes(json.dumps(manifest).encode())
    with pytest.raises(ModelFilesError, match=r"manifest\.json: got format 3, expected 9: train it again$"):
        load(folder)


def test_physics_that_computes_other_features_is_refused(tmp_path: Path) -> None:
    seed = next(seed for seed in SEEDS.values() if "first_principles" in build(seed))
    model, _ = fitted_model(seed, "lightgbm_physics")
    save(model, tmp_path / "model")
    content = json.loads((tmp_path / "model" / model_files.MODEL).read_bytes())
    content["estimator"]["features"][0] = "another"
    rewrite(tmp_path / "model", model_files.MODEL, json.dumps(content).encode())
    with pytest.raises(ModelFilesError, match=r"physics features: got .*another"):
        load(tmp_path / "model")


def test_notes_on_origin_hold_json_alone(toy_seed: Seed, tmp_path: Path) -> None:
    model = replace(fitted_model(toy_seed, "persistence")[0], info={"mae": float("nan")})
    with pytest.raises(ValueError, match="not JSON compliant"):
        save(model, tmp_path / "model")
