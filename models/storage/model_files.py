"""A fitted model as a folder of files that can be checked before they are read, and back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.estimators.tree_text import TreeTextError
from models.learnings import LEARNT, LearntError, restored, short
from models.learnings import described as learnt_described
from models.regression.several import SeveralTargets
from models.regression.unit_history import UnitHistory
from models.storage import estimator_files
from models.storage.formats import NEWEST, READ
from models.tasks import Model, SingleModel, task_of, with_all_outcomes
from physics.arrays import FloatArray
from seeds import Seed, SeedError
from seeds.format.loader import parse

MOST_MANIFEST_BYTES = 2**20
MOST_BYTES = 2**28  # of a file
MANIFEST = "manifest.json"
SEED = "seed.toml"
MODEL = "model.json"
SELF_TEST = "self_test.json"
SIGNATURE = "manifest.sig"  # next to the manifest, by the training service; see registry.loading.signatures
_OWN_FILES = frozenset({MANIFEST, SIGNATURE, SEED, MODEL, SELF_TEST})
SELF_TEST_TOLERANCE = 1e-9
HISTORY = "unit_history"  # key of `model.json`
ANSWERS = "told"  # as stored models call their answers to the examples


class ModelFilesError(ValueError):
    """A folder that holds no model, or one that was changed since it was written; nothing of it is used."""


def is_known(name: str) -> bool:
    """Return whether a model's folder may hold a file of this name."""
    return name in _OWN_FILES or estimator_files.is_known(name)


def save(model: Model, folder: str | Path) -> None:
    """Write a model into a new folder; a folder that is cut short never bears the name.

    Parameters
    ----------
    model : Model
        The model; its examples and their answers are written for `self_test`.
    folder : str or Path
        Where to; must not exist yet.

    Raises
    ------
    ModelFilesError
        The folder exists.
    CoverageError
        Calibration rows are too few for the model's coverage.
    """
    folder = Path(folder)
    if folder.exists():
        raise ModelFilesError(f"{folder}: exists already, expected a new folder")
    files = _contents(model)
    manifest = {"format": NEWEST, "files": {name: _entry(content) for name, content in sorted(files.items())}}
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for name, content in files.items():
            (staging / name).write_bytes(content)
        (staging / MANIFEST).write_bytes(_json(manifest))
        staging.chmod(0o755)
        os.rename(staging, folder)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise


def _contents(model: Model) -> dict[str, bytes]:
    if isinstance(model, SeveralTargets):
        described, files = _several(model)
    else:
        described, files = _single(model)
        if model.seed.place is not None:
            described["target"] = model.seed.target.name
    history = getattr(model, "history", None)
    described = {
        "process": model.seed.process.name,
        HISTORY: None if history is None else history.state(),
        **described,
    }
    self_test = {
        "rows": [dict(zip(model.names, map(_or_null, row), strict=True)) for row in model.examples],
        ANSWERS: {name: list(map(_or_null, column.tolist())) for name, column in _examples_answered(model).items()},
    }
    return files | {SEED: model.seed.text.encode(), MODEL: _json(described), SELF_TEST: _json(self_test)}


def _examples_answered(model: Model) -> dict[str, npt.NDArray[Any]]:
    """Answers to the examples by which a stored model is recognised.

    Of a model that follows outcomes they are those with adaptive intervals, which were recorded from the first on.
    """
    return with_all_outcomes(model).columns(model.examples)


def _single(model: SingleModel) -> tuple[dict[str, Any], dict[str, bytes]]:
    """A model of one estimator as JSON values, and the estimator's files."""
    state, files = estimator_files.dump(model.estimator)
    described = {
        "candidate": model.candidate,
        "estimator": state,
        "inputs": {
            name: {"low": _or_null(low), "high": _or_null(high), "complete": bool(complete)}
            for name, (low, high), complete in zip(model.names, model.ranges, model.complete, strict=True)
        },
        "state": model.state(),
        LEARNT: learnt_described(model),
        "info": dict(model.info),
    }
    return described, files


