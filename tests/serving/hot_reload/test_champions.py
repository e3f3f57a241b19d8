import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.quality.model import QualityModel
from models.regression.model import RegressionModel
from models.sorting.model import SortingModel
from models.storage import model_files
from registry.loading.loading import Loading
from registry.settings import StoreSettings
from registry.store import Champion
from seeds import Seed
from seeds.format.loader import parse
from serving.hot_reload.champions import Champions
from serving.hot_reload.folder_store import FolderStore

PROCESS = "toy_cells"
Save = Callable[..., RegressionModel]
Fixed = Callable[..., Any]


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class CountingStore(FolderStore):
    """Counts what is fetched, and fails to be read when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched = 0
        self.error: Exception | None = None

    def champion(self, process: str) -> Champion | None:
        if self.error is not None:
            raise self.error
        return super().champion(process)

    def fetch(self, champion: Champion, folder: Path) -> Path:
        self.fetched += 1
        return super().fetch(champion, folder)


@pytest.fixture
def store() -> CountingStore:
    return CountingStore()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def champions(fixed: Fixed, toy_seed: Seed, store: CountingStore, clock: Clock) -> Champions:
    return Champions(fixed({PROCESS: toy_seed}), store, Loading(StoreSettings()), poll_seconds=2.0, clock=clock)


def version(champions: Champions) -> int | None:
    served = champions.statuses[PROCESS].served
    return None if served is None else served.champion.version


def test_without_a_champion_the_command_to_run_is_named(champions: Champions) -> None:
    champions.refresh()
    assert "run `nonferrous train toy_cells`" in str(champions.statuses[PROCESS].trouble)


def test_champion_is_followed_and_fetched_once(
    champions: Champions, store: CountingStore, save_toy_model: Save, tmp_path: Path
) -> None:
    save_toy_model(tmp_path / "one")
    save_toy_model(tmp_path / "two", lift=1.0)
    store.point(PROCESS, 1, tmp_path / "one")
    for _ in range(3):
        champions.refresh()
    assert (version(champions), store.fetched) == (1, 1)
    store.point(PROCESS, 2, tmp_path / "two")
    champions.refresh()
    assert (version(champions), store.fetched) == (2, 2)
    served = champions.statuses[PROCESS].served
    assert served is not None
    assert served.digest == model_files.digest(tmp_path / "two")


def test_same_version_of_another_store_is_another_model(
    champions: Champions, store: CountingStore, save_toy_model: Save, tmp_path: Path
) -> None:
    save_toy_model(tmp_path / "one")
    save_toy_model(tmp_path / "again", lift=1.0)
    store.point(PROCESS, 1, tmp_path / "one")
    champions.refresh()
    store.point(PROCESS, 1, tmp_path / "again")
    champions.refresh()
    served = champions.statuses[PROCESS].served
    assert served is not None
    assert served.digest == model_files.digest(tmp_path / "again")


def test_status_in_hand_is_not_reached_by_a_swap(
    champions: Champions, store: CountingStore, save_toy_model: Save, tmp_path: Path
) -> None:
    save_toy_model(tmp_path / "one")
    save_toy_model(tmp_path / "two", lift=1.0)
    store.point(PROCESS, 1, tmp_path / "one")
    champions.refresh()
    available = champions.statuses
    store.point(PROCESS, 2, tmp_path / "two")
    champions.refresh()
    assert available[PROCESS].served is not None
    assert available[PROCESS].served.champion.version == 1


@pytest.mark.parametrize("name", [model_files.MODEL, model_files.SEED, model_files.MANIFEST, model_files.SELF_TEST])
def test_broken_new_model_keeps_the_old_one(
    name: str,
    champions: Champions,
    store: CountingStore,
    save_toy_model: Save,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    save_toy_model(tmp_path / "one")
    save_toy_model(tmp_path / "two")
    broken = tmp_path / "two" / name
    broken.write_bytes(broken.read_bytes()[:-20])
    store.point(PROCESS, 1, tmp_path / "one")
    champions.refresh()
    store.point(PROCESS, 2, tmp_path / "two")
    with caplog.at_level(logging.WARNING):
        champions.refresh()
    assert version(champions) == 1
    error = champions.statuses[PROCESS].trouble
    assert error is not None
    assert error.startswith("version 2 is refused, version 1 stays")
    assert name in error
    assert [record.getMessage() for record in caplog.records] == [f"{PROCESS}: {error}"]
    assert "\n" not in error


def test_refused_version_is_tried_again_less_and_less_often(
    champions: Champions, store: CountingStore, clock: Clock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "broken").mkdir()
    store.point(PROCESS, 1, tmp_path / "broken")
    tried = []
    with caplog.at_level(logging.WARNING):
        for second in range(0, 60, 2):
            clock.now = float(second)
            before = store.fetched
            champions.refresh()
            if store.fetched > before:
                tried.append(second)
    assert tried == [0, 2, 6, 14, 24, 34, 44, 54]
    assert len(caplog.records) == 1


def test_repaired_version_is_taken_up(
    champions: Champions, store: CountingStore, clock: Clock, save_toy_model: Save, tmp_path: Path
) -> None:
    folder = tmp_path / "one"
    store.point(PROCESS, 1, folder)
    champions.refresh()
    assert version(champions) is None
    save_toy_model(folder)
    clock.now = 2.0
    champions.refresh()
    assert (version(champions), champions.statuses[PROCESS].trouble) == (1, None)


def test_digest_that_the_registry_does_not_hold_is_refused(
    fixed: Fixed, toy_seed: Seed, save_toy_model: Save, tmp_path: Path
) -> None:
    save_toy_model(tmp_path / "one")

    class Store(FolderStore):
        def champion(self, process: str) -> Champion | None:
            return Champion(process, 1, str(tmp_path / "one"), digest="sha256:0")

    champions = Champions(fixed({PROCESS: toy_seed}), Store(), Loading(StoreSettings()), poll_seconds=2.0)
    champions.refresh()
    assert version(champions) is None
    assert "expected sha256:0" in str(champions.statuses[PROCESS].trouble)


def test_model_of_another_seed_is_refused(fixed: Fixed, toy_seed: Seed, save_toy_model: Save, tmp_path: Path) -> None:
    save_toy_model(tmp_path / "one")
    other = parse(toy_seed.text.replace('unit = "kA"', 'unit = "A"'), Path("toy_cells.toml"))
    store = FolderStore()
    store.point(PROCESS, 1, tmp_path / "one")
    champions = Champions(fixed({PROCESS: other}), store, Loading(StoreSettings()), poll_seconds=2.0)
    champions.refresh()
    assert version(champions) is None
    error = str(champions.statuses[PROCESS].trouble)
    assert "input x_set [A], input x_set [kA]" in error


DECISIONS = {
    "class": (
        'classes = ["a", "b", "c", "other"]',
        'classes = ["b", "a", "c", "other"]',
        "target metal [b, a, c, other]",
    ),
    "value of a class in a bin": ("a = 2.0", "a = 2.5", "bin bin_a: a 2 $/kg, bin bin_a: a 2.5 $/kg"),
    "limit": ('{ value = 0.9, unit = "wt%"', '{ value = 0.8, unit = "wt%"', "bin bin_a: x <= 0.8 wt%"),
    "name of a bin": ('name = "bin_bc"', 'name = "bin_cb"', "bins bin_a, bin_bc, rest (rest), bins bin_a, bin_cb"),
    "mass of a lot": ("lot_mass = { value = 2,", "lot_mass = { value = 3,", "sorting lot_mass 2, sorting lot_mass 3"),
    "confidence": ("confidence = { value = 0.9,", "confidence = { value = 0.8,", "sorting confidence 0.8"),
    "confidence of a calibration": (
        "calibration_confidence = { value = 0.6,",
        "calibration_confidence = { value = 0.8,",
        "sorting calibration_confidence 0.8",
    ),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_model_that_sorts_by_another_seed_is_refused(
    name: str, fixed: Fixed, toy_sorting_seed: Seed, save_toy_sorter: Callable[..., SortingModel], tmp_path: Path
) -> None:
    before, after, predictions = DECISIONS[name]
    assert before in toy_sorting_seed.text
    save_toy_sorter(tmp_path / "one")
    other = parse(toy_sorting_seed.text.replace(before, after, 1), Path("toy_scrap.toml"))
    store = FolderStore()
    store.point("toy_scrap", 1, tmp_path / "one")
    for seed, answers in ((toy_sorting_seed, True), (other, False)):
        champions = Champions(fixed({"toy_scrap": seed}), store, Loading(StoreSettings()), poll_seconds=2.0)
        champions.refresh()
        status = champions.statuses["toy_scrap"]
        assert (status.served is not None) == answers
        assert answers or predictions in str(status.trouble)


GRADES = {
    "limit": ("value = 6\n", "value = 7\n", "grade prime: p <= 6 ppm, grade prime: p <= 7 ppm"),
    "sum": ('of = ["p", "q"]', 'of = ["p", "r"]', "grade prime: p_and_q = p + q <= 9 ppm"),
    "value of a grade": ("value = -40", "value = -45", "grade second: -40 $/t, grade second: -45 $/t"),
    "name of a grade": ('name = "second"', 'name = "b"', "grades prime, b, remelt, grades prime, second, remelt"),
    "intended grade": ('intended = "prime"', 'intended = "second"', "quality intended prime, quality intended second"),
    "mass of a lot": ("value = 25,", "value = 26,", "quality lot_mass 25, quality lot_mass 26"),
    "cost of an assay": ("value = 150,", "value = 160,", "quality assay_cost 150, quality assay_cost 160"),
    "cost of a claim": ("value = 300,", "value = 310,", "quality claim_cost 300, quality claim_cost 310"),
    "promise": ("value = 0.02,", "value = 0.03,", "quality alpha 0.02, quality alpha 0.03"),
    "confidence": ("value = 0.95,", "value = 0.9,", "quality confidence 0.9, quality confidence 0.95"),
}


def test_model_that_grades_by_another_seed_is_refused(
    fixed: Fixed, toy_quality_seed: Seed, save_toy_grader: Callable[..., QualityModel], tmp_path: Path
) -> None:
    save_toy_grader(tmp_path / "one")
    store = FolderStore()
    store.point("toy_lots", 1, tmp_path / "one")
    own = Champions(fixed({"toy_lots": toy_quality_seed}), store, Loading(StoreSettings()), poll_seconds=2.0)
    own.refresh()
    assert own.statuses["toy_lots"].served is not None
    for name, (before, after, predictions) in GRADES.items():
        assert before in toy_quality_seed.text, name
        other = parse(toy_quality_seed.text.replace(before, after, 1), Path("toy_lots.toml"))
        champions = Champions(fixed({"toy_lots": other}), store, Loading(StoreSettings()), poll_seconds=2.0)
        champions.refresh()
        status = champions.statuses["toy_lots"]
        assert status.served is None, name
        assert predictions in str(status.trouble)


def test_unreadable_store_keeps_the_model_and_is_looked_at_less_often(
    champions: Champions,
    store: CountingStore,
    save_toy_model: Save,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    save_toy_model(tmp_path / "one")
    store.point(PROCESS, 1, tmp_path / "one")
    champions.refresh()
    store.error = RuntimeError("database is locked\nand more")
    waits = []
    with caplog.at_level(logging.INFO):
        for _ in range(4):
            champions.refresh()
            waits.append(champions.wait)
    assert waits == [4.0, 8.0, 10.0, 10.0]
    assert version(champions) == 1
    assert champions.store_trouble == "the store cannot be read: database is locked and more"
    assert [record.getMessage() for record in caplog.records] == [champions.store_trouble]
    store.error = None
    champions.refresh()
    assert (champions.store_trouble, champions.wait) == (None, 2.0)


def test_removed_alias_keeps_the_model_and_says_so(
    champions: Champions, store: CountingStore, save_toy_model: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_toy_model(tmp_path / "one")
    store.point(PROCESS, 1, tmp_path / "one")
    champions.refresh()
    monkeypatch.setattr(store, "champion", lambda process: None)
    champions.refresh()
    assert version(champions) == 1
    assert "the model of before stays" in str(champions.statuses[PROCESS].trouble)
