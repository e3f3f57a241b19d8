"""Daily balances of a pot: metal, alumina, AlF3 and bath, heat with ledge, carbon; each closes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.electrochemistry import ALUMINIUM_EQUIVALENT, metal_mass
from physics.reduction.alumina import alf3_consumption, alumina_consumption, fast_share, sludge_rate
from physics.reduction.cell_heat import (
    LATENT_HEAT_CRYOLITE,
    concentration_after_freezing,
    heat_available,
    ledge_heat,
    thermal_mass,
)
from physics.reduction.cryolite import liquidus_solheim_1996
from physics.reduction.emissions import stoichiometric_carbon
from synthetic_data.potline.cell import Day, ledge
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates

_HOURS = 24.0  # h/d
_MINUTES = 1440.0  # min/d
_SECONDS = 86400.0  # s/d
_CENT = 0.01
_MILLI = 0.001
_LATENT = LATENT_HEAT_CRYOLITE / _SECONDS  # kW*d/kg


def metal(pots: PotStates, day: Day, current: float) -> None:
    """Faraday's metal into the pool, the tapped metal out of it."""
    day["metal_produced"] = metal_mass(current, _HOURS, day["current_efficiency"], ALUMINIUM_EQUIVALENT)
    day["metal_tapped"] = np.minimum(pots.tap, pots.metal_mass)
    pots.metal_mass = pots.metal_mass + day["metal_produced"] - day["metal_tapped"]


def carbon(p: PotlineParameters, day: Day, residue: float) -> None:
    """Net anode carbon: stoichiometry, and air burn that poor anodes suffer more."""
    burnt = p.air_burn + p.air_burn_per_residue * (p.anode_residue_good - residue)
    rate = stoichiometric_carbon(day["current_efficiency"]) + burnt
    day["net_carbon"] = _MILLI * rate * day["metal_produced"]


def alumina(
    p: PotlineParameters, pots: PotStates, day: Day, current: float, fines: float, loi: float, solubility: FloatArray
) -> None:
    """Demand feed meets consumption and controls the content; a part of the feed settles as sludge.

    Dissolved: feed less what settles, plus what comes back from sludge. The content moves by dissolved less consumed.
    A colder bath dissolves alumina more slowly, so that more of it settles.
    """
    consumed = _HOURS * alumina_consumption(current, day["current_efficiency"])
    superheat = day["superheat"]
    settles = sludge_rate(1.0 - fast_share(superheat, day["alumina"] / solubility, fines, loi), p.settled_share)
    chilled = np.exp(p.cold_settling * (p.bath_temperature - pots.bath_temperature))
    settles = settles * (1.0 + p.cold_sludge * day["cold"]) * chilled
    warmth = np.minimum(
        np.maximum((superheat - p.superheat_least) / (p.superheat_usual - p.superheat_least), p.sludge_return_least),
        p.sludge_return_most,
    )
    returned = pots.sludge_mass * np.minimum(warmth / p.sludge_time, 1.0)
    target = (
        _CENT * pots.bath_mass * (p.alumina_target + pots.alumina_offset + p.alumina_sd * pots.walks[1])
        - pots.alumina_mass
    )
    open_share = 1.0 - p.blockage_share * day["blocked_hours"] / _HOURS
    feed = np.maximum((consumed + target - returned) / (1.0 - settles), 0.0)
    feed = np.minimum(feed, p.feed_most * open_share * consumed)
    # An anode effect is answered with feed, part of which the bath cannot dissolve.
    quench = p.ae_feed * day["ae_count"]
    settled = settles * feed + p.ae_feed_settles * quench
    left = pots.alumina_mass + feed + quench - settled + returned - consumed
    # No pot runs below the content where feed is forced.
    forced = np.maximum(_CENT * p.alumina_least * pots.bath_mass - left, 0.0)
    pots.alumina_mass = left + forced
    pots.sludge_mass = pots.sludge_mass + settled - returned
    day["alumina_dissolving"] = feed + quench + forced
    day["alumina_fed"] = day["alumina_dissolving"] * (1.0 + p.alumina_dust)
    day["alumina_consumed"] = consumed


def fluoride(p: PotlineParameters, pots: PotStates, day: Day) -> None:
    """Excess AlF3 after its dead time, less what the pot takes; bath added or tapped to hold the level."""
    arriving = 0.5 * (pots.addition_1 + pots.addition_2)
    typical = alf3_consumption(day["metal_produced"], pots.age, p.alf3_mature, p.alf3_young, p.alf3_young_time)
    driven = p.alf3_per_content * (day["excess_alf3"] - p.excess_alf3) + p.alf3_per_kelvin * (
        pots.bath_temperature - p.bath_temperature
    )
    lost = np.maximum(typical * pots.alf3_factor + driven + p.sick_alf3 * day["sick"], 0.0)
    lost = np.minimum(lost, pots.alf3_mass + arriving)
    added = p.bath_gain * p.bath_per_cm * (p.bath_level_target - pots.bath_level_read)
    added = np.minimum(np.maximum(added, -p.bath_move_most), p.bath_move_most)
    day["alf3_arriving"] = arriving
    day["alf3_consumed"] = lost
    day["alf3_added"] = pots.addition
    day["bath_added"] = added
    # What is tapped or poured is bath of the pot's own composition.
    share = added / pots.bath_mass
    alf3 = pots.alf3_mass + arriving - lost
    day["alf3_poured"] = alf3 * share
    day["alumina_poured"] = pots.alumina_mass * share
    pots.alf3_mass = alf3 + day["alf3_poured"]
    pots.alumina_mass = pots.alumina_mass + day["alumina_poured"]
    pots.bath_mass = pots.bath_mass + added + arriving - lost