def _several(model: SeveralTargets) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return models of several targets as JSON values, and their files, names with the target number."""
    targets: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for number, (name, one) in enumerate(model.models.items()):
        targets[name], own = _single(one)
        files |= {f"{number}.{file}": content for file, content in own.items()}
    return {"candidate": model.candidate, "info": dict(model.info), "targets": targets}, files


def _or_null(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and np.isnan(value) else value


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, allow_nan=False) + "\n").encode()


def _entry(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def digest(folder: str | Path) -> str:
    """Return a model's digest, `sha256:<hex>`: SHA-256 of its manifest, which has all file digests."""
    return "sha256:" + hashlib.sha256((Path(folder) / MANIFEST).read_bytes()).hexdigest()


def size(folder: Path) -> int:
    """Size of a model's files [byte], as its manifest has them."""
    return sum(length for length, _ in _entries(folder / MANIFEST).values())


def check(folder: Path) -> None:
    """Compare a model's files with its manifest, parsing none of them.

    Raises
    ------
    ModelFilesError
        A file is missing, changed, unknown or too large, or the manifest is none of this version of the code.
    """
    _checked(folder)


def copy(source: Path, folder: Path) -> Path:
    """Copy only a model's files into a new folder and return this folder.

    Raises
    ------
    ModelFilesError
        A file is unknown, no plain file or too large.
    """
    folder.mkdir(parents=True)
    for entry in sorted(source.iterdir()):
        if not is_known(entry.name):
            raise ModelFilesError(f"{source}: unknown files: {entry.name[:40]}")
        if entry.is_symlink() or not entry.is_file() or entry.stat().st_size > MOST_BYTES:
            raise ModelFilesError(f"{entry}: expected a file of at most {MOST_BYTES} bytes")
        shutil.copyfile(entry, folder / entry.name)
    return folder


def load(folder: str | Path) -> Model:
    """Read a model: check digests before parsing any file, and run the self-test before returning it.

    Raises
    ------
    ModelFilesError
        No model there, a file missing, changed or unknown, another format, or answers that differ from those
        given when the model was written; the file is named, with what was found and expected.
    """
    folder = Path(folder)
    contents = _checked(folder)
    try:
        described = json.loads(contents[MODEL])
        seed = parse(contents[SEED].decode(), Path(f"{described['process']}.toml"))
        history = None if described[HISTORY] is None else UnitHistory.from_state(described[HISTORY], seed)
        seed = seed if history is None else history.extended
        expected = json.loads(contents[SELF_TEST])
        examples = np.array([list(row.values()) for row in expected["rows"]], dtype=np.float64)
        model: Model
        if "targets" in described:
            models = {
                name: _with(history, _of_target(number, name, part, seed, examples, contents))
                for number, (name, part) in enumerate(described["targets"].items())
            }
            model = SeveralTargets(seed, models, examples, described["info"])
        else:
            own = seed.for_target(described["target"]) if "target" in described else seed
            model = _with(history, _read(described, own, examples, contents))
    except TreeTextError as error:
        raise ModelFilesError(f"{folder}: {error}") from error
    except LearntError as error:
        raise ModelFilesError(f"{folder / MODEL}: {error}") from error
    except SeedError as error:
        raise ModelFilesError(f"{folder / SEED}: no seed of this version of the code, train again: {error}") from error
    except Exception as error:  # whatever a parser of unfit content raises
        raise ModelFilesError(f"{folder}: no model of this version of the code: {error!r}") from error
    self_test(model, expected)
    return model


def _with(history: UnitHistory | None, model: Any) -> Any:
    """Return a model with its inputs that describe the history of units, if it has any."""
    return model if history is None else replace(model, history=history)


def _read(part: dict[str, Any], seed: Seed, examples: FloatArray, files: dict[str, bytes]) -> Any:
    """Model from what `_single` gave."""
    task, inputs = task_of(seed), part["inputs"].values()
    unfitted = task.build(seed)[part["candidate"]]
    parts, refusals = restored(part, seed)
    return task.model.from_state(
        part["state"],
        seed=seed,
        candidate=part["candidate"],
        estimator=estimator_files.parse(unfitted, part["estimator"], files),
        ranges=np.array([[one["low"], one["high"]] for one in inputs], dtype=np.float64),
        complete=np.array([one["complete"] for one in inputs], dtype=np.bool_),
        examples=examples,
        info=part["info"],
        learnt=parts,
        refusals=refusals,
    )


