"""A plant with two targets: trained, served from its files, retrained, refused, compared."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from models.regression.several import SeveralTargets
from models.storage import model_files
from models.tasks import build
from nonferrous.tables import candidates_table, verdict_table, versions_table
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError
from seeds import Seed
from seeds.format.loader import parse
from training.core.comparison import ComparisonError
from training.jobs import train as jobs
from training.jobs.train import Trained, train
from training.jobs.version_table import compare
from training.retraining.later_rows import LaterRows
from training.retraining.retrain import Retrained, retrain


@dataclass(frozen=True)
class Story:
    """Trained on 60 days, retrained after the law of the loss has changed, then trained where iron walks at random."""

    seed: Seed
    settings: StoreSettings
    trained: Trained
    changed: Retrained
    blind: Trained

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.settings)


@pytest.fixture(scope="module")
def story(melts_seed, melts_frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("melts")
    settings = StoreSettings(home=folder / "home")
    melts_frame(periods=60).to_csv(folder / "history.csv", index=False)
    later = melts_frame(periods=96, law=2.0)
    later[later["day"] >= "2024-03-01"].to_csv(folder / "new.csv", index=False)
    rng = np.random.default_rng(9)
    frame = melts_frame(iron_share=1.0)
    walk = 20 + pd.Series(rng.normal(0, 2, len(frame))).groupby(frame["unit"]).cumsum()
    frame.assign(iron=walk).to_csv(folder / "blind.csv", index=False)
    with pytest.MonkeyPatch.context() as patched:
        quick = ("persistence", "linear")
        patched.setattr(jobs, "build", lambda seed: {name: build(seed)[name] for name in quick})
        trained = train(melts_seed, folder / "history.csv", settings)
        changed = retrain(melts_seed, folder / "new.csv", settings, accept_label_shift="another law")
        blind = train(melts_seed, folder / "blind.csv", settings)
    return Story(melts_seed, settings, trained, changed, blind)


def test_versions_are_compared_target_by_target_on_rows_that_came_after(story, melts_seed, melts_frame, tmp_path):
    frame = melts_frame(periods=120, law=2.0)
    frame[frame["day"] >= "2024-04-06"].to_csv(tmp_path / "later.csv", index=False)
    old, new = story.tracking.versions("toy_melts")[:2]
    later = LaterRows.of(new, tmp_path / "later.csv", melts_seed, story.tracking)
    assert later.verdict(old, new, story.tracking).promoted
    back = later.verdict(new, old, story.tracking)
    assert (back.promoted, list(back.by_target)) == (False, ["loss", "iron"])


def test_one_job_learns_all_targets_in_one_run_and_registers_one_version(story):
    version = story.tracking.versions("toy_melts")[0]
    training = story.trained.learnt
    assert (story.trained.version, story.trained.alias, version.candidate) == (1, "champion", "linear, linear")
    assert version.parent_run == training.run
    assert set(story.tracking.children(version)) == {
        "persistence: loss",
        "linear: loss",
        "persistence: iron",
        "linear: iron",
        "linear, linear",
    }
    for name, run in training.runs.items():
        tags = story.tracking._client.get_run(run).data.tags
        assert tags.get("target") == (name.split(": ")[1] if ": " in name else None)


def test_runs_of_a_target_share_the_names_of_their_metrics_and_a_version_has_those_of_all(story):
    training, tracking = story.trained.learnt, story.tracking
    own = {name: tracking.metrics(run) for name, run in training.runs.items()}
    assert set(own["persistence: loss"]) == set(own["linear: loss"]) == set(own["linear: iron"])
    version = tracking.versions("toy_melts")[0]
    for target in ("loss", "iron"):
        assert version.metrics[f"{target}/test_mae"] == own[f"linear: {target}"]["test_mae"]
        assert float(version.tags[f"{target}/test_mae"]) == pytest.approx(
            own[f"linear: {target}"]["test_mae"], rel=1e-5
        )
    assert version.metrics["iron/test_mae"] == pytest.approx(np.sqrt(2 / np.pi), rel=0.25)  # normal noise of 1 g/t


def test_the_registered_model_answers_all_targets(story):
    model = story.tracking.model(story.tracking.versions("toy_melts")[0])
    assert isinstance(model, SeveralTargets)
    X = story.trained.learnt.data.X[:50]
    for name, training in story.trained.learnt.targets.items():
        np.testing.assert_array_equal(model.answer(X, 0.9)[name], training.best.model.answer(X, 0.9)[name])


def test_a_candidate_of_a_target_is_kept_as_a_model_of_it(story):
    import mlflow.pyfunc

    run = story.trained.learnt.runs["linear: iron"]
    model_id, _ = story.trained.learnt.targets["iron"].models["linear"]
    location = story.tracking._client.get_logged_model(model_id).artifact_location
    folder = mlflow.artifacts.download_artifacts(f"{location}/data/model", tracking_uri=story.settings.uri)
    assert model_files.load(folder).seed.target.name == "iron"
    assert story.tracking._client.get_run(run).data.tags["target"] == "iron"


def test_a_target_with_half_its_labels_learns_from_those(story):
    loss, iron = story.trained.learnt.targets.values()
    assert loss.data.unlabelled_rows == 0
    assert len(iron.data.table) + iron.data.unlabelled_rows == len(loss.data.table) == 1200
    assert 500 < len(iron.data.table) < 700
    assert loss.parts.test_from == iron.parts.test_from


def test_a_better_target_takes_the_other_one_along(story):
    verdict = story.changed.verdict
    assert verdict.promoted
    assert verdict.by_target["loss"].gain_low > 0
    assert verdict.by_target["iron"].gain_high > 0
    assert verdict.by_target["loss"].confidence == pytest.approx(0.9)
    version = story.tracking.versions("toy_melts")[1]
    assert version.aliases == ("champion",)
    run = story.tracking._client.get_run(story.changed.learnt.run)
    assert run.data.metrics["loss/judge_gain"] == verdict.by_target["loss"].gain
    moves = [move for move in story.tracking.audit("toy_melts") if move.action == "promote"]
    assert moves[0].metrics["loss/gain_low"] == verdict.by_target["loss"].gain_low


def test_a_target_that_nothing_was_learnt_of_is_refused_by_name_and_with_it_the_version(story):
    assert not story.blind.gated.passed
    assert story.blind.alias is None
    assert {reason.split(":")[0] for reason in story.blind.gated.reasons} == {"iron"}
    version = story.tracking.versions("toy_melts")[2]
    assert (version.tags["gate"], version.aliases) == ("refused", ())
    assert all(reason.startswith("iron: ") for reason in version.tags["gate_reasons"].splitlines())


def test_the_card_has_a_part_for_each_target(story):
    card = Path(story.tracking._client.download_artifacts(story.blind.learnt.run, "model_card.md")).read_text("utf-8")
    parts = card.split("\n## ")
    assert [part.splitlines()[0] for part in parts[1:]] == [
        "Data",
        "Target loss [%]",
        "Target iron [g/t]",
        "Gate before champion",
        "Assumed, and limits",
    ]
    assert "Predicted: loss [%], iron [g/t]." in parts[0]
    for part, unit in zip(parts[2:4], ("%", "g/t"), strict=True):
        assert f"\n### Candidates\n\nErrors and widths in {unit};" in part
        assert "\n### Inputs\n" in part


def test_the_terminal_shows_each_target_by_itself(story, capsys):
    console, comparison = Console(width=110), compare("toy_melts", story.settings)
    assert [row.name for row in comparison.rows] == ["baseline", "1", "2", "3"]
    assert comparison.rows[0].candidate == "persistence, persistence"
    for target, unit in (("loss", "%"), ("iron", "g/t")):
        console.print(candidates_table(story.trained, target))
        console.print(verdict_table(story.changed, target))
        console.print(versions_table(comparison, story.seed, target))
        shown = " ".join(capsys.readouterr().out.split())
        assert f"toy_melts: {target} [{unit}]" in shown
        assert f"version 2 promoted, {target} errors and widths in {unit}" in shown
        assert f"registered versions, {target}" in shown
        assert "baseline persistence" in shown
        mae = comparison.rows[1].metrics[f"{target}/test_mae"]
        assert f"{mae:.4g}" in shown


def test_a_target_with_too_few_new_labels_is_told_before_anything_is_learnt(story, melts_frame, tmp_path):
    late = melts_frame(periods=140)
    late = late[late["day"] >= "2024-04-06"]
    late.assign(iron=late["iron"].where(late["unit"] < "F-01")).to_csv(tmp_path / "new.csv", index=False)
    runs = len(story.tracking._client.search_runs(["1"]))
    with pytest.raises(ComparisonError, match=r"^iron: \d+ rows in \d+ independent blocks to judge on"):
        retrain(
            story.seed, tmp_path / "new.csv", story.settings, accept_label_shift="iron is measured in one unit alone"
        )
    assert len(story.tracking._client.search_runs(["1"])) == runs


def test_a_champion_of_other_targets_is_not_compared(story, melts_frame, tmp_path):
    text = story.seed.text.replace('role = "target"\ndescription = "iron', 'role = "late"\ndescription = "iron')
    head, _ = text.split("[targets.iron]")
    one = parse(head, Path("toy_melts.toml"))
    assert [column.name for column in one.primaries] == ["loss"]
    melts_frame(periods=140).to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(RegistryError, match=r"version 2 predicts loss, iron and cannot be compared on loss: train on"):
        retrain(one, tmp_path / "new.csv", story.settings)
