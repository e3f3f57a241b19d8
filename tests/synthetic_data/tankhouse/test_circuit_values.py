"""The circuit stepped again, week by week, from the same random numbers."""

import datetime as dt

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.tankhouse.circuit import stretches
from synthetic_data.tankhouse.faults import CircuitFaults
from synthetic_data.tankhouse.parameters import TankhouseParameters
from tests.synthetic_data.stated import typical_plant

WALKS = (
    *("order", "temperature", "chloride", "glue", "thiourea", "solids", "copper", "acid", "activity", "wash"),
    "weather",
)
DISSOLVING = ("ni", "as", "sb", "bi", "fe")
ANODES = ("as", "sb", "bi", "ni", "pb", "se", "te", "ag", "o")
SUPPLIERS = ("own", "custom", "secondary")
CHLORINE = 35.45 / 107.868  # of silver, by mass


@pytest.fixture(scope="module")
def plan():
    return plan_run(typical_plant(load("copper_cathode")), units=2, years=3.0, rng_seed=3)


@pytest.fixture(scope="module")
def segments(plan):
    return list(stretches(plan))


def test_stretches_cover_the_run_and_end_where_parameters_change(plan, segments):
    warm_up = round(TankhouseParameters.of(plan.seed).warm_up_periods)
    weeks = [week for one in segments for week in range(one.first, one.first + one.count)]
    assert weeks == list(range(-warm_up, plan.periods))
    assert max(one.count for one in segments) == 26
    assert any(one.first == 0 for one in segments)
    changes = {regime.start for regime in plan.plant.regimes}
    for one in segments:
        inside = [plan.period_start(week).date() for week in range(one.first + 1, one.first + one.count)]
        assert not changes & {day - dt.timedelta(days=k) for day in inside for k in range(7)}


