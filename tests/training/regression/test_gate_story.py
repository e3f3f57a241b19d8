"""The gate in the jobs: what is registered but not promoted, what is kept of it, and that the champion stays."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from models.tasks import build
from nonferrous.tables import verdict_table
from registry.promotion import promote
from registry.settings import StoreSettings
from registry.store import MlflowStore
from registry.tracking import Tracking
from registry.versions import RegistryError
from training.jobs import train as jobs
from training.jobs.train import Trained, train
from training.labels.job import LabelChecks
from training.retraining.retrain import Retrained, retrain


@dataclass(frozen=True)
class Story:
    """A sound champion, then a training whose files are damaged, and a retraining on cells that stand still."""

    settings: StoreSettings
    sound: Trained
    damaged: Trained
    still: Retrained

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.settings)

    def text(self, run: str, name: str) -> str:
        return Path(self.tracking._client.download_artifacts(run, name)).read_text(encoding="utf-8")


def damage(settings: StoreSettings) -> None:
    """Change a number in the newest model's file."""
    newest = max(settings.artifact_root.rglob("model.json"), key=lambda path: path.stat().st_mtime)
    newest.write_bytes(newest.read_bytes().replace(b'"scores"', b'"Scores"'))


@pytest.fixture(scope="module")
def story(toy_seed, toy_frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("gate")
    settings = StoreSettings(home=folder / "home")
    frame = toy_frame(periods=36)
    starts = np.sort(frame["period_start"].unique())
    old, newest = frame["period_start"] < starts[24], frame["period_start"] >= starts[32]
    frame[old].to_csv(folder / "history.csv", index=False)
    still = frame["unit"].str[-2:].astype(float) / 10 + 60
    new = frame.assign(y=frame["y"].where(~newest, still))[~old]
    new.to_csv(folder / "still.csv", index=False)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(jobs, "build", lambda seed: {name: build(seed)[name] for name in ("persistence", "linear")})
        sound = train(toy_seed, folder / "history.csv", settings)

        def registered_and_damaged(*given):
            version = register(*given)
            damage(settings)
            return version

        register = jobs.register
        with patched.context() as broken:
            broken.setattr(jobs, "register", registered_and_damaged)
            damaged = train(toy_seed, folder / "history.csv", settings)
        # Labels that stand still would be set aside before the gate sees a challenger that has learnt them.
        patched.setattr("training.retraining.retrain.check_labels", lambda *given: LabelChecks((), pd.DataFrame()))
        return Story(settings, sound, damaged, retrain(toy_seed, folder / "still.csv", settings))


def test_a_sound_model_passes_and_its_card_says_so(story):
    assert (story.sound.gated.passed, story.sound.alias) == (True, "champion")
    card = story.text(story.sound.learnt.run, "model_card.md")
    assert "## Gate before champion\n\nPassed: it may be champion.\n\n- kept: loading from the store" in card
    assert card.count("## Inputs") == 1
    version = story.tracking.versions("toy_cells")[0]
    assert (version.tags["gate"], version.tags["gate_reasons"], version.refused) == ("passed", "none", False)


def test_a_version_whose_files_were_damaged_after_registering_is_refused(story, toy_seed):
    assert story.damaged.alias is None
    (reason,) = story.damaged.gated.reasons
    assert reason.startswith("loading from the store: ")
    assert "model.json: got sha256" in reason
    with pytest.raises(RegistryError, match=r"version 2 would be refused by the service: .*model\.json: got sha256"):
        promote(toy_seed, story.settings, 2, force="it must go on")


def test_a_challenger_that_is_worse_than_the_baseline_is_refused(story):
    assert not story.still.verdict.promoted
    assert [reason.split(":")[0] for reason in story.still.gated.reasons] == [
        "gain over persistence",
        "coverage of the 90% intervals",
    ]
    assert story.tracking.versions("toy_cells")[2].aliases == ()


def test_a_retraining_prints_the_cautions_of_a_training(story, capsys):
    Console(width=100).print(verdict_table(story.still))
    shown = " ".join(capsys.readouterr().out.split())
    assert "toy_cells: version 3 not promoted" in shown
    assert "Warning: on the test rows it is no better than the baseline" in shown
    assert "Warning: its fixed 90% intervals cover" in shown


def test_reasons_stand_in_the_run_the_card_and_beside_the_version(story):
    training, reasons = story.still.learnt, "\n".join(story.still.gated.reasons)
    for run in (training.run, training.runs["linear"]):
        tags = story.tracking._client.get_run(run).data.tags
        assert (tags["gate"], tags["gate_reasons"]) == ("refused", reasons)
    version = story.tracking.versions("toy_cells")[2]
    assert (version.refused, version.tags["gate_reasons"]) == (True, reasons)
    text, card = (story.text(training.run, name) for name in ("gate.txt", "model_card.md"))
    assert text.startswith("refused\nkept: loading from the store")
    assert "Refused: it was not made champion." in card
    for reason in story.still.gated.reasons:
        assert f"not kept: {reason}" in text
        assert f"- not kept: {reason}" in card


def test_the_champion_stays_and_the_service_follows_it(story):
    assert [version.aliases for version in story.tracking.versions("toy_cells")] == [("champion",), (), ()]
    assert MlflowStore(story.settings.uri).champion("toy_cells").version == 1
    assert [(move.action, move.after) for move in story.tracking.audit("toy_cells")] == [("first", 1)]


def test_force_leaves_its_reason_beside_the_version_and_in_the_audit(story, toy_seed):
    with pytest.raises(RegistryError, match=r"version 3 was refused by the gate:\n  - gain over persistence: .*\n"):
        promote(toy_seed, story.settings, 3)
    move = promote(toy_seed, story.settings, 3, force="the cells stand still")
    assert (move.before, move.after, move.why) == (1, 3, "forced past the gate: the cells stand still")
    version = story.tracking.versions("toy_cells")[2]
    assert version.aliases == ("champion",)
    assert version.tags["forced_why"] == "the cells stand still"
    assert version.tags["forced_at"] >= version.created
