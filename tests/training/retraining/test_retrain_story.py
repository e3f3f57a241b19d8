"""Retraining: a better challenger takes over, chance does not, and every move can be undone."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from models.table.sources import TableError
from nonferrous.tables import verdict_table, versions_table
from registry.promotion import promote, rollback
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError
from seeds import Seed
from training.core.comparison import ComparisonError
from training.jobs.train import train
from training.jobs.version_table import Comparison, compare
from training.regression.comparison import FOLLOWS_ALREADY
from training.retraining.retrain import Retrained, retrain

pytestmark = pytest.mark.long("tells a story of training and retraining")


@dataclass(frozen=True)
class Story:
    """A plant that is trained, retrained on rows of the same law, and retrained after the law has changed."""

    seed: Seed
    settings: StoreSettings
    same: Retrained
    changed: Retrained
    comparison: Comparison

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.settings)

    def champion(self) -> int:
        (number,) = [v.number for v in self.tracking.versions("toy_cells") if "champion" in v.aliases]
        return number


def newer(toy_frame, slope_change=0.0, periods=12, rng_seed=5):
    """Rows of the periods after the first 24; `slope_change` moves the law's coefficient of z."""
    frame = toy_frame(periods=24 + periods, rng_seed=rng_seed)
    start = np.sort(frame["period_start"].unique())[24]
    frame = frame[frame["period_start"] >= start].reset_index(drop=True)
    return frame.assign(y=frame["y"] + slope_change * (frame["z"] - 4))


