"""A home whose champion was written in an older format of models: it answers nobody, and the next version does."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.storage import formats, model_files
from models.tasks import build
from nonferrous.train import _known, train_on
from registry.promotion import champion_of
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError
from training.jobs import train as jobs
from training.jobs.train import train
from training.retraining.retrain import retrain

OLDER = formats.READ[0] - 1
WHY = f"model/manifest.json: got format {OLDER}, expected {' or '.join(map(str, formats.READ))}: train it again"


def aged(settings: StoreSettings, process: str) -> None:
    """Write the champion's manifest as older code did; the registry knows it by that digest."""
    tracking = Tracking(settings)
    (version,) = tracking.versions(process)
    (manifest,) = [path for path in settings.artifact_root.rglob(model_files.MANIFEST) if version.model in path.parts]
    older = json.loads(manifest.read_text()) | {"format": OLDER}
    manifest.write_text(json.dumps(older), encoding="utf-8")
    tracking.tag_version(process, version.number, {"model_digest": model_files.digest(manifest.parent)})


@dataclass(frozen=True)
class Home:
    """A home with one champion that was aged, its table, and rows that came after."""

    settings: StoreSettings
    table: Path
    later: Path


@pytest.fixture
def home(toy_seed, toy_frame, tmp_path, monkeypatch):
    frame = toy_frame(periods=36)
    old = frame["period_start"] < np.sort(frame["period_start"].unique())[24]
    result = Home(StoreSettings(home=tmp_path / "home"), tmp_path / "table.csv", tmp_path / "later.csv")
    frame[old].to_csv(result.table, index=False)
    frame[~old].to_csv(result.later, index=False)
    monkeypatch.setenv("NONFERROUS_HOME", str(result.settings.folder))
    monkeypatch.setattr(jobs, "build", lambda seed: {name: build(seed)[name] for name in ("persistence", "linear")})
    train(toy_seed, result.table, result.settings)
    aged(result.settings, "toy_cells")
    return result


def test_the_version_that_passes_the_gate_takes_its_place_and_the_terminal_says_why(toy_seed, home, capsys):
    assert train_on(toy_seed, home.table)
    tracking = Tracking(home.settings)
    assert champion_of("toy_cells", tracking.versions("toy_cells")).number == 2
    first, second = tracking.audit("toy_cells")
    reason = f"best candidate of a training job, and version 1, champion before, does not load: {WHY}"
    assert (first.action, second.action, second.alias, second.before, second.after) == (
        *("first", "replace", "champion"),
        *(1, 2),
    )
    assert second.why == reason
    assert f"version 2 is champion: {reason}" in capsys.readouterr().out


def test_a_retraining_names_process_version_and_what_to_type(toy_seed, home):
    with pytest.raises(RegistryError) as raised:
        retrain(toy_seed, home.later, home.settings)
    assert str(raised.value) == (
        f"toy_cells: version 1 does not load: {WHY}; no challenger can be compared with it; type nonferrous train "
        "toy_cells --data FILE, whose version becomes champion where it passes the gate"
    )


@pytest.mark.long("retrains")
def test_a_retraining_names_the_challenger_that_may_be_promoted(toy_seed, home):
    """As older code left it: a challenger beside a champion that does not load."""
    train(toy_seed, home.table, home.settings)
    tracking = Tracking(home.settings)
    tracking.move_alias("toy_cells", "champion", 1, "promote", "as older code left it", {})
    tracking.move_alias("toy_cells", "challenger", 2, "enter", "as older code left it", {})
    with pytest.raises(
        RegistryError, match=r"; type nonferrous models promote toy_cells 2, the challenger, or nonferrous "
    ):
        retrain(toy_seed, home.later, home.settings)


@pytest.mark.long("trains")
def test_up_learns_again_what_does_not_load(toy_seed, home, capsys):
    assert _known(toy_seed, home.settings) is None
    assert f"toy_cells: version 1 is champion and does not load: {WHY}" in capsys.readouterr().out
    train(toy_seed, home.table, home.settings)
    assert _known(toy_seed, home.settings) is True
