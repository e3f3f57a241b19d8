"""Plants of a trial: own numbers, own parameters."""

from training.jobs.trial import RunningPlants
from training.setpoints.plants import DEVELOPMENT, FINAL, TrialPlant


def test_nothing_that_was_chosen_on_a_plant_is_measured_on_it():
    development, final = ({plant.rng_seed for plant in plants} for plants in (DEVELOPMENT, FINAL))
    assert not development & final
    assert len(development) == len(DEVELOPMENT) == 12
    assert [plant.kin for plant in FINAL] == [False, False, False, True, True, True]


def test_a_kin_has_parameters_of_its_own_and_the_other_those_of_the_seed(potline):
    simulator = RunningPlants()
    assert TrialPlant(7, kin=False).seed(potline, simulator) is potline
    drawn = TrialPlant(7, kin=True).seed(potline, simulator)
    assert drawn.plant.rng_seed == 7
    assert TrialPlant(7, kin=True).name == "other-7"