def _of_target(
    number: int, name: str, part: dict[str, Any], seed: Seed, examples: FloatArray, contents: dict[str, bytes]
) -> Any:
    """Model of one of several targets; its files have its number before the names that an estimator knows."""
    before = f"{number}."
    own = {name.removeprefix(before): content for name, content in contents.items() if name.startswith(before)}
    try:
        return _read(part, seed.for_target(name), examples, own)
    except TreeTextError as error:
        raise TreeTextError(f"target {name}: {error}") from error
    except LearntError as error:
        raise LearntError(f"targets.{name}.{error}") from error


def _checked(folder: Path) -> dict[str, bytes]:
    """Return the contents of a model's files, equal to what the manifest states."""
    entries = _entries(folder / MANIFEST)
    # Names are of fixed forms, so none can point out of the folder.
    names = set(entries) | {entry.name for entry in folder.iterdir()}
    strange = sorted(name for name in names if not is_known(name))
    if strange:
        raise ModelFilesError(f"{folder}: unknown files: {', '.join(strange)}")
    return {name: _verified(folder / name, *entry) for name, entry in entries.items()}


def _entries(path: Path) -> dict[str, tuple[int, str]]:
    """Return size [byte] and SHA-256 of each file that the manifest names."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_MANIFEST_BYTES + 1)
        if len(content) > MOST_MANIFEST_BYTES:
            raise ValueError(f"more than {MOST_MANIFEST_BYTES} bytes")
        manifest = json.loads(content)
        version, files = manifest["format"], manifest["files"].items()
    except (OSError, KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise ModelFilesError(f"{path}: expected a model's manifest: {error!r}") from error
    if type(version) is not int or version not in READ:
        expected = " or ".join(map(str, READ))
        raise ModelFilesError(f"{path}: got format {short(version)}, expected {expected}: train it again")
    return {name: _of_entry(path, name, entry) for name, entry in files}


def _of_entry(path: Path, name: str, entry: object) -> tuple[int, str]:
    """Size [byte] and SHA-256 of a manifest's entry."""
    match entry:
        case {"bytes": int(size), "sha256": str(sha256)} if type(size) is int and 0 <= size <= MOST_BYTES:
            return size, sha256
    raise ModelFilesError(
        f"{path}: {name[:40]}: got {short(entry)}, expected its sha256 and at most {MOST_BYTES} bytes"
    )


def _verified(path: Path, size: int, sha256: str) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise ModelFilesError(f"{path}: missing, expected a file of {size} bytes")
    file_size = path.stat().st_size
    if file_size != size:
        raise ModelFilesError(f"{path}: got {file_size} bytes, expected {size}")
    content = path.read_bytes()
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise ModelFilesError(f"{path}: got sha256 {got}, expected {sha256}")
    return content


def self_test(model: Model, expected: dict[str, Any]) -> None:
    """Answer the examples again and compare with the answers given when the model was written.

    Raises
    ------
    ModelFilesError
        No answer, or a number differs by more than 1e-9 relative, or a text at all; column, row, value got and expected
        are named.
    """
    try:
        answers = _examples_answered(model)
    except Exception as error:  # whatever parts raise that do not fit each other
        raise ModelFilesError(f"self-test: the model gives no answer: {error!r}") from error
    if set(answers) != set(expected[ANSWERS]):
        raise ModelFilesError(f"self-test: got {sorted(answers)}, expected {sorted(expected[ANSWERS])}")
    for name, got in answers.items():
        if got.dtype.kind == "f":
            stored = np.array(expected[ANSWERS][name], dtype=np.float64)
            same = np.isclose(got, stored, rtol=SELF_TEST_TOLERANCE, atol=0, equal_nan=True)
        else:
            stored = np.array(expected[ANSWERS][name])
            same = got == stored
        if not same.all():
            i = int(np.argmin(same))
            response, expected_ = got[i].item(), stored[i].item()
            raise ModelFilesError(
                f"self-test: {name} of row {i}: got {response!r}, expected {expected_!r} as when the model was written"
            )