@pytest.fixture(scope="module")
def story(toy_seed, toy_frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    settings = StoreSettings(home=folder / "home")
    toy_frame().to_parquet(folder / "history.parquet")
    newer(toy_frame, rng_seed=6).to_csv(folder / "same.csv", index=False)  # of others one in five may promote by chance
    newer(toy_frame, slope_change=3.0).to_parquet(folder / "changed.parquet")
    train(toy_seed, folder / "history.parquet", settings)
    same = retrain(toy_seed, folder / "same.csv", settings)
    changed = retrain(toy_seed, folder / "changed.parquet", settings, accept_label_shift="another law")
    return Story(toy_seed, settings, same, changed, compare("toy_cells", settings))


def test_rows_of_the_same_law_promote_nobody(story):
    verdict = story.same.verdict
    assert not verdict.promoted
    assert verdict.gain_low <= 0
    assert (story.same.champion, story.same.version) == (1, 2)
    assert (story.same.history_rows, story.same.new_rows, story.same.replaced_rows) == (480, 240, 0)


def test_a_changed_law_promotes_the_challenger_that_has_learnt_it(story):
    verdict = story.changed.verdict
    assert verdict.promoted
    assert verdict.gain_low > 0.1
    assert verdict.challenger["mae"] < verdict.champion["mae"]
    assert (story.changed.champion, story.changed.version) == (1, 3)
    assert story.comparison.rows[-1].aliases == ("champion",)


@pytest.mark.long("trains and retrains")
def test_a_shift_that_the_centre_of_the_champions_answers_follows_promotes_nobody(toy_seed, toy_frame, tmp_path):
    """As it was trained the champion is 5 off; its clients see that for two periods, and not in the newest."""
    toy_frame().to_parquet(tmp_path / "history.parquet")
    new = newer(toy_frame)
    new.assign(y=new["y"] - 5.0).to_parquet(tmp_path / "shifted.parquet")
    settings = StoreSettings(home=tmp_path / "home")
    train(toy_seed, tmp_path / "history.parquet", settings)
    result = retrain(toy_seed, tmp_path / "shifted.parquet", settings, accept_label_shift="another scale", dry_run=True)
    assert not result.verdict.promoted
    assert result.verdict.champion["mae"] == pytest.approx(0.5, abs=0.15)
    assert "of answers that follow outcomes" in result.verdict.why
    assert FOLLOWS_ALREADY in result.verdict.why


def test_corrected_rows_replace_the_known_ones(story):
    assert (story.changed.history_rows, story.changed.new_rows, story.changed.replaced_rows) == (720, 240, 240)
    assert len(story.changed.learnt.data.checked) == 720


def test_judge_rows_are_the_newest_and_learnt_by_neither(story):
    champion = story.tracking.model(story.tracking.versions("toy_cells")[0])
    for retrained in (story.same, story.changed):
        parts, data = retrained.learnt.parts, retrained.learnt.data
        assert retrained.verdict.periods == 4  # a third of twelve
        assert retrained.verdict.rows == 80
        assert retrained.verdict.units == 20
        assert pd.Timestamp(retrained.verdict.first_period) == parts.test_from
        assert parts.test_from >= pd.Timestamp(champion.info["training_cutoff"])
        assert data.periods[parts.learnt].max() < parts.test_from


def test_previous_values_reach_over_the_seam(story):
    table = story.same.learnt.data.table
    first_new = np.sort(table["period_start"].unique())[24]
    seam = table[table["period_start"] == first_new]
    assert seam["previous_y"].notna().all()
    before = table[table["period_start"] == np.sort(table["period_start"].unique())[23]]
    assert np.array_equal(seam["previous_y"].to_numpy(), before["y"].to_numpy())


def test_the_verdict_is_kept_with_its_figures(story):
    tracking = story.tracking
    for retrained, outcome in ((story.same, "not promoted"), (story.changed, "promoted")):
        run = tracking._client.get_run(retrained.learnt.run)
        assert run.data.tags["verdict"] == outcome
        assert run.data.metrics["judge_gain"] == retrained.verdict.gain
        assert run.data.metrics["judge_champion_mae"] == retrained.verdict.champion["mae"]
        stored = json.loads(_text(tracking, retrained.learnt.run, "verdict.json"))
        assert stored == {
            "champion_version": retrained.champion,
            "challenger_version": retrained.version,
            **retrained.verdict.to_dict(),
            "labels": retrained.labels.to_dict(),
            "guardrails": retrained.guarded.lines,
        }
        version = tracking.versions("toy_cells")[retrained.version - 1]
        assert version.tags["verdict_why"] == retrained.verdict.why
        assert version.tags["guardrails"] == run.data.tags["guardrails"] == ("\n".join(stored["guardrails"]) or "none")


def test_of_a_version_that_takes_over_the_guardrails_are_asked(story):
    assert story.same.guarded.lines == []
    assert [one.what for one in story.changed.guarded.conditions] == ["worst regime or group", "signs of physics"]
    assert story.changed.guarded.passed


def _text(tracking, run, name):
    from pathlib import Path

    return Path(tracking._client.download_artifacts(run, name)).read_text(encoding="utf-8")


def test_the_audit_tells_the_whole_story(story):
    moves = story.tracking.audit("toy_cells")[:5]
    assert [(move.action, move.alias, move.before, move.after) for move in moves] == [
        ("first", "champion", None, 1),
        ("enter", "challenger", None, 2),
        ("enter", "challenger", 2, 3),
        ("promote", "champion", 1, 3),
        ("withdraw", "challenger", 3, None),
    ]
    assert moves[3].why == story.changed.verdict.why
    assert moves[3].metrics["gain_low"] == story.changed.verdict.gain_low


def test_comparison_puts_the_champions_baseline_first_and_warns_of_other_tables(story, capsys):
    from rich.console import Console

    assert [row.name for row in story.comparison.rows] == ["baseline", "1", "2", "3"]
    assert not story.comparison.same_table
    console = Console(width=80)
    console.print(versions_table(story.comparison, story.changed.learnt.data.seed))
    console.print(verdict_table(story.changed))
    console.print(verdict_table(story.same))
    output = " ".join(capsys.readouterr().out.split())
    for words in (
        "different tables: compare skill",
        "version 3 promoted",
        "version 2 not promoted",
        "which is not above zero",
        "80 rows of 20 units, 2024-08-18 to 2024-11-16, not used for training by either",
        "720 rows of history, 240 new; 240 replaced",
        "errors and widths in %",
    ):
        assert words in output


def test_going_back_and_forth_and_what_is_refused(story, toy_seed):
    seed, settings = toy_seed, story.settings
    known = story.tracking.audit("toy_cells")
    assert rollback(seed, settings, reason="drift").after == story.champion() == 1
    with pytest.raises(RegistryError, match="no champion before version 1 is known"):
        rollback(seed, settings)
    with pytest.raises(RegistryError, match="version 1 is champion already"):
        promote(seed, settings, 1)
    with pytest.raises(RegistryError, match="version 2 never was champion; promote it instead"):
        rollback(seed, settings, 2)
    with pytest.raises(RegistryError, match=r"no version 9 \(registered: 1, 2, 3\)"):
        rollback(seed, settings, 9)
    assert promote(seed, settings, 2).before == 1
    assert rollback(seed, settings, 3).after == story.champion() == 3
    assert rollback(seed, settings, 1).after == story.champion() == 1
    assert promote(seed, settings, 3, reason="back").after == story.champion() == 3
    moves = story.tracking.audit("toy_cells")
    assert moves[: len(known)] == known
    assert [move.action for move in moves[len(known) :]] == ["rollback", "promote", "rollback", "rollback", "promote"]
    assert (moves[-1].why, moves[-1].metrics["test_mae"] > 0) == ("back", True)


def test_a_version_whose_files_were_changed_is_not_promoted(story, toy_seed):
    version = story.tracking.versions("toy_cells")[1]
    (manifest,) = [path for path in story.settings.artifact_root.rglob("model.json") if version.model in path.parts]
    whole = manifest.read_bytes()
    manifest.write_bytes(whole.replace(b'"scores"', b'"Scores"'))
    try:
        with pytest.raises(
            RegistryError, match=r"version 2 would be refused by the service: .*model\.json: got sha256"
        ):
            promote(toy_seed, story.settings, 2)
    finally:
        manifest.write_bytes(whole)
    assert story.champion() != 2


def test_rows_that_the_champion_has_learnt_judge_nobody(story, toy_frame, tmp_path):
    old = toy_frame()
    old[old["period_start"] < "2022-12-01"].to_csv(tmp_path / "old.csv", index=False)
    runs = len(story.tracking._client.search_runs(["1"]))
    with pytest.raises(ComparisonError, match=r"0 rows to judge on: version \d was trained on the periods before 20"):
        retrain(story.seed, tmp_path / "old.csv", story.settings)
    assert len(story.tracking._client.search_runs(["1"])) == runs


def test_too_few_rows_to_judge_are_told_before_anything_is_learnt(story, toy_frame, tmp_path):
    late = newer(toy_frame, periods=14)
    late = late[(late["period_start"] > "2025-01-01") & (late["unit"] < "A-012")]
    late.to_csv(tmp_path / "few.csv", index=False)
    runs = len(story.tracking._client.search_runs(["1"]))
    with pytest.raises(
        ComparisonError, match=r"12 rows in 1 independent blocks to judge on \(2025-01-15 to 2025-01-15\)"
    ):
        retrain(story.seed, tmp_path / "few.csv", story.settings, accept_label_shift="the other units are out")
    assert len(story.tracking._client.search_runs(["1"])) == runs


def test_new_rows_must_keep_the_contract(story, toy_frame, tmp_path):
    newer(toy_frame).assign(z="4,1").to_csv(tmp_path / "bad.csv", index=False)
    with pytest.raises(TableError, match="column z"):
        retrain(story.seed, tmp_path / "bad.csv", story.settings)
