"""Pots whose every state is another number, and parameters of which none is 0 or 1."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.potline import cell
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates, build

COUNT = 6


@pytest.fixture(scope="session")
def uneven() -> PotlineParameters:
    """Parameters of the seed, with 0.3 in place of 0 and 1.1 in place of 1, so that no term vanishes."""
    values = {name: one.value for name, one in load("aluminium_reduction").plant.parameters.items()}
    return PotlineParameters("aluminium_reduction", {n: {0.0: 0.3, 1.0: 1.1}.get(v, v) for n, v in values.items()})


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(5)


@pytest.fixture
def pots(uneven, rng) -> PotStates:
    """Pots away from their targets, some with faults."""
    p, made = uneven, build(uneven, COUNT, rng)
    made.bath_temperature = made.bath_temperature + rng.normal(0.0, 4.0, COUNT)
    for name in ("bath_mass", "ledge_mass", "alf3_mass", "alumina_mass", "metal_mass", "tap", "addition", "tap_plan"):
        setattr(made, name, getattr(made, name) * rng.uniform(0.9, 1.1, COUNT))
    made.sludge_mass = rng.uniform(20.0, 120.0, COUNT)
    made.fault_left = rng.uniform(0.0, 1.5, (3, COUNT)) * (rng.random((3, COUNT)) < 0.5)
    made.acd_margin = rng.normal(3.0, 2.0, COUNT)
    made.addition_1, made.addition_2 = made.addition * 1.1, made.addition * 0.8
    made.assay, made.assay_pending = rng.normal(11.0, 1.0, COUNT), rng.normal(11.0, 1.0, COUNT)
    made.temperature_read = made.bath_temperature + rng.normal(0.0, 3.0, COUNT)
    made.metal_level_read = p.metal_level_target + rng.normal(0.0, 1.0, COUNT)
    made.bath_level_read = p.bath_level_target + rng.normal(0.0, 1.0, COUNT)
    made.noise_read, made.voltage_extra = rng.uniform(8.0, 40.0, COUNT), rng.uniform(0.0, 0.05, COUNT)
    return made


@pytest.fixture
def day(uneven, pots, rng) -> cell.Day:
    """A day's bath and what has happened before the balances."""
    result = cell.bath(uneven, pots)
    spikes = {name: rng.uniform(0.1, 0.9, COUNT) for name in ("spike", "sick", "cold")}
    return (
        result
        | spikes
        | {
            **{"pad_hours": rng.uniform(0.5, 6.0, COUNT), "blocked_hours": rng.uniform(0.5, 6.0, COUNT)},
            **{
                "new_anodes": np.array([0.0, 1.0, 2.0, 1.0, 0.0, 2.0]),
                "ae_count": np.array([0.0, 1.0, 2.0, 0.0, 1.0, 3.0]),
            },
            **{
                "ae_minutes": np.array([0.0, 2.0, 4.5, 0.0, 1.5, 6.0]),
                "current_efficiency": rng.uniform(90.0, 95.0, COUNT),
            },
            **{"cell_voltage": rng.uniform(3.95, 4.2, COUNT), "acd": rng.uniform(38.0, 46.0, COUNT)},
            **{"voltage_noise": rng.uniform(8.0, 40.0, COUNT), "voltage_setpoint": rng.uniform(4.0, 4.15, COUNT)},
            **{
                "excess_alf3_target": rng.uniform(10.0, 12.5, COUNT),
                "metal_level_target": rng.uniform(20.0, 24.0, COUNT),
            },
        }
    )
