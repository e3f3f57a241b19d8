"""Limits of standard deviations as pieces pass, by the law of total variance and by hand."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from models.sorting.decision import DecidedPieces, SortingLine
from models.sorting.lot_ledger import SHARED_ERROR, fill
from models.sorting.lots import PRODUCT_SHARE, LotState, Squares
from models.sorting.spread import DispersionLimits
from seeds import Seed

NAN = np.nan
LOT = 8.0  # kg


def line_of(
    sd_limit: float, own: float = 1.0, co_ejection: float = 0.0, typical: float = 0.3, feed: float = 0.0
) -> SortingLine:
    """A bin that limits the standard deviation of one content, and the rest; 0.3 of the feed is of it."""
    one = np.ones((2, 1))
    edges, shares = np.zeros((2, 1, 0)), own * one[:, :, None]
    spread = DispersionLimits(np.array([[sd_limit], [NAN]]), typical * one, edges, shares, np.array([feed]))
    return SortingLine(1, np.full((2, 1), NAN), co_ejection, np.array([100.0]), np.array([0.3]), LOT, spread)


def empty() -> LotState:
    nothing = np.array([[0.0], [NAN]])
    return LotState(np.zeros(2), nothing, nothing, Squares(nothing, nothing, nothing))


def wanting(content: np.ndarray, mass: np.ndarray | float = 1.0, variance: np.ndarray | float = 0.0) -> DecidedPieces:
    """Pieces that gain a dollar a kilogram in the bin."""
    n, content = len(content), np.asarray(content, dtype=float)
    mass, variance = np.broadcast_to(mass, n).astype(float), np.broadcast_to(variance, n).astype(float)
    return DecidedPieces(np.tile([1.0, 0.0], (n, 1)), np.zeros(n, bool), mass, content[:, None], variance[:, None])


def filled(
    line: SortingLine, pieces: DecidedPieces, state: LotState | None = None, price: float = 0.0
) -> tuple[list[int], LotState]:
    lots = np.zeros(len(pieces.mass), np.intp)
    bins, (after,) = fill(line, line.queue(pieces, lots), [state or empty()], price, np.array([LOT]))
    return bins.tolist(), after


def squares_of(state: LotState) -> float:
    assert state.squares is not None
    return float(state.squares.mass[0, 0])


def drawn(n: int, rng_seed: int = 0) -> DecidedPieces:
    rng = np.random.default_rng(rng_seed)
    return wanting(rng.uniform(0, 1, n), rng.lognormal(0, 0.5, n), rng.uniform(0, 0.1, n))


def subset(pieces: DecidedPieces, rows: np.ndarray) -> DecidedPieces:
    return DecidedPieces(*(getattr(pieces, name)[rows] for name in ("value", "aside", "mass", "content", "variance")))


def test_squares_of_known_contents_are_their_variance_times_their_mass() -> None:
    """2, 4, 4, 4, 5, 5, 7 and 9 have the mean 5 and the standard deviation 2."""
    bins, state = filled(line_of(9.0), wanting(np.array([2.0, 4, 4, 4, 5, 5, 7, 9])))
    assert bins == [0] * 8
    assert squares_of(state) == pytest.approx(8 * 2.0**2, rel=1e-12)
    assert state.squares is not None
    assert state.squares.variance[0, 0] == 0.0


@pytest.mark.parametrize("own", [0.0, 0.6, 1.0])
def test_squares_are_those_of_the_law_of_total_variance(own: float) -> None:
    """Of pieces that are off by ± √(own v) each, over all ways to be off: the mean of what they then scatter."""
    pieces = drawn(6)
    _, state = filled(line_of(9.0, own), pieces)
    off = np.sqrt(own * pieces.variance[:, 0])
    scattered = []
    for signs in itertools.product((-1, 1), repeat=6):
        content = pieces.content[:, 0] + off * signs
        scattered.append(pieces.mass @ (content - np.average(content, weights=pieces.mass)) ** 2)
    assert squares_of(state) == pytest.approx(np.mean(scattered), rel=1e-12)


def test_errors_scatter_by_the_group_of_the_estimate() -> None:
    """Below a half errors are of half the stated variance, from there on of three times that."""
    pieces, line = drawn(40), line_of(9.0)
    assert line.spread is not None
    edges, own = np.full((2, 1, 1), 0.5), np.tile([0.5, 3.0], (2, 1, 1))
    _, state = filled(replace(line, spread=replace(line.spread, edges=edges, own=own)), pieces)
    x, mass = pieces.content[:, 0], pieces.mass
    variance = np.where(x < 0.5, 0.5, 3.0) * pieces.variance[:, 0]
    expected = mass @ (x - np.average(x, weights=mass)) ** 2 + mass @ variance - mass**2 @ variance / mass.sum()
    assert squares_of(state) == pytest.approx(expected, rel=1e-12)
    assert state.squares is not None
    assert state.squares.own_variance[0, 0] == pytest.approx(mass**2 @ variance, rel=1e-12)
    assert state.variance[0, 0] == pytest.approx(mass**2 @ pieces.variance[:, 0], rel=1e-12)


def test_squares_are_the_same_in_whatever_order_the_pieces_come() -> None:
    pieces, line = drawn(200), line_of(9.0, 0.7)
    _, state = filled(line, pieces)
    for rng_seed in range(3):
        moved = subset(pieces, np.random.default_rng(rng_seed).permutation(200))
        assert squares_of(filled(line, moved)[1]) == pytest.approx(squares_of(state), rel=1e-12)


def test_what_comes_along_scatters_too() -> None:
    """A quarter of each mass comes along, of the feed's 0.3 and a variance of 0.01 among its pieces."""
    pieces, line = drawn(50), line_of(9.0, 0.7, co_ejection=0.25, feed=0.01)
    _, state = filled(line, pieces)
    mass = np.r_[pieces.mass, 0.25 * pieces.mass]
    content = np.r_[pieces.content[:, 0], np.full(50, 0.3)]
    own = 0.7 * pieces.variance[:, 0]
    among = mass @ (content - np.average(content, weights=mass)) ** 2
    expected = among + pieces.mass @ own - pieces.mass**2 @ own / mass.sum() + 0.25 * pieces.mass.sum() * 0.01
    assert squares_of(state) == pytest.approx(expected, rel=1e-12)
    assert state.mass[0] == pytest.approx(mass.sum(), rel=1e-12)


