"""Models tried in a real process that they may end."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from models.regression.model import RegressionModel
from models.sandbox import sandbox
from models.sandbox.sandbox import SandboxError, load_errors
from models.storage import model_files

Save = Callable[..., RegressionModel]

# What the child runs before anything else: a self-test that holds one of these words ends the process in its own way.
ENDS = """
import json, os, signal, time
loads = json.loads
def ending(text, **more):
    if b"end by signal" in bytes(text): os.kill(os.getpid(), signal.SIGSEGV)
    if b"end by exit" in bytes(text): os._exit(0)
    if b"print" in bytes(text): os.write(1, b'"printed"')
    if b"sleep" in bytes(text): signal.alarm(1); time.sleep(60)
    if b"show" in bytes(text): raise ValueError(sorted(os.environ))
    return loads(text, **more)
json.loads = ending
"""


@pytest.fixture
def made(save_toy_model: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Maker of a model's folder, whose self-test holds one more word."""
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "sitecustomize.py").write_text(ENDS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "first"))

    def make(name: str, word: str = "") -> Path:
        folder = tmp_path / name
        save_toy_model(folder)
        stored = json.loads((folder / model_files.SELF_TEST).read_bytes())
        rewritten(folder, model_files.SELF_TEST, json.dumps(stored | {"word": word}).encode())
        return folder

    return make


def rewritten(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    manifest["files"][name] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def test_one_that_ends_the_process_is_named_and_the_others_are_tried(made: Callable[..., Path]) -> None:
    words = ("", "end by signal", "", "print", "end by exit", "sleep", "")
    result = load_errors([made(str(i), word) for i, word in enumerate(words)])
    head = "loading it in a process of its own"
    assert result == [
        None,
        f"{head} ended that process with SIGSEGV",
        None,
        None,
        f"{head} ended that process with exit code 0",
        f"{head} took more than {120} s",
        None,
    ]


def test_what_an_answer_is_refused_for_comes_back_without_the_folder(made: Callable[..., Path]) -> None:
    folder = made("one")
    (folder / model_files.MODEL).write_bytes(b"{}")
    (message,) = load_errors([folder])
    assert message is not None
    assert message.startswith("model.json: got 2 bytes, expected")


@pytest.mark.long("reads more than a gibibyte")
def test_memory_is_limited(made: Callable[..., Path]) -> None:
    folder = made("one")
    rewritten(folder, model_files.SELF_TEST, b"[" + b"[]," * 25_000_000 + b"[]]")  # more than 1 GiB as lists
    (message,) = load_errors([folder])
    assert message is not None
    assert "MemoryError" in message


def test_the_process_knows_no_password(made: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    monkeypatch.setenv("NONFERROUS_SIGNING_KEY", "key.pem")
    (message,) = load_errors([made("one", "show")])
    assert message is not None
    assert "PATH" in message
    assert "MLFLOW" not in message
    assert "NONFERROUS" not in message


def test_a_process_that_does_not_start_is_no_verdict(
    made: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first" / "sitecustomize.py").write_text("import os; os._exit(3)", encoding="utf-8")
    with pytest.raises(SandboxError, match=r"^no process for a trial of models: it ended with exit code 3$"):
        load_errors([made("one")])


def test_nothing_to_try_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox.subprocess, "Popen", None)
    assert load_errors([]) == []


def test_it_runs_this_very_code(made: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").write_text("import os; os._exit(4)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path / "first"), str(tmp_path)]))
    monkeypatch.chdir(tmp_path)
    assert load_errors([made("one")]) == [None]
