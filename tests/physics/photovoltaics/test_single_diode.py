"""One diode: the equation itself, limits and directions."""

import numpy as np
import pytest

from physics.photovoltaics import single_diode as diode


def modules(count: int, seed: int = 1) -> dict[str, np.ndarray]:
    """Modules of all makes and states: shunts from ruinous to none, series resistances up to a third of V_oc/I_sc."""
    rng = np.random.default_rng(seed)
    light, scale = rng.uniform(0.3, 14.0, count), rng.uniform(0.8, 5.0, count)
    voltage = scale * rng.uniform(14.0, 26.0, count)
    ratio = voltage / light
    return {
        "light_current": light,
        "saturation_current": light * np.exp(-voltage / scale),
        "series_resistance": ratio * rng.uniform(0.0, 0.3, count),
        "shunt_resistance": ratio * np.exp(rng.uniform(0.0, np.log(300.0), count)),
        "diode_scale": scale,
    }


def left_over(voltage: np.ndarray, current: np.ndarray, m: dict[str, np.ndarray]) -> np.ndarray:
    """What the equation leaves over, over the current of the light."""
    at_diode = voltage + current * m["series_resistance"]
    diode_current = m["saturation_current"] * np.expm1(at_diode / m["diode_scale"])
    through_shunt = at_diode / m["shunt_resistance"]
    return (m["light_current"] - diode_current - through_shunt - current) / m["light_current"]


def test_points_of_the_curve_lie_on_the_equation():
    m = modules(2000)
    voltage, current = diode.maximum_power(**m)
    assert np.abs(left_over(voltage, current, m)).max() < 1e-9
    without_series = {name: values for name, values in m.items() if name != "series_resistance"}
    open_circuit = diode.open_circuit_voltage(**without_series)
    assert np.abs(left_over(open_circuit, np.zeros(2000), m)).max() < 1e-4


def test_no_other_point_of_the_curve_gives_more_power():
    m = modules(300)
    voltage, current = diode.maximum_power(**m)
    at_diode = np.linspace(0.0, 1.0, 4001)[:, None] * m["diode_scale"] * 27.0
    along = (
        m["light_current"]
        - m["saturation_current"] * np.expm1(np.minimum(at_diode / m["diode_scale"], 40.0))
        - at_diode / m["shunt_resistance"]
    )
    power = along * (at_diode - along * m["series_resistance"])
    best = np.where(along > 0.0, power, 0.0).max(axis=0)
    assert (voltage * current >= best * (1.0 - 1e-7)).all()
    assert voltage * current == pytest.approx(best, rel=1e-3)


def test_every_fault_takes_power():
    sound = {"light_current": 9.0, "saturation_current": 1.2e-9, "series_resistance": 0.3, "shunt_resistance": 400.0}
    scale = float(diode.diode_voltage(1.08, 60.0, 25.0))

    def power(**change: float) -> float:
        voltage, current = diode.maximum_power(**(sound | {"diode_scale": scale} | change))
        return float(voltage * current)

    faults = (
        {"series_resistance": 0.6},
        {"shunt_resistance": 30.0},
        {"light_current": 8.3},
        {"saturation_current": 6e-9},
    )
    assert all(power(**fault) < 0.95 * power() for fault in faults)


def test_shunts_show_in_low_light_and_series_resistance_in_full_light():
    def fill(light: float, series: float, shunt: float) -> float:
        a = float(diode.diode_voltage(1.08, 60.0, 25.0))
        voltage, current = diode.maximum_power(light, 1.2e-9, series, shunt, a)
        short = diode.short_circuit_current(light, series, shunt)
        return float(diode.fill_factor(voltage * current, short, diode.open_circuit_voltage(light, 1.2e-9, shunt, a)))

    assert fill(1.8, 0.3, 400.0) > fill(9.0, 0.3, 400.0)
    assert fill(1.8, 0.6, 400.0) - fill(9.0, 0.6, 400.0) > 0.05
    assert fill(1.8, 0.3, 30.0) - fill(9.0, 0.3, 30.0) < -0.2


def test_green_s_closed_form_is_the_solved_curve_s():
    m = modules(500)
    voltage, current = diode.maximum_power(**m)
    short = diode.short_circuit_current(m["light_current"], m["series_resistance"], m["shunt_resistance"])
    open_circuit = diode.open_circuit_voltage(
        m["light_current"], m["saturation_current"], m["shunt_resistance"], m["diode_scale"]
    )
    ratio = open_circuit / short
    series, shunt = m["series_resistance"] / ratio, m["shunt_resistance"] / ratio
    sound = (series < 0.15) & (shunt > 20.0)
    assert np.count_nonzero(sound) > 50
    solved = diode.fill_factor(voltage * current, short, open_circuit)[sound]
    closed = diode.fill_factor_green(open_circuit / m["diode_scale"], series, shunt)[sound]
    assert closed == pytest.approx(solved, rel=0.005)
