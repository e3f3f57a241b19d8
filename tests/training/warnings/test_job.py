"""Warnings through a whole job: learnt, kept with the version, measured in MLflow, shown, and asked for a table."""

import json

import pytest

from registry.settings import StoreSettings
from registry.tracking import Tracking
from tests.models.warnings.conftest import event, remembering, seed_with  # noqa: F401
from training.jobs.train import train
from training.warnings.learning import EVENT, EventWarnings


@pytest.fixture(scope="module")
def trained(seed_with, remembering, tmp_path_factory):  # noqa: F811
    seed = seed_with(event("at_least = 4.4"), event("at_least = 7", name="never"))
    folder = tmp_path_factory.mktemp("home")
    table = remembering(seed, units=24).drop(columns=["previous_y"])
    table.to_parquet(folder / "table.parquet", index=False)
    settings = StoreSettings(home=folder / "home")
    return seed, table, folder, settings, train(seed, folder / "table.parquet", settings)


def test_each_event_has_a_run_with_metrics_of_the_same_names(trained):
    _, _, _, settings, result = trained
    client = Tracking(settings)._client
    runs = client.search_runs([result.learnt.experiment], filter_string=f"tags.{EVENT} != ''")
    assert [run.data.tags[EVENT] for run in runs] == ["high_z"]
    (run,) = runs
    assert run.data.tags["mlflow.parentRunId"] == result.learnt.run
    names = {"average_precision", "brier", "false_alarms_month", "lead_time", "cost", "cost_always", "cost_never"}
    assert {f"{part}_{name}" for part in ("test", "holdout") for name in names} <= set(run.data.metrics)
    assert run.data.metrics["test_cost"] < min(
        run.data.metrics["test_cost_always"], run.data.metrics["test_cost_never"]
    )
    assert float(run.data.params["threshold"]) == 0.2
    assert json.loads(run.data.params["miss_cost"])["value"] == 100


def test_the_version_carries_warnings_and_why_an_event_has_none(trained):
    _, _, _, settings, result = trained
    tracking = Tracking(settings)
    (version,) = tracking.versions("toy_cells")
    model = tracking.model(version).learnt["warnings"]
    assert list(model.events) == ["high_z"]
    assert model.refused["never"].startswith("got 0 events")
    assert model.state() == result.learnt.best.model.learnt["warnings"].state()


def test_the_card_says_what_is_warned_of_and_what_it_is_worth(trained):
    training = trained[-1].learnt
    text = "\n".join(EventWarnings().section(training.best.model, training.data, training.parts))
    assert "- high_z: z at least 4.4 V; by " in text
    assert "- never: no warnings: got 0 events" in text
    assert "| high_z | test |" in text
    assert "| high_z | holdout |" in text
