"""A champion becomes the version of another plant, by tables of related plants."""

import numpy as np
import pytest

from models.online.plant_transfer import TransferError
from registry.promotion import champion_of
from registry.settings import StoreSettings
from registry.tracking import Tracking
from training.jobs.train import train
from training.jobs.transfer import transfer


@pytest.fixture
def tables(toy_frame, tmp_path):
    """Tables of twelve plants, each off by its own amount."""
    paths = []
    for number in range(12):
        frame = toy_frame(rng_seed=50 + number)
        frame["y"] += np.random.default_rng(number).normal(0, 1.0)
        paths.append(tmp_path / f"{number}.parquet")
        frame.to_parquet(paths[-1])
    return paths


@pytest.mark.long("trains a toy plant")
def test_the_champion_is_transferred_as_a_version_of_its_own(toy_seed, toy_frame, tables, tmp_path):
    settings = StoreSettings(home=tmp_path / "home")
    toy_frame().to_parquet(tmp_path / "history.parquet")
    train(toy_seed, tmp_path / "history.parquet", settings)
    result = transfer(toy_seed, tables, settings)
    tracking = Tracking(settings)
    champion = champion_of("toy_cells", tracking.versions("toy_cells"))
    assert (champion.number, result.before, result.plants) == (result.version, result.version - 1, 12)
    model = tracking.model(champion)
    assert model.transfer.plants == 12
    assert model.interval.kind == "transferred"
    with pytest.raises(TransferError, match=r"history\.parquet: the same rows as"):
        transfer(toy_seed, [*tables, tmp_path / "history.parquet"], settings)
    with pytest.raises(TransferError, match=r"0\.parquet: the same rows as"):
        transfer(toy_seed, [*tables, tables[0]], settings)


def test_too_few_tables_are_rejected_before_any_is_read(toy_seed, tables, tmp_path):
    with pytest.raises(TransferError, match="tables: got 9, expected 10 or more, one a plant"):
        transfer(toy_seed, tables[:9], StoreSettings(home=tmp_path / "none"))


def test_models_that_follow_no_outcomes_are_not_transferred(toy_sorting_seed, tables, tmp_path):
    with pytest.raises(TransferError, match="toy_scrap: its models follow no outcomes"):
        transfer(toy_sorting_seed, tables, StoreSettings(home=tmp_path / "none"))
