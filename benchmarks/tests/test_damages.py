"""Some hundred damaged models with digests that fit: none ends this process, none runs code, and each has a verdict."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from benchmarks.aims.page import filled
from benchmarks.faults.damages import DAMAGES, damage, resized
from benchmarks.faults.models import NAME, OUTCOMES, PAGE, RESULTS, lines
from models.estimators.tree_text import TreeTextError, check
from models.regression.calibration import conformalised
from models.sandbox.sandbox import load_errors
from models.storage import model_files
from models.tasks import build
from seeds import Seed

# In the child: what runs a program, fetches code or writes ends it at once, and is seen by that.
GUARD = """
import os, sys
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "pickle.find_class",
             "socket.connect", "os.remove", "os.rename", "os.mkdir", "shutil.copyfile")
ready = False
def hook(event, arguments):
    global ready
    if event == "open" and str(arguments[0]).endswith("manifest.json"):
        ready = True  # from now on a model is read
    if not ready:
        return
    writes = event == "open" and arguments[1] is not None and set(str(arguments[1])) & set("wax+")
    if writes or event in FORBIDDEN:
        os._exit(99)
sys.addaudithook(hook)
"""


@pytest.fixture(scope="module")
def model(toy_seed: Seed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of trees."""
    rng = np.random.default_rng(0)
    X = rng.normal(10, 2, (300, len(toy_seed.inputs)))
    y = X[:, 0] + rng.normal(size=300)
    estimator = build(toy_seed)["lightgbm"].fit(X[:200], y[:200])
    info = {"data": "sha256:0", "rows": 300, "period": ["2024-01-01", "2025-01-01"]}
    made = conformalised(toy_seed, "lightgbm", estimator, X[:200], y[200:], estimator.predict(X[200:]), info)
    folder = tmp_path_factory.mktemp("models") / "whole"
    model_files.save(made, folder)
    return folder


def test_damaged_models_end_nothing_and_run_nothing(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "first"))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    rng = np.random.default_rng(7)
    folders = [tmp_path / str(number) for number in range(400)]
    kinds = [damage(model, folder, rng) for folder in folders]
    assert {kind.split(", ")[1] for kind in kinds} == set(DAMAGES)
    result = load_errors([model, *folders])
    assert result[0] is None
    ended = {
        kind: message for kind, message in zip(kinds, result[1:], strict=True) if "process of its own" in str(message)
    }
    assert ended == {}
    refused = sum(message is not None for message in result)
    assert 100 < refused < 400  # some damages change nothing that answers


def test_a_text_that_passes_the_check_keeps_the_library_alive(model: Path, tmp_path: Path) -> None:
    """Texts alone, with sizes stated anew: the check is what stands before the library."""
    rng = np.random.default_rng(3)
    name = "trees.lightgbm.txt"
    whole = (model / name).read_bytes()
    passed = 0
    folders = []
    for number in range(3000):
        text = whole
        for _ in range(int(rng.integers(1, 4))):
            text = list(DAMAGES.values())[int(rng.integers(1, 7))](text, rng)
        text = resized(text)
        try:
            check(text)
        except TreeTextError:
            continue
        passed += 1
        if passed <= 150:
            folders.append(tmp_path / str(number))
            rewritten(model, folders[-1], name, text)
    assert len(folders) > 50
    assert [message for message in load_errors(folders) if "process of its own" in str(message)] == []


def rewritten(model: Path, folder: Path, name: str, text: bytes) -> None:
    """A copy of a model with another content of one file, its digest fitting."""
    shutil.copytree(model, folder)
    (folder / name).write_bytes(text)
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    manifest["files"][name] = {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def test_the_page_shows_what_became_of_damaged_models() -> None:
    result, text = json.loads(RESULTS.read_bytes()), PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(result)) == text
    assert list(result["outcomes"]) == list(OUTCOMES)
    assert sum(result["outcomes"].values()) == result["damages"]
    assert result["outcomes"]["accepted, and ended a process elsewhere"] == 0
