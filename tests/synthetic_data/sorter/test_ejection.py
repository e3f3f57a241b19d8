"""What the belt makes of decisions: published Monte-Carlo figures, causes of misplacement, purity and recovery."""

import numpy as np
import pytest

from physics.sorting.ejection import crowding
from synthetic_data.sorter.ejection import CAUSES, eject
from synthetic_data.sorter.parameters import EjectionParameters

NEIGHBOURS = {
    20.0: [0.041, 0.098, 0.151, 0.223, 0.467],
    40.0: [0.006, 0.014, 0.023, 0.035, 0.073],
    80.0: [0.001, 0.003, 0.004, 0.007, 0.014],
}
OCCUPANCY = [0.05, 0.10, 0.15, 0.20, 0.30]
TOUCHING = {0.05: 0.028, 0.10: 0.052, 0.15: 0.10, 0.20: 0.149}
LATE, FAULTY, MISSED, TAKEN = (
    CAUSES.index(cause) for cause in ("late decision", "valve fault", "direct miss", "neighbour ejected")
)
BELT = {
    "late_share": 0.0,
    "valve_fault_share": 0.0,
    "direct_miss": 0.0,
    "heavy_mass": 200.0,
    "heavy_miss_factor": 2.5,
    "light_areal_mass": 0.03,
    "light_miss_factor": 2.0,
    "belt_speed": 3.0,
    "timing_sd": 4.0 / 3.0,
    "ejection_margin": 2.5,
    "nozzle_pitch": 12.5,
}
REST = 0


def belt(**changes):
    return EjectionParameters("toy", BELT | changes)


def on_belt(count, size=40.0, occupancy=0.10, mass=30.0, overlapping=0.0, seed=1):
    """Equal pieces thrown at random; some overlap by up to 0.3 of their size."""
    rng = np.random.default_rng(seed)
    free = 1.0 / (np.pi * occupancy * crowding(occupancy))
    gap = size * (np.sqrt(1.0 + free * rng.standard_exponential(count)) - 1.0)
    over = rng.random(count) < overlapping
    gap[over] = -0.3 * size * rng.random(over.sum())
    columns = {"size": size, "occupancy": occupancy, "mass": mass}
    return {"neighbour_gap": gap} | {name: np.full(count, value) for name, value in columns.items()}


def alone(count):
    """Pieces that lie too far apart to be neighbours."""
    return on_belt(count) | {"neighbour_gap": np.full(count, 1e4)}


def every(step, count):
    """Decide one piece in `step` for bin 1, the others for the rest."""
    decided = np.zeros(count, dtype=np.intp)
    decided[::step] = 1
    return decided


def taken_per_shot(pieces, seed=2):
    decided = every(8, len(pieces["size"]))
    _, cause = eject(decided, REST, pieces, belt(), np.random.default_rng(seed))
    return np.count_nonzero(cause == TAKEN) / np.count_nonzero(decided != REST)


@pytest.mark.parametrize("size", NEIGHBOURS)
def test_neighbours_taken_along_reproduce_the_table(size, expected_neighbours):
    for occupancy, published in zip(OCCUPANCY, NEIGHBOURS[size], strict=True):
        result = taken_per_shot(on_belt(400_000, size, occupancy))
        scatter = 3.0 * np.sqrt(published / 50_000)  # of the count
        # 12 %, and what the table's last digit and its own scatter leave open
        assert abs(result - published) <= 0.12 * published + 8e-4 + scatter
        expected = expected_neighbours(occupancy, size)
        assert abs(result - expected) <= 0.05 * expected + scatter


@pytest.mark.parametrize("occupancy", TOUCHING)
def test_pieces_that_touch_are_taken_along_more_often(occupancy):
    result = taken_per_shot(on_belt(400_000, 40.0, occupancy, overlapping=0.1 * occupancy / 0.10))
    assert result == pytest.approx(TOUCHING[occupancy], rel=0.25)


def test_a_perfect_belt_does_as_decided():
    decided = np.random.default_rng(3).integers(0, 4, 5000)
    landed, cause = eject(decided, REST, alone(5000), belt(), np.random.default_rng(4))
    assert np.array_equal(landed, decided)
    assert (cause == 0).all()


def test_where_nothing_is_shot_at_nothing_moves():
    decided = np.full(5000, 2)
    landed, cause = eject(decided, 2, on_belt(5000, occupancy=0.3), belt(direct_miss=0.5), np.random.default_rng(4))
    assert (landed == 2).all()
    assert (cause == 0).all()


