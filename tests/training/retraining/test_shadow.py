"""A challenger that would be promoted answers in shadow first, and what comes in decides what becomes of it."""

import shutil
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from registry.promotion import champion_of, promote, rollback
from registry.retraining.running_shadow import RunningShadow
from registry.retraining.shadow_period import begin_shadow, end_shadow, in_shadow
from registry.settings import StoreSettings
from registry.store import MlflowStore
from registry.tracking import Tracking
from seeds.format.loader import parse
from training.jobs.train import train
from training.retraining import guardrails
from training.retraining.retrain import retrain
from training.retraining.shadow import look_at_shadow

ASKED = 'period = { value = 30, unit = "d" }\nshadow = { value = 60, unit = "d", source = "law" }'
NOW = datetime.now(UTC)
LATER, LATEST = NOW + timedelta(days=61), NOW + timedelta(days=121)


@pytest.fixture(scope="module")
def seed(toy_seed, tmp_path_factory):
    text = toy_seed.text.replace(ASKED.splitlines()[0], ASKED)
    return parse(text, tmp_path_factory.mktemp("seed") / "toy_cells.toml")


def rows_of(toy_frame, first, last, slope=0.0):
    """Rows of some periods; `slope` changes the law."""
    frame = toy_frame(periods=48, rng_seed=5)
    starts = np.sort(frame["period_start"].unique())
    frame = frame[frame["period_start"].isin(starts[first:last])].reset_index(drop=True)
    return frame.assign(y=frame["y"] + slope * (frame["z"] - 4))


@pytest.fixture(scope="module")
def home_in_shadow(seed, toy_frame, tmp_path_factory):
    """A home folder in which version 2 answers in shadow after the law had changed, and what the job gave."""
    home = tmp_path_factory.mktemp("shadow") / "home"
    home.mkdir()
    rows_of(toy_frame, 0, 24).to_parquet(home / "history.parquet")
    rows_of(toy_frame, 24, 36, slope=3.0).to_parquet(home / "changed.parquet")
    train(seed, home / "history.parquet", StoreSettings(home=home))
    return home, retrain(
        seed, home / "changed.parquet", StoreSettings(home=home), accept_label_shift="the law has changed"
    )


class Plant:
    """A copy of the home folder, and the rows that come in."""

    def __init__(self, seed, home, folder):
        from registry.relocation import adopt

        shutil.copytree(home, folder / "home")
        adopt(folder / "home" / "mlflow.db")
        self.seed, self.folder, self.settings, self.asked = seed, folder, StoreSettings(home=folder / "home"), []

    @property
    def tracking(self):
        return Tracking(self.settings)

    @property
    def aliases(self):
        return {alias: one.number for one in self.tracking.versions("toy_cells") for alias in one.aliases}

    @property
    def moves(self):
        return [(move.alias, move.before, move.after, move.action) for move in self.tracking.audit("toy_cells")]

    def look(self, now, labelled=None, both=None):
        """What is done when so much is labelled, and the same or less of it answered by both."""
        both = labelled if both is None else both

        def answered(champion, shadow):
            self.asked.append((champion, shadow))
            if labelled is None:
                return None
            labelled.to_parquet(self.folder / "labelled.parquet")
            both.to_parquet(self.folder / "both.parquet")
            return self.folder / "labelled.parquet", self.folder / "both.parquet"

        return look_at_shadow(self.seed, answered, self.settings, now)


@pytest.fixture
def plant(seed, home_in_shadow, tmp_path):
    return Plant(seed, home_in_shadow[0], tmp_path)


