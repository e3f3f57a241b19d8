from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from models.sorting.decision import Line, Pieces
from models.sorting.setpoints import (
    FEWEST_LOTS,
    PARTS,
    Assayed,
    belt_load,
    least_gains,
    overlap_density,
    raised,
)
from seeds import Seed

PIECES = 60
TONNES = 5.0  # an hour


class Toy:
    """A sorter that reads off each piece how probably it is of class a, else of none of the named classes.

    In bin_a a kilogram of a gains 1.7 $ beyond the rest and one of `other` loses 3.1 $, so that it takes what is of a
    with 65 % or more. Nothing goes to bin_bc, and no content is near a limit.
    """

    names = ("occupancy", "probability")
    risk_price = 0.0

    def __init__(self, seed: Seed, co_ejection: float = 0.0) -> None:
        self.seed = seed
        self.line = replace(Line.of(seed, np.zeros(2)), co_ejection=co_ejection)

    def probabilities(self, X: np.ndarray) -> np.ndarray:
        q, nothing = X[:, 1], np.zeros(len(X))
        return np.column_stack([q, nothing, nothing, 1 - q])

    def pieces(self, X: np.ndarray, p: np.ndarray, values: np.ndarray) -> Pieces:
        n = len(X)
        return Pieces(p @ values.T, np.zeros(n, bool), np.full(n, 0.03), np.zeros((n, 2)), np.zeros((n, 2)))


def drawn(
    rng: np.random.Generator, lots: int = 60, too_sure: float = 0.0, by_load: float = 0.0, lowest: float = 0.4
) -> Assayed:
    """Pieces that are of a less often than the sorter says, by a share and by one that grows with the belt's load."""
    load = np.repeat(rng.uniform(0.05, 0.2, lots), PIECES)
    q = rng.uniform(lowest, 1.0, len(load))
    truly = np.clip(q - too_sure - by_load * overlap_density(load), 0, 1)
    classes = np.where(rng.random(len(load)) < truly, 0, 3)
    names = np.repeat(np.array([f"L-{i:03d}" for i in range(lots)], dtype=object), PIECES)
    return Assayed(np.column_stack([load, q]), classes, np.zeros((len(load), 2)), names)


def gain_of(toy: Any, some: Assayed, least: float) -> float:
    """What a least gain in bin_a earns on pieces, by hand [$/t]; nothing comes along."""
    expected = some.X[:, 1] * 1.7 - (1 - some.X[:, 1]) * 3.1
    earned = np.where(some.classes == 0, 1.7, -3.1)
    return float(1000 * (earned * (expected >= least)).mean() - 1000 * (earned * (expected > 0)).mean())


@pytest.mark.slow
def test_probabilities_that_are_right_leave_nothing_to_gain(toy_sorting_seed: Seed) -> None:
    """Without co-ejection any gain should do; an interval of 90 % is wrong above 0 once in twenty times."""
    found = [least_gains(Toy(toy_sorting_seed), drawn(np.random.default_rng(i)), TONNES) for i in range(12)]
    assert sum(one.refusal is None for one in found) <= 1
    assert all(one.moves == () for one in found if one.refusal is not None)
    assert "it may be none" in str(found[0].refusal)


def test_a_sorter_that_is_too_sure_is_told_to_ask_for_more(toy_sorting_seed: Seed) -> None:
    toy, rng = Toy(toy_sorting_seed), np.random.default_rng(1)
    found = least_gains(toy, drawn(rng, too_sure=0.15), TONNES)
    assert found.refusal is None
    (move,) = found.moves
    assert (move.name, move.unit, move.now) == ("least_gain.bin_a", "$/kg", 0.0)
    # Worth ejecting from 65 + 15 % on, which the sorter takes for a gain of 0.72 $.
    assert 0.3 * 1.7 <= move.to <= PARTS[-1] * 1.7
    assert found.per_tonne is not None
    assert found.per_hour is not None
    assert 0 < found.per_tonne.low < found.per_tonne.value < found.per_tonne.high
    assert found.per_hour.value == pytest.approx(TONNES * found.per_tonne.value, rel=1e-12)
    fresh = gain_of(toy, drawn(rng, lots=2000, too_sure=0.15), move.to)
    assert found.per_tonne.low < fresh < found.per_tonne.high


def test_what_comes_along_must_be_earned_too(toy_sorting_seed: Seed) -> None:
    """As much comes along as is ejected, of a feed that is half of a: it loses 0.7 $/kg in bin_a."""
    some = drawn(np.random.default_rng(2), lots=200, lowest=0.0)
    found = least_gains(Toy(toy_sorting_seed, co_ejection=1.0), some, TONNES)
    assert found.refusal is None
    assert found.moves[0].to in (0.3 * 1.7, 0.4 * 1.7)
    assert "takes 1 kg of the feed along" in found.reasons[1]


