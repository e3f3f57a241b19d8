"""A sorting job from a file to the registry, then retraining, verdict and promotion."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from models.table.inputs import matrix
from models.uncertainty.guarantees import GuaranteeError
from nonferrous.tables import candidates_table, verdict_table, versions_table
from registry.promotion import promote, rollback
from registry.settings import StoreSettings
from registry.tracking import Tracking
from training.jobs.execution import FitExecution
from training.jobs.train import Trained, train
from training.jobs.version_table import compare
from training.retraining.retrain import Retrained, retrain
from training.sorting.fit import pieces_of, sort_lots

pytestmark = pytest.mark.long("tells a story of training and retraining")


@dataclass(frozen=True)
class Story:
    """A sorter that is trained, and retrained after one of its signals was wired the other way round."""

    settings: StoreSettings
    trained: Trained
    retrained: Retrained

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.settings)

    def text(self, run: str, name: str) -> str:
        return Path(self.tracking._client.download_artifacts(run, name)).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def story(toy_sorting_seed, toy_sorting_frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    settings = StoreSettings(home=folder / "home")
    frame = toy_sorting_frame(lots=240, pieces=40)
    newest = frame["lot"] > "L-00080"
    frame[~newest].to_csv(folder / "history.csv", index=False)
    frame[newest].assign(s1=3.0 - frame["s1"]).to_parquet(folder / "changed.parquet")
    # Of all stories of jobs this one fits side by side, whatever the cores.
    trained = train(toy_sorting_seed, folder / "history.csv", settings, ways=FitExecution(processes=2))
    return Story(
        settings,
        trained,
        retrain(toy_sorting_seed, folder / "changed.parquet", settings, accept_label_shift="wired anew"),
    )


def version(story, number=1):
    return story.tracking.versions("toy_scrap")[number - 1]


def test_every_candidate_has_a_run_with_the_same_names(story):
    runs = story.tracking.children(version(story))
    assert set(runs) == {"majority", "linear", "lightgbm"}
    result = {name: story.tracking._client.get_run(run) for name, run in runs.items()}
    assert len({frozenset(run.data.metrics) for run in result.values()}) == 1
    for name, run in result.items():
        expected = dict(story.trained.learnt.candidates[name].metrics)
        assert run.data.metrics == pytest.approx(expected, nan_ok=True)
        assert run.data.params["selected_by"] == "calibrate_log_loss"


def test_the_best_is_registered_with_its_figures(story):
    first, best = version(story), story.trained.learnt.best
    assert first.candidate == best.name
    assert best.metrics["calibrate_log_loss"] == min(
        candidate.metrics["calibrate_log_loss"] for candidate in story.trained.learnt.candidates.values()
    )
    for name in ("test_accuracy", "test_value_share", "test_purity", "test_lots_over_limit"):
        assert float(first.tags[name]) == pytest.approx(best.metrics[name], rel=1e-5)
        assert first.figures[name] == best.metrics[name]
    move = story.tracking.audit("toy_scrap")[0]
    assert (move.action, move.alias, move.after) == ("first", "champion", 1)
    assert move.metrics == pytest.approx(first.figures)


def test_decisions_come_out_again_from_the_registered_model(story, toy_sorting_seed):
    training = story.trained.learnt
    rows, model = training.parts.test, story.tracking.model(version(story))
    X = matrix(training.data.table.iloc[rows], model.seed)
    again = sort_lots(model, X, pieces_of(training.data)[rows], toy_sorting_seed)
    assert np.array_equal(again.bin, training.best.answers.bin[rows])
    assert np.allclose(again.p, training.best.answers.p[rows], rtol=1e-9)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:mlflow")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:sqlalchemy")
def test_mlflows_own_loader_gives_classes_and_bins_as_text(story):
    import mlflow.pyfunc

    model = story.tracking.model(version(story))
    table = story.trained.learnt.data.table.head(40)
    with story.tracking._default_store():
        loaded = mlflow.pyfunc.load_model("models:/toy_scrap/1")
    predictions = loaded.predict(table[list(model.names)], {"answer": "all"})
    for name, column in model.columns(matrix(table, model.seed)).items():
        assert (predictions[name].to_numpy() == column).all(), name
    assert {
        name: predictions[name].dtype.kind for name in ("p_a", "p_other", "x", "x_low", "expected_value")
    } == dict.fromkeys(("p_a", "p_other", "x", "x_low", "expected_value"), "f")
    assert (loaded.predict(table[list(model.names)]) == predictions["metal"]).all()
    (answer,) = loaded.metadata.signature.outputs.inputs
    assert (answer.name, answer.type.name) == ("metal", "string")


def test_mlflow_knows_the_class_as_text(story):
    run = story.tracking._client.get_run(version(story).run)
    dataset = run.inputs.dataset_inputs[0].dataset
    schema = json.loads(dataset.schema)["mlflow_colspec"]
    kinds = {column["name"]: column["type"] for column in schema}
    assert kinds["metal"] == kinds["lot"] == "string"
    assert kinds["x"] == kinds["mass"] == "double"


def test_the_card_tells_value_lots_bins_and_elements(story):
    card = story.text(story.trained.learnt.run, "model_card.md")
    m = story.trained.learnt.best.metrics
    for words in (
        "one row a piece of scrap that passed the sensors",
        "3200 labelled pieces of 80 lots",
        "no lot is cut",
        "The oracle knows the laboratory's class of every piece",
        f"| {m['test_value']:.4g} |",
        "value [$/t]",
        f"({m['test_value_share_low']:.1%} to {m['test_value_share_high']:.1%})",
        "Promised with 60% confidence, of this plant: 90% of its lots keep all limits of all bins.",
        f"a broken limit counts as {1000 * m['risk_price']:.3g} $ a tonne",
        "| `bin_a` | metal a |",
        "x 0.9 wt%",
        "Not predicted, the signals do not carry them: `z`.",
        "| `mass` | g | during |",
        "nothing else.",
    ):
        assert words in card, words
    assert "nan" not in card
    assert "simulated" not in card  # this table came without a truth


def test_a_changed_sensor_promotes_the_challenger_that_has_learnt_it(story):
    verdict = story.retrained.verdict
    assert verdict.promoted
    assert verdict.units == verdict.blocks == 53  # a third of 160 new lots
    assert verdict.challenger["value"] > verdict.champion["value"]
    assert version(story, 2).tags["verdict"] == "promoted"
    entered = next(move for move in story.tracking.audit("toy_scrap") if move.action == "promote")
    assert entered.metrics["challenger_value_share"] == verdict.challenger["value_share"]
    assert entered.metrics["challenger_lots_over_limit"] == verdict.challenger["lots_over_limit"]
    stored = json.loads(story.text(story.retrained.learnt.run, "verdict.json"))
    assert stored["challenger"]["value_lost"] == verdict.challenger["value_lost"]


def test_judge_lots_are_whole_and_learnt_by_neither(story):
    training, verdict = story.retrained.learnt, story.retrained.verdict
    learnt_lots = set(training.data.units[training.parts.learnt])
    evaluated = training.data.periods >= training.parts.test_from
    assert verdict.rows == evaluated.sum() == 53 * 40
    assert not learnt_lots & set(training.data.units[evaluated])
    assert min(training.data.units[evaluated]) == "L-00188"


def test_printed_tables_fit_a_terminal_and_name_their_units(story, capsys):
    console = Console(width=80)
    comparison = compare("toy_scrap", story.settings)
    for table in (
        candidates_table(story.trained),
        versions_table(comparison, story.trained.learnt.data.seed),
        verdict_table(story.retrained),
    ):
        console.print(table)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    predictions = " ".join(out.split())
    for words in (
        "toy_scrap: metal, 360 pieces",
        "$/t",
        f"{story.trained.learnt.best.name} *",
        "Oracle: knows every piece's class",
        "10% allowed",
        "value lost against the oracle [$/t]",
        "2120 pieces of 53 lots",
        "version 2 promoted",
    ):
        assert words in predictions, words
    assert [row.name for row in comparison.rows] == ["baseline", "1", "2"]


def test_a_promotion_can_be_undone(story):
    assert rollback(story.trained.learnt.data.seed, story.settings, reason="drift").after == 1
    back = promote(story.trained.learnt.data.seed, story.settings, 2)
    assert back.after == 2
    assert back.metrics == pytest.approx(version(story, 2).figures)


def test_too_few_lots_for_the_promise_write_nothing(toy_sorting_seed, toy_sorting_frame, tmp_path):
    toy_sorting_frame(lots=20).to_csv(tmp_path / "plant.csv", index=False)
    with pytest.raises(GuaranteeError, match="expected 9 or more"):
        train(toy_sorting_seed, tmp_path / "plant.csv", StoreSettings(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()


def test_the_whole_class_column_is_in_the_digest(story, toy_sorting_seed):
    from models.table.reading import digest

    table = story.trained.learnt.data.checked
    assert digest(table.sample(frac=1, random_state=1)) == digest(table)
    changed = table.copy()
    changed.loc[0, "metal"] = "b" if table.loc[0, "metal"] != "b" else "a"
    assert digest(changed) != digest(table)
    retained = story.tracking.table(version(story).parent_run, "table.parquet")
    pd.testing.assert_frame_equal(retained, table)
