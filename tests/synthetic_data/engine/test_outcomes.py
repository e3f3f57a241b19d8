"""What becomes of decided pieces: the face of the simulators of sorting lines."""

import numpy as np
import pytest

import seeds
from synthetic_data import outcome, piece_mass, replay
from synthetic_data.engine.plan import SimulationError
from tests.synthetic_data.stated import with_parameters

SORTING = [name for name in seeds.names() if seeds.load(name).bins]
LOST = ("late decision", "valve fault", "direct miss")  # of pieces that stay in the rest; a line has some of these
BY_OTHERS = ("neighbour ejected", "stack of the module before")


def rest_of(seed):
    return next(number for number, one in enumerate(seed.bins) if one.rest)


@pytest.fixture(scope="module", params=SORTING)
def line(request):
    seed = seeds.load(request.param)
    truth = replay(seed, units=6).truth
    decisions = np.random.default_rng(3).integers(0, len(seed.bins), len(truth))
    return seed, truth, decisions


def test_a_piece_lands_as_decided_or_has_a_cause(line):
    seed, truth, decisions = line
    result = outcome(seed, truth, decisions, 4)
    assert result.causes[0] == ""
    assert np.array_equal(result.cause == 0, result.bins == decisions)
    assert set(result.bins) <= set(range(len(seed.bins)))
    assert 0.5 < np.mean(result.cause == 0) < 1.0
    lost = np.isin(result.cause, [i for i, name in enumerate(result.causes) if name in LOST])
    assert lost.any()
    assert (result.bins[lost] == rest_of(seed)).all()


def test_what_is_not_ejected_stays_in_the_rest(line):
    seed, truth, _ = line
    result = outcome(seed, truth, np.full(len(truth), rest_of(seed)), 4)
    assert (result.bins == rest_of(seed)).all()
    assert (result.cause == 0).all()


def test_the_ejection_repeats_by_its_seed_and_meets_the_same_chances_whatever_is_decided(line):
    seed, truth, decisions = line
    one, again, other = (outcome(seed, truth, decisions, rng_seed) for rng_seed in (4, 4, 5))
    assert np.array_equal(one.bins, again.bins)
    assert not np.array_equal(one.bins, other.bins)
    # A decision that comes too late does so whichever bin the piece was to go to.
    residue = rest_of(seed)
    exchanged = np.where(decisions == residue, residue, (decisions + 1) % len(seed.bins))
    exchanged = np.where((exchanged == residue) & (decisions != residue), decisions, exchanged)
    delay = one.causes.index("late decision")
    late = outcome(seed, truth, exchanged, 4).cause == delay
    by_others = [i for i, name in enumerate(one.causes) if name in BY_OTHERS]
    taken = np.isin(one.cause, by_others) | (late & (one.cause == 0))
    assert np.array_equal((one.cause == delay)[~taken], late[~taken])


def test_the_parameters_of_the_plant_are_those_of_the_ejection(line):
    seed, truth, decisions = line
    failures = {"late_share", "valve_fault_share", "direct_miss", "gripper_miss"} & set(seed.plant.parameters)
    result = outcome(with_parameters(seed, **dict.fromkeys(failures, 0.0)), truth, decisions, 4)
    assert {result.causes[cause] for cause in result.cause} <= {"", *BY_OTHERS}


def test_mass_is_that_of_the_pieces(line):
    seed, truth, _ = line
    mass = piece_mass(seed, truth)
    assert mass.shape == (len(truth),)
    assert np.array_equal(mass, truth["true_mass"])


def test_decisions_that_fit_no_bin_or_no_piece_are_refused(line):
    seed, truth, decisions = line
    with pytest.raises(SimulationError, match=rf"decisions: got {len(seed.bins)}: expected 0 to {len(seed.bins) - 1}"):
        outcome(seed, truth, np.where(np.arange(len(truth)) == 2, len(seed.bins), decisions), 4)
    with pytest.raises(SimulationError, match="decisions: got -1: expected 0"):
        outcome(seed, truth, np.where(np.arange(len(truth)) == 2, -1, decisions), 4)
    with pytest.raises(SimulationError, match=rf"decisions: got shape \(3,\): expected one for each of {len(truth)}"):
        outcome(seed, truth, decisions[:3], 4)


def test_a_plant_without_a_parameter_of_its_ejection_is_refused(line):
    seed, truth, decisions = line
    needed = "nozzle_pitch" if "nozzle_pitch" in seed.plant.parameters else "late_share"  # of a belt, of a gripper
    parameters = {name: value for name, value in seed.plant.parameters.items() if name != needed}
    broken = seed.model_copy(update={"plant": seed.plant.model_copy(update={"parameters": parameters})})
    with pytest.raises(SimulationError, match=rf"{seed.process.name}: plant\.parameters: {needed} missing"):
        outcome(broken, truth, decisions, 4)


def test_a_simulator_that_sorts_nothing_has_no_outcome():
    seed = seeds.load("copper_cathode")
    truth = replay(seed, units=2, years=0.1).truth
    with pytest.raises(SimulationError, match="copper_cathode: its simulator has no outcome of decisions"):
        outcome(seed, truth, np.zeros(len(truth), dtype=np.intp), 4)
    with pytest.raises(SimulationError, match="copper_cathode: its simulator has no outcome of decisions"):
        piece_mass(seed, truth)
