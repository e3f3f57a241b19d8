"""A shadow period with a real service: recorded, shown to nobody, ended by what came in, months later by the clock."""

import json
import shutil
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from nonferrous import reports, shadow
from nonferrous.command_line import app
from nonferrous.shadow import ShadowLines, nothing_to_learn, shadow_lines
from records.database import Database
from records.requests import recorded
from records.shadow import responses_to
from registry.relocation import adopt
from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import load
from tests.suite.client import running
from tests.suite.jobs import quicken
from training.jobs.train import train
from training.retraining.retrain import retrain

pytestmark = pytest.mark.long("trains a champion and a challenger, and serves both")
PERIOD = 'period = { value = 30, unit = "d" }'
SHADOW = 'shadow = { value = 60, unit = "d", source = "law" }'
NOW = datetime.now(UTC)
PATIENCE = 120.0  # s, from each beginning


def rows_of(toy_frame, first, last, slope=3.0):
    """Rows of some periods; `slope` changes the law."""
    frame = toy_frame(periods=48, rng_seed=5)
    starts = np.sort(frame["period_start"].unique())
    frame = frame[frame["period_start"].isin(starts[first:last])].reset_index(drop=True)
    return frame.assign(y=frame["y"] + slope * (frame["z"] - 4))


@pytest.fixture
def seeds(toy_folder, monkeypatch):
    """Folder of the made-up process, whose seed asks for a shadow period."""
    folder = toy_folder("toy_cells")
    file = folder / "toy_cells.toml"
    file.write_text(file.read_text().replace(PERIOD, f"{PERIOD}\n{SHADOW}"))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
    return folder


@pytest.fixture(scope="module")
def home_in_shadow(toy_seed, toy_frame, tmp_path_factory):
    """Maker of a home folder in which version 2 is in shadow, made once."""
    home = tmp_path_factory.mktemp("begun") / "home"

    def make(seed, folder):
        if not home.exists():
            home.mkdir()
            rows_of(toy_frame, 0, 24, slope=0.0).to_parquet(home / "history.parquet")
            rows_of(toy_frame, 24, 36).to_parquet(home / "changed.parquet")
            with pytest.MonkeyPatch.context() as patched:
                quicken(patched)
                train(seed, home / "history.parquet", StoreSettings(home=home))
                result = retrain(
                    seed, home / "changed.parquet", StoreSettings(home=home), accept_label_shift="the law has changed"
                )
            assert result.shadow is not None
        shutil.copytree(home, folder / "home")
        adopt(folder / "home" / "mlflow.db")
        return folder / "home"

    return make


@pytest.fixture
def home(home_in_shadow, seeds, tmp_path, monkeypatch):
    made = home_in_shadow(load("toy_cells"), tmp_path)
    monkeypatch.setenv("NONFERROUS_HOME", str(made))
    return made


def aliases(home):
    versions = Tracking(StoreSettings(home=home)).versions("toy_cells")
    return {alias: one.number for one in versions for alias in one.aliases}


def request_rows(rows):
    return [
        {"unit": row.unit, "period_start": f"{row.period_start:%Y-%m-%d}", "x_set": row.x_set, "z": row.z}
        for row in rows.itertuples()
    ]


def shadow_answers(home):
    with closing(Database(f"sqlite:///{home / 'records.db'}")) as database, database.read() as connection:
        numbers = [one.number for one in recorded(connection, "toy_cells")]
        return responses_to(connection, numbers).values()


def typed(*words):
    done = CliRunner().invoke(app, [*map(str, words)])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.service
