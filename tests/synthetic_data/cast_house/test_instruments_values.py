"""Readings and assays worked out again from the same random numbers."""

import numpy as np
import pytest

from synthetic_data.cast_house import instruments
from synthetic_data.cast_house.charge import ELEMENTS


def test_readings_of_a_cast(house):
    p, charge, melt, cast = house.p, house.charge, house.melt, house.cast
    result = instruments.during(house.supply, charge, melt, cast, np.random.default_rng(8))
    n = np.random.default_rng(8).standard_normal((9, *charge.mass.shape))
    load = p.head_usual + p.head_per_tonne * melt.filter_age * (melt.inclusions / p.inclusions_harmful) ** 0.2
    noise, floor = p.hydrogen_error, p.hydrogen_floor_error
    expected = {
        "charge_mass": charge.mass + charge.mass * p.scale_error * n[0],
        # per cent of the charge to kilograms a tonne
        "dross_mass": 10.0 * charge.loss * p.dross_per_loss * np.exp(p.dross_error * n[1]),
        "launder_temperature": melt.launder_temperature + p.thermocouple_error * n[2],
        "hydrogen_before": melt.hydrogen_before + melt.hydrogen_before * noise * n[3] + floor * n[4],
        "hydrogen_after": melt.hydrogen_after + melt.hydrogen_after * noise * n[5] + floor * n[6],
        "density_index": melt.density_index,
        "inclusion_count": melt.inclusions * np.exp(p.counter_error * n[7]),
        "filter_head": (load - load * p.head_lost * melt.bypass) * np.exp(p.head_error * n[8]),
        "level_swing": cast.level_swing,
        "water_flow": cast.water_flow,
        "cast_rate": melt.metal_flow,
        "mould_reading": cast.mould_temperature,
    }
    assert set(result) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(result[name], values, rtol=1e-9, err_msg=name)


def test_what_is_known_before_a_cast(house):
    shape = house.charge.mass.shape
    result = instruments.before(house.supply, house.charge, house.melt, shape, np.random.default_rng(8))
    assert set(result) == {
        *house.supply.assays,
        *("air_temperature", "relative_humidity", "filter_age", "rotor_age", "tool_age"),
    }
    for name, values in house.supply.assays.items():
        assert np.array_equal(result[name], np.tile(values, (3, 1)))
    assert np.array_equal(result["relative_humidity"], np.tile(house.supply.humidity, (3, 1)))
    assert np.array_equal(result["rotor_age"], house.melt.rotor_age)


def test_assays_carry_the_bias_of_the_laboratory_and_stop_at_their_limits(house):
    bias = np.exp(0.1 * np.arange(9))
    assays = instruments.assays(house.p, house.charge.contents, bias, np.random.default_rng(8))
    assert list(assays) == list(ELEMENTS)
    for i, name in enumerate(ELEMENTS):
        ratio = np.median(assays[name] / house.charge.contents[name])
        if name in ("fe", "si", "ga", "v"):  # far above what the spectrometer can tell
            assert ratio == pytest.approx(np.exp(0.1 * i) * np.median(house.p.spectrometer), rel=0.02), name
