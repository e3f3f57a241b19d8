"""A job that grades lots from a file to the registry, then retraining, verdict and promotion."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from models.table.inputs import matrix
from models.tasks import build
from models.uncertainty.guarantees import GuaranteeError
from nonferrous.tables import candidates_table, verdict_table, versions_table
from registry.promotion import promote, rollback
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError
from seeds.format.loader import parse
from training.jobs.train import Trained, train
from training.jobs.version_table import compare
from training.retraining.judge_rows import judge_start
from training.retraining.retrain import Retrained, retrain

pytestmark = pytest.mark.long("tells a story of training and retraining")


@dataclass(frozen=True)
class Story:
    """A grader that is trained, and retrained on new lots."""

    settings: StoreSettings
    trained: Trained
    retrained: Retrained

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.settings)

    def text(self, run: str, name: str) -> str:
        return Path(self.tracking._client.download_artifacts(run, name)).read_text(encoding="utf-8")


def story_of(seed, history, new, folder):
    settings = StoreSettings(home=folder / "home")
    history.to_csv(folder / "history.csv", index=False)
    new.to_parquet(folder / "new.parquet")
    trained = train(seed, folder / "history.csv", settings)
    if not trained.gated.passed:
        promote(seed, settings, 1, force="nothing else competes")
    return Story(
        settings, trained, retrain(seed, folder / "new.parquet", settings, accept_label_shift="another sensor")
    )


def as_text(contents):
    """Contents as a laboratory writes them into a file."""
    return [f"<{-value:g}" if value < 0 else f"{value:.6g}" for value in contents]


def competing(monkeypatch, *names):
    """Only these candidates compete, for speed."""
    monkeypatch.setattr("training.jobs.train.build", lambda seed: {name: build(seed)[name] for name in names})


@pytest.fixture(scope="module")
def story(toy_quality_seed, toy_quality_frame, tmp_path_factory, drawn_pages):
    """After 50 days what measures `u` reads higher by 3, which is 3 standard deviations."""
    frame = toy_quality_frame(lines=24, lots=140)
    newest = frame["cast_at"] >= np.sort(frame["cast_at"].unique())[50]
    history = frame[~newest].assign(**{name: as_text(frame.loc[~newest, name]) for name in "pqr"})
    changed = frame[newest].assign(u=frame["u"] + 3)
    with pytest.MonkeyPatch.context() as monkeypatch:
        competing(monkeypatch, "persistence", "linear")
        return story_of(toy_quality_seed, history, changed, tmp_path_factory.mktemp("story"))


@pytest.fixture(scope="module")
def idle(toy_quality_seed, toy_quality_frame, tmp_path_factory):
    """A claim dearer than any chance of it, so that nobody releases a lot; the bar alone competes, and is forced."""
    seed = parse(toy_quality_seed.text.replace("value = 300,", "value = 1e9,", 1), Path("toy_lots.toml"))
    frame = toy_quality_frame(lines=24, lots=70)
    newest = frame["cast_at"] >= np.sort(frame["cast_at"].unique())[40]
    with pytest.MonkeyPatch.context() as monkeypatch:
        competing(monkeypatch, "persistence")
        return story_of(seed, frame[~newest], frame[newest], tmp_path_factory.mktemp("idle"))


def version(story, number=1):
    return story.tracking.versions("toy_lots")[number - 1]


def test_every_candidate_has_a_run_with_its_own_figures(story):
    runs = story.tracking.children(version(story))
    assert set(runs) == {"persistence", "linear"}
    result = {name: story.tracking._client.get_run(run) for name, run in runs.items()}
    assert len({frozenset(run.data.metrics) for run in result.values()}) == 1
    for name, run in result.items():
        expected = dict(story.trained.learnt.candidates[name].metrics)
        assert run.data.metrics == pytest.approx(expected, nan_ok=True, rel=1e-12)
        assert run.data.params["selected_by"] == "calibrate_lot_loss"


def test_the_best_is_registered_with_its_figures(story):
    first, best = version(story), story.trained.learnt.best
    assert first.candidate == best.name != "persistence"
    for name in ("test_lot_loss", "test_skill", "test_r2", "test_cost", "test_released", "holdout_all_cost"):
        assert float(first.tags[name]) == pytest.approx(best.metrics[name], rel=1e-5)
        assert first.figures[name] == best.metrics[name]
    move = story.tracking.audit("toy_lots")[0]
    assert (move.action, move.alias, move.after) == ("first", "champion", 1)
    assert move.metrics == pytest.approx(first.figures, nan_ok=True)


def test_decisions_come_out_again_from_the_registered_model(story):
    training = story.trained.learnt
    rows, model = training.parts.test, story.tracking.model(version(story))
    again = model.assess(matrix(training.data.table.iloc[rows], model.seed))
    before = training.best.model.assessed(training.best.predictions[rows])
    assert np.array_equal(again.decided.grade, before.decided.grade)
    assert np.allclose(again.keeps, before.keeps, rtol=1e-9)
    assert model.threshold == training.best.model.threshold


@pytest.mark.filterwarnings("ignore::DeprecationWarning:mlflow")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:sqlalchemy")
def test_mlflows_own_loader_gives_grades_and_decisions_as_text(story):
    import mlflow.pyfunc

    model = story.tracking.model(version(story))
    table = story.trained.learnt.data.table.head(40)
    with story.tracking._default_store():
        loaded = mlflow.pyfunc.load_model("models:/toy_lots/1")
    predictions = loaded.predict(table[list(model.names)], {"answer": "all"})
    for name, column in model.columns(matrix(table, model.seed)).items():
        assert (predictions[name].to_numpy() == column).all(), name
    assert set(predictions) == set(model.columns(model.examples))
    assert (loaded.predict(table[list(model.names)]) == predictions["p"]).all()
    (answer,) = loaded.metadata.signature.outputs.inputs
    assert (answer.name, answer.type.name) == ("p", "double")


def test_limits_in_the_file_are_kept_as_limits(story):
    """The history says "<0.5"; what is learnt and kept beside the run says -0.5."""
    data = story.trained.learnt.data
    assert data.rejected_rows == 0
    assert (data.contents < 0).any(axis=0).all()
    assert set(data.contents[data.contents < 0]) == {-0.5}
    retained = story.tracking.table(version(story).parent_run, "table.parquet")
    assert (retained["p"] == -0.5).sum() == (data.contents[:, 0] == -0.5).sum() > 0


def set_aside(retrained):
    """Lots of the judge rows that were far from all others: the sensor has shifted, their contents have not."""
    return int((retrained.labels.aside["cast_at"] >= retrained.learnt.parts.test_from).sum())


def test_a_shifted_sensor_promotes_the_challenger_that_has_learnt_it(story):
    verdict = story.retrained.verdict
    assert verdict.promoted
    rows = 720 - set_aside(story.retrained)  # a third of 90 days
    assert (verdict.rows, verdict.periods, verdict.units, verdict.blocks) == (rows, 30, 24, 24)
    assert verdict.challenger["cost"] < verdict.champion["cost"]
    assert version(story, 2).candidate == "linear"
    assert version(story, 2).tags["verdict"] == "promoted"
    move = next(move for move in story.tracking.audit("toy_lots") if move.action == "promote")
    assert move.metrics["champion_cost"] == verdict.champion["cost"]
    assert move.metrics["challenger_cost"] == verdict.challenger["cost"]
    stored = json.loads(story.text(story.retrained.learnt.run, "verdict.json"))
    assert stored["challenger"]["cost"] == verdict.challenger["cost"]


def test_judge_lots_are_learnt_by_neither(story):
    training, verdict = story.retrained.learnt, story.retrained.verdict
    evaluated = training.data.periods >= training.parts.test_from
    assert verdict.rows == evaluated.sum()
    assert training.data.periods[training.parts.learnt].max() < training.parts.test_from
    assert f"{training.parts.test_from:%Y-%m-%d}" == verdict.first_period


def test_files_of_the_job_tell_the_promise_and_the_pictures(story):
    training = story.trained.learnt
    card = story.text(training.run, "model_card.md")
    assert "Promised with 95% confidence" in card
    assert f"Chosen: **{training.best.name}**" in card
    assert "nan" not in card
    plots = story.text(training.runs[training.best.name], "plots.html")
    assert "Reliability of the grade" in plots


def test_printed_tables_fit_a_terminal_and_name_their_units(story, capsys):
    console = Console(width=80)
    comparison = compare("toy_lots", story.settings)
    for table in (
        candidates_table(story.trained),
        versions_table(comparison, story.trained.learnt.data.seed),
        verdict_table(story.retrained),
    ):
        console.print(table)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    words_told = " ".join(out.split())
    for words in (
        "toy_lots: 3 contents,",
        "$/t",
        f"{story.trained.learnt.best.name} *",
        "2% allowed",
        "cost against the oracle [$/t]",
        f"{720 - set_aside(story.retrained)} lots of 24 units",
        "version 2 promoted",
    ):
        assert words in words_told, words
    assert "nan" not in words_told
    assert [row.name for row in comparison.rows] == ["baseline", "1", "2"]


def test_a_promotion_can_be_undone(story):
    assert rollback(story.trained.learnt.data.seed, story.settings, reason="drift").after == 1
    back = promote(story.trained.learnt.data.seed, story.settings, 2)
    assert back.after == 2
    assert back.metrics == pytest.approx(version(story, 2).figures, nan_ok=True)


def test_the_judge_rows_begin_where_any_content_is_reported(story, toy_quality_seed):
    """A new file whose first element was not analysed has labels all the same."""
    new = story.retrained.learnt.data.checked
    training_cutoff = story.trained.learnt.parts.test_from
    without = new.assign(p=np.nan)
    assert judge_start(without, toy_quality_seed, training_cutoff, 1) == judge_start(
        new, toy_quality_seed, training_cutoff, 1
    )


# ---- a grader that releases nothing


def test_figures_that_nothing_tells_are_kept_and_read_again(idle):
    best = idle.trained.learnt.best
    assert best.metrics["threshold"] == 0.0
    first = version(idle)
    assert np.isnan(first.metrics["test_false_release"])
    assert first.metrics == pytest.approx(dict(best.metrics), nan_ok=True, rel=1e-12)
    assert np.isnan(first.figures["test_false_release"])


def test_two_that_release_nothing_can_be_judged(idle):
    verdict = idle.retrained.verdict
    assert not verdict.promoted
    assert "false_release" not in verdict.challenger
    assert verdict.challenger["assayed_share"] + verdict.challenger["downgraded"] == pytest.approx(1)
    run = idle.tracking._client.get_run(idle.retrained.learnt.run)
    assert "judge_challenger_cost" in run.data.metrics
    assert "judge_challenger_false_release" not in run.data.metrics
    stored = json.loads(idle.text(idle.retrained.learnt.run, "verdict.json"), parse_constant=pytest.fail)
    assert stored["promoted"] is False


def test_the_baseline_alone_is_refused_and_gets_no_alias(idle):
    for gated in (idle.trained.gated, idle.retrained.gated):
        assert any("the baseline is best: no candidate improves on it" in reason for reason in gated.reasons)
    assert idle.trained.alias is None
    assert not [move for move in idle.tracking.audit("toy_lots") if move.alias == "challenger"]


def test_tables_and_the_card_show_a_dash_for_what_is_not_known(idle, capsys):
    console = Console(width=80)
    comparison = compare("toy_lots", idle.settings)
    for table in (
        candidates_table(idle.trained),
        versions_table(comparison, idle.trained.learnt.data.seed),
        verdict_table(idle.retrained),
    ):
        console.print(table)
    out = capsys.readouterr().out
    assert "nan" not in out
    assert "Warning: no lot may be released unassayed" in " ".join(out.split())
    assert "nan" not in idle.text(idle.trained.learnt.run, "model_card.md")


def test_a_promotion_by_hand_keeps_what_is_not_known(idle):
    moved = promote(idle.trained.learnt.data.seed, idle.settings, 2, force="trial")
    assert np.isnan(moved.metrics["test_false_release"])
    assert rollback(idle.trained.learnt.data.seed, idle.settings).after == 1


# ---- what is refused


def test_too_few_lots_for_the_promise_write_nothing(toy_quality_seed, toy_quality_frame, tmp_path):
    toy_quality_frame(lots=20).to_csv(tmp_path / "plant.csv", index=False)
    with pytest.raises(GuaranteeError, match="expected 149 or more"):
        train(toy_quality_seed, tmp_path / "plant.csv", StoreSettings(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()


def test_a_champion_of_other_grades_is_told_before_anything_is_learnt(
    story, toy_quality_seed, toy_quality_frame, tmp_path
):
    grades = [toy_quality_seed.grades[0], toy_quality_seed.grades[2]]
    seed = toy_quality_seed.model_copy(update={"grades": grades})
    new = toy_quality_frame(lines=24, lots=140, rng_seed=2)
    new[new["cast_at"] >= np.sort(new["cast_at"].unique())[100]].to_parquet(tmp_path / "new.parquet")
    before = len(story.tracking.versions("toy_lots"))
    with pytest.raises(RegistryError, match="its grades are prime, second, remelt; expected prime, remelt"):
        retrain(seed, tmp_path / "new.parquet", story.settings, accept_label_shift="lots of another plant")
    assert len(story.tracking.versions("toy_lots")) == before