class Again:
    """The same tankhouse, written a second time."""

    def __init__(self, plan, p):
        self.plan = plan
        self.normals, self.uniforms = plan.plant_stream().spawn(2)
        self.walks = self.normals.standard_normal(11)
        self.cast = self.normals.standard_normal((3, 10))
        self.anodes = self.shares(p) @ self.typical(p)
        self.faults = CircuitFaults.none(7.0)
        self.bias = np.zeros(10)
        self.bleed = p.bleed
        self.liberated = p.copper_excess - p.bleed * p.copper_wanted
        self.dosed = self.usual_dose(p, p.anode_ag)
        self.content = {name: p[f"start_{name}"] for name in DISSOLVING}
        self.content |= {"cu": p.copper_wanted, "cl": p.chloride / 1000.0}
        self.target, self.acid = p.chloride, p.h2so4

    @staticmethod
    def typical(p):
        return np.array([[p[f"anode_{e}"] * p[f"{s}_{e}"] for e in ANODES] for s in SUPPLIERS])

    @staticmethod
    def shares(p):
        given = np.array([p.own_share, p.custom_share, p.secondary_share])
        return given / given.sum()

    @staticmethod
    def usual_dose(p, silver):
        return p.bleed * p.chloride + p.silver_as_chloride * silver * CHLORINE

    def segment(self, p, first, count):
        z = self.normals.standard_normal((count, 20 + 30 + 10))
        u = self.uniforms.random((count, 20))
        for t in range(count):
            shares, _ = self.faults.week(p, 7.0 * (first + t), u[t].tolist())
            retained = np.exp(-1.0 / p.cast_memory)
            self.cast = retained * self.cast + (1.0 - retained**2) ** 0.5 * z[t, 20:50].reshape(3, 10)
            logarithm = p.cast_sd * self.cast[:, :9]
            apart = (1.0 - p.cast_alike**2) ** 0.5
            logarithm[:, :3] = p.cast_minor_sd * (p.cast_alike * self.cast[:, 9:] + apart * self.cast[:, :3])
            cast = self.typical(p) * np.exp(logarithm)
            self.anodes = self.anodes + (self.shares(p) @ cast - self.anodes) / 3.0
            if (first + t) % round(p.bias_weeks) == 0:
                self.bias = p.laboratory_bias_sd * z[t, 50:]
            yield self.week(p, first + t, shares, z[t]), cast, p.laboratory_offset * np.exp(self.bias)

    def week(self, p, week, faults, z):
        retained = np.exp(-1.0 / p.plant_memory)
        self.walks = retained * self.walks + (1.0 - retained**2) ** 0.5 * z[:11]
        walk, noise = dict(zip(WALKS, self.walks, strict=True)), z[11:20]
        middle = self.plan.period_start(week) + dt.timedelta(days=3.5)
        angle = 2.0 * np.pi * (middle.timetuple().tm_yday - p.warmest_day) / 365.25
        ambient = p.ambient_mean + p.ambient_swing * np.cos(angle) + p.weather_sd * walk["weather"]
        state = {f"fault_{name}": share for name, share in faults.items()}
        state |= {
            "ambient_temperature": ambient,
            "order": p.current_density + p.order_sd * walk["order"],
            "temperature": p.electrolyte_temperature + p.temperature_sd * walk["temperature"],
            "cooling": p.cooling * (p.ambient_mean - ambient) + p.heater_drop * faults["heater"],
            "glue": p.glue_dose + p.glue_plant_sd * walk["glue"],
            "thiourea": p.thiourea_dose + p.thiourea_plant_sd * walk["thiourea"],
            "glue_activity": np.exp(p.activity_sd * walk["activity"]) * (1.0 - p.glue_pump_depth * faults["glue_pump"]),
            "solids": p.suspended_solids
            * np.exp(p.solids_sd * walk["solids"])
            * (1.0 + p.filter_rise * faults["filter"]),
            "h2so4": p.h2so4 + p.acid_sd * walk["acid"],
            "wash_temperature": p.wash_temperature
            + p.wash_sd * walk["wash"]
            - p.wash_water_drop * faults["wash_water"],
        }
        read = {}
        for name, error in zip(("cu", "h2so4", *DISSOLVING), noise, strict=False):
            true = state["h2so4"] if name == "h2so4" else self.content[name]
            read[name] = true + true * p[f"assay_{name}_rsd"] * error
            state[f"electrolyte_{name}"] = read[name]
        chloride = self.content["cl"] * (1.0 + p.assay_cl_rsd * noise[7])
        self.operate(p, state, walk, noise, read, chloride)
        state |= {"bleed": self.bleed, "chloride_target": self.target}
        return state | self.step(p, walk, faults) | self.acid_balance(p, state["h2so4"], walk)

    def acid_balance(self, p, acid, walk):
        """Acid [kg/t]: copper that air dissolves takes it, liberators give it back, bleed and richer stock take it."""
        before, self.acid = self.acid, acid
        copper = p.copper_excess + p.copper_excess_sd * walk["copper"] - self.liberated
        rise = p.electrolyte_volume * (acid - before) / 7.0
        return {"h2so4_start": before, "acid_added": rise + self.bleed * acid + 98.079 / 63.546 * copper}

    def operate(self, p, state, walk, noise, read, chloride):
        high = 0.5 * (read["ni"] / p.nickel_wanted + read["as"] / p.arsenic_wanted) - 1.0
        self.bleed = np.clip(p.bleed * (1.0 + p.bleed_gain * high), p.bleed_low, p.bleed_high)
        needed = p.copper_excess - self.bleed * p.copper_wanted
        self.liberated = max(0.0, needed + p.liberator_gain * (read["cu"] - p.copper_wanted))
        kelvin, current = state["temperature"] + 273.15, state["order"]
        product = p.silver_product * np.exp(-65500.0 / 8.314462618 * (1.0 / kelvin - 1.0 / 337.15))
        silver = 107868.0 * product / (max(1000.0 * self.content["cl"], p.chloride_least) / 35450.0)
        diffusion = p.silver_diffusion * np.exp(-19200.0 / 8.314462618 * (1.0 / kelvin - 1.0 / 333.15))
        layer = 1e-3 * p.diffusion_layer * (current / 300.0) ** -0.2 * (p.cell_flow / 30.0) ** -0.1
        plated = 1e6 * silver * diffusion / layer / (current * 63.546 / (2.0 * 96485.33212))
        seen = plated * (1.0 + p.silver_seen_rsd * noise[8]) - p.silver_wanted
        expected = p.chloride + p.chloride_sd * walk["chloride"] + p.chloride_per_silver * seen
        expected = np.clip(expected, p.chloride_low, p.chloride_high)
        self.target = self.target + p.chloride_pace * (expected - self.target)
        dose = self.usual_dose(p, self.anodes[7]) + p.chloride_gain * (self.target - 1000.0 * chloride)
        self.dosed = max(0.0, dose)

    def step(self, p, walk, faults):
        """Stocks through the week in small steps, and their means."""
        mean = {}
        for name in DISSOLVING:
            rate, onset, dissolved = 0.0, 0.0, p.dissolved_fe
            if name != "fe":
                dissolved = self.anodes[ANODES.index(name)] * p[f"dissolved_{name}"]
            if name in ("sb", "bi"):
                rate = p[f"precipitation_{name}"]
                onset = p[f"onset_{name}"] * (p.arsenic_wanted / max(self.content["as"], 1.0)) ** 0.5
            mean[name] = self.move(p, name, dissolved / 1000.0, rate, onset)
        excess = p.copper_excess + p.copper_excess_sd * walk["copper"]
        mean |= {"copper_excess": excess, "liberated": self.liberated, "cu_start": self.content["cu"]}
        mean["cu"] = self.move(p, "cu", excess - self.liberated, 0.0, 0.0)
        mean["cu_end"] = self.content["cu"]
        dosed = self.dosed * (1.0 - p.chloride_pump_depth * faults["chloride_pump"])
        scarce = min(1.0, self.content["cl"] / p.chloride_scarce)
        bound = p.silver_as_chloride * self.anodes[7] * CHLORINE * scarce
        mean["cl"] = 1000.0 * self.move(p, "cl", (dosed - bound) / 1000.0, 0.0, 0.0)
        return mean

    def move(self, p, name, fed, rate, onset):
        """One stock [g/L] fed so much [kg/t]; above its onset it precipitates too."""
        content, total, steps = self.content[name], 0.0, 400
        if content <= onset and self.bleed * onset >= fed:
            rate = 0.0
        for _ in range(steps):
            slope = (fed - self.bleed * content - rate * (content - onset)) / p.electrolyte_volume
            half = content + slope * 3.5 / steps  # midpoint rule
            slope = (fed - self.bleed * half - rate * (half - onset)) / p.electrolyte_volume
            content, total = content + slope * 7.0 / steps, total + half
        self.content[name] = content
        return total / steps


def test_every_week_again(plan, segments):
    again = Again(plan, segments[0].parameters)
    compared = 0
    for one in segments[:3]:
        for t, (state, cast, bias) in enumerate(again.segment(one.parameters, one.first, one.count)):
            assert set(state) == set(one.state)
            for name, value in state.items():
                assert one.state[name][t, 0] == pytest.approx(value, rel=1e-6, abs=1e-9), (name, one.first + t)
            np.testing.assert_allclose(one.cast[t], cast, rtol=1e-9)
            np.testing.assert_allclose(one.laboratory[t], bias, rtol=1e-9)
            compared += 1
        if compared > 40:
            break
    assert compared > 25


def test_events_are_told_of_the_run_alone(segments):
    assert all(one.events == () for one in segments if one.first < 0)
    events = [event for one in segments for event in one.events]
    assert {event.unit for event in events} == {None}
    assert all(event.onset >= 0.0 for event in events)
    assert any(not event.kind.startswith("regime") for event in events)
