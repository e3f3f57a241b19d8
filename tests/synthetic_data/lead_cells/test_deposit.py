"""Losses, voltage and impurities of crops of lead, with their equations written out."""

import numpy as np
import pytest

from synthetic_data.lead_cells import deposit

EQUIVALENT = 3600.0 * 207.2 / (2.0 * 96485.33212)


@pytest.fixture
def grown(at):
    rng, shape = np.random.default_rng(5), at.place.shape
    return {
        "current_density": rng.uniform(170.0, 200.0, shape),
        "slime_start": rng.uniform(0.0, 8.0, shape),
        "roughness": rng.uniform(0.7, 2.0, shape),
    }


def test_losses_by_hand(p, at, grown):
    rng, shape = np.random.default_rng(6), at.place.shape
    traits = {name: rng.standard_normal(shape[1]) for name in ("shorts", "stray")}
    normals = {name: rng.standard_normal(shape) for name in ("shorts", "stray")}
    losses = deposit.losses(p, at, grown, traits, normals)
    shorted = p.short_rate * grown["roughness"] ** p.shorts_per_roughness
    shorted = shorted * np.exp(p.shorts_section_sd * traits["shorts"] + p.shorts_scatter * normals["shorts"])
    stray = 0.8 * np.exp(p.stray_section_sd * traits["stray"] + p.stray_scatter * normals["stray"])
    warm = np.exp(-40e3 / 8.314462618 * (1.0 / (at.temperature + 273.15) - 1.0 / 335.15))
    dissolved = 250.0 * warm / grown["current_density"] / at.running
    np.testing.assert_allclose(losses["shorted"], shorted, rtol=1e-9)
    np.testing.assert_allclose(losses["current_efficiency"], 100.0 - 2.0 * shorted - stray - dissolved, rtol=1e-9)


def test_no_section_loses_all_of_its_current(p, at, grown):
    none = {name: np.zeros(at.place.shape) for name in ("shorts", "stray")}
    losses = deposit.losses(p, at, grown | {"roughness": np.full(at.place.shape, 1e4)}, none, none)
    assert (losses["shorted"] == 30.0).all()


def test_the_mean_voltage_is_that_of_many_instants(p, at, grown):
    shorted = np.full(at.place.shape, 1.5)
    result = deposit.voltage(p, at, grown, shorted)
    current = grown["current_density"]
    lost = current * 72.0 * at.running * EQUIVALENT / 11340.0

    def at_share(share):
        slime = grown["slime_start"] + 0.9 * share * lost
        over = 0.010 * slime + 0.0009 * slime**2 * current / 180.0 / at.antimony
        ohmic = 1e-5 * current * (at.gap - share * lost) / at.conductivity
        return over, ohmic + over + at.contacts * current / 180.0 - p.voltage_per_short * 1.5

    shares = (np.arange(4000) + 0.5) / 4000
    instants = [at_share(share) for share in shares]
    np.testing.assert_allclose(result["voltage_start"], at_share(0.0)[1], rtol=1e-9)
    np.testing.assert_allclose(result["voltage_end"], at_share(1.0)[1], rtol=1e-9)
    np.testing.assert_allclose(result["cell_voltage"], np.mean([one[1] for one in instants], axis=0), rtol=1e-6)
    np.testing.assert_allclose(result["slime_drop"], np.mean([one[0] for one in instants], axis=0), rtol=1e-6)
    np.testing.assert_allclose(result["recessed"], lost, rtol=1e-9)
    # an exponential is no cubic: Simpson's rule is good to some percent
    transfer = np.mean([5e-4 * np.exp((one[0] - 0.20) / 0.04) for one in instants], axis=0)
    np.testing.assert_allclose(result["transfer"], transfer, rtol=0.1)


def test_contents_by_hand(p, at, grown):
    rng, shape = np.random.default_rng(7), at.place.shape
    anodes = np.stack([rng.uniform(0.1, 1.0, shape) for _ in range(5)])
    normals, transfer = rng.standard_normal((6, *shape)), rng.uniform(1e-4, 2e-3, shape)
    contents = deposit.contents(p, anodes, at.shed, grown, transfer, normals)
    loose = grown["roughness"] ** p.carried_per_roughness * (1.0 + p.carried_per_shed * at.shed)
    loose = loose * np.exp(p.carried_scatter * normals[0])
    for i, (element, parts) in enumerate((("sb", 1e4), ("as", 1e4), ("bi", 1e4), ("cu", 1e4), ("ag", 1.0))):
        slime = p[f"slime_{element}"]
        share = p[f"carried_{element}"] * (slime * loose + 1.0 - slime) + p[f"dissolving_{element}"] * transfer
        expected = parts * anodes[i] * share * np.exp(p.own_scatter * normals[1 + i])
        np.testing.assert_allclose(contents[element], expected, rtol=1e-9, err_msg=element)


def test_charge_and_mass_by_hand(p):
    charge = deposit.charge(p, np.array([180.0]), 3.0, np.array([0.95]))
    assert charge[0] == pytest.approx(180.0 * 0.056 * 72.0 * 0.95, rel=1e-12)
    assert deposit.mass(p, np.array([725.0]), 95.0)[0] == pytest.approx(16.0 * 725.0 * 0.95 * EQUIVALENT / 1000.0)
