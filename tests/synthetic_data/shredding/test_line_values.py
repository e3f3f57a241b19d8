"""Furnace, mill and powder worked out again from the same random numbers, the crew's answers with them."""

import numpy as np

HABITS = ("mill_time", "pyrolysis_temperature", "pyrolysis_time", "screen_aperture", "air_velocity", "wash_ratio")


def walked(state, normals, memory):
    """First-order walk, step by step."""
    retained, result = np.exp(-1.0 / memory), np.empty_like(normals)
    for t in range(normals.shape[-1]):
        state = retained * state + (1.0 - retained**2) ** 0.5 * normals[..., t]
        result[..., t] = state
    return result


def test_setpoints_of_a_lot(lines, draws):
    habit = dict(zip(HABITS, draws["crew"].standard_normal((6, 3, 1)), strict=True))
    n = dict(zip(HABITS[1:], draws["crew.settings"].standard_normal((5, 3, 120)), strict=True))
    p, shown, fire = lines.p, lines.feed.shown, lines.faults.strength["fire"]
    before = np.concatenate([fire[:, :1], fire[:, :-1]], axis=1)
    typical = {
        "pyrolysis_temperature": 540.0 - before,
        "pyrolysis_time": 70.0,
        "screen_aperture": 0.25 + 0.03 * np.clip(shown["feed_moisture"] - 2.6, 0.0, None),
        "air_velocity": 6.8,
        "wash_ratio": 2.0 + 1.5 * (0.25 - shown["feed_scrap_share"]),
    }
    for name, values in typical.items():
        own = values + p[f"{name}_sd"] * n[name] + p[f"habit_{name}"] * habit[name] + lines.tests.get(name, 0.0)
        np.testing.assert_allclose(lines.setpoints[name], np.clip(own, *lines.limits[name]), rtol=1e-9, err_msg=name)


def test_the_time_in_the_mill_answers_the_yield_of_the_four_lots_before(lines, draws):
    p, milled, stream = lines.p, lines.milled, draws["mills.go"]
    habit = draws["crew"].standard_normal((6, 3, 1))[0]
    stream.standard_normal((4, 3, 120))
    stream.random((3, 120))
    drawn = np.repeat(stream.standard_normal((3, 30)), 4, axis=1)
    shown = np.zeros((3, 120))
    for start in range(4, 120, 4):
        shown[:, start : start + 4] = np.log(milled.yield_read[:, start - 4 : start].mean(axis=1) / 58.0)[:, None]
    expected = 130.0 + p.habit_mill_time * habit + p.mill_time_sd * drawn + lines.tests["mill_time"] - 300.0 * shown
    np.testing.assert_allclose(milled.mill_time, np.clip(expected, *lines.limits["mill_time"]), rtol=1e-9)


def test_binder_fluorine_and_air_in_the_furnace(lines, draws):
    first, stream, p, level = draws["furnaces"], draws["furnaces.go"], lines.p, lines.feed.level
    oxygen, binder, offset = first.standard_normal(3), first.standard_normal(3), first.standard_normal((3, 1))
    n, strength = stream.standard_normal((4, 3, 120)), lines.faults.strength
    temperature = lines.setpoints["pyrolysis_temperature"] + 6.0 * n[0] + 5.0 * offset
    np.testing.assert_allclose(lines.burnt.temperature, temperature, rtol=1e-12)
    left = 0.1 ** (lines.setpoints["pyrolysis_time"] / 70.0 * np.exp((temperature - 540.0) / 40.0))
    left = np.minimum(left * np.exp(0.25 * walked(binder, n[1], 8.0)), 1.0)
    np.testing.assert_allclose(lines.burnt.binder, left, rtol=1e-9)
    raw = 2.3 * np.exp(0.16 * level["fluorine"] + 0.08 * n[2]) * (1.0 - 0.8 * (lines.feed.scrap - 0.25))
    fluorine = raw * (0.15 + 0.85 * left) * np.exp(strength["scrubber"])
    np.testing.assert_allclose(lines.burnt.fluorine, fluorine, rtol=1e-9)
    air = 1.8 * np.exp(0.4 * walked(oxygen, n[3], 6.0)) + 60.0 * strength["leak"]
    np.testing.assert_allclose(lines.burnt.oxygen, air, rtol=1e-9)
    np.testing.assert_allclose(lines.burnt.carbon, p.burnt_per_oxygen * air + strength["leak"], rtol=1e-9)


def test_foil_of_the_mill_and_copper_and_aluminium_of_the_powder(lines, draws):
    milled, p, level = lines.milled, lines.p, lines.feed.level
    foil = np.exp(0.65 * (milled.mill_time / 130.0 - 1.0)) * (milled.aperture / 0.25) ** 0.7
    stream = draws["mills.go"].standard_normal((4, 3, 120))
    held = 0.595 * np.exp(0.035 * level["powder"] + 0.015 * stream[1]) + 0.08 * (lines.feed.scrap - 0.25)
    foil *= (0.595 / held) ** 2
    foil *= np.exp(-0.12 * (lines.setpoints["air_velocity"] - 6.8)) * np.exp(lines.faults.strength["torn"])
    np.testing.assert_allclose(milled.foil, foil, rtol=1e-9)
    n = draws["made"].standard_normal((8, 3, 120))
    copper = 1.25 * foil * np.exp(0.24 * level["foil"] + 0.24 * level["copper"] + 0.2 * n[0])
    brittle = 1.0 + 0.8 / (1.0 + np.exp((610.0 - lines.burnt.temperature) / 8.0))
    aluminium = 1.65 * foil * brittle * np.exp(0.24 * level["foil"] + 0.15 * level["aluminium"] + 0.2 * n[1])
    np.testing.assert_allclose(lines.powder.contents["cu"], copper, rtol=1e-9)
    np.testing.assert_allclose(lines.powder.contents["al"], aluminium, rtol=1e-9)
    active = 0.605 + 0.12 * (lines.feed.scrap - 0.25) + 0.015 * level["active"] + 0.012 * n[2]
    active *= (100.0 - copper - aluminium) / (100.0 - 1.25 - 1.65)
    active /= 1.0 - (lines.burnt.carbon - p.burnt_usual)
    np.testing.assert_allclose(lines.powder.active, active, rtol=1e-9)
    phosphorus = 19.63425 * lines.feed.shares["lfp"] * active + 0.2 * np.exp(0.12 * n[5])
    np.testing.assert_allclose(lines.powder.contents["p"], phosphorus, rtol=1e-5)


def test_water_takes_what_is_soluble(lines, draws):
    n = draws["made"].standard_normal((8, 3, 120))
    flow = lines.setpoints["wash_ratio"] * (1.0 - lines.faults.strength["pump"])
    np.testing.assert_allclose(lines.powder.wash_flow, flow, rtol=1e-12)
    soluble, left = np.clip(0.65 + 0.04 * n[3], 0.0, 1.0), 0.6 / (0.6 + flow)
    np.testing.assert_allclose(lines.powder.contents["f_water"], lines.burnt.fluorine * soluble * left, rtol=1e-9)
    p, taken = lines.p, 0.15 * (1.0 - left)
    carried = 0.018785 * p.wash_saturation * (15.3 - 0.104 * p.wash_temperature) * flow
    before = lines.powder.contents["li"] + carried + taken
    np.testing.assert_allclose(lines.powder.washed, (carried + taken) / before, rtol=1e-4)
    total = lines.burnt.fluorine * (1.0 - soluble + soluble * left)
    np.testing.assert_allclose(lines.powder.contents["f"], total, rtol=1e-9)
