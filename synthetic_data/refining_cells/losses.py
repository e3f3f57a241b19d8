"""Current losses of a section: shorts found by patrols, leakage, redissolved copper."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.refining.anode_slimes import arsenic_ratio
from physics.refining.current_losses import dissolution_loss, refining_efficiency, short_life, short_loss
from physics.refining.current_losses import shorted_share as live_share
from physics.refining.diffusion_layer import diffusion_coefficient
from physics.refining.electrodes import passive_share, sand_time
from synthetic_data.refining_cells.conditions import HOURS, Sections
from synthetic_data.refining_cells.parameters import SectionParameters
from synthetic_data.tankhouse import instruments
from synthetic_data.tankhouse.crops import Values

_USUAL_TEMPERATURE = 62.0  # °C, of the saturation with copper sulphate
_MOST_LOST = 60.0  # %: so many shorts are found without a patrol


def passive(p: SectionParameters, sections: Sections) -> FloatArray:
    """Share of the anodes that are passive [1]."""
    week, state, anodes = sections.grown.crops.week, sections.grown.state, sections.grown.crops.anodes
    # Slimes grow over the anodes' life and slow what diffuses through them.
    thick = 1.0 + p.slimes_slow * sections.recessed / p.anode_thickness
    saturated = (
        p.saturated_copper
        + p.saturation_per_kelvin * (state["temperature"] - _USUAL_TEMPERATURE)
        + p.saturation_per_acid * (week["h2so4"] - p.h2so4)
    )
    layer = diffusion_coefficient(state["temperature"], p.layer_diffusion) / thick
    swung = sections.most(p) * sections.current_density
    time = sand_time(swung, week["cu"], saturated, layer)
    typical = sand_time(p.passive_current, p.copper_wanted, p.saturated_copper, p.layer_diffusion)
    share = passive_share(
        time / typical,
        anodes["ni"] / p.anode_ni,
        anodes["o"] / p.anode_o,
        arsenic_ratio(anodes["as"], anodes["sb"], anodes["bi"]),
        p.usual_passive,
    )
    result: FloatArray = share + (1.0 - share) * p.passivation_depth * sections.faults["passivation"]
    return result


def births(p: SectionParameters, sections: Sections, passive_anodes: FloatArray) -> FloatArray:
    """Shorts that arise on 100 cathodes in each day of the crop, shape (days, crops, sections) [%/d].

    Their level is that of the lots' table, where patrols are the usual ones; they grow with the deposit.
    """
    typical = instruments.short_rate(p, sections.grown.state) * HOURS / _usual_life(p)
    day = (np.arange(round(sections.days)) + 0.5) / sections.days
    growth = np.exp(p.short_growth * day)
    swung = np.sum(sections.spans(p) * np.power(sections.shares(p), p.shorts_per_swing), axis=0) / HOURS
    disturbed = 1.0 + p.passive_shorts * passive_anodes + p.starved_shorts * sections.faults["flow_loss"]
    mean = typical * swung * disturbed * np.exp(p.short_section_sd * sections.traits["shorts"])
    daily = mean * (growth / growth.mean())[:, None, None]
    # Counts scatter as their square root.
    count = 0.01 * p.cells * p.cathodes
    scatter = np.sqrt(daily / count) * sections.normals["births"] / np.sqrt(sections.days)
    result: FloatArray = np.maximum(daily + scatter, 0.0)
    return result


def _usual_life(p: SectionParameters) -> float:
    return float(short_life(p.usual_patrol, p.missed_share, p.repair_time))


def life(p: SectionParameters, patrol_interval: FloatArray, blind: FloatArray) -> FloatArray:
    """Mean life of a short where the monitor is off for a share of the crop [h]."""
    missed = p.missed_share + (p.blind_patrol - p.missed_share) * blind
    return short_life(patrol_interval, missed, p.repair_time)


def split_charge(p: SectionParameters, sections: Sections, daily_births: FloatArray, short_lives: FloatArray) -> Values:
    """Losses of each crop, and current efficiency of it, of its first day and of its last [%]."""
    week, state = sections.grown.crops.week, sections.grown.state
    shorted = np.minimum(live_share(daily_births, short_lives), _MOST_LOST / p.short_current_ratio)
    short = short_loss(shorted, p.short_current_ratio)
    scatter = np.exp(p.stray_section_sd * sections.traits["stray"] + p.stray_luck * sections.normals["stray"])
    stray = p.stray_loss * scatter + p.ground_leakage * sections.faults["leakage"]
    # Copper dissolves while the current is off too.
    dissolved = (
        dissolution_loss(state["temperature"], sections.current_density, week["fe"], p.oxygen_current, p.iron_weight)
        / sections.running
    )
    efficiency = refining_efficiency(short, stray, dissolved)
    return {
        "current_efficiency": efficiency.mean(axis=0),
        "efficiency_first_day": efficiency[0],
        "efficiency_last_day": efficiency[-1],
        "short_loss": short.mean(axis=0),
        "stray_loss": stray,
        "dissolution_loss": dissolved,
        "shorted": shorted.mean(axis=0),
    }
