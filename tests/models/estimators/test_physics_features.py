"""Features that physics adds to the inputs, row by row; the processes are found, not listed."""

import numpy as np
import pytest
from sklearn.base import clone

from models.estimators import physics_features
from models.estimators.physics_features import PhysicsFeatures
from models.processes.lookup import physics_of
from models.table.inputs import input_names
from seeds import Seed, load_all

WITH_PHYSICS = [seed for name, seed in load_all().items() if physics_of(seed) is not None]


@pytest.mark.parametrize("seed", WITH_PHYSICS, ids=lambda seed: seed.process.name)
class TestPhysicsFeatures:
    def transformer(self, seed: Seed) -> PhysicsFeatures:
        physics = physics_of(seed)
        assert physics is not None
        return PhysicsFeatures(physics, input_names(seed), tuple(feature.name for feature in physics.FEATURES))

    def typical(self, seed: Seed, n: int = 50) -> np.ndarray:
        rng = np.random.default_rng(0)
        mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs if c.typical is not None]).T
        low, high = np.array([column.limits for column in seed.inputs]).T
        return np.clip(rng.normal(mean, sd, (n, len(mean))), low, high)

    def test_appends_what_the_module_computes(self, seed: Seed) -> None:
        X = self.typical(seed)
        made = self.transformer(seed).fit_transform(X)
        physics = physics_of(seed)
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

    def test_many_rows_are_computed_in_blocks_as_all_at_once(self, seed: Seed, monkeypatch) -> None:
        X = self.typical(seed)
        X[3] = np.nan
        X[7] = np.array([column.limits for column in seed.inputs])[:, 1]
        fitted = self.transformer(seed).fit(X)
        whole = fitted.transform(X)
        rows = []
        of = physics_features.physics_columns
        monkeypatch.setattr(
            physics_features,
            "physics_columns",
            lambda physics, X, *names: rows.append(len(X)) or of(physics, X, *names),
        )
        monkeypatch.setattr(physics_features, "ROWS_AT_ONCE", 16)
        np.testing.assert_allclose(fitted.transform(X), whole, rtol=1e-12)
        assert rows == [16, 16, 16, 2]

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


def test_a_process_without_physics_has_no_features(toy_seed: Seed) -> None:
    assert PhysicsFeatures.of(toy_seed) is None
