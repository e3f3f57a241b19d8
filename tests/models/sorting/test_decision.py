import math
from dataclasses import replace

import numpy as np
import pytest

from models.sorting.decision import DecidedPieces, SortingLine
from models.sorting.lot_ledger import SHARED_ERROR, fill
from models.sorting.lots import PRODUCT_SHARE, LotState
from seeds import Seed

LOT_MASS = 2.0


@pytest.fixture
def line(toy_sorting_seed: Seed) -> SortingLine:
    """Bins bin_a (x at most 0.9 wt%), bin_bc and rest; 2 % of feed with 2 wt% x come along."""
    return SortingLine.of(toy_sorting_seed, np.array([2.0, 1.0]))


def drawn(n: int, rng_seed: int = 0) -> DecidedPieces:
    rng = np.random.default_rng(rng_seed)
    value = rng.normal([1.0, 0.8, 0.3], 0.5, (n, 3))
    content = np.column_stack([rng.lognormal(-4.9, 0.5, n), rng.uniform(0, 0.02, n)])
    return DecidedPieces(value, rng.random(n) < 0.1, rng.lognormal(-3.5, 0.5, n), content, rng.uniform(0, 2e-5, (n, 2)))


def subset(pieces: DecidedPieces, rows: np.ndarray) -> DecidedPieces:
    return DecidedPieces(*(getattr(pieces, name)[rows] for name in ("value", "aside", "mass", "content", "variance")))


def filled(
    line: SortingLine, pieces: DecidedPieces, lots: np.ndarray, states: list[LotState], price: float = 0.1
) -> tuple[np.ndarray, list[LotState]]:
    return fill(line, line.queue(pieces, lots), states, price, np.full(len(states), LOT_MASS))


def assert_same(one: LotState, other: LotState) -> None:
    for part in ("mass", "element_mass", "variance"):
        np.testing.assert_array_equal(getattr(one, part), getattr(other, part))


def test_a_piece_wants_where_it_is_worth_most_and_the_rest_wins_a_draw(line: SortingLine) -> None:
    value = np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [-1.0, 0.5, 0.5], [0.0, -1.0, 3.0], [9.0, 0.0, 0.0]])
    pieces = DecidedPieces(value, np.array([False] * 4 + [True]), np.ones(5), np.zeros((5, 2)), np.zeros((5, 2)))
    np.testing.assert_array_equal(line.wanted(pieces), [0, 1, 2, 2, 2])


def risk(slack: float, held: float, variance: float, growth: float) -> float:
    """Cantelli's bound at the lot's end: variances of pieces add up, what they err together grows as a whole."""
    if slack <= 0:
        return 1.0
    doubt = growth * variance + (growth * SHARED_ERROR * held) ** 2
    return doubt / (doubt + (growth * slack) ** 2)


@pytest.mark.parametrize("price", [0.0, 0.02, 0.2])
def test_each_piece_goes_where_its_gain_less_the_price_of_its_risk_is_highest(
    line: SortingLine, toy_sorting_seed: Seed, price: float
) -> None:
    """The rule written out piece by piece, with sums made anew each time."""
    pieces, lots = drawn(400), np.random.default_rng(1).integers(3, size=400)
    bins, states = filled(line, pieces, lots, [LotState.empty(toy_sorting_seed)] * 3, price)
    refused = 0
    for i in range(400):
        before = np.flatnonzero((lots[:i] == lots[i]) & (bins[:i] == 0))
        growth = max(LOT_MASS / pieces.mass[: i + 1][lots[: i + 1] == lots[i]].sum(), 1.0)
        result = []
        for rows in (before, np.append(before, i)):
            mass = 1.02 * pieces.mass[rows].sum()
            x = (pieces.mass[rows] * (pieces.content[rows, 0] + 0.02 * 0.02)).sum()
            variance = (pieces.mass[rows] ** 2 * pieces.variance[rows, 0]).sum()
            slack = 0.009 * (mass + PRODUCT_SHARE * LOT_MASS) - x
            result.append((slack, risk(slack, x, variance, growth)))
        net = pieces.mass[i] * (pieces.value[i] - pieces.value[i, 2])
        net[0] -= price * LOT_MASS * (result[1][1] - result[0][1])
        requested = line.wanted(subset(pieces, np.array([i])))[0]
        is_open = result[1][0] >= 0
        best = int(np.argmax(np.where([is_open, True, True], net, -np.inf)))
        worth_it = net[best] > 0 and pieces.value[i, best] > pieces.value[i, 2]
        # A piece whose most valuable bin has no limits goes there.
        expected = requested if requested != 0 else best if worth_it else 2
        assert bins[i] == expected, i
        refused += expected != requested
    assert refused > 5
    for lot, state in enumerate(states):
        inside = [np.flatnonzero((lots == lot) & (bins == b)) for b in range(3)]
        masses = [along * pieces.mass[rows].sum() for along, rows in zip((1.02, 1.02, 1.0), inside, strict=True)]
        np.testing.assert_allclose(state.mass, masses, rtol=1e-12)
        assert state.allowance(toy_sorting_seed)[0, 0] >= -1e-15