def test_a_lot_whose_pieces_are_all_equal_is_never_closed() -> None:
    bins, state = filled(line_of(1e-6), wanting(np.full(100, 0.3), 0.08))
    assert bins == [0] * 100
    assert squares_of(state) == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("at", [0, 1, 50, 99])
def test_one_outlier_is_refused_whenever_it_comes(at: int) -> None:
    content = np.full(100, 0.3)
    content[at] = 0.9
    bins, state = filled(line_of(0.02), wanting(content, 0.08))
    assert bins == [int(i == at) for i in range(100)]
    assert squares_of(state) == pytest.approx(0.0, abs=1e-15)
    # Where it may scatter so much a bin that is full enough takes it.
    assert filled(line_of(0.2), wanting(content, 0.08))[0][at] == int(at < 50)


def test_an_outlier_goes_to_a_bin_that_does_not_mind() -> None:
    free = replace(line_of(0.02), limits=np.full((3, 1), NAN), rest=2)
    assert free.spread is not None
    parts = (free.spread.limits, free.spread.usual, free.spread.edges, free.spread.own)
    free = replace(free, spread=DispersionLimits(*(np.concatenate([one, one[-1:]]) for one in parts), free.spread.feed))
    nothing = np.array([[0.0], [NAN], [NAN]])
    before = LotState(np.zeros(3), nothing, nothing, Squares(nothing, nothing, nothing))
    pieces = replace(wanting(np.array([0.3, 0.9])), value=np.tile([2.0, 1.0, 0.0], (2, 1)))
    bins, _ = fill(free, free.queue(pieces, np.zeros(2, np.intp)), [before], 0.0, np.array([LOT]))
    assert bins.tolist() == [0, 1]


def test_pieces_that_are_not_known_well_enough_fill_no_lot() -> None:
    """Errors of 0.05 each for itself where 0.03 may be: what is equal by estimate scatters all the same.

    M kg of pieces of m kg fit as long as 0.0009 (M + s) ≥ 0.0025 (M - m), with s the start: 2.7 pieces.
    """
    pieces = wanting(np.full(100, 0.3), 0.08, 0.0025)
    bins, _ = filled(line_of(0.03), pieces)
    most = (0.0009 * PRODUCT_SHARE * LOT + 0.0025 * 0.08) / (0.0025 - 0.0009)
    assert bins.count(0) == int(most / 0.08) == 2
    assert filled(line_of(0.07), pieces)[0] == [0] * 100
    # Errors that all pieces share move their mean alone.
    assert filled(line_of(0.03, own=0.2), pieces)[0] == [0] * 100


def test_the_limit_is_kept_as_far_as_is_estimated() -> None:
    pieces, line = drawn(2000), line_of(0.25)
    small = replace(pieces, mass=0.004 * pieces.mass)
    bins, state = filled(line, small)
    assert 200 < bins.count(0) < 1900
    assert squares_of(state) <= 0.25**2 * (state.mass[0] + PRODUCT_SHARE * LOT) + 1e-12


def test_the_dearer_the_risk_the_less_the_pieces_scatter() -> None:
    small = replace(drawn(2000), mass=0.004 * drawn(2000).mass)
    sds, masses = [], []
    for price in (0.0, 1.0):
        _, state = filled(line_of(0.25), small, price=price)
        sds.append(np.sqrt(squares_of(state) / state.mass[0]))
        masses.append(state.mass[0])
    assert masses[-1] < masses[0]
    assert sds[-1] < 0.95 * sds[0]


