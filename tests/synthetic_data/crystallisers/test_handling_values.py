"""What handling adds, by hand."""

import numpy as np
import pytest

from synthetic_data.crystallisers.handling import taken_up
from synthetic_data.crystallisers.parameters import ELEMENTS


def added(refinery, particles=3e5, uses=39.0, worn=0.0, steel=0.0):
    arrays = (np.full(refinery.shape, value) for value in (particles, uses, worn, steel))
    result = taken_up(refinery.p, *arrays, np.zeros(refinery.each))
    return {name: values[0, 0] for name, values in zip(ELEMENTS, result, strict=True)}


def typical(refinery, name):
    return refinery.plan.plant.value(f"added_{name}")


def test_usual_rooms_and_moulds_add_what_the_seed_says(refinery):
    result = added(refinery)
    assert result == pytest.approx({name: typical(refinery, name) for name in ELEMENTS}, rel=1e-9)


def test_dust_adds_to_what_it_holds_alone(refinery):
    dusty, clean = added(refinery, particles=6e5), added(refinery)
    more = [name for name in ELEMENTS if dusty[name] > clean[name]]
    assert more == ["copper", "lead", "zinc", "iron", "magnesium", "aluminium"]
    assert dusty["zinc"] / clean["zinc"] == pytest.approx(2.0**0.6, rel=1e-9)


def test_moulds_add_silicon_with_use_and_more_when_worn(refinery):
    assert added(refinery, uses=79.0)["silicon"] == pytest.approx(typical(refinery, "silicon") * 2.0**0.7, rel=1e-9)
    assert added(refinery, worn=3.0)["silicon"] == pytest.approx(typical(refinery, "silicon") * 4.0, rel=1e-9)


def test_steel_adds_iron_and_a_tenth_of_nickel(refinery):
    result = added(refinery, steel=0.1)
    assert result["iron"] - typical(refinery, "iron") == pytest.approx(0.1, rel=1e-9)
    assert result["nickel"] - typical(refinery, "nickel") == pytest.approx(0.01, rel=1e-9)