def test_it_answers_beside_the_champion_shown_to_nobody_and_takes_over_when_its_period_is_over(home, toy_frame):
    rows, seed = rows_of(toy_frame, 36, 42), load("toy_cells")
    with running("toy_cells", home) as client:
        started = time.monotonic()
        while "version 2 answers in shadow" not in (home / "logs" / "serve.log").read_text():
            assert time.monotonic() - started < PATIENCE
            time.sleep(0.1)
        for _, period in rows.groupby("period_start"):
            version, predictions = client.predict(request_rows(period))
            assert version == 1
            assert "shadow" not in json.dumps(predictions)
        started = time.monotonic()
        while len(shadow_answers(home)) < rows["period_start"].nunique():
            assert time.monotonic() - started < PATIENCE
            time.sleep(0.1)
        assert {one.version for one in shadow_answers(home)} == {2}
        client.tell(
            [
                {"unit": row.unit, "period_start": f"{row.period_start:%Y-%m-%d}", "y": row.y}
                for row in rows.itertuples()
            ]
        )
        typed("records", "export", "toy_cells", "--out", home / "all.parquet")
        assert shadow_lines(seed).goes_on
        assert aliases(home) == {"champion": 1, "challenger": 2, "shadow": 2}
        result = shadow_lines(seed, NOW + timedelta(days=61))
        assert result.lines[0].startswith("version 2 is champion after its shadow period: significantly better")
        assert aliases(home) == {"champion": 2}
        client.wait_for(2)
    table = pd.read_parquet(home / "all.parquet")
    own = [json.loads(text)["y"]["value"] for text in table["shadow_prediction"]]
    theirs = [json.loads(text)["y"]["value"] for text in table["prediction"]]
    assert set(table["shadow_version"]) == {2}
    assert np.abs(own - table["y"]).mean() < np.abs(theirs - table["y"]).mean()
    moves = [line for line in typed("models", "history", "toy_cells").splitlines() if "move" in line]
    assert [line.split(": ")[2].split(" of ")[0] for line in moves] == [
        "promotion",
        "shadow begin",
        "promotion",
        "shadow end",
    ]
    assert shadow_lines(seed, NOW + timedelta(days=90)) == ShadowLines()


@pytest.mark.service
def test_files_that_are_gone_hurt_no_client_and_the_version_is_refused_in_the_end(home, toy_frame):
    seed = load("toy_cells")
    version = Tracking(StoreSettings(home=home)).versions("toy_cells")[1]
    (folder,) = home.rglob(f"{version.model}/artifacts/data/model")
    shutil.rmtree(folder)
    with running("toy_cells", home) as client:
        for _, period in rows_of(toy_frame, 36, 38).groupby("period_start"):
            assert client.predict(request_rows(period))[0] == 1
        started = time.monotonic()
        while "version 2 in shadow is refused" not in (home / "logs" / "serve.log").read_text():
            assert time.monotonic() - started < PATIENCE
            time.sleep(0.1)
        assert client.version() == 1
    assert len(shadow_answers(home)) == 0
    waits = shadow_lines(seed, NOW + timedelta(days=61))
    assert (waits.goes_on, "would be refused by the service" in waits.lines[0]) == (True, True)
    ended = shadow_lines(seed, NOW + timedelta(days=121))
    assert ended.lines[0].startswith("version 2 is refused after its shadow period")
    assert aliases(home) == {"champion": 1}


def test_nothing_is_learnt_while_a_version_answers_in_shadow(monkeypatch):
    seed = SimpleNamespace()
    monkeypatch.setattr(reports, "quiet", lambda seed: pytest.fail("the monitoring was looked at"))
    goes_on = ShadowLines(("version 2 answers in shadow until then",), True)
    monkeypatch.setattr(shadow, "shadow_lines", lambda seed, is_alone: goes_on)
    assert nothing_to_learn(seed) == "no retraining: version 2 answers in shadow until then"
    monkeypatch.setattr(reports, "quiet", lambda seed: "no retraining: no drift")
    monkeypatch.setattr(shadow, "shadow_lines", lambda seed, is_alone: ShadowLines(("version 2 is champion",)))
    assert nothing_to_learn(seed) == "version 2 is champion; no retraining: no drift"
    monkeypatch.setattr(reports, "quiet", lambda seed: None)
    assert nothing_to_learn(seed) is None
