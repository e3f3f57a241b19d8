"""A class from a plant's file to the registry and the service, then retraining and promotion."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from models.table.inputs import matrix
from nonferrous.tables import candidates_table, verdict_table, versions_table
from registry.settings import StoreSettings
from registry.tracking import Tracking
from training.jobs.train import train
from training.jobs.version_table import compare
from training.retraining.retrain import retrain


@pytest.fixture(scope="module")
def story(toy_class_seed, toy_class_frame, tmp_path_factory, drawn_pages):
    """A classifier that is trained, and retrained after the grain was measured by another instrument, 6 mm higher."""
    folder = tmp_path_factory.mktemp("story")
    settings = StoreSettings(home=folder / "home")
    frame = toy_class_frame(periods=140)
    old = frame["day"] < "2024-02-06"
    frame[old].to_csv(folder / "history.csv", index=False)
    frame[~old].assign(grain=frame["grain"] + 6.0).to_csv(folder / "changed.csv", index=False)
    trained = train(toy_class_seed, folder / "history.csv", settings)
    retrained = retrain(toy_class_seed, folder / "changed.csv", settings, accept_label_shift="another mine")
    return SimpleNamespace(settings=settings, trained=trained, retrained=retrained, tracking=Tracking(settings))


def text(story, run, name):
    return Path(story.tracking._client.download_artifacts(run, name)).read_text(encoding="utf-8")


def test_the_best_passes_the_gate_and_becomes_champion(story):
    assert story.trained.gated.passed
    assert story.trained.alias == "champion"
    first = story.tracking.versions("toy_ores")[0]
    assert float(first.tags["test_log_loss"]) == pytest.approx(
        story.trained.learnt.best.metrics["test_log_loss"], rel=1e-5
    )


def test_answers_come_out_again_from_the_registered_model(story):
    training = story.trained.learnt
    model = story.tracking.model(story.tracking.versions("toy_ores")[0])
    X = matrix(training.data.table.iloc[training.parts.test], model.seed)
    expected = training.best.answers[training.parts.test]
    assert model.probabilities(X) == pytest.approx(expected.p, rel=1e-9)
    assert (model.sets_of(X, model.probabilities(X), 0.9) == expected.inside).all()


def test_a_plant_that_changed_promotes_the_challenger_that_has_learnt_it(story):
    verdict = story.retrained.verdict
    assert verdict.promoted
    assert verdict.challenger["log_loss"] < verdict.champion["log_loss"]
    stored = json.loads(text(story, story.retrained.learnt.run, "verdict.json"))
    assert stored["challenger"]["accuracy"] == verdict.challenger["accuracy"]


def test_card_and_page_are_kept(story):
    run = story.trained.learnt.run
    card = text(story, run, "model_card.md")
    for words in (
        "Predicted: ore.",
        "| `rare` |",
        "## Sets",
        "Passed: it may be champion.",
    ):
        assert words in card
    assert "nan" not in card
    page = text(story, story.trained.learnt.runs["linear"], "plots.html")
    assert page.count("<h2>") == 6


def test_printed_tables_fit_a_terminal(story, capsys):
    console = Console(width=80)
    comparison = compare("toy_ores", story.settings)
    tables = (
        candidates_table(story.trained),
        versions_table(comparison, story.trained.learnt.data.seed),
        verdict_table(story.retrained),
    )
    for table in tables:
        console.print(table)
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    for words in ("toy_ores: ore, 80 rows", "majority", "classes of ore", "log loss [1]", "version 2 promoted"):
        assert words in " ".join(out.split()), words