def test_at_an_endless_price_a_limited_bin_stays_closed(line: SortingLine, toy_sorting_seed: Seed) -> None:
    pieces = drawn(200)
    bins, states = filled(line, pieces, np.zeros(200, np.intp), [LotState.empty(toy_sorting_seed)], math.inf)
    assert not (bins == 0).any()
    assert (bins == 1).any()
    assert states[0].mass[0] == 0.0


def test_the_dearer_the_risk_the_less_of_it_there_is(line: SortingLine, toy_sorting_seed: Seed) -> None:
    """From price to price the risk that lots end with falls, and so does their value by the estimates."""
    pieces, lots = drawn(3000), np.repeat(np.arange(30), 100)
    value, risks = [], []
    for price in (0.01, 0.1, 1.0, 10.0):
        bins, states = filled(line, pieces, lots, [LotState.empty(toy_sorting_seed)] * 30, price)
        value.append(float(pieces.mass @ pieces.value[np.arange(3000), bins]))
        held = [(state.mass[0], state.element_mass[0, 0], state.variance[0, 0]) for state in states]
        left = [0.009 * (mass + PRODUCT_SHARE * LOT_MASS) for mass, _, _ in held]
        risks.append(sum(risk(most - x, x, v, 1.0) for most, (_, x, v) in zip(left, held, strict=True)))
    assert value == sorted(value, reverse=True)
    assert risks == sorted(risks, reverse=True)
    assert risks[-1] < 0.5 * risks[0]


def test_a_piece_that_dilutes_is_welcome(line: SortingLine, toy_sorting_seed: Seed) -> None:
    """A clean piece lowers the risk of a bin that is near its limit: it goes there though another bin pays more."""
    limits, nothing = np.array([[0.009, np.nan], [0.009, np.nan], [np.nan, np.nan]]), np.full((3, 2), np.nan)
    twin = replace(line, limits=limits, co_ejection=0.0)
    held, variance = nothing.copy(), nothing.copy()
    held[:2, 0], variance[:2, 0] = [0.0089, 0.0], [1e-6, 0.0]
    near = LotState(np.array([1.0, 1.0, 0.0]), held, variance)
    piece = DecidedPieces(
        np.array([[1.0, 1.01, 0.0]]), np.zeros(1, bool), np.ones(1), np.zeros((1, 2)), np.zeros((1, 2))
    )
    assert filled(twin, piece, np.zeros(1, np.intp), [near], 0.0)[0].tolist() == [1]
    assert filled(twin, piece, np.zeros(1, np.intp), [near], 0.1)[0].tolist() == [0]


def test_a_piece_without_mass_may_be_the_first(line: SortingLine, toy_sorting_seed: Seed) -> None:
    piece = DecidedPieces(
        np.array([[1.0, 0.2, 0.0]]), np.zeros(1, bool), np.zeros(1), np.zeros((1, 2)), np.ones((1, 2))
    )
    bins, (state,) = filled(line, piece, np.zeros(1, np.intp), [LotState.empty(toy_sorting_seed)])
    assert bins.tolist() == [2]
    assert state.mass.sum() == 0.0


def test_the_mass_that_has_passed_is_told_by_the_state(line: SortingLine, toy_sorting_seed: Seed) -> None:
    pieces = drawn(300)
    _, (state,) = filled(line, pieces, np.zeros(300, np.intp), [LotState.empty(toy_sorting_seed)])
    assert line.fed(state) == pytest.approx(pieces.mass.sum(), rel=1e-12)


def test_a_lot_in_two_requests_is_sorted_as_in_one(line: SortingLine, toy_sorting_seed: Seed) -> None:
    pieces, lots = drawn(300), np.random.default_rng(1).integers(2, size=300)
    empty = [LotState.empty(toy_sorting_seed)] * 2
    bins, after = filled(line, pieces, lots, empty)
    parted, states = [], empty
    for rows in np.split(np.arange(300), [1, 120, 121]):
        some_bins, states = filled(line, subset(pieces, rows), lots[rows], states)
        parted.append(some_bins)
    np.testing.assert_array_equal(np.concatenate(parted), bins)
    for one, other in zip(states, after, strict=True):
        assert_same(one, other)


def test_the_order_of_other_lots_does_not_matter(line: SortingLine, toy_sorting_seed: Seed) -> None:
    pieces, lots = drawn(300), np.random.default_rng(1).integers(3, size=300)
    empty = [LotState.empty(toy_sorting_seed)] * 3
    bins, after = filled(line, pieces, lots, empty)
    one_after_the_other = np.argsort(-lots, kind="stable")
    moved, moved_after = filled(line, subset(pieces, one_after_the_other), lots[one_after_the_other], empty)
    np.testing.assert_array_equal(moved, bins[one_after_the_other])
    for one, other in zip(moved_after, after, strict=True):
        assert_same(one, other)


def test_nothing_given_is_changed(line: SortingLine, toy_sorting_seed: Seed) -> None:
    pieces, lots, empty = drawn(50), np.zeros(50, np.intp), LotState.empty(toy_sorting_seed)
    queue = line.queue(pieces, lots)
    first = fill(line, queue, [empty], 0.1, np.array([LOT_MASS]))
    again = fill(line, queue, [empty], 0.1, np.array([LOT_MASS]))
    np.testing.assert_array_equal(first[0], again[0])
    assert_same(empty, LotState.empty(toy_sorting_seed))