def test_a_better_challenger_is_in_shadow_and_all_say_so(home_in_shadow, seed):
    home, result = home_in_shadow
    tracking = Tracking(StoreSettings(home=home))
    versions = tracking.versions("toy_cells")
    assert result.verdict.promoted
    assert champion_of("toy_cells", versions).number == result.champion == 1
    version, period = in_shadow(versions)
    assert (version.number, version.aliases, version.refused) == (2, ("challenger", "shadow"), False)
    assert (period.until - period.since, period.beside) == (timedelta(days=60), 1)
    assert version.tags["verdict"] == "in shadow"
    begin = tracking.audit("toy_cells")[-1]
    assert (begin.alias, begin.before, begin.after, begin.action) == ("shadow", None, 2, "enter")
    assert begin.metrics == result.figures
    assert begin.why.startswith(f"until {period.until:%Y-%m-%d %H:%M} UTC: significantly better")


def test_nothing_is_compared_before_the_period_is_over(plant):
    result = plant.look(NOW)
    assert result.goes_on
    assert result.line.startswith("version 2 answers in shadow until 20")
    assert plant.asked == []
    assert plant.aliases == {"champion": 1, "challenger": 2, "shadow": 2}


def test_the_better_one_is_promoted_with_the_figures_of_what_came_in(plant, toy_frame):
    result = plant.look(LATER, rows_of(toy_frame, 36, 42, slope=3.0))
    assert not result.goes_on
    assert result.line.startswith("version 2 is champion after its shadow period: significantly better")
    assert plant.aliases == {"champion": 2}
    versions = plant.tracking.versions("toy_cells")
    assert plant.asked == [tuple(one.tags["model_digest"] for one in versions)]
    promotion, _, end = plant.tracking.audit("toy_cells")[-3:]
    assert (promotion.alias, promotion.before, promotion.after) == ("champion", 1, 2)
    assert (end.alias, end.before, end.after) == ("shadow", 2, None)
    assert promotion.why.startswith("after its shadow period: significantly better")
    assert promotion.metrics["rows"] == 120
    assert promotion.metrics["gain_low"] > 0
    assert plant.look(LATER) is None


def test_one_that_is_better_no_more_is_refused_with_its_reason(plant, toy_frame):
    result = plant.look(LATER, rows_of(toy_frame, 36, 42))
    assert result.line.startswith("version 2 is refused after its shadow period: not significantly better")
    assert plant.aliases == {"champion": 1}
    end = plant.tracking.audit("toy_cells")[-1]
    assert (end.alias, end.after, end.metrics["gain"] < 0) == ("shadow", None, True)


def test_one_that_is_better_on_the_whole_and_worse_in_a_regime_is_held_back(plant, toy_frame, monkeypatch):
    back = toy_frame(periods=48)["period_start"].unique()[45]
    monkeypatch.setattr(guardrails, "regimes", lambda start, seed: np.where(start < back, "new law", "law as before"))
    both = pd.concat([rows_of(toy_frame, 36, 45, slope=3.0), rows_of(toy_frame, 45, 48)])
    result = plant.look(LATER, both)
    assert result.line.startswith("version 2 is refused after its shadow period: significantly better")
    assert "held back: worst regime or group: regime law as before: the loss falls by -" in result.line
    assert plant.aliases == {"champion": 1}


@pytest.mark.long("retrains")
def test_too_few_outcomes_let_it_go_on_to_twice_its_length(plant, toy_frame):
    few = rows_of(toy_frame, 36, 37, slope=3.0)
    cases = {
        "0 outcomes, 30 in 8 blocks wanted": (None, None),
        "20 rows in 20 independent blocks to judge on": (few, None),
        "0 rows to judge on": (rows_of(toy_frame, 30, 36, slope=3.0), None),  # learnt, or judged by, already
        "10 rows in 1 independent blocks": (rows_of(toy_frame, 36, 42, slope=3.0), few.iloc[:10]),
    }
    for reason, rows in cases.items():
        result = plant.look(LATER, *rows)
        assert result.goes_on
        assert f" at most: too few outcomes of rows that both have answered: {reason}" in result.line
    assert plant.aliases == {"champion": 1, "challenger": 2, "shadow": 2}
    result = plant.look(LATEST, few)
    assert not result.goes_on
    assert result.line.startswith(
        "version 2 is refused after its shadow period: too few outcomes of rows that both have"
    )
    assert plant.aliases == {"champion": 1}