def test_a_cause_is_told_exactly_where_a_piece_lands_elsewhere():
    decided = np.random.default_rng(3).integers(0, 3, 50_000)
    p = belt(late_share=0.05, valve_fault_share=0.05, direct_miss=0.05)
    landed, cause = eject(decided, REST, on_belt(50_000, 20.0, 0.2), p, np.random.default_rng(4))
    assert np.array_equal(cause != 0, landed != decided)
    assert set(cause) == set(range(len(CAUSES)))
    assert (landed[np.isin(cause, (LATE, FAULTY, MISSED))] == REST).all()
    assert (landed[cause == TAKEN] != REST).all()


def test_late_decisions_pass():
    decided = every(2, 100_000)
    landed, cause = eject(decided, REST, alone(100_000), belt(late_share=0.03), np.random.default_rng(4))
    assert (landed[decided == 1] == REST).mean() == pytest.approx(0.03, abs=0.003)
    assert set(cause[landed != decided]) == {LATE}


def test_heavy_pieces_and_light_ones_are_missed_more_often():
    p = belt(direct_miss=0.02)
    rates = {}
    for name, mass in (("heavy", 250.0), ("usual", 30.0), ("light", 0.4)):
        pieces = alone(200_000) | {"mass": np.full(200_000, mass)}
        landed, cause = eject(np.ones(200_000, dtype=np.intp), REST, pieces, p, np.random.default_rng(4))
        assert set(cause) == {0, MISSED}
        rates[name] = (landed == REST).mean()
    assert rates["usual"] == pytest.approx(0.02, abs=0.002)
    assert rates["heavy"] == pytest.approx(2.5 * 0.02, abs=0.002)
    assert rates["light"] == pytest.approx(2.0 * 0.02, abs=0.002)


def test_a_small_piece_needs_each_valve_more():
    def lost(size):
        pieces = alone(200_000) | {"size": np.full(200_000, size)}
        decided = np.ones(200_000, dtype=np.intp)
        _, cause = eject(decided, REST, pieces, belt(valve_fault_share=0.02), np.random.default_rng(4))
        return (cause == FAULTY).mean()

    # Two nozzles, of which one is enough to lose the piece; ten, of which five must fail.
    assert lost(12.0) == pytest.approx(1.0 - 0.98**2, rel=0.05)
    assert lost(110.0) < 1e-4


def test_a_piece_in_its_own_jet_keeps_its_bin():
    decided = np.random.default_rng(3).integers(1, 3, 20_000)
    landed, _ = eject(decided, REST, on_belt(20_000, 20.0, 0.3), belt(), np.random.default_rng(4))
    assert np.array_equal(landed, decided)


def test_the_luck_of_a_piece_is_the_same_whatever_is_decided_for_others():
    pieces = alone(20_000) | {"size": np.full(20_000, 12.0)}
    p = belt(late_share=0.05, valve_fault_share=0.02, direct_miss=0.05)
    few, many = every(4, 20_000), every(2, 20_000)
    (_, one), (_, two) = (eject(decided, REST, pieces, p, np.random.default_rng(4)) for decided in (few, many))
    assert np.array_equal(one[few == 1], two[few == 1])
    assert len(set(one)) == 4


@pytest.mark.parametrize(("size", "occupancy"), [(40.0, 0.10), (20.0, 0.10), (40.0, 0.30)])
def test_purity_and_recovery_are_those_of_the_balance(size, occupancy, expected_neighbours):
    count, share, hit = 600_000, 0.5, 0.98
    rng = np.random.default_rng(6)
    target = rng.random(count) < share
    decided = np.where(rng.random(count) < np.where(target, 0.97, 0.03), 1, 0)
    pieces = on_belt(count, size, occupancy)
    landed, _ = eject(decided, REST, pieces, belt(direct_miss=1.0 - hit), np.random.default_rng(7))
    neighbours = expected_neighbours(occupancy, size)
    fired = share * 0.97 + (1.0 - share) * 0.03
    # A neighbour in its own jet is not taken: only what lies still counts.
    still = 1.0 - fired * hit
    taken = neighbours * still
    purity = share * (0.97 * hit + taken * fired) / (fired * (hit + taken))
    recovery = 0.97 * hit + neighbours * fired * (1.0 - 0.97 * hit)
    assert target[landed == 1].mean() == pytest.approx(purity, abs=0.5 * taken + 2e-3)
    assert (landed[target] == 1).mean() == pytest.approx(recovery, abs=2e-3)
