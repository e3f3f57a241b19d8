"""Chances, distances and remedies against the plain way, limit by limit and lot by lot, wherever lots have grades."""

import numpy as np
import pytest
from scipy.special import ndtr

from models.processes.lookup import physics_of
from models.quality import error_scenarios as scatter_module
from models.quality import remedy as remedy_module
from models.quality.error_scenarios import ErrorScenarios
from models.quality.grades import Limits
from models.quality.remedy import LEAST_GAIN, _contents, distances, nearest, remedies
from models.table.inputs import input_names
from models.uncertainty.intervals import Conformal
from seeds import Seed, load_all

SEEDS = {name: seed for name, seed in load_all().items() if seed.process.task == "quality"}
LOTS = 21


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lots are worked on a few at a time; these few lots too."""
    monkeypatch.setattr(scatter_module, "_ROWS_AT_ONCE", 8)
    monkeypatch.setattr(remedy_module, "_LOTS_AT_ONCE", 5)


@pytest.fixture(params=SEEDS)
def seed(request: pytest.FixtureRequest) -> Seed:
    return SEEDS[request.param]


def case(seed: Seed) -> tuple[ErrorScenarios, Limits, np.ndarray]:
    """Errors that go together, limits, and logarithms of contents about those, far from them and not known."""
    rng, limits = np.random.default_rng(4), Limits.of(seed)
    E = len(seed.elements)
    weights = rng.uniform(0.5, 2.0, 77)
    errors = rng.normal(size=(77, E)) + rng.normal(size=(77, 1))
    scatter = ErrorScenarios(rng.uniform(0.05, 0.6, E), errors, weights / weights.sum(), Conformal(np.ones(1)))
    typical = np.array([limits.bound[limits.elements[:, e] > 0].mean() for e in range(E)])
    logs = np.log(typical) - 0.7 + 0.5 * rng.normal(size=(LOTS, E))
    logs[3] += 9.0
    logs[4] -= 9.0
    logs[5, 0] = np.nan
    logs[6] = np.nan
    return scatter, limits, logs


def plain_scores(scatter: ErrorScenarios, full: np.ndarray) -> np.ndarray:
    """How many kernels below 0 the logarithms of one lot lie, shape (s, g)."""
    mean = (scatter.weights[:, None] * full).sum(axis=0)
    sd = np.sqrt((scatter.weights[:, None] * (full - mean) ** 2).sum(axis=0))
    h = scatter._width
    return -(mean + np.sqrt(1 - h**2) * (full - mean)) / np.maximum(h * sd, 1e-6)


def test_chances_are_those_of_each_limit_in_each_scenario(seed: Seed) -> None:
    scatter, limits, logs = case(seed)
    result = scatter.chances(logs, limits)
    for i, log in enumerate(logs):
        contents = np.exp(log + scatter.scenarios * scatter.spread)
        retained = ndtr(plain_scores(scatter, np.log(limits.fullness(contents)[:, :-1])))
        retained = np.append(retained, np.ones((len(retained), 1)), axis=1)
        best = np.diff(np.maximum.accumulate(retained, axis=1), axis=1, prepend=0.0)
        weights = scatter.weights[:, None]
        np.testing.assert_allclose(result.keeps[i], (weights * retained).sum(axis=0), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(result.best[i], (weights * best).sum(axis=0), rtol=1e-12, atol=1e-14)
    assert np.isnan(result.keeps[6, :-1]).all()
    assert np.isfinite(result.keeps[:3]).all()


def test_chances_of_breaking_a_limit_are_those_of_it_alone(seed: Seed) -> None:
    scatter, limits, logs = case(seed)
    result = scatter.breaks(logs[:5], limits)
    for i, log in enumerate(logs[:5]):
        contents = np.exp(log + scatter.scenarios * scatter.spread)
        # A least content is broken below its bound.
        values, bound = limits.values(contents), limits.bound
        beyond = np.where(limits.way < 0, bound / values, values / bound)
        broken = ndtr(-plain_scores(scatter, np.log(beyond)))
        np.testing.assert_allclose(result[i], (scatter.weights[:, None] * broken).sum(axis=0), rtol=1e-12, atol=1e-14)


def plain_distances(log: np.ndarray, scatter: ErrorScenarios, limits: Limits) -> np.ndarray:
    result = []
    for row, bound, way in zip(limits.elements, limits.bound, limits.way, strict=True):
        total = (np.exp(log) * row).sum()
        share = np.exp(log) * row / total
        sd = np.sqrt(share @ (np.outer(scatter.spread, scatter.spread) * scatter._correlation) @ share)
        room = np.log(total / bound) if way < 0 else np.log(bound / total)
        result.append(room / sd)
    return np.array(result)


def test_distances_and_nearest_limits_are_those_of_each_lot(seed: Seed) -> None:
    scatter, limits, logs = case(seed)
    known = logs[:5]
    far = distances(known, scatter, limits)
    np.testing.assert_allclose(far, [plain_distances(log, scatter, limits) for log in known], rtol=1e-12, atol=1e-12)
    grades = np.arange(5) % (limits.grades - 1)
    for one, row, log, grade in zip(
        nearest(known, grades, far, scatter, limits), far, known, grades.tolist(), strict=True
    ):
        own = limits.of_grade(grade)
        q = own[np.argmin(row[own])]
        assert (one.limit, one.grade, one.sigma) == (limits.names[q], grade, row[q])
        assert one.value == pytest.approx(np.exp(log) @ limits.elements[q], rel=1e-12)
    assert np.isnan(nearest(logs[6:7], grades[:1], distances(logs[6:7], scatter, limits), scatter, limits)[0].sigma)


def test_remedies_are_the_best_of_all_moves_one_after_the_other(seed: Seed) -> None:
    scatter, limits, logs = case(seed)
    logs = np.concatenate([logs[:3], logs[7:]])
    rng = np.random.default_rng(5)
    typical = np.array([column.typical_value if column.typical is not None else 1.0 for column in seed.inputs])
    X = typical * (1 + 0.05 * rng.normal(size=(len(logs), len(typical))))
    X[rng.random(X.shape) < 0.02] = np.nan
    grade = 1
    grades, own = np.full(len(logs), grade), limits.of_grade(grade)
    result = remedies(seed, X, logs, grades, distances(logs, scatter, limits), scatter, limits)
    physics, names = physics_of(seed), input_names(seed)
    for i, log in enumerate(logs):
        row = X[i : i + 1]
        best, most = None, plain_distances(log, scatter, limits)[own].min() + LEAST_GAIN
        for setpoint in seed.by_role("setpoint"):
            for way in (-1.0, 1.0):
                moved, column = row.copy(), names.index(setpoint.name)
                low, high = setpoint.bounds or setpoint.limits
                moved[0, column] = min(max(row[0, column] + way * (setpoint.step or 0.0), low), high)
                with np.errstate(all="ignore"):
                    shift = np.log(_contents(physics, seed, moved) / _contents(physics, seed, row))[0]
                shift = np.where(np.isfinite(shift), shift, 0.0)
                room = plain_distances(log + shift, scatter, limits)[own].min()
                if room > most:
                    most, best = room, (setpoint.name, moved[0, column])
        assert (best is None) == (result[i] is None)
        one = result[i]
        if one is not None:
            assert (one.setpoint.name, one.after) == best
            assert one.sigma == pytest.approx(most, rel=1e-11)
