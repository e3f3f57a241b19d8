"""Lead from the anodes to the cathodes and the dose that answers it, worked out again from the same random numbers."""

import numpy as np

HABITS = ("srco3_dose", "stock_share", "scrap_share", "furnace_temperature", "nh4cl_dose")


def walked(state, normals, memory):
    """First-order walk, step by step."""
    retained, result = np.exp(-1.0 / memory), np.empty_like(normals)
    for t in range(normals.shape[-1]):
        state = retained * state + (1.0 - retained**2) ** 0.5 * normals[..., t]
        result[..., t] = state
    return result


def test_lead_that_anodes_dissolve(house, draws):
    p, plant, first, then = house.p, house.plan.plant, draws["anodes"], draws["anodes.go"]
    cycle = np.round(3.0 * plant.value("cleaning_cycle") * (0.8 + 0.4 * first.random((3, 1))))
    phase = np.floor(cycle * first.random((3, 1)))
    state, line = first.standard_normal(3), first.standard_normal((3, 1))
    n, u = then.standard_normal((2, 3, 126)), then.random((3, 126))
    since = np.mod(np.arange(-126, 0) + phase, cycle)
    np.testing.assert_allclose(house.dissolved.cleaned_days, since / 3.0, rtol=1e-12)
    surge = np.full(3, plant.value("cleaning_surge"))
    expected = np.empty((3, 126))
    for t in range(126):
        poor = np.where(u[:, t] < p.poor_conditioning_share[t], p.poor_surge[t], 1.0)
        drawn = p.cleaning_surge[t] * np.exp(p.surge_sd[t] * n[0][:, t]) * poor
        surge = np.where(since[:, t] == 0, drawn, surge)
        expected[:, t] = 1.0 + surge * np.exp(-since[:, t] / 3.0 / p.surge_time[t])
    assert (since == 0).any()
    np.testing.assert_allclose(house.dissolved.by_cleaning, expected, rtol=1e-9)
    layer = walked(state, n[1], plant.value("layer_memory"))
    cell = house.electrolyte
    lead = p.lead_usual * np.exp(p.layer_sd * layer + p.line_lead_sd * line + 0.04 * (cell.temperature - 38.0))
    lead *= (cell.salts["chloride"] / 180.0) ** 0.33 * expected
    lead *= 1.0 + 0.35 * np.clip(4.0 - cell.salts["manganese"], 0.0, None)
    np.testing.assert_allclose(house.dissolved.lead, lead, rtol=1e-9)


def test_the_dose_answers_the_composites_of_the_two_days_before(house, draws):
    p, cathodes = house.p, house.cathodes
    habit = draws["crew"].standard_normal((5, 3, 1))[0]
    stream = draws["cells.go"]
    stream.standard_normal((3, 126))
    stream.standard_normal((3, 3, 126))
    stream.standard_normal((6, 3, 126))
    stream.standard_normal((2, 4, 3, 126))
    drawn = np.repeat(stream.standard_normal((3, 21)), 6, axis=1)
    shown = np.zeros((3, 126))
    for start in range(6, 126, 6):
        composites = np.abs(cathodes.samples["cathode_pb"][:, start - 6 : start]).mean(axis=1)
        shown[:, start : start + 6] = np.log(composites / p.lead_wanted[start])[:, None]
    requested = p.dose_usual + p.habit_srco3_dose * habit + p.dose_sd * drawn + house.tests["srco3_dose"]
    expected = np.clip(requested + p.dose_per_lead * shown, *house.limits["srco3_dose"])
    np.testing.assert_allclose(cathodes.dose, expected, rtol=1e-9)


def test_lead_of_the_cathodes_is_what_strontium_leaves_and_flakes(house, draws):
    p, cathodes, cell, stream = house.p, house.cathodes, house.electrolyte, draws["cells.go"]
    stream.standard_normal((3, 126))
    stream.standard_normal((3, 3, 126))
    scatter = stream.standard_normal((6, 3, 126))[0]
    deposit = p.lead_per_trace * np.exp(0.02 * (cell.temperature - 38.0)) * (cell.current / 500.0) ** -0.3
    left = p.strontium_half / (p.strontium_half + cathodes.dose)
    expected = house.dissolved.lead * deposit * np.exp(p.cathode_scatter * scatter) * left
    expected = expected + house.faults.strength["trip"]
    np.testing.assert_allclose(cathodes.contents["pb"], expected, rtol=1e-9)


def test_setpoints_of_a_heat(house, draws):
    habit = dict(zip(HABITS, draws["crew"].standard_normal((5, 3, 1)), strict=True))
    n = dict(zip(HABITS[1:], draws["crew.charging"].standard_normal((4, 3, 126)), strict=True))
    p, lead = house.p, np.abs(house.cathodes.samples["cathode_pb"])
    thin = house.cathodes.thin - p.thin_usual
    expected = {
        "stock_share": p.stock_usual + p.stock_per_lead * (lead - p.lead_wanted) + p.stock_share_sd * n["stock_share"],
        "scrap_share": p.scrap_usual * np.exp(p.scrap_share_sd * n["scrap_share"])
        - p.scrap_per_lead * np.clip(lead - p.lead_wanted, 0.0, None),
        "furnace_temperature": p.furnace_usual + p.heat_per_thin * thin + p.furnace_sd * n["furnace_temperature"],
        "nh4cl_dose": p.salt_usual * np.exp(p.salt_dose_sd * n["nh4cl_dose"]) + p.salt_per_thin * thin,
    }
    for name, values in expected.items():
        own = values + p[f"habit_{name}"] * habit[name] + house.tests.get(name, 0.0)
        np.testing.assert_allclose(house.setpoints[name], np.clip(own, *house.limits[name]), rtol=1e-9, err_msg=name)
