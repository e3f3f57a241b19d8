"""What crews set, worked out again from the same random numbers."""

import numpy as np

from synthetic_data.cast_house.operators import CastHouseOperators

HABITS = ("high_purity_share", "melt_temperature", "settling_time", "flux_dose", "cast_speed", "mould_temperature")


def test_set_point_tests_are_steps_of_eight_casts(house, draws):
    first, then = draws["crew"], draws["crew.tests"]
    first.standard_normal((8, 3, 1))
    testing = first.random((3, 1)) < house.plan.plant.value("test_share")
    steps = then.integers(-1, 2, (4, 3, 14)) * testing
    names = ("high_purity_share", "degasser_gas", "settling_time", "melt_temperature")
    assert list(house.tests) == list(names)
    for name, step in zip(names, steps, strict=True):
        expected = np.repeat(step, 8, axis=1) * house.p[f"test_{name}"]
        np.testing.assert_allclose(house.tests[name], expected, rtol=1e-12)


def test_furnaces_that_test_move_up_and_down(house, draws):
    crew = CastHouseOperators(house.plan, house.block, draws["crew"])
    crew.set_points.testing = np.ones((3, 1), dtype=bool)
    result = crew.set_points.tests(house.p, 112, draws["crew.tests"])["settling_time"] / house.p.test_settling_time
    assert set(np.unique(result)) == {-1.0, 0.0, 1.0}


def test_setpoints_before_a_cast(house, draws):
    habit = dict(zip(HABITS, draws["crew"].standard_normal((8, 3, 1))[:6], strict=True))
    n = dict(zip((*HABITS, "scrap_return"), draws["crew.before_cast"].standard_normal((7, 3, 112)), strict=True))
    p, samples = house.p, house.tapped.samples
    share = p.share_usual / 100.0
    iron = samples["pot_iron_ordinary"] + share * (samples["pot_iron_high_purity"] - samples["pot_iron_ordinary"])
    dirty = iron - p.iron_wanted
    assert (dirty > 0.0).any()
    assert (dirty < 0.0).any()
    expected = {
        "high_purity_share": p.share_usual + p.share_per_iron * dirty + p.share_sd * n["high_purity_share"],
        "scrap_return": p.scrap_usual * np.exp(p.scrap_sd * n["scrap_return"])
        - p.scrap_per_iron * np.where(dirty > 0.0, dirty, 0.0),
        "melt_temperature": p.melt_usual + p.melt_sd * n["melt_temperature"],
        "settling_time": p.settling_usual * np.exp(p.settling_sd * n["settling_time"]),
        "flux_dose": p.flux_usual * np.exp(p.flux_sd * n["flux_dose"]),
        "cast_speed": p.speed_usual + p.speed_sd * n["cast_speed"],
        "mould_temperature": p.mould_usual + p.mould_sd * n["mould_temperature"],
    }
    for name, values in expected.items():
        own = values + (p[f"habit_{name}"] * habit[name] if name in habit else 0.0) + house.tests.get(name, 0.0)
        np.testing.assert_allclose(house.setpoints[name], np.clip(own, *house.limits[name]), rtol=1e-9, err_msg=name)
