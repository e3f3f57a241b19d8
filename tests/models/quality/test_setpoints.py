"""Set-points of lots of a known law: what moves do, what they gain, and where nothing is recommended."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.quality import effects as module
from models.quality.effects import Effects, candidate_moves, learn_effects
from models.quality.grades import Limits
from models.quality.lines import LotLines
from models.quality.setpoints import BROKEN, DOUBTFUL, NO_GAIN, SetPoints, _normals
from seeds import Seed
from seeds.format.loader import parse

LOTS, UNITS = 3000, 10
NOTHING = np.zeros((1, 4))


def history(per_u: float, rng_seed: int = 0, sd: float = 4.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lots of the toy law whose operators set the knob by u: inputs, labels, units and periods."""
    rng = np.random.default_rng(rng_seed)
    u = rng.standard_normal(LOTS)
    knob = 50 + per_u * u + sd * rng.standard_normal(LOTS)
    centre = np.column_stack([0.7 + 0.4 * u, 0.5 * u - 0.06 * (knob - 50), np.full(LOTS, -0.4)])
    contents = np.exp(centre + 0.3 * rng.standard_normal((LOTS, 3)))
    labels = np.column_stack([np.where(contents < 0.5, -0.5, contents), rng.random(LOTS) < 0.03])
    X = np.column_stack([u, rng.standard_normal(LOTS), knob, np.full(LOTS, 2.2)])
    periods = np.datetime64("2024-01-01", "us") + np.repeat(np.arange(LOTS // UNITS), UNITS) * np.timedelta64(1, "D")
    return X, labels, np.tile(np.arange(UNITS), LOTS // UNITS), periods


def physics(slope: float) -> SimpleNamespace:
    def contents(columns: Any) -> dict[str, np.ndarray]:
        return {"p": 70 * np.exp(0.4 * columns["u"]), "q": 9 * np.exp(0.5 * columns["u"] + slope * columns["knob"])}

    return SimpleNamespace(FEATURES=(), contents=contents)


def moved_up(X: np.ndarray, by: float) -> np.ndarray:
    turned = X.copy()
    turned[:, 2] += by
    return turned


@pytest.fixture(scope="module")
def confounded() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Operators turn the knob up so much where u is high that q rises with it in the table."""
    lots = history(per_u=4.0, sd=2.0)
    X, Y = lots[0], lots[1]
    assert np.corrcoef(X[:, 2], np.log(np.abs(Y[:, 1])))[0, 1] > 0.2
    return lots


def learnt(
    seed: Seed, lots: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray], patch: pytest.MonkeyPatch, slope: float
) -> Effects:
    patch.setitem(sys.modules, "models.processes.toy_lots", physics(slope))
    return learn_effects(seed, *lots)


@pytest.mark.slow
def test_what_operators_react_to_is_taken_out(
    toy_quality_seed: Seed, confounded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The law says -0.06 a degree; what physics says of it here is more, so that history is the less favourable."""
    effects = learnt(toy_quality_seed, confounded, monkeypatch, slope=-0.2)
    X = confounded[0][:20]
    shift = effects.of_moves(X, moved_up(X, 5.0), NOTHING)[0]
    np.testing.assert_allclose(shift[:, 1], -0.3, atol=0.04)
    # p and r do not feel the knob; of r physics says nothing, so at most a small rise is left of noise.
    assert np.abs(shift[:, [0, 2]]).max() < 0.04
    assert (shift[:, 2:] >= 0).all()


@pytest.mark.slow
def test_a_fall_counts_no_more_than_physics_says_and_a_rise_whoever_says_it(
    toy_quality_seed: Seed, confounded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    X = confounded[0][:20]
    weak = learnt(toy_quality_seed, confounded, monkeypatch, slope=-0.02)
    np.testing.assert_allclose(weak.of_moves(X, moved_up(X, 5.0), NOTHING)[0, :, 1], -0.1, rtol=1e-9)
    np.testing.assert_allclose(weak.of_moves(X, moved_up(X, -5.0), NOTHING)[0, :, 1], 0.3, atol=0.04)
    wrong = learnt(toy_quality_seed, confounded, monkeypatch, slope=0.05)
    assert wrong.of_moves(X, moved_up(X, 5.0), NOTHING)[0, :, 1] == pytest.approx(0.25, rel=1e-9)
    assert (wrong.of_moves(X, moved_up(X, -5.0), NOTHING)[0, :, 1] > 0.2).all()


@pytest.mark.slow
def test_without_physics_nothing_falls(
    toy_quality_seed: Seed, confounded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "models.processes.toy_lots", SimpleNamespace(FEATURES=()))
    effects = learn_effects(toy_quality_seed, *confounded)
    X = confounded[0][:20]
    assert (effects.of_moves(X, moved_up(X, 5.0), NOTHING) >= 0).all()
    np.testing.assert_allclose(effects.of_moves(X, moved_up(X, -5.0), NOTHING)[0, :, 1], 0.3, atol=0.04)


@pytest.mark.slow
def test_the_deviation_is_as_large_as_the_error_over_many_histories(
    toy_quality_seed: Seed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error over its deviation scatters about 0 with 1: of twelve histories their mean square is 1 within 0.85."""
    ratios = []
    for rng_seed in range(12):
        lots = history(6.0, rng_seed)
        effects = learnt(toy_quality_seed, lots, monkeypatch, slope=-0.2)
        X = lots[0][:1]
        shift = effects.of_moves(X, moved_up(X, 5.0), np.array([[0.0] * 4, [1.0] * 4]))[:, 0, 1]
        ratios.append((shift[0] + 0.3) / (shift[1] - shift[0]))
    assert 0.3 < np.mean(np.square(ratios)) < 1.85


def test_lots_that_err_together_count_as_one() -> None:
    """Five lots of each group alike: a sum of five alike scatters as 25 and not as five."""
    rng = np.random.default_rng(0)
    terms, pull = np.repeat(rng.standard_normal((200, 2)), 5, axis=0), np.repeat(rng.standard_normal(200), 5)
    groups = np.repeat(np.arange(200), 5)
    assert module._lots_for_one(terms, pull, [groups]) == pytest.approx(5.0, rel=1e-12)
    assert module._lots_for_one(terms, pull, [np.arange(1000)]) == 1.0
    assert module._lots_for_one(0 * terms, pull, [groups]) == 1.0


def test_moves_stay_within_a_step_bounds_and_history(toy_quality_seed: Seed) -> None:
    X = np.tile([0.0, 0.0, 50.0, 2.2], (3, 1))
    X[:, 2] = [50.0, 66.0, 35.0]
    found = list(candidate_moves(toy_quality_seed, X, np.array([33.0]), np.array([80.0])))
    values = np.array([moved[:, 2] for moved in found])
    assert np.unique(values[:, 0]).tolist() == [40.0, 45.0, 47.5, 52.5, 55.0, 60.0]
    assert np.unique(values[:, 1]).tolist() == [56.0, 61.0, 63.5, 66.0, 68.5]  # 70 is the bound
    assert np.unique(values[:, 2]).tolist() == [35.0, 37.5, 40.0, 45.0]  # 33 is the lowest that history supports
    assert all((np.delete(moved, 2, axis=1) == np.delete(X, 2, axis=1)).all() for moved in found)


# ---- what is recommended


def made(seed: Seed, slope: float = -0.06) -> SetPoints:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "models.processes.toy_lots", physics(slope))
        return SetPoints.learn(seed, LotLines(1), *history(per_u=3.0))


@pytest.fixture(scope="module")
def learnt_setpoints(toy_quality_seed: Seed) -> SetPoints:
    return made(toy_quality_seed)


@pytest.fixture
def setpoints(learnt_setpoints: SetPoints, monkeypatch: pytest.MonkeyPatch) -> SetPoints:
    monkeypatch.setitem(sys.modules, "models.processes.toy_lots", physics(-0.06))
    return learnt_setpoints


def lots(*u: float, knob: float = 50.0) -> np.ndarray:
    """Inputs before a lot is made: v is measured later."""
    return np.array([[one, np.nan, knob, 2.2] for one in u])


def breaks(seed: Seed, u: float, knob: float, n: int = 200_000) -> float:
    """How often a lot of the law breaks the first grade."""
    rng = np.random.default_rng(0)
    centre = np.array([0.7 + 0.4 * u, 0.5 * u - 0.06 * (knob - 50), -0.4])
    return 1.0 - float(np.mean(Limits.of(seed).kept(np.exp(centre + 0.3 * rng.standard_normal((n, 3))))[:, 0]))


@pytest.mark.slow
class TestRecommendations:
    def test_a_lot_near_its_limit_is_moved_away_and_gains_what_is_promised(self, setpoints: SetPoints) -> None:
        (found,) = setpoints.recommend(lots(2.2, knob=44.0))
        (move,) = found.moves
        assert found.refusal is None
        assert (move.knob.name, move.before) == ("knob", 44.0)
        assert 44.0 < move.after <= 54.0
        assert move.cost == pytest.approx(move.after - 44.0)
        assert 0 < found.low < found.gain < found.high
        assert found.per_tonne == pytest.approx(found.gain / 25)
        assert found.breaks_before == pytest.approx(breaks(setpoints.seed, 2.2, 44.0), abs=0.05)
        assert found.breaks_after == pytest.approx(breaks(setpoints.seed, 2.2, move.after), abs=0.05)
        assert found.breaks_after < found.breaks_before
        assert found.reasons[0] == f"knob from 44 to {move.after:.4g} °C"

    def test_a_safe_lot_is_left_as_planned(self, setpoints: SetPoints) -> None:
        (found,) = setpoints.recommend(lots(-2.0))
        assert (found.moves, found.refusal, found.gain) == ((), NO_GAIN, 0.0)

    def test_a_lot_unlike_history_or_without_its_assay_is_refused_by_name(self, setpoints: SetPoints) -> None:
        X = lots(0.0, 15.0, 0.0)
        X[2, 3] = np.nan
        found = setpoints.recommend(X)
        assert found[1].refusal == "u outside training range"
        assert found[2].refusal == "p_last missing"
        assert "outside" not in str(found[0].refusal)

    def test_what_is_measured_later_does_not_count(self, setpoints: SetPoints) -> None:
        X = lots(2.2, 0.0, knob=44.0)
        known = X.copy()
        known[:, 1] = 3.0
        assert [one.gain for one in setpoints.recommend(known)] == [one.gain for one in setpoints.recommend(X)]

    def test_a_lot_does_not_depend_on_the_others(self, setpoints: SetPoints) -> None:
        X = lots(2.2, 2.0, -1.0, 1.5, knob=44.0)
        together = setpoints.recommend(X)
        for i, one in enumerate(together):
            (alone,) = setpoints.recommend(X[i : i + 1])
            assert alone.moves == one.moves
            assert alone.gain == pytest.approx(one.gain, rel=1e-9)

    def test_no_lots_have_no_recommendations(self, setpoints: SetPoints) -> None:
        assert setpoints.recommend(lots(0.0)[:0]) == []

    def test_a_recommendation_lies_within_history_and_one_step(self, setpoints: SetPoints) -> None:
        found = setpoints.recommend(lots(*np.linspace(-2, 2.5, 40), knob=47.0))
        moves = [move for one in found for move in one.moves]
        assert moves
        low, high = setpoints.low[0], setpoints.high[0]
        assert all(low <= move.after <= high and abs(move.after - move.before) <= 10 for move in moves)


@pytest.mark.slow
def test_where_history_contradicts_physics_nothing_is_recommended(toy_quality_seed: Seed) -> None:
    found = made(toy_quality_seed, slope=0.06).recommend(lots(*np.linspace(-2, 2.5, 20), knob=47.0))
    assert {one.refusal for one in found} <= {NO_GAIN, DOUBTFUL, BROKEN}


@pytest.mark.slow
def test_a_move_that_costs_more_than_it_gains_is_not_recommended(toy_quality_seed: Seed) -> None:
    text = toy_quality_seed.text.replace("move_cost = { value = 1,", "move_cost = { value = 1000,")
    assert text != toy_quality_seed.text
    found = made(parse(text, Path("toy_lots.toml"))).recommend(lots(2.2, knob=44.0))
    assert [one.refusal for one in found] == [NO_GAIN]


def test_a_process_without_knobs_is_refused(toy_quality_seed: Seed) -> None:
    columns = [column for column in toy_quality_seed.columns if column.role != "knob"]
    seed = toy_quality_seed.model_copy(update={"columns": columns})
    X, Y, units, periods = history(3.0)
    with pytest.raises(ValueError, match="toy_lots: no column of role knob: expected at least one to recommend"):
        SetPoints.learn(seed, LotLines(1), X, Y, units, periods)


def test_too_few_lots_are_refused_with_the_number_expected(toy_quality_seed: Seed) -> None:
    few = [part[:99] for part in history(3.0)]
    with pytest.raises(ValueError, match="toy_lots: 99 past lots, expected 100 or more"):
        SetPoints.learn(toy_quality_seed, LotLines(1), *few)


def test_draws_are_even_and_standard() -> None:
    normals = _normals(5)
    np.testing.assert_allclose(normals.mean(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(normals.std(axis=0), 1.0, atol=0.25)
