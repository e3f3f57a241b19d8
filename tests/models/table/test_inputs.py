from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from models.estimators.physics_features import PhysicsFeatures
from models.processes import lookup
from models.processes.lookup import physics_of
from models.table.inputs import InputError, input_names, matrix, medians
from seeds import Seed, load_all

SEEDS = load_all()
WITH_PHYSICS = [seed for name, seed in SEEDS.items() if physics_of(name) is not None]


@pytest.fixture
def table(toy_frame: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    frame = toy_frame(units=3, periods=4)
    return frame.assign(previous_y=frame.groupby("unit")["y"].shift(1))


@pytest.mark.parametrize("seed", SEEDS.values(), ids=SEEDS.keys())
def test_no_late_or_target_or_key_column_is_an_input(seed: Seed) -> None:
    hidden = {column.name for column in seed.by_role("key", "time", "late", "target")}
    assert not hidden & set(input_names(seed))
    assert len(input_names(seed)) == len(seed.columns) - len(hidden)


def test_matrix_finds_inputs_by_name(toy_seed: Seed, table: pd.DataFrame) -> None:
    X = matrix(table, toy_seed)
    assert input_names(toy_seed) == ("previous_y", "x_set", "z")
    assert X.dtype == np.float64
    np.testing.assert_array_equal(X[:, 2], table["z"])
    assert np.isnan(X[:, 0]).sum() == 3


def test_matrix_does_not_depend_on_column_order_or_other_columns(toy_seed: Seed, table: pd.DataFrame) -> None:
    expected = matrix(table, toy_seed)
    np.testing.assert_array_equal(matrix(table[table.columns[::-1]], toy_seed), expected)
    np.testing.assert_array_equal(matrix(table.assign(tapped=1e9, y=0.0, more="text"), toy_seed), expected)


def test_matrix_leaves_the_table_as_it_was(toy_seed: Seed, table: pd.DataFrame) -> None:
    before = table.copy(deep=True)
    matrix(table, toy_seed)[:] = 0.0
    pd.testing.assert_frame_equal(table, before)


def test_matrix_takes_none_as_missing(toy_seed: Seed, table: pd.DataFrame) -> None:
    table["z"] = table["z"].astype(object).where(table.index > 0, None)
    assert np.isnan(matrix(table, toy_seed)[0, 2])


def test_matrix_names_every_missing_column(toy_seed: Seed, table: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"input columns missing: previous_y, z$") as told:
        matrix(table.drop(columns=["z", "previous_y"]), toy_seed)
    assert told.value.columns == ("previous_y", "z")


def test_medians_pass_over_gaps_and_know_what_to_do_with_none() -> None:
    X = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan], [8.0, np.nan]])
    np.testing.assert_array_equal(medians(X, (-1.0, -2.0)), [3.0, -2.0])


def test_physics_of_a_process_without_module_is_none() -> None:
    assert physics_of("no_such_process") is None


def test_physics_that_cannot_be_imported_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        raise ModuleNotFoundError("No module named 'missing_library'", name="missing_library")

    monkeypatch.setattr(lookup, "importlib", SimpleNamespace(import_module=broken))
    with pytest.raises(ModuleNotFoundError, match="missing_library"):
        physics_of("toy_cells")


@pytest.mark.parametrize("seed", WITH_PHYSICS, ids=lambda seed: seed.process.name)
class TestPhysicsFeatures:
    def transformer(self, seed: Seed) -> PhysicsFeatures:
        physics = physics_of(seed.process.name)
        assert physics is not None
        return PhysicsFeatures(
            seed.process.name, input_names(seed), tuple(feature.name for feature in physics.FEATURES)
        )

    def typical(self, seed: Seed, n: int = 50) -> np.ndarray:
        rng = np.random.default_rng(0)
        mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs if c.typical is not None]).T
        low, high = np.array([column.limits for column in seed.inputs]).T
        return np.clip(rng.normal(mean, sd, (n, len(mean))), low, high)

    def test_appends_what_the_module_computes(self, seed: Seed) -> None:
        X = self.typical(seed)
        made = self.transformer(seed).fit_transform(X)
        physics = physics_of(seed.process.name)
        assert physics is not None
        with np.errstate(all="ignore"):
            computed = physics.features({name: X[:, i] for i, name in enumerate(input_names(seed))})
        np.testing.assert_array_equal(made[:, : X.shape[1]], X)
        for i, feature in enumerate(physics.FEATURES):
            value = np.where(np.isfinite(computed[feature.name]), computed[feature.name], np.nan)
            np.testing.assert_array_equal(made[:, X.shape[1] + i], value)
        # Pieces of scrap whose signals are drawn one by one may be such as no metal gives.
        assert np.isfinite(made).mean() >= (0.9 if seed.classes else 1.0)

    def test_a_row_does_not_depend_on_the_others(self, seed: Seed) -> None:
        X = self.typical(seed)
        fitted = self.transformer(seed).fit(X)
        one_by_one = np.vstack([fitted.transform(X[i : i + 1]) for i in range(len(X))])
        np.testing.assert_allclose(one_by_one, fitted.transform(X), rtol=1e-9)

    def test_missing_inputs_give_missing_features_and_no_warning(self, seed: Seed) -> None:
        X = self.typical(seed)
        made = self.transformer(seed).fit_transform(np.full_like(X, np.nan))
        assert np.isnan(made).all()

    def test_limits_of_the_physical_range_give_no_infinity(self, seed: Seed) -> None:
        limits = np.array([column.limits for column in seed.inputs]).T
        assert not np.isinf(self.transformer(seed).fit_transform(limits)).any()

    def test_survives_clone_and_names_its_columns(self, seed: Seed) -> None:
        transformer = clone(self.transformer(seed))
        made = transformer.fit_transform(self.typical(seed))
        assert len(transformer.get_feature_names_out()) == made.shape[1]

    def test_wrong_number_of_columns_is_told(self, seed: Seed) -> None:
        with pytest.raises(ValueError, match=f"X has 1 columns, expected {len(seed.inputs)}"):
            self.transformer(seed).fit(np.ones((3, 1)))


def test_physics_features_of_a_process_without_physics_are_refused() -> None:
    transformer = PhysicsFeatures("toy_cells", ("z",), ()).fit(np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"process toy_cells has no module models\.processes\.toy_cells"):
        transformer.transform(np.ones((3, 1)))
