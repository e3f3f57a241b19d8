"""Aluminium reduction: effects of a pot's set-points on its period, by physics from last readings.

A pot comes to a new steady state within weeks: voltage, AlF3 and metal level move temperature, ledge, distance, noise
and sludge, and with them current efficiency. Forms are those of `physics.reduction`; the constants that differ between
plants stand here with their doubt, and a plant's history sharpens them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.interfaces.response import Constant, Numbers, Response
from models.processes.aluminium_reduction.physics import PotPhysics
from physics.arrays import FloatArray, IntArray, Numeric
from physics.electrochemistry import ALUMINIUM_EQUIVALENT, metal_mass, specific_energy
from physics.reduction.alumina import efficiency_from_feed
from physics.reduction.cell_heat import heat_available
from physics.reduction.cell_voltage import voltage_line
from physics.reduction.cryolite import eutectic_temperature, liquidus_solheim_1996
from physics.reduction.current_efficiency import dewing_factor, distance_factor, noise_factor, velocity_factor
from physics.reduction.economics import PotFlows, emitted, margin
from physics.reduction.emissions import stoichiometric_carbon
from physics.special import ndtri

_CONSTANTS = (
    Constant("quiet_noise", "mV", 10, 0.15, "voltage noise of a calm metal pad", "practice: 8-12 mV"),
    Constant("noise_rise", "mV", 15, 0.3, "growth of noise below the limit of stability", "practice: 10-20 mV"),
    Constant("noise_width", "mm", 2.0, 0.2, "distance over which the pad turns restless", "practice: 1.5-2.5 mm"),
    Constant("calming", "mm/cm", 0.3, 0.4, "limit of stability that a centimetre of metal takes away", "assumed"),
    Constant("noise_penalty", "1/mV", 0.010, 0.25, "part of the loss that a millivolt adds", "practice: 0.8-1.3 %"),
    Constant("slowing", "1/cm", 0.03, 0.3, "velocity that a centimetre of metal takes away", "practice: 2-4 %"),
    Constant("heat_transfer", "kW/K", 27, 0.25, "heat to the side a kelvin", "practice: 400-1200 W/m²/K on 30 m²"),
    Constant(
        "side_per_metal", "1/cm", 0.02, 0.5, "side that a centimetre of metal adds", "practice: 1-2 % of side loss"
    ),
    Constant("ledge", "cm", 6.5, 0.15, "ledge at the superheat of the line", "practice: 5-8 cm"),
    Constant("enrichment", "wt%/cm", 0.12, 0.5, "excess AlF3 that a centimetre of ledge leaves in the bath", "assumed"),
    Constant("toe", "mm/cm", 0.4, 0.6, "limit of stability that a centimetre of thick ledge adds", "assumed"),
    Constant("sludge", "kg", 350, 0.4, "sludge at the superheat of the line", "assumed"),
    Constant("sludge_per_kelvin", "1/K", 0.15, 0.4, "share of sludge that a kelvin of superheat dissolves", "assumed"),
    Constant("sludge_loss", "%", 2.0, 0.4, "efficiency that heavy sludge takes", "practice: 0-2 points"),
    Constant("cold_settling", "1/K", 0.02, 0.5, "more settling in a bath a kelvin colder", "assumed"),
    Constant(
        "fault_loss", "%", 0.10, 0.5, "efficiency that faults take at usual distance", "practice: 0.05-0.2 points"
    ),
    Constant("fault_distance", "mm", 5.0, 0.4, "distance over which faults grow e times as likely", "assumed"),
    Constant("alf3_per_content", "kg/d", 4.0, 0.3, "AlF3 that a wt% more takes: hydrolysis, vapour", "assumed"),
)
# Powers of the current. The pad's is 2 where the field in the metal is the current's own, and less where bus bars
# balance it; the lost flux of metal hardly depends on current; AlF3 is used up by the soda of the feed.
_POWERS = (
    Constant("pad_by_current", "1", 1.0, 0.6, "of the limit of stability", "assumed: between 0 and 2"),
    Constant("dilution", "1", 1.0, 0.25, "by which the lost share falls", "assumed: the lost flux is the same"),
    Constant("alf3_by_current", "1", 1.0, 0.2, "of the AlF3 that is used up", "assumed: as the feed"),
)

_ALUMINA, _MGF2 = 2.5, 0.3  # wt%, typical
_VALUES = {one.name: one.value for one in _CONSTANTS}
_TOP = 0.5  # kW/K through top and bottom
_HEAVY_SLUDGE = 850.0  # kg
_PER_SLUDGE = 0.004  # mm of the limit a kilogram
_FREE_LEDGE, _LEDGE_SOFT = 6.5, 0.7  # cm
_SETTLES = 0.75  # part of a move of the AlF3 target that the bath follows within a quarter
_ALF3_PER_KELVIN = 0.4  # kg/d/K, vapour
_THRESHOLD, _MOST_NOISE = 15.0, 60.0  # mV; noise beyond is that of faults
_ACD = (25.0, 70.0)  # mm
_USUAL = {"voltage": 4.0, "alf3": 11.5, "level": 22.0}  # V, wt%, cm: what `hidden` refers to
_WARMTH = {"voltage": 15.0, "alf3": -3.0, "level": -0.3}  # K of bath a V, wt%, cm
_SUPERHEAT = {"voltage": 9.0, "level": -0.25}  # K of superheat a V, cm
_SUPERHEAT_ERROR = 1.2  # K between pots: place of the reading 0.7 K, 0.1 wt% AlF3, 0.12 wt% alumina
_SUPERHEAT_SWING = 0.8  # K from period to period
_KEPT_APART = 0.5  # part of what is not known of the limit of stability that is lasting
_AIR_BURN, _ALUMINA_PER_METAL = 50.0, 1.92  # kg/t, kg/kg
_HOURS = 24.0  # h/d
_NODES = ((-(3.0**0.5), 1.0 / 6.0), (0.0, 2.0 / 3.0), (3.0**0.5, 1.0 / 6.0))  # Gauss and Hermite


class PotResponse(Response[PotPhysics]):
    """Effects of a pot's set-points on its period."""

    SETPOINTS: ClassVar[Mapping[str, str]] = {
        "voltage_setpoint": "cell_voltage",
        "excess_alf3_target": "excess_alf3",
        "metal_level_target": "metal_level",
    }
    TUNED = tuple(SETPOINTS)
    SHARED: ClassVar[Mapping[str, str]] = {"line_current_target": "line_current"}
    DRIVEN = ("voltage_noise", "unstable_time", "beam_moves", "cell_voltage", *SETPOINTS)
    BEFORE = ("cathode_voltage_drop", "lif", "caf2")
    ASSUMED: ClassVar[Mapping[str, str]] = {"superheat": "K"}
    SMOOTHED = ("superheat",)  # what its readings are off by differs from pot to pot, and stays
    CONSTANTS = _CONSTANTS

    @property
    def SHARED_CONSTANTS(self) -> tuple[Constant, ...]:
        """Constants of the effects of the line current."""
        value, description = self.physics.equipment.voltage_intercept, "voltage above which regulation is of resistance"
        return (Constant("voltage_intercept", "V", value, 0.03, description, "practice: 1.6-1.7 V"), *_POWERS)

    def hidden(self, columns: Columns) -> dict[str, FloatArray]:
        """Return pot states independent of set-points: stability limit, warmth, inputs of control loops."""
        alf3, caf2, lif = columns["excess_alf3"], columns["caf2"], columns["lif"]
        voltage, temperature, level = columns["cell_voltage"], columns["bath_temperature"], columns["metal_level"]
        acd = self._distance(
            columns["line_current"], temperature, alf3, caf2, lif, columns["cathode_voltage_drop"], voltage
        )
        off = {"voltage": voltage - _USUAL["voltage"], "alf3": alf3 - _USUAL["alf3"], "level": level - _USUAL["level"]}
        superheat = temperature - liquidus_solheim_1996(alf3, caf2, _ALUMINA, lif, _MGF2)
        depth = _depth(np.minimum(columns["voltage_noise"], _MOST_NOISE), _VALUES)
        return {
            "limit": acd + _VALUES["noise_width"] * depth + _VALUES["calming"] * off["level"],
            "voltage_over": voltage - columns["voltage_setpoint"],
            "alf3_over": alf3 - columns["excess_alf3_target"],
            "level_over": level - columns["metal_level_target"],
            "warmth": temperature - sum(slope * off[name] for name, slope in _WARMTH.items()),
            "superheat": superheat - sum(slope * off[name] for name, slope in _SUPERHEAT.items()),
            "current_efficiency": columns["current_efficiency"],
            "current": columns["line_current"],
            "alf3": columns["alf3_addition"],
        }

    def line(self, smoothed: Columns, units: IntArray, unexpected: Mapping[str, float]) -> dict[str, float]:
        """Return the line's superheat, reliability of a pot's own reading, and remaining uncertainty."""
        known = np.isfinite(smoothed["superheat"])
        units, read = units[known], smoothed["superheat"][known]
        count = np.bincount(units)
        own = (np.bincount(units, read) / np.maximum(count, 1))[count > 0]
        trust = float(np.clip(1.0 - _SUPERHEAT_ERROR**2 / max(float(np.var(own)), 1e-9), 0.2, 1.0))
        return {
            "usual_superheat": float(np.median(read)),
            "superheat_trust": trust,
            "superheat_doubt": _SUPERHEAT_ERROR * trust**0.5,
            "limit_doubt": unexpected["limit"],
        }

    def unmeasured_errors(self, line: Mapping[str, float], quantiles: FloatArray) -> dict[str, FloatArray]:
        """Return superheat errors about the expected mean: uncertainty of the pot and the period's variation."""
        sd = float(np.hypot(line["superheat_doubt"], _SUPERHEAT_SWING))
        return {"superheat": sd * ndtri(np.clip(quantiles, 1e-3, 1.0 - 1e-3))}

    def state(
        self, hidden: Columns, plan: Columns, before: Columns, line: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """The period to come under the plan: what the pots are like, at the set-points that are planned."""
        voltage = plan["voltage_setpoint"] + hidden["voltage_over"]
        alf3 = plan["excess_alf3_target"] + hidden["alf3_over"]
        level = plan["metal_level_target"] + hidden["level_over"]
        off = {"voltage": voltage - _USUAL["voltage"], "alf3": alf3 - _USUAL["alf3"], "level": level - _USUAL["level"]}
        temperature = hidden["warmth"] + sum(slope * off[name] for name, slope in _WARMTH.items())
        current, caf2, lif = hidden["current"], before["caf2"], before["lif"]
        acd = self._distance(current, temperature, alf3, caf2, lif, before["cathode_voltage_drop"], voltage)
        limit = hidden["limit"] - _VALUES["calming"] * off["level"]
        typical = line["usual_superheat"]
        superheat = typical + line["superheat_trust"] * (hidden["superheat"] - typical)
        return {
            "cell_voltage": voltage,
            "excess_alf3": alf3,
            "metal_level": level,
            "bath_temperature": temperature,
            "line_current": current,
            "voltage_noise": _noise(limit - acd, _VALUES),
            "superheat": superheat + sum(slope * off[name] for name, slope in _SUPERHEAT.items()),
            "current_efficiency": hidden["current_efficiency"],
            "alf3_net": hidden["alf3"],
            "caf2": caf2,
            "lif": lif,
            "cathode_voltage_drop": before["cathode_voltage_drop"],
        }

    def disturbed(self, state: Columns, line: Mapping[str, float], normals: FloatArray) -> dict[str, FloatArray]:
        """Return a state with the same readings: another limit of stability, another superheat."""
        higher = _KEPT_APART * line["limit_doubt"] * normals[0]
        noise = _noise(_VALUES["noise_width"] * _depth(state["voltage_noise"], _VALUES) + higher, _VALUES)
        return dict(state) | {
            "voltage_noise": noise,
            "superheat": state["superheat"] + line["superheat_doubt"] * normals[1],
        }

    def measured(self, columns: Columns) -> dict[str, FloatArray]:
        """Return measured outcomes, (units, periods); efficiency by two meters, level with tap and feed."""
        alf3 = columns["excess_alf3"]
        gained = np.full_like(alf3, np.nan)
        gained[:, 1:] = alf3[:, 1:] - alf3[:, :-1]
        return {
            "cell_voltage": columns["cell_voltage"],
            "voltage_noise": np.minimum(columns["voltage_noise"], _MOST_NOISE),
            "bath_temperature": columns["bath_temperature"],
            "excess_alf3": alf3,
            "current_efficiency": columns["current_efficiency"],
            "efficiency_by_feed": efficiency_from_feed(columns["alumina_feed_rate"], columns["line_current"]),
            "metal_level": columns["metal_level"],
            "alf3_net": columns["alf3_addition"] - self.physics.bath_per_content * gained / self.physics.days,
        }

    def respond(self, state: Columns, moves: Numbers, constants: Numbers) -> dict[str, FloatArray]:
        """Outcomes of a period after moves, on average over what is not known of the limit of stability."""
        q = {one.name: one.value for one in self.SHARED_CONSTANTS} | dict(constants)
        axes = max(np.ndim(values) for part in (state, moves, q) for values in part.values())
        nodes = np.array([node for node, _ in _NODES]).reshape(-1, *[1] * axes)
        responses = self._respond(state, moves, q, nodes * np.asarray(q["limit_doubt"]))
        return {
            name: sum(w * one for (_, w), one in zip(_NODES, each, strict=True)) for name, each in responses.items()
        }

    def _respond(self, state: Columns, moves: Numbers, q: Numbers, higher: Numeric) -> dict[str, FloatArray]:
        # `higher`: by how many millimetres the limit of stability is; its first axis is that of all outcomes.
        volts, level = moves["voltage_setpoint"], moves["metal_level_target"]
        target = _SETTLES * np.asarray(moves["excess_alf3_target"])
        t, a, i, v = (state[name] for name in ("bath_temperature", "excess_alf3", "line_current", "cell_voltage"))
        caf2, lif, drop = state["caf2"], state["lif"], state["cathode_voltage_drop"]
        efficiency = np.clip(state["current_efficiency"], 87.0, 96.5)

        more = np.asarray(moves.get("line_current_target", 0.0))
        share = 1.0 + more / i
        # Regulated is the resistance: with more current the voltage above the intercept rises in proportion.
        rise = (v + volts - q["voltage_intercept"]) * more / i
        hotter = heat_available(i + more, v + volts + rise, efficiency) - heat_available(i, v + volts, efficiency)
        liquidus_slope = 2.0 * (
            liquidus_solheim_1996(a + 0.5, caf2, _ALUMINA, lif, _MGF2)
            - liquidus_solheim_1996(a, caf2, _ALUMINA, lif, _MGF2)
        )
        eutectic_slope = 2.0 * (
            eutectic_temperature(a + 0.5, caf2, lif, _MGF2) - eutectic_temperature(a, caf2, lif, _MGF2)
        )

        # Heat; a ledge that grows takes pure cryolite, so that the bath left is richer in AlF3 and freezes at less.
        superheat = np.clip(state["superheat"], 4.5, 20.0)
        transfer, whole = q["heat_transfer"], (q["ledge"] + self.physics.equipment.wall_as_ledge) * q["usual_superheat"]
        ledge, richer = whole / superheat - self.physics.equipment.wall_as_ledge, target
        for _ in range(3):
            cooled = q["side_per_metal"] * level * superheat
            warmer = (i * volts + transfer * (liquidus_slope * richer - cooled) + hotter) / (transfer + _TOP)
            superheat_then = np.maximum(superheat + warmer - liquidus_slope * richer, 3.0)
            ledge_then = whole / superheat_then - self.physics.equipment.wall_as_ledge
            richer = target + q["enrichment"] * (ledge_then - ledge)
        toe = q["toe"] * _LEDGE_SOFT * (_beyond(ledge_then) - _beyond(ledge))
        sludge = q["sludge"] * np.exp(-q["sludge_per_kelvin"] * (superheat - q["usual_superheat"]))
        sludge_then = sludge * np.exp(
            -q["sludge_per_kelvin"] * (superheat_then - superheat) - q["cold_settling"] * warmer
        )
        sludge_then = sludge_then * share  # as the feed that it settles from

        # Distance and noise; the controller answers noise with voltage.
        offset, slope = voltage_line(i, t, a, caf2, _ALUMINA, lif, drop, self.physics.design)
        offset_t, slope_t = voltage_line(i, t + 2.0, a, caf2, _ALUMINA, lif, drop, self.physics.design)
        offset_a, slope_a = voltage_line(i, t, a + 0.5, caf2, _ALUMINA, lif, drop, self.physics.design)
        offset_then = offset + 0.5 * (offset_t - offset) * warmer + 2.0 * (offset_a - offset) * richer
        slope_then = slope + 0.5 * (slope_t - slope) * warmer + 2.0 * (slope_a - slope) * richer
        if more.any():
            offset_i, slope_i = voltage_line(i + more, t, a, caf2, _ALUMINA, lif, drop, self.physics.design)
            offset_then, slope_then = offset_then + (offset_i - offset), slope_then * (slope_i / slope)
        acd = np.clip((v - offset) / slope, *_ACD)
        limit = acd + q["noise_width"] * _depth(state["voltage_noise"], q) + higher
        limit_then = limit - q["calming"] * level + toe + _PER_SLUDGE * (sludge_then - sludge)
        limit_then = limit_then + limit * (share ** q["pad_by_current"] - 1.0)
        noise, v_then = _noise(limit - acd, q), v + volts + rise
        for _ in range(2):
            acd_then = np.maximum(acd + (v_then - offset_then) / slope_then - (v - offset) / slope, 20.0)
            noise_then = _noise(limit_then - acd_then, q)
            v_then = 0.5 * (v_then + v + volts + _extra(noise_then) - _extra(noise) + rise)

        # What is lost.
        heavy, heavy_then = _heavy(sludge, q), _heavy(sludge_then, q)
        lost = np.maximum(100.0 - efficiency - heavy, 2.0)
        bath = dewing_factor(warmer - eutectic_slope * richer, richer)
        swing = _penalty(noise_then, q) / _penalty(noise, q)
        still = velocity_factor(np.exp(-q["slowing"] * np.asarray(level)))
        nearer = np.clip((limit_then - acd_then) - (limit - acd), -5.0, 5.0)
        faults = q["fault_loss"] * (np.exp(nearer / q["fault_distance"]) - 1.0)
        ratio = bath * swing * still * distance_factor(acd_then) / distance_factor(acd) / share ** q["dilution"]
        alf3 = state["alf3_net"] * share ** q["alf3_by_current"]
        then = 100.0 - lost * ratio - heavy_then - faults
        zero = np.zeros_like(then)
        return {
            "cell_voltage": v_then + zero,
            "voltage_noise": noise_then + zero,
            "bath_temperature": t + warmer + zero,
            "excess_alf3": a + richer + zero,
            "current_efficiency": then,
            "efficiency_by_feed": then,
            "metal_level": state["metal_level"] + level + zero,
            "alf3_net": alf3 + q["alf3_per_content"] * richer + _ALF3_PER_KELVIN * warmer + zero,
            "superheat": superheat_then + zero,
            "line_current": i + more + zero,
            "lost to noise": lost * swing + faults + zero,
            "lost to sludge": heavy_then + zero,
        }

    def money(self, outcomes: Columns, economics: Mapping[str, float]) -> FloatArray:
        """Return the margin of a pot [$/d] without anode effects, which no set-point here moves."""
        return margin(self._flows(outcomes), economics)

    def footprint(self, outcomes: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Direct-current energy [kWh/t] and greenhouse gases [tCO2e/t], anode effects left out."""
        flows = self._flows(outcomes)
        energy = specific_energy(outcomes["cell_voltage"], outcomes["current_efficiency"], ALUMINIUM_EQUIVALENT)
        return {"specific_energy": energy, "co2e": 1000.0 * emitted(flows, economics).total / np.asarray(flows.metal)}

    def power(self, outcomes: Columns) -> FloatArray:
        """Direct-current power of a pot without anode effects [MW]."""
        return 0.001 * outcomes["line_current"] * outcomes["cell_voltage"]

    def causes(self, before: Columns, after: Columns, economics: Mapping[str, float]) -> dict[str, FloatArray]:
        """Return money by cause: parts of efficiency at the value of a point, power, AlF3, metal."""

        def value(**changed: FloatArray) -> FloatArray:
            return self.gain(before, changed, economics)

        noise = before["lost to noise"] - after["lost to noise"]
        sludge = before["lost to sludge"] - after["lost to sludge"]
        remaining = after["current_efficiency"] - before["current_efficiency"] - noise - sludge
        points = before["current_efficiency"]
        causes = {
            "a quieter metal pad": value(current_efficiency=points + noise),
            "less sludge": value(current_efficiency=points + sludge),
            "a bath that dissolves less metal": value(current_efficiency=points + remaining),
            "less power": value(cell_voltage=after["cell_voltage"]),
            "less AlF3": value(alf3_net=after["alf3_net"]),
            "less metal that stands in the pot": value(metal_level=after["metal_level"]),
        }
        if np.any(after["line_current"] != before["line_current"]):
            causes["another line current"] = value(line_current=after["line_current"])
        return causes

    def _flows(self, outcomes: Columns) -> PotFlows:
        efficiency, current = outcomes["current_efficiency"], outcomes["line_current"]
        metal = metal_mass(current, _HOURS, efficiency, ALUMINIUM_EQUIVALENT)
        return PotFlows(
            metal=metal,
            energy=current * _HOURS * outcomes["cell_voltage"],
            alumina=_ALUMINA_PER_METAL * metal,
            alf3=outcomes["alf3_net"],
            net_carbon=0.001 * metal * (stoichiometric_carbon(efficiency) + _AIR_BURN),
            ae_minutes=0.0,
            pool=self.physics.equipment.metal_per_cm * outcomes["metal_level"],
        )

    def _distance(
        self,
        current: FloatArray,
        t: FloatArray,
        alf3: FloatArray,
        caf2: FloatArray,
        lif: FloatArray,
        drop: FloatArray,
        v: FloatArray,
    ) -> FloatArray:
        """Anode-cathode distance [mm] that a voltage implies."""
        offset, slope = voltage_line(current, t, alf3, caf2, _ALUMINA, lif, drop, self.physics.design)
        return np.clip((v - offset) / slope, *_ACD)


def _softplus(z: Numeric) -> FloatArray:
    with np.errstate(invalid="ignore"):  # what is missing stays missing
        return np.asarray(np.logaddexp(0.0, z))


def _depth(noise: Numeric, q: Numbers) -> FloatArray:
    """Return the depth below the stability limit over the transition's width, estimated from the noise."""
    share = np.clip((np.asarray(noise) - q["quiet_noise"]) / q["noise_rise"], 0.03, 4.0)
    return np.asarray(np.log(np.expm1(share)))


def _noise(below: Numeric, q: Numbers) -> FloatArray:
    """Voltage noise [mV] so many millimetres below the limit of stability."""
    return np.asarray(q["quiet_noise"] + q["noise_rise"] * _softplus(np.asarray(below) / q["noise_width"]))


def _beyond(ledge: Numeric) -> FloatArray:
    """Ledge beyond the free one, over the softness."""
    return _softplus((np.asarray(ledge) - _FREE_LEDGE) / _LEDGE_SOFT)


def _heavy(sludge: FloatArray, q: Numbers) -> FloatArray:
    return np.asarray(q["sludge_loss"] * np.minimum(sludge / _HEAVY_SLUDGE, 2.0) ** 2)


def _penalty(noise: FloatArray, q: Numbers) -> FloatArray:
    return noise_factor(np.minimum(noise, _MOST_NOISE), _THRESHOLD, q["noise_penalty"])


def _extra(noise: Numeric) -> FloatArray:
    """Voltage [V] that a controller adds for noise: 3 mV a millivolt beyond 25 mV, 60 mV at most."""
    return np.minimum(0.012 * _softplus((np.asarray(noise) - 25.0) / 4.0), 0.06)
