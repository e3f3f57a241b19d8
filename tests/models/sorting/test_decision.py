from dataclasses import replace

import numpy as np
import pytest

from models.sorting.decision import Line, Pieces
from models.sorting.lots import START_SHARE, LotState
from seeds import Seed

LOT_MASS = 2.0


@pytest.fixture
def line(toy_sorting_seed: Seed) -> Line:
    """Bins bin_a (x at most 0.9 wt%), bin_bc and rest; 2 % of feed with 2 wt% x come along."""
    return Line.of(toy_sorting_seed, np.array([2.0, 1.0]))


def drawn(n: int, rng_seed: int = 0) -> Pieces:
    rng = np.random.default_rng(rng_seed)
    value = rng.normal([1.0, 0.8, 0.3], 0.5, (n, 3))
    content = np.column_stack([rng.lognormal(-4.9, 0.5, n), rng.uniform(0, 0.02, n)])
    return Pieces(value, rng.random(n) < 0.1, rng.lognormal(-3.5, 0.5, n), content, rng.uniform(0, 2e-5, (n, 2)))


def some(pieces: Pieces, rows: np.ndarray) -> Pieces:
    return Pieces(*(getattr(pieces, name)[rows] for name in ("value", "aside", "mass", "content", "variance")))


def filled(
    line: Line, pieces: Pieces, lots: np.ndarray, states: list[LotState], reserve: float = 0.0
) -> tuple[np.ndarray, list[LotState]]:
    return line.fill(line.queue(pieces, lots), states, reserve, np.full(len(states), LOT_MASS))


def assert_same(one: LotState, other: LotState) -> None:
    for part in ("mass", "element_mass", "variance"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def test_a_piece_wants_where_it_is_worth_most_and_the_rest_wins_a_draw(line: Line) -> None:
    value = np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [-1.0, 0.5, 0.5], [0.0, -1.0, 3.0], [9.0, 0.0, 0.0]])
    pieces = Pieces(value, np.array([False] * 4 + [True]), np.ones(5), np.zeros((5, 2)), np.zeros((5, 2)))
    np.testing.assert_array_equal(line.wanted(pieces), [0, 1, 2, 2, 2])


@pytest.mark.parametrize("reserve", [0.0, 0.2])
def test_each_piece_goes_to_the_best_bin_that_its_lot_allows(
    line: Line, toy_sorting_seed: Seed, reserve: float
) -> None:
    """The rule written out piece by piece, with sums made anew each time."""
    pieces, lots = drawn(400), np.random.default_rng(1).integers(3, size=400)
    bins, states = filled(line, pieces, lots, [LotState.empty(toy_sorting_seed)] * 3, reserve)
    refused = 0
    for i in range(400):
        before = np.flatnonzero((lots[:i] == lots[i]) & (bins[:i] == 0))
        rows = np.append(before, i)
        mass = 1.02 * pieces.mass[rows].sum()
        x = (pieces.mass[rows] * (pieces.content[rows, 0] + 0.02 * 0.02)).sum()
        doubt = np.sqrt((pieces.mass[rows] ** 2 * pieces.variance[rows, 0]).sum())
        cap = 0.009 * (1 - reserve) * (mass + START_SHARE * LOT_MASS)
        is_open = [x + 1.2815515655446004 * doubt <= cap, True, True]
        worth = np.where(is_open, pieces.value[i], -np.inf)
        best = int(np.argmax(worth)) if worth.max() > worth[2] and not pieces.aside[i] else 2
        assert bins[i] == best, i
        refused += best != line.wanted(some(pieces, np.array([i])))[0]
    assert refused > 20
    for lot, state in enumerate(states):
        inside = [np.flatnonzero((lots == lot) & (bins == b)) for b in range(3)]
        masses = [along * pieces.mass[rows].sum() for along, rows in zip((1.02, 1.02, 1.0), inside, strict=True)]
        np.testing.assert_allclose(state.mass, masses, rtol=1e-12)
        assert state.allowance(toy_sorting_seed, reserve)[0, 0] >= -1e-15


def test_a_full_reserve_closes_a_limited_bin(line: Line, toy_sorting_seed: Seed) -> None:
    pieces = drawn(200)
    bins, states = filled(line, pieces, np.zeros(200, np.intp), [LotState.empty(toy_sorting_seed)], 1.0)
    assert not (bins == 0).any()
    assert (bins == 1).any()
    assert states[0].mass[0] == 0.0


def test_a_lot_in_two_requests_is_sorted_as_in_one(line: Line, toy_sorting_seed: Seed) -> None:
    pieces, lots = drawn(300), np.random.default_rng(1).integers(2, size=300)
    empty = [LotState.empty(toy_sorting_seed)] * 2
    bins, after = filled(line, pieces, lots, empty)
    parted, states = [], empty
    for rows in np.split(np.arange(300), [1, 120, 121]):
        some_bins, states = filled(line, some(pieces, rows), lots[rows], states)
        parted.append(some_bins)
    np.testing.assert_array_equal(np.concatenate(parted), bins)
    for one, other in zip(states, after, strict=True):
        assert_same(one, other)


def test_the_order_of_other_lots_does_not_matter(line: Line, toy_sorting_seed: Seed) -> None:
    pieces, lots = drawn(300), np.random.default_rng(1).integers(3, size=300)
    empty = [LotState.empty(toy_sorting_seed)] * 3
    bins, after = filled(line, pieces, lots, empty)
    one_after_the_other = np.argsort(-lots, kind="stable")
    moved, moved_after = filled(line, some(pieces, one_after_the_other), lots[one_after_the_other], empty)
    np.testing.assert_array_equal(moved, bins[one_after_the_other])
    for one, other in zip(moved_after, after, strict=True):
        assert_same(one, other)