def test_a_version_that_does_not_load_is_waited_for_and_then_refused(plant, toy_frame):
    version = plant.tracking.versions("toy_cells")[1]
    for file in plant.settings.folder.rglob(f"{version.model}/artifacts/data/model/*.json"):
        file.write_text("{}")
    rows = rows_of(toy_frame, 36, 42, slope=3.0)
    result = plant.look(LATER, rows)
    assert (result.goes_on, "version 2 would be refused by the service" in result.line) == (True, True)
    result = plant.look(LATEST, rows)
    assert (result.goes_on, "version 2 would be refused by the service" in result.line) == (False, True)
    assert plant.aliases == {"champion": 1}


def test_a_person_may_end_it_early(plant):
    promote(plant.seed, plant.settings, 2)
    assert plant.aliases == {"champion": 2}
    assert plant.look(LATER) is None
    rollback(plant.seed, plant.settings)
    assert plant.aliases == {"champion": 1}


def test_a_shadow_that_another_champion_left_behind_is_ended_at_the_next_look(plant):
    plant.tracking.move_alias("toy_cells", "champion", 2, "promote", "cut off after this move", {})
    result = plant.look(LATER)
    assert (result.line, result.goes_on) == ("version 2 is no longer in shadow: version 2 is champion now", False)
    assert plant.moves[-1] == ("shadow", 2, None, "withdraw")


@pytest.mark.long("retrains")
def test_a_newer_challenger_that_is_better_takes_its_place(plant, toy_frame):
    rows_of(toy_frame, 36, 48, slope=2.0).to_parquet(plant.folder / "more.parquet")
    result = retrain(
        plant.seed, plant.folder / "more.parquet", plant.settings, accept_label_shift="the law has changed"
    )
    assert result.verdict.promoted
    assert plant.aliases == {"champion": 1, "challenger": 3, "shadow": 3}
    assert plant.moves[-1] == ("shadow", 2, 3, "enter")


@pytest.mark.long("trains")
def test_a_training_from_scratch_ends_it(plant, toy_frame):
    train(plant.seed, plant.settings.folder / "history.parquet", plant.settings)
    assert plant.aliases == {"champion": 1, "challenger": 3}
    assert plant.moves[-1] == ("shadow", 2, None, "withdraw")


@pytest.mark.long("retrains")
def test_a_dry_run_begins_no_shadow(plant, toy_frame):
    rows_of(toy_frame, 36, 48, slope=2.0).to_parquet(plant.folder / "more.parquet")
    before = plant.moves
    tried = retrain(
        plant.seed,
        plant.folder / "more.parquet",
        plant.settings,
        accept_label_shift="the law has changed",
        dry_run=True,
    )
    assert (tried.version, tried.shadow is not None) == (None, True)
    assert plant.moves == before


def test_a_refused_version_may_have_a_second_period_which_its_first_does_not_end(plant):
    assert plant.look(LATEST).line.startswith("version 2 is refused after its shadow period")
    tracking = plant.tracking
    tracking.move_alias("toy_cells", "challenger", 2, "enter", "law", {})
    period = begin_shadow(plant.seed, 2, "requested by ann", tracking)
    (version,) = [one for one in tracking.versions("toy_cells") if one.number == 2]
    assert not [name for name in version.tags if name.startswith("shadow_end")]
    assert plant.look(NOW).goes_on
    store = MlflowStore(plant.settings.uri)
    assert store.challenger("toy_cells") == store.shadow("toy_cells")
    stored = RunningShadow.of(store.tags(store.shadow("toy_cells")))
    assert stored.tags == period.tags
    assert end_shadow("toy_cells", "requested by ann: law", tracking).startswith("version 2 is no longer in shadow")
    assert plant.aliases == {"champion": 1, "challenger": 2}