def test_a_line_without_limits_gives_what_is_wanted(line: SortingLine, toy_sorting_seed: Seed) -> None:
    free = replace(line, limits=np.full_like(line.limits, np.nan))
    pieces = drawn(100)
    state = LotState(np.zeros(3), np.full((3, 2), np.nan), np.full((3, 2), np.nan))
    bins, states = filled(free, pieces, np.zeros(100, np.intp), [state])
    np.testing.assert_array_equal(bins, free.wanted(pieces))
    assert states[0].mass[2] == pytest.approx(pieces.mass[bins == 2].sum())
    assert np.isnan(states[0].element_mass).all()


def test_no_pieces_leave_the_lots_as_they_are(line: SortingLine, toy_sorting_seed: Seed) -> None:
    empty = LotState.empty(toy_sorting_seed)
    bins, states = filled(line, drawn(0), np.zeros(0, np.intp), [empty])
    assert bins.shape == (0,)
    assert_same(states[0], empty)


def test_two_bins_that_limit_two_elements_by_hand() -> None:
    """A quarter comes along, holding 0.4 and 0.8 %; a lot of 8 kg begins with 0.16 kg; a kilogram of it counts 0.5 $.

    Piece 0 wants bin 0: 2 kg of 0.8 + 0.25 · 0.4 % are 18 g of the first, and 1 % of 2.66 kg leave 8.6 g. A quarter of
    the lot has passed. Its doubt is 2 g and a tenth of 18 g: a risk of (4 + 4 · 1.8²) / (4 + 4 · 1.8² + 4 · 8.6²),
    which counts 0.22 of its gain of 4 $. Piece 1 wants bin 1 alone: 44 g of the first and 128 g of the second leave
    59.2 and 26.8 g with six eighths passed.
    """
    nan = np.nan
    line = SortingLine(
        rest=2,
        limits=np.array([[0.01, nan], [0.02, 0.03], [nan, nan]]),
        co_ejection=0.25,
        whole=np.array([100.0, 100.0]),
        feed=np.array([0.004, 0.008]),
        lot_mass=8.0,
    )
    pieces = DecidedPieces(
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
    assert [turn.gains for turn in queue.turns] == [[4.0, 2.0], [4.0]]
    assert [turn.fed for turn in queue.turns] == [2.0, 6.0]
    assert [turn.mass for turn in queue.turns] == [2.5, 5.0]
    np.testing.assert_allclose([turn.content for turn in queue.turns], [[0.018, 0.018, 0.044], [0.044, 0.044, 0.128]])
    np.testing.assert_allclose([turn.variance for turn in queue.turns], [[4e-6, 4e-6, 16e-6], [16e-6, 16e-6, 144e-6]])
    known = np.where(np.isnan(line.limits), nan, 0.0)

    def filled_at(price: float) -> list[int]:
        bins, (state,) = fill(line, queue, [LotState(np.zeros(3), known, known)], price, np.array([8.0]))
        if bins[1] == 1:
            np.testing.assert_allclose(state.element_mass, [[0.018, nan], [0.044, 0.128], [nan, nan]], rtol=1e-12)
            np.testing.assert_allclose(state.variance, [[4e-6, nan], [16e-6, 144e-6], [nan, nan]], rtol=1e-12)
            np.testing.assert_allclose(state.mass, [2.5, 5.0, 1.0], rtol=1e-12)
        return bins.tolist()

    growth = 8 / 6
    # Both elements of bin 1: 44 g of 2 % and 128 g of 3 % of 5.16 kg.
    doubts = 16.0 + growth * 4.4**2, 144.0 + growth * 12.8**2
    added = sum(d / (d + growth * s * s) for d, s in zip(doubts, (103.2 - 44, 154.8 - 128), strict=True))
    highest = 4.0 / (8.0 * added)
    assert filled_at(0.5) == [0, 1, 2]
    assert filled_at(highest * 0.999) == [0, 1, 2]
    assert filled_at(highest * 1.001) == [0, 2, 2]


def test_a_piece_that_fills_a_bin_to_its_limit_goes_there() -> None:
    """1 kg of 1/256 in a bin that holds 1 kg of 3/256: together just 2/256, its limit."""
    line = SortingLine(1, np.array([[0.0078125], [np.nan]]), 0.0, np.ones(1), np.zeros(1), 1.0)
    before = LotState(np.array([1.0, 0.0]), np.array([[0.01171875], [np.nan]]), np.array([[0.0], [np.nan]]))

    def into(content: float) -> int:
        pieces = DecidedPieces(
            np.array([[1.0, 0.0]]), np.zeros(1, bool), np.ones(1), np.array([[content]]), np.zeros((1, 1))
        )
        return int(fill(line, line.queue(pieces, np.zeros(1, np.intp)), [before], 0.0, np.zeros(1))[0][0])

    assert into(0.00390625) == 0
    assert into(0.00390626) == 1