def test_a_lot_in_two_requests_is_sorted_as_in_one() -> None:
    pieces, line = replace(drawn(300), mass=0.02 * drawn(300).mass), line_of(0.3, 0.8, co_ejection=0.02)
    bins, whole = filled(line, pieces, price=0.05)
    assert 0 < bins.count(1) < 300
    parted, state = [], None
    for rows in np.split(np.arange(300), [1, 120, 121]):
        some_bins, state = filled(line, subset(pieces, rows), state, price=0.05)
        parted += some_bins
    assert parted == bins
    assert state is not None
    for one, other in zip((state, state.squares), (whole, whole.squares), strict=True):
        assert one is not None
        for name in ("mass", "variance"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_the_order_of_other_lots_does_not_matter() -> None:
    pieces, line = replace(drawn(300), mass=0.05 * drawn(300).mass), line_of(0.2)
    lots = np.random.default_rng(1).integers(3, size=300)
    kg = np.full(3, LOT)
    bins, after = fill(line, line.queue(pieces, lots), [empty()] * 3, 0.05, kg)
    order = np.argsort(-lots, kind="stable")
    moved, moved_after = fill(line, line.queue(subset(pieces, order), lots[order]), [empty()] * 3, 0.05, kg)
    np.testing.assert_array_equal(moved, bins[order])
    assert [squares_of(one) for one in moved_after] == [squares_of(one) for one in after]


def test_the_risk_of_a_second_piece_by_hand() -> None:
    """Two pieces of 1 kg at 0.30 and 0.36 with variances of 0.0004, a limit of 0.05, a start of 0.16 kg at 0.30.

    The first: squares of 0.0004 - 0.0004. Both: 0.5 · 0.06² + 2 · 0.0004 - 0.0004 = 0.0022. The start adds
    0.3² · 2 · 0.16 / 2.16 of a tenth: (0.33 - 0.30)². Errors of a square about d: 4 d² v + 2 v², d from 0.66 + 0.048
    over 2.16.
    """
    line, start = line_of(0.05), PRODUCT_SHARE * LOT
    first = wanting(np.array([0.30]), 1.0, 4e-4)
    _, state = filled(line, first)
    assert squares_of(state) == pytest.approx(0.0, abs=1e-18)
    away = 0.30 - (0.30 + start * 0.3) / (1 + start)
    doubt = 4e-4 * (4 * away**2 + 2 * 4e-4)
    assert state.squares is not None
    assert state.squares.variance[0, 0] == pytest.approx(doubt, rel=1e-12)
    second = wanting(np.array([0.36]), 1.0, 4e-4)

    def risk(squares: float, doubt: float, mass: float, mean: float) -> float:
        squares += mass * start / (mass + start) * (mean - 0.3) ** 2
        slack = 0.05**2 * (mass + start) - squares
        growth = LOT / 2
        shared = doubt + growth * (SHARED_ERROR * 2 * squares) ** 2
        return shared / (shared + growth * slack**2)

    away = 0.36 - (0.66 + start * 0.3) / (2 + start)
    both = doubt + 4e-4 * (4 * away**2 + 2 * 4e-4)
    added = risk(0.0022, both, 2.0, 0.33) - risk(0.0, doubt, 1.0, 0.30)
    highest = 1.0 / (LOT * added)
    assert filled(line, second, state, highest * 0.999)[0] == [0]
    assert filled(line, second, state, highest * 1.001)[0] == [1]
    _, after = filled(line, second, state)
    assert squares_of(after) == pytest.approx(0.0022, rel=1e-12)


def test_a_piece_without_mass_scatters_nothing() -> None:
    bins, state = filled(line_of(0.02), wanting(np.array([0.3, 0.9]), np.array([0.0, 0.0]), 0.1))
    assert bins == [1, 1]  # it gains nothing either
    assert squares_of(state) == 0.0


def test_a_line_without_such_limits_keeps_no_squares(toy_sorting_seed: Seed, toy_spread_seed: Seed) -> None:
    assert LotState.empty(toy_sorting_seed).squares is None
    plain, spread = (SortingLine.of(seed, np.array([2.0, 1.0])) for seed in (toy_sorting_seed, toy_spread_seed))
    rng = np.random.default_rng(3)
    content = np.column_stack([rng.lognormal(-4.9, 0.5, 300), rng.uniform(0, 0.02, 300)])
    pieces = DecidedPieces(
        rng.normal([1.0, 0.8, 0.3], 0.5, (300, 3)), np.zeros(300, bool), np.full(300, 0.02), content, 1e-6 + 0 * content
    )
    lots, kg = np.zeros(300, np.intp), np.array([2.0])
    (state,) = fill(plain, plain.queue(pieces, lots), [LotState.empty(toy_sorting_seed)], 0.1, kg)[1]
    assert state.squares is None
    # Beside a limit so wide that it counts nothing the limit of the mean decides as it does alone.
    assert spread.spread is not None
    wide = replace(spread, spread=replace(spread.spread, limits=1e6 * spread.spread.limits))
    alone = fill(plain, plain.queue(pieces, lots), [LotState.empty(toy_sorting_seed)], 0.1, kg)[0]
    reference = fill(wide, wide.queue(pieces, lots), [LotState.empty(toy_spread_seed)], 0.1, kg)[0]
    np.testing.assert_array_equal(reference, alone)