def test_nothing_given_is_changed(line: Line, toy_sorting_seed: Seed) -> None:
    pieces, lots, empty = drawn(50), np.zeros(50, np.intp), LotState.empty(toy_sorting_seed)
    queue = line.queue(pieces, lots)
    first = line.fill(queue, [empty], 0.0, np.array([LOT_MASS]))
    again = line.fill(queue, [empty], 0.0, np.array([LOT_MASS]))
    np.testing.assert_array_equal(first[0], again[0])
    assert_same(empty, LotState.empty(toy_sorting_seed))


def test_a_line_without_limits_gives_what_is_wanted(line: Line, toy_sorting_seed: Seed) -> None:
    free = replace(line, limits=np.full_like(line.limits, np.nan))
    pieces = drawn(100)
    state = LotState(np.zeros(3), np.full((3, 2), np.nan), np.full((3, 2), np.nan))
    bins, states = filled(free, pieces, np.zeros(100, np.intp), [state])
    np.testing.assert_array_equal(bins, free.wanted(pieces))
    assert states[0].mass[2] == pytest.approx(pieces.mass[bins == 2].sum())
    assert np.isnan(states[0].element_mass).all()


def test_no_pieces_leave_the_lots_as_they_are(line: Line, toy_sorting_seed: Seed) -> None:
    empty = LotState.empty(toy_sorting_seed)
    bins, states = filled(line, drawn(0), np.zeros(0, np.intp), [empty])
    assert bins.shape == (0,)
    assert_same(states[0], empty)


def test_two_bins_that_limit_two_elements_by_hand() -> None:
    """A quarter comes along, holding 0.4 and 0.8 %; a lot of 8 kg begins with 0.08 kg; a fifth is kept in reserve.

    Piece 0 wants bin 0: 2 kg of 0.8 + 0.25 · 0.4 % are 18 g of the first, with two deviations of 2 g 22 g, more than
    0.8 · 1 % of 2.58 kg. Bin 1 takes it: 22 g are less than 1.6 %, 44 g + 2 · 4 g of the second less than 2.4 %.
    Piece 1 wants bin 1 alone: its 128 g of the second make 172 g + 2 · √160 g, more than 2.4 % of 7.58 kg: the rest.
    """
    nan = np.nan
    line = Line(
        rest=2,
        limits=np.array([[0.01, nan], [0.02, 0.03], [nan, nan]]),
        certainty=2.0,
        co_ejection=0.25,
        whole=np.array([100.0, 100.0]),
        feed=np.array([0.004, 0.008]),
        lot_mass=8.0,
    )
    pieces = Pieces(
        value=np.array([[3.0, 2.0, 1.0], [1.0, 3.0, 2.0], [0.0, 1.0, 2.0]]),
        aside=np.zeros(3, dtype=bool),
        mass=np.array([2.0, 4.0, 1.0]),
        content=np.array([[0.008, 0.02], [0.01, 0.03], [0.0, 0.0]]),
        variance=np.array([[1e-6, 4e-6], [1e-6, 9e-6], [0.0, 0.0]]),
    )
    queue = line.queue(pieces, np.zeros(3, np.intp))
    assert queue.wanted.tolist() == [0, 1, 2]
    assert queue.rows.tolist() == [0, 1]
    assert [turn.bins for turn in queue.turns] == [[0, 1], [1]]
    assert [turn.mass for turn in queue.turns] == [2.5, 5.0]
    np.testing.assert_allclose([turn.content for turn in queue.turns], [[0.018, 0.018, 0.044], [0.044, 0.044, 0.128]])
    np.testing.assert_allclose([turn.variance for turn in queue.turns], [[4e-6, 4e-6, 16e-6], [16e-6, 16e-6, 144e-6]])
    known = np.where(np.isnan(line.limits), nan, 0.0)
    bins, (state,) = line.fill(queue, [LotState(np.zeros(3), known, known)], 0.2, np.array([8.0]))
    assert bins.tolist() == [1, 2, 2]
    np.testing.assert_allclose(state.mass, [0.0, 2.5, 5.0], rtol=1e-12)
    np.testing.assert_allclose(state.element_mass, [[0.0, nan], [0.018, 0.044], [nan, nan]], rtol=1e-12)
    np.testing.assert_allclose(state.variance, [[0.0, nan], [4e-6, 16e-6], [nan, nan]], rtol=1e-12)


def test_a_piece_that_fills_a_bin_to_its_limit_goes_there() -> None:
    """1 kg of 1/256 in a bin that holds 1 kg of 3/256: together just 2/256, its limit."""
    line = Line(1, np.array([[0.0078125], [np.nan]]), 0.0, 0.0, np.ones(1), np.zeros(1), 1.0)
    before = LotState(np.array([1.0, 0.0]), np.array([[0.01171875], [np.nan]]), np.array([[0.0], [np.nan]]))

    def into(content: float) -> int:
        pieces = Pieces(np.array([[1.0, 0.0]]), np.zeros(1, bool), np.ones(1), np.array([[content]]), np.zeros((1, 1)))
        return int(line.fill(line.queue(pieces, np.zeros(1, np.intp)), [before], 0.0, np.zeros(1))[0][0])

    assert into(0.00390625) == 0
    assert into(0.00390626) == 1