@pytest.mark.parametrize("advice", [least_gains, belt_load])
def test_labels_of_other_pieces_are_no_ground_for_a_move(advice: Any, toy_sorting_seed: Seed) -> None:
    rng = np.random.default_rng(3)
    some = drawn(rng, too_sure=0.15)
    found = advice(Toy(toy_sorting_seed), replace(some, classes=rng.permutation(some.classes)), TONNES)
    assert found.moves == ()
    assert "no more probable than those of any pieces" in str(found.refusal)


@pytest.mark.parametrize("advice", [least_gains, belt_load])
def test_few_lots_are_refused(advice: Any, toy_sorting_seed: Seed) -> None:
    rng = np.random.default_rng(4)
    found = advice(Toy(toy_sorting_seed), drawn(rng, lots=FEWEST_LOTS - 1, too_sure=0.15), TONNES)
    assert (found.moves, found.per_tonne, found.per_hour) == ((), None, None)
    assert found.refusal == "19 assayed lots, expected 20 or more"


def test_more_lots_over_a_limit_than_promised_stop_any_move(toy_sorting_seed: Seed) -> None:
    some = drawn(np.random.default_rng(5), too_sure=0.15)
    rich = replace(some, contents=np.full((len(some.classes), 2), 50.0))
    found = least_gains(Toy(toy_sorting_seed), rich, TONNES)
    assert found.moves == ()
    assert found.refusal == "60 of 60 lots break a limit, where 10% of the lots may"


def test_overlaps_never_fall_with_the_load() -> None:
    load = np.linspace(0.01, 0.5, 50)
    assert (np.diff(overlap_density(load)) > 0).all()
    # More than in proportion: neighbours keep off each other.
    assert overlap_density(0.2) > 2 * overlap_density(0.1)


def test_a_load_that_harms_nothing_is_raised_as_far_as_it_was_tried(toy_sorting_seed: Seed) -> None:
    some = drawn(np.random.default_rng(6))
    found = belt_load(Toy(toy_sorting_seed), some, TONNES)
    assert found.refusal is None
    (move,) = found.moves
    load = some.X[::PIECES, 0]
    assert (move.name, move.now) == ("occupancy", pytest.approx(load.mean()))
    assert move.to == pytest.approx(np.quantile(load, 0.95))
    assert found.per_hour is not None
    assert found.per_tonne is not None
    # As many times the value as there is more feed, but for the little that the slope takes by chance.
    earned = np.where(some.classes == 0, 1.7, -3.1) * (some.X[:, 1] > 3.1 / 4.8)
    most = TONNES * 1000 * earned.mean() * (move.to / move.now - 1)
    assert 0 < found.per_hour.low < found.per_hour.value <= most * (1 + 1e-9) < found.per_hour.high * 1.5
    assert found.per_tonne.value <= 0


def test_a_load_that_spoils_the_readings_is_lowered(toy_sorting_seed: Seed) -> None:
    found = belt_load(Toy(toy_sorting_seed), drawn(np.random.default_rng(7), lots=200, by_load=1.8), TONNES)
    assert found.refusal is None
    (move,) = found.moves
    assert move.to < move.now
    assert found.per_tonne is not None
    assert found.per_tonne.low > 0


def test_without_different_loads_nothing_is_known_of_others(toy_sorting_seed: Seed) -> None:
    some = drawn(np.random.default_rng(8))
    alike = replace(some, X=np.column_stack([np.full(len(some.X), 0.1), some.X[:, 1]]))
    found = belt_load(Toy(toy_sorting_seed), alike, TONNES)
    assert found.refusal == "loads of the lots from 0.100 to 0.100: expected 0.01 between"
    blind: Any = SimpleNamespace(names=("probability",))
    assert "not measured" in str(belt_load(blind, some, TONNES).refusal)


def test_a_least_gain_is_taken_off_what_a_piece_is_worth(toy_sorting_seed: Seed) -> None:
    toy = Toy(toy_sorting_seed)
    X = np.array([[0.1, 0.9], [0.1, 0.7]])
    values = np.array([[2.0, -1.0, -3.0, -3.0], [0.4, 1.5, 1.2, -0.5], [0.3, 0.3, 0.3, 0.1]])
    pieces = toy.pieces(X, toy.probabilities(X), values)
    # They gain 0.9 · 1.7 - 0.1 · 3.1 = 1.22 $ and 0.7 · 1.7 - 0.3 · 3.1 = 0.26 $ in bin_a.
    assert toy.line.wanted(pieces).tolist() == [0, 0]
    assert toy.line.wanted(raised(pieces, np.array([0.3, 0.0, 0.0]))).tolist() == [0, 2]
