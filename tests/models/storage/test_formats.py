"""Formats of models: the latest is written and read; fitted parts are stored by name."""

import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.learnings import LEARNINGS, LearntError
from models.regression.several import SeveralTargets
from models.sorting.setpoints.assayed import Assayed
from models.sorting.setpoints.recommender import LinePlan
from models.storage import formats, model_files
from models.storage.model_files import ModelFilesError, load, save
from models.tasks import TASKS
from seeds import Seed
from tests.models.warnings.conftest import event, remembering, seed_with  # noqa: F401

PLAN = LinePlan("L-1", pd.Timestamp("2026-11-01"), {})


def rewrite(folder: Path, content: dict[str, Any], version: int) -> None:
    """Write `model.json` again, as a whole folder of a format."""
    text = json.dumps(content).encode()
    (folder / model_files.MODEL).write_bytes(text)
    manifest = json.loads((folder / model_files.MANIFEST).read_bytes())
    manifest["files"][model_files.MODEL] = {"sha256": hashlib.sha256(text).hexdigest(), "bytes": len(text)}
    (folder / model_files.MANIFEST).write_text(json.dumps(manifest | {"format": version}), encoding="utf-8")


def content_of(folder: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((folder / model_files.MODEL).read_bytes())
    return result


@pytest.fixture(scope="module")
def sorter_with(save_toy_sorter: Callable[..., Any], toy_sorting_frame: Any, tmp_path_factory: Any) -> Any:
    """A sorter that carries 20 assayed lots."""
    model = save_toy_sorter(tmp_path_factory.mktemp("sorter") / "one")
    frame = toy_sorting_frame(lots=30, rng_seed=2)
    X = frame[list(model.names)].to_numpy()
    classes = pd.Categorical(frame["metal"], model.seed.classes).codes.astype(np.intp)
    assayed = Assayed(X, classes, frame[["x", "z"]].to_numpy(), frame["lot"].to_numpy(dtype=object)).as_kept()
    return replace(model, learnt={"set-points": assayed})


@pytest.fixture
def folder(sorter_with: Any, tmp_path: Path) -> Path:
    """Its folder."""
    save(sorter_with, tmp_path / "sorter")
    return tmp_path / "sorter"


def test_a_part_that_no_task_names_is_not_lost_in_silence(save_toy_model: Any, tmp_path: Path) -> None:
    model = replace(save_toy_model(tmp_path / "one"), refusals={"tariffs": "got 3 rows"})
    with pytest.raises(LearntError, match="got a part 'tariffs': expected one of set-points, warnings in a model of r"):
        save(model, tmp_path / "two")
    assert not (tmp_path / "two").exists()


def test_every_task_names_its_parts_once() -> None:
    assert LEARNINGS.keys() <= TASKS.keys()
    for parts in LEARNINGS.values():
        names = [one.name for one in parts]
        assert len(set(names)) == len(names)


def test_the_newest_format_is_written_and_read(folder: Path) -> None:
    assert json.loads((folder / model_files.MANIFEST).read_bytes())["format"] == formats.NEWEST == max(formats.READ)
    trained = content_of(folder)["learnt"]
    assert list(trained) == ["set-points"]
    assert trained["set-points"]["version"] == 1
    assert "assayed" not in content_of(folder)["state"]


ENTRY = 'expected {"version": ..., "state": {...}} or {"refused": "..."}'


@pytest.mark.parametrize(
    ("trained", "place", "got"),
    [
        ({"tariffs": {"refused": "x"}}, "", "a part 'tariffs': expected one of set-points in a model of sorting"),
        ({"set-points": {"version": 2, "state": {}}}, ".set-points.version", "2: expected 1 to 1, which this version"),
        ({"set-points": {"version": 0, "state": {}}}, ".set-points.version", "0: expected 1 to 1, which this version"),
        ({"set-points": {"version": True, "state": {}}}, ".set-points", f"{{'state': {{}}, 'version': True}}: {ENTRY}"),
        ({"set-points": {"version": 1}}, ".set-points", f"{{'version': 1}}: {ENTRY}"),
        ({"set-points": {"version": 1, "state": [1]}}, ".set-points", f"{{'state': [1], 'version': 1}}: {ENTRY}"),
        ({"set-points": {"refused": 3}}, ".set-points", f"{{'refused': 3}}: {ENTRY}"),
        ({"set-points": {"refused": "x", "a": 1}}, ".set-points", f"{{'a': 1, 'refused': 'x'}}: {ENTRY}"),
        ({"set-points": None}, ".set-points", f"None: {ENTRY}"),
        ([], "", "[]: expected an object with a part a name"),
        (
            {"set-points": {"version": 1, "state": {"lots": "x"}}},
            ".set-points.state",
            "{'lots': 'x'}: expected a state as version 1 writes it: KeyError('classes')",
        ),
    ],
)
def test_a_learnt_part_that_cannot_be_restored_is_named(folder: Path, trained: Any, place: str, got: str) -> None:
    rewrite(folder, content_of(folder) | {"learnt": trained}, formats.NEWEST)
    with pytest.raises(ModelFilesError, match=re.escape(f"{folder / 'model.json'}: learnt{place}: got {got}")):
        load(folder)


def test_a_part_of_one_of_several_targets_is_named_with_its_target(
    toy_seed: Seed, save_toy_model: Any, tmp_path: Path
) -> None:
    model = save_toy_model(tmp_path / "one")
    save(SeveralTargets(toy_seed, {toy_seed.target.name: model}, model.examples), tmp_path / "several")
    content = content_of(tmp_path / "several")
    (part,) = content["targets"].values()
    part["learnt"] = {"set-points": {"version": 9, "state": {}}}
    rewrite(tmp_path / "several", content, formats.NEWEST)
    with pytest.raises(ModelFilesError, match=r"model\.json: targets\.y\.learnt\.set-points\.version: got 9: expected"):
        load(tmp_path / "several")


def test_a_model_without_learnt_is_refused(folder: Path) -> None:
    content = content_of(folder)
    del content["learnt"]
    rewrite(folder, content, formats.NEWEST)
    with pytest.raises(ModelFilesError, match=r"learnt: got None: expected an object with a part a name"):
        load(folder)


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in nested JSON values; of a list its first item alone."""
    yield before
    items = value.items() if isinstance(value, dict) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    for key, one in items:
        yield from places(one, (*before, key))


@pytest.mark.parametrize("other", [None, [], {}, "x", -1, 1e300, [[1]]])
def test_any_value_of_a_learnt_part_that_is_replaced_is_read_or_refused_in_words(folder: Path, other: Any) -> None:
    whole, count = content_of(folder), 0
    for place in places(whole["learnt"]):
        content = copy.deepcopy(whole)
        at: Any = content
        for key in ("learnt", *place)[:-1]:
            at = at[key]
        at[("learnt", *place)[-1]] = other
        rewrite(folder, content, formats.NEWEST)
        try:
            load(folder)
        except ModelFilesError as error:
            assert str(error).startswith(f"{folder / 'model.json'}: learnt")  # noqa: PT017
            count += 1
    assert count
