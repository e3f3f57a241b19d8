"""Figures of the page on recommended set-points are those that commands measured, on the seed as it is."""

import json

from benchmarks import improvement_potential, setpoints
from benchmarks.digests import seed_digest
from benchmarks.referees import page as referees
from benchmarks.referees.plants import PLANTS
from seeds import load


def page():
    return setpoints.PAGE.read_text(encoding="utf-8")


def test_trials_on_the_page_are_the_measured_ones():
    """Without figures the page states that there are none."""
    results = setpoints.stored()
    assert setpoints.with_tables(page(), results) == page()
    for name, result in results.items():
        assert list(result["plants"]) == [plant.name for plant in setpoints.VARIANTS[name].plants]
    drawn = {path.name for path in setpoints.PICTURES.glob("setpoints_*.png")}
    assert drawn == {setpoints.picture_of(name, field).name for name in results for field in setpoints.DRAWN}


def test_the_room_of_gain_was_measured_on_this_seed():
    stored = json.loads(improvement_potential.RESULTS.read_text(encoding="utf-8"))
    again = "measure again: python benchmarks/improvement_potential.py"
    assert stored["digest"] == seed_digest(load(stored["process"])), again
    assert improvement_potential.with_tables(page(), stored) == page()


def test_effects_beside_referees_were_measured_on_this_seed():
    stored = json.loads(referees.RESULTS.read_text(encoding="utf-8"))
    assert stored["digest"] == seed_digest(load(stored["process"])), "measure again: make bench-referees"
    assert stored["plants"] == [plant.name for plant in PLANTS]
    assert not {plant.rng_seed for plant in PLANTS} & {plant.rng_seed for plant in setpoints.FINAL}
    assert referees.with_tables(page(), stored) == page()