def heat(
    p: PotlineParameters,
    pots: PotStates,
    day: Day,
    current: float,
    ambient: float,
    slope: FloatArray,
    hours: float = _HOURS,
) -> None:
    """Bath temperature and ledge after a day or fewer hours, by an implicit step of two heat balances.

    Bath: C dt/dtime = inflow - H (t - t_liq) - G (t - ambient). Ledge: L dm/dtime = Q - H (t - t_liq), with Q what the
    ledge passes to the wall. Pure cryolite freezes, so that the liquidus moves with m. A first step takes tangents
    (`slope` is that of the liquidus), a second one the secants to where the first arrived.
    """
    thickness_per_mass = 100.0 / (p.ledge_density * p.ledge_area)
    area = p.ledge_area * (1.0 + p.side_per_metal * (day["metal_level"] - p.metal_level_target))
    shorter, latent = _HOURS / hours, _LATENT * (_HOURS / hours)
    balance = _HeatBalance(
        inflow=_inflow(p, pots, day, current),
        side=_MILLI * p.ledge_transfer * pots.transfer_factor * area,
        top=p.top_loss * pots.heat_loss_factor,
        capacity=shorter * (1000.0 * thermal_mass(pots.bath_mass, pots.metal_mass) / _SECONDS),
        latent=latent,
        passed=ledge_heat(day["liquidus"], ambient, ledge(p, pots) + p.wall_as_ledge, area, p.ledge_conductivity),
        warmth=pots.bath_temperature - ambient,
        excess=pots.bath_temperature - day["liquidus"],
        span=day["liquidus"] - ambient,
        thickness=pots.ledge_mass + p.wall_as_ledge / thickness_per_mass,
        growth_least=p.ledge_least - pots.ledge_mass,
        growth_most=p.freeze_most * pots.bath_mass,
    )
    guess, _ = balance.step(slope, 0.0)
    frozen = np.where(np.abs(guess) < p.freeze_probe, p.freeze_probe, guess)
    secant = liquidus_slope(p, pots, day, frozen)
    grown, warmed = balance.step(secant, frozen)
    pots.bath_temperature = pots.bath_temperature + warmed
    pots.ledge_mass = pots.ledge_mass + grown
    pots.bath_mass = pots.bath_mass - grown
    day["heat_in"] = balance.inflow
    day["heat_top"] = balance.top * (balance.warmth + warmed)
    day["heat_side"] = balance.side * (balance.excess + warmed - secant * grown) + latent * grown
    day["heat_wall"] = balance.passed
    day["heat_stored"] = balance.capacity * warmed - latent * grown
    day["shell_temperature"] = ambient + 1000.0 * day["heat_side"] / area * p.shell_resistance
    day["ledge"] = ledge(p, pots)


@dataclass(frozen=True)
class _HeatBalance:
    """Heat balances of bath and ledge at the start of a day; heat flows in kW."""

    inflow: FloatArray
    side: FloatArray  # H, heat transfer to the ledge [kW/K]
    top: FloatArray  # G, through top and bottom [kW/K]
    capacity: FloatArray  # C over the step [kW/K]
    latent: float  # L over the step [kW/kg]
    passed: FloatArray  # Q
    warmth: FloatArray  # bath over ambient [K]
    excess: FloatArray  # bath over liquidus [K]
    span: FloatArray  # liquidus over ambient [K]
    thickness: FloatArray  # ledge, with the wall as ledge of the same resistance [kg]
    growth_least: FloatArray  # a ledge cannot melt more than there is [kg]
    growth_most: FloatArray  # kg

    def step(self, slope: FloatArray, frozen: Numeric) -> tuple[FloatArray, FloatArray]:
        """Ledge growth [kg] and bath warming [K]; liquidus slope in [K/kg], Q the secant to `frozen` [kg]."""
        by_mass = self.passed * (slope / self.span - 1.0 / np.maximum(self.thickness + frozen, 1.0))
        bath_rest = self.inflow - self.side * self.excess - self.top * self.warmth
        ledge_rest = self.passed - self.side * self.excess
        a, b = self.capacity + self.side + self.top, -self.side * slope
        c, d = self.side, self.latent - by_mass - self.side * slope
        grown = (a * ledge_rest - c * bath_rest) / (a * d - b * c)
        grown = np.minimum(np.maximum(grown, self.growth_least), self.growth_most)
        return grown, (bath_rest - b * grown) / a


def liquidus_slope(p: PotlineParameters, pots: PotStates, bath: Day, frozen: Numeric) -> FloatArray:
    """Change of the liquidus per mass of cryolite that freezes out and enriches the rest [K/kg]."""
    content = {name: bath[name] for name in ("excess_alf3", "caf2", "alumina")}
    richer = {name: concentration_after_freezing(value, pots.bath_mass, frozen) for name, value in content.items()}
    then = liquidus_solheim_1996(**richer, lif=pots.lif, mgf2=p.mgf2)
    result: FloatArray = (then - bath["liquidus"]) / frozen
    return result


def _inflow(p: PotlineParameters, pots: PotStates, day: Day, current: float) -> FloatArray:
    """Heat that current, anode effects and disturbances bring [kW]."""
    quiet = heat_available(current, day["cell_voltage"], day["current_efficiency"])
    effects = current * (p.ae_voltage - day["cell_voltage"]) * day["ae_minutes"] / _MINUTES
    walks = p.heat_sd * pots.walks[0] + p.cover_sd * pots.walks[4]
    inflow: FloatArray = quiet + effects + walks + p.sick_heat * day["sick"] - p.cold_heat * day["cold"]
    return inflow
