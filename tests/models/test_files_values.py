"""Parts of a model's folder by value: digests, permissions, and when an answer counts as the same."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.regression.model import RegressionModel
from models.storage import model_files
from models.storage.model_files import ModelFilesError, digest, is_known, save, self_test

Save = Callable[..., RegressionModel]


def answering(**columns: Any) -> Any:
    """Stand-in for a model that gives these columns."""
    return SimpleNamespace(
        examples=np.zeros((2, 1)), columns=lambda X: {name: np.array(one) for name, one in columns.items()}
    )


def expected(**columns: Any) -> dict[str, Any]:
    return {"rows": [], "told": columns}


@pytest.mark.parametrize("y", [[1.0, -2.0], [1.0 + 0.9e-9, -2.0], [1.0, -2.0 - 1.8e-9]])
def test_numbers_are_the_same_within_a_billionth(y: list[float]) -> None:
    self_test(answering(y=y), expected(y=[1.0, -2.0]))


@pytest.mark.parametrize(
    ("y", "predictions"),
    [
        ([1.0 + 1.1e-9, -2.0], "y of row 0: got "),
        ([1.0, -2.0 - 2.2e-9], "y of row 1: got "),
        ([1.0, np.nan], "y of row 1: got "),
    ],
)
def test_other_numbers_are_told_with_their_row(y: list[float], predictions: str) -> None:
    with pytest.raises(ModelFilesError, match=f"^self-test: {predictions}.* as when the model was written$"):
        self_test(answering(y=y), expected(y=[1.0, -2.0]))


def test_nothing_is_the_same_as_nothing_and_as_no_number() -> None:
    self_test(answering(y=[np.nan, 0.0]), expected(y=[None, 0.0]))
    for y in ([0.0, 0.0], [np.nan, 1e-300]):
        with pytest.raises(ModelFilesError, match="self-test: y of row"):
            self_test(answering(y=y), expected(y=[None, 0.0]))


def test_texts_are_the_same_to_the_letter() -> None:
    self_test(answering(bin=["a", "b"]), expected(bin=["a", "b"]))
    with pytest.raises(ModelFilesError, match=r"bin of row 1: got .*'b'.*, expected .*'B'"):
        self_test(answering(bin=["a", "b"]), expected(bin=["a", "B"]))


@pytest.mark.parametrize("columns", [{}, {"y": [1.0, 2.0], "z": [1.0, 2.0]}, {"z": [1.0, 2.0]}])
def test_other_columns_are_told(columns: dict[str, Any]) -> None:
    with pytest.raises(ModelFilesError, match=r"^self-test: got \[.*\], expected \['y'\]$"):
        self_test(answering(**columns), expected(y=[1.0, 2.0]))


def test_a_model_without_an_answer_is_told_with_the_cause() -> None:
    broken: Any = SimpleNamespace(examples=None, columns=lambda X: 1 / 0)
    with pytest.raises(ModelFilesError, match=r"the model gives no answer: ZeroDivisionError\('division by zero'\)"):
        self_test(broken, expected(y=[]))


def test_a_folder_holds_its_parts_and_their_digests(save_toy_model: Save, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "model"
    save(save_toy_model(tmp_path / "kept"), folder)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["format"] == 9
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["manifest.json", "model.json", "seed.toml", "self_test.json"]
    assert list(manifest["files"]) == names[1:]
    for name, entry in manifest["files"].items():
        content = (folder / name).read_bytes()
        assert entry == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    assert digest(folder) == "sha256:" + hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    # Others may read it, and nothing is left beside it.
    assert folder.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    assert (folder / "model.json").read_text().startswith('{\n "process": "toy_cells",\n')
    assert (folder / "model.json").read_text().endswith("}\n")


def test_what_is_described_can_be_read_by_a_person(save_toy_model: Save, tmp_path: Path) -> None:
    model = save_toy_model(tmp_path / "model")
    described = json.loads((tmp_path / "model" / "model.json").read_bytes())
    assert (described["process"], described["candidate"], described["info"]) == ("toy_cells", "linear", {"rows": 200})
    assert list(described["inputs"]) == ["previous_y", "x_set", "z"]
    low, high = model.ranges[1]
    assert described["inputs"]["x_set"] == {"low": low, "high": high, "complete": True}
    stored = json.loads((tmp_path / "model" / "self_test.json").read_bytes())
    assert [list(row.values()) for row in stored["rows"]] == model.examples.tolist()
    assert list(stored["told"]) == ["y", "y_low", "y_high"]


@pytest.mark.parametrize(("value", "stored"), [(1.5, 1.5), (np.nan, None), ("a", "a"), (0.0, 0.0)])
def test_no_number_is_null(value: Any, stored: Any) -> None:
    assert model_files._or_null(value) == stored


@pytest.mark.parametrize("name", ["manifest.json", "seed.toml", "model.json", "self_test.json", "trees.lightgbm.txt"])
def test_files_that_a_model_may_have(name: str) -> None:
    assert is_known(name)
    assert not is_known(f"other-{name}")


def test_json_holds_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        model_files._json({"a": float("nan")})
