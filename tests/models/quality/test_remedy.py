"""Which limit a lot comes nearest to, and what would bring it away from there."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, qmc

from models.quality import remedy as module
from models.quality.error_scenarios import ErrorScenarios
from models.quality.grades import Limits
from models.quality.remedy import LEAST_GAIN, Remedy, distances, nearest
from models.table.inputs import input_names
from models.uncertainty.intervals import Conformal
from seeds import Seed
from tests.suite.physics import physics_type, state_process

PRIME, SECOND = 0, 1


def contents(columns: Any) -> dict[str, np.ndarray]:
    """The law of the toy process, but for a factor: only what a move changes may count. Of r nothing is told."""
    return {
        "p": 70 * np.exp(0.4 * columns["u"]),
        "q": 9 * np.exp(0.5 * columns["u"] - 0.06 * (columns["setpoint"] - 50)),
    }


@pytest.fixture
def _physics(monkeypatch: pytest.MonkeyPatch) -> None:
    state_process(monkeypatch, "toy_lots", physics=physics_type(contents=contents))


@pytest.fixture
def limits(toy_quality_seed: Seed) -> Limits:
    return Limits.of(toy_quality_seed)


def scatter_of(spread: np.ndarray, scenarios: np.ndarray) -> ErrorScenarios:
    return ErrorScenarios(spread, scenarios, np.full(len(scenarios), 1 / len(scenarios)), Conformal(np.ones(1)))


@pytest.fixture
def scatter() -> ErrorScenarios:
    """Errors of 0.3 on log scale that do not go together."""
    return scatter_of(np.full(3, 0.3), norm.ppf(qmc.Sobol(3, rng=0).random(1024)))


def lots(seed: Seed, **inputs: list[float]) -> np.ndarray:
    """Rows of typical inputs but for those given."""
    n = len(next(iter(inputs.values())))
    typical = {"u": [0.0] * n, "v": [0.0] * n, "setpoint": [50.0] * n, "p_last": [2.2] * n} | inputs
    return np.column_stack([typical[name] for name in input_names(seed)])


def logarithms(*rows: tuple[float, float, float]) -> np.ndarray:
    return np.log(np.array(rows))


def remedies(
    seed: Seed, X: np.ndarray, logs: np.ndarray, grades: np.ndarray, scatter: ErrorScenarios, limits: Limits
) -> list[Remedy | None]:
    return module.remedies(seed, X, logs, grades, distances(logs, scatter, limits), scatter, limits)


class TestNearest:
    def test_distances_are_standard_deviations_on_log_scale(self, scatter: ErrorScenarios, limits: Limits) -> None:
        far = distances(logarithms((3.0, 4.0, 1.0)), scatter, limits)[0]
        np.testing.assert_allclose(far[[0, 1, 3]], np.log([6 / 3, 5 / 4, 20 / 3]) / 0.3, rtol=1e-9)
        # The sum scatters by its parts' shares, 3/7 and 4/7, here without correlation.
        assert far[2] == pytest.approx(np.log(9 / 7) / (0.3 * np.hypot(3 / 7, 4 / 7)), rel=0.02)

    def test_the_limit_with_the_least_room_is_told(self, scatter: ErrorScenarios, limits: Limits) -> None:
        rows = logarithms((5.5, 1.0, 1.0), (1.0, 4.9, 1.0), (4.3, 4.3, 1.0), (1.0, 6.0, 1.0), (12.0, 1.0, 1.0))
        result = nearest(rows, np.array([PRIME] * 4 + [SECOND]), distances(rows, scatter, limits), scatter, limits)
        assert [one.limit for one in result] == ["p", "q", "p_and_q", "q", "p"]
        assert [one.grade for one in result] == [0, 0, 0, 0, 1]
        assert [one.bound for one in result] == [6, 5, 9, 5, 20]
        np.testing.assert_allclose([one.value for one in result], [5.5, 4.9, 8.6, 6.0, 12.0], rtol=1e-12)
        assert [one.sigma > 0 for one in result] == [True, True, True, False, True]
        assert result[3].sigma == pytest.approx(np.log(5 / 6) / 0.3, rel=1e-9)

    def test_room_counts_by_the_error_that_it_is_for(self) -> None:
        """q may be told from 4 to 5 with an error of 2 %, p from 3 to 6 not with one of 80 %."""
        limits = Limits(("p", "q"), np.eye(3)[:2], np.array([6.0, 5.0]), np.ones(2), np.zeros(2, np.intp), 2)
        scatter = scatter_of(np.array([0.8, 0.02, 0.3]), np.eye(3))
        row = logarithms((3.0, 4.0, 1.0))
        assert nearest(row, np.array([PRIME]), distances(row, scatter, limits), scatter, limits)[0].limit == "p"


@pytest.mark.usefixtures("_physics")
class TestRemedies:
    def remedy(
        self, seed: Seed, scatter: ErrorScenarios, row: tuple[float, float, float], **inputs: float
    ) -> Remedy | None:
        X = lots(seed, **{name: [value] for name, value in (inputs or {"u": 0.0}).items()})
        (result,) = remedies(seed, X, logarithms(row), np.array([PRIME]), scatter, Limits.of(seed))
        return result

    def test_a_move_of_the_setpoint_takes_the_content_along_by_physics(
        self, toy_quality_seed: Seed, scatter: ErrorScenarios
    ) -> None:
        result = self.remedy(toy_quality_seed, scatter, (1.0, 4.5, 1.0))
        assert result is not None
        assert (result.setpoint.name, result.before, result.after) == ("setpoint", 50, 60)
        # One step of 10 °C divides q by e^0.6.
        assert result.sigma == pytest.approx(np.log(5 / (4.5 * np.exp(-0.6))) / 0.3, rel=1e-9)

    def test_a_lot_beyond_its_limit_is_brought_back(self, toy_quality_seed: Seed, scatter: ErrorScenarios) -> None:
        result = self.remedy(toy_quality_seed, scatter, (1.0, 8.0, 1.0))
        assert result is not None
        assert result.sigma == pytest.approx(np.log(5 / (8 * np.exp(-0.6))) / 0.3, rel=1e-9)

    def test_the_room_gained_ends_at_the_limit_that_is_then_nearest(
        self, toy_quality_seed: Seed, scatter: ErrorScenarios
    ) -> None:
        result = self.remedy(toy_quality_seed, scatter, (5.0, 4.9, 1.0))
        assert result is not None
        assert result.sigma == pytest.approx(np.log(6 / 5.0) / 0.3, rel=1e-9)  # that of p, which does not move

    @pytest.mark.parametrize(
        ("row", "inputs"),
        [
            ((5.5, 1.0, 1.0), {}),  # p is nearest, and the set-point does not move it
            ((1.0, 4.5, 1.0), {"setpoint": 70.0}),  # at the end of its bounds already
            ((1.0, 4.5, 1.0), {"setpoint": 70.0 - 0.9 * LEAST_GAIN * 0.3 / 0.06}),  # too little is gained
            ((1.0, 4.5, 1.0), {"setpoint": np.nan}),
            ((1.0, 4.5, 1.0), {"u": np.nan}),
        ],
    )
    def test_where_nothing_helps_nothing_is_told(
        self, toy_quality_seed: Seed, scatter: ErrorScenarios, row: tuple[float, float, float], inputs: dict[str, float]
    ) -> None:
        assert self.remedy(toy_quality_seed, scatter, row, **inputs) is None

    def test_a_move_stays_within_the_bounds(self, toy_quality_seed: Seed, scatter: ErrorScenarios) -> None:
        result = self.remedy(toy_quality_seed, scatter, (1.0, 4.5, 1.0), setpoint=66.0)
        assert result is not None
        assert (result.before, result.after) == (66, 70)

    def test_a_lot_does_not_depend_on_the_others(self, toy_quality_seed: Seed, scatter: ErrorScenarios) -> None:
        rng = np.random.default_rng(0)
        X = lots(toy_quality_seed, u=rng.standard_normal(40).tolist(), setpoint=rng.uniform(30, 70, 40).tolist())
        rows, limits = rng.normal(1.2, 0.3, (40, 3)), Limits.of(toy_quality_seed)
        together = remedies(toy_quality_seed, X, rows, np.zeros(40, np.intp), scatter, limits)
        for i, one in enumerate(together):
            (alone,) = remedies(toy_quality_seed, X[i : i + 1], rows[i : i + 1], np.zeros(1, np.intp), scatter, limits)
            assert (one is None) == (alone is None)
            if one is not None and alone is not None:
                assert (one.before, one.after) == (alone.before, alone.after)
                assert one.sigma == pytest.approx(alone.sigma, rel=1e-12)
        assert any(together)
        assert None in together
        assert remedies(toy_quality_seed, X[:0], rows[:0], np.zeros(0, np.intp), scatter, limits) == []

    def test_inputs_are_not_mutated(self, toy_quality_seed: Seed, scatter: ErrorScenarios) -> None:
        X = lots(toy_quality_seed, setpoint=[50.0, 60.0])
        before = X.copy()
        remedies(
            toy_quality_seed,
            X,
            logarithms((1, 4.5, 1), (1, 4.5, 1)),
            np.zeros(2, np.intp),
            scatter,
            Limits.of(toy_quality_seed),
        )
        np.testing.assert_array_equal(X, before)


def test_without_physics_there_is_no_remedy(toy_quality_seed: Seed, scatter: ErrorScenarios, limits: Limits) -> None:
    X = lots(toy_quality_seed, u=[0.0, 1.0])
    rows = logarithms((1.0, 4.5, 1.0), (1.0, 8.0, 1.0))
    assert remedies(toy_quality_seed, X, rows, np.zeros(2, np.intp), scatter, limits) == [None, None]


def test_physics_that_has_no_answer_gives_no_remedy(
    toy_quality_seed: Seed, scatter: ErrorScenarios, limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    for q in (lambda columns: np.log(-columns["setpoint"]), lambda columns: 0.0 * columns["setpoint"]):
        physics = physics_type(contents=lambda columns, q=q: {"q": q(columns)})
        state_process(monkeypatch, "toy_lots", physics=physics)
        X = lots(toy_quality_seed, u=[0.0])
        assert remedies(toy_quality_seed, X, logarithms((1.0, 4.5, 1.0)), np.zeros(1, np.intp), scatter, limits) == [
            None
        ]


@pytest.mark.parametrize(("slope", "way"), [(0.06, -1.0), (-0.06, 1.0)])
def test_a_move_is_one_step_the_right_way(toy_quality_seed, monkeypatch, slope, way):
    def contents(columns):
        return {"q": 9.0 * np.exp(slope * (columns["setpoint"] - 50.0))}

    state_process(monkeypatch, "toy_lots", physics=physics_type(contents=contents))
    seed, limits = toy_quality_seed, Limits.of(toy_quality_seed)
    setpoint = seed.column("setpoint")
    low, high = setpoint.bounds
    middle = 0.5 * (low + high)
    assert low + setpoint.step < middle < high - setpoint.step
    typical = {"u": 0.0, "v": 0.0, "setpoint": middle, "p_last": 2.2}
    X = np.array([[typical[name] for name in input_names(seed)]])
    scenarios = np.random.default_rng(1).standard_normal((64, 3))
    scatter = ErrorScenarios(np.full(3, 0.3), scenarios, np.full(64, 1 / 64), Conformal(np.ones(1)))
    # Of the first grade's limits that of q, 5, is the nearest by far.
    result = remedies(seed, X, np.log([[0.1, 4.9, 0.01]]), np.array([0]), scatter, limits)[0]
    assert result.setpoint.name == "setpoint"
    assert result.before == middle
    assert result.after == pytest.approx(middle + way * setpoint.step, rel=1e-12)
    assert result.sigma == pytest.approx((np.log(5.0 / 4.9) + 0.06 * setpoint.step) / 0.3, rel=1e-9)


def test_a_tenth_of_a_deviation_is_worth_telling() -> None:
    assert LEAST_GAIN == 0.1
