"""Losses of a section put together again from their equations."""

from dataclasses import replace

import numpy as np

from physics.refining.anode_slimes import arsenic_ratio
from synthetic_data.refining_cells import losses
from synthetic_data.tankhouse.instruments import short_rate


def test_passive_anodes_by_their_odds(p, sections):
    crops, temperature = sections.grown.crops, sections.grown.state["temperature"]
    saturated = 90.0 + 1.1 * (temperature - 62.0) - 0.12 * (crops.week["h2so4"] - p.h2so4)
    thick = 1.0 + p.slimes_slow * sections.recessed / 47.0
    faster = np.exp(-19200.0 / 8.314462618 * (1.0 / (temperature + 273.15) - 1.0 / 333.15)) / thick
    density = crops.setpoints["current_density"] * (1.0 + 0.01 * sections.swing) / p.passive_current
    room = (saturated - crops.week["cu"]) / (90.0 - p.copper_wanted)
    time = faster * (room / density) ** 2
    anodes = crops.anodes
    porous = np.sqrt(arsenic_ratio(anodes["as"], anodes["sb"], anodes["bi"]) / 4.0)
    rich = anodes["ni"] / p.anode_ni * anodes["o"] / p.anode_o
    share = 1.0 / (1.0 + (1.0 / p.usual_passive - 1.0) * time**2 * porous / rich)
    expected = share + (1.0 - share) * p.passivation_depth * sections.faults["passivation"]
    np.testing.assert_allclose(losses.passive(p, sections), expected, rtol=1e-9)


def test_births_have_the_level_of_the_lots_table_and_grow_over_the_crop(p, sections):
    quiet = replace(
        sections,
        traits=sections.traits | {"shorts": np.zeros(5)},
        normals=sections.normals | {"births": np.zeros(sections.swing.shape)},
        faults=sections.faults | {"flow_loss": np.zeros(sections.swing.shape)},
        swing=np.zeros(sections.swing.shape),
    )
    result = losses.births(p, quiet, np.zeros(sections.swing.shape))
    typical = losses.life(p, np.array(p.usual_patrol), np.array(0.0))
    np.testing.assert_allclose(result.mean(axis=0) * typical / 24.0, short_rate(p, sections.grown.state), rtol=1e-9)
    np.testing.assert_allclose(result[1:] / result[:-1], np.exp(p.short_growth / 7.0), rtol=1e-9)


def test_births_rise_with_swing_passive_anodes_and_lost_flow(p, sections):
    quiet = replace(sections, swing=np.zeros(sections.swing.shape), normals={"births": np.zeros(sections.swing.shape)})
    passive = np.full(sections.swing.shape, 0.02)
    start = losses.births(p, quiet, passive)
    swung = replace(quiet, swing=np.full(sections.swing.shape, 10.0))
    factor = (1.1**p.shorts_per_swing + 1.0 + 0.9**p.shorts_per_swing) / 3.0
    np.testing.assert_allclose(losses.births(p, swung, passive) / start, factor, rtol=1e-9)
    starved = 1.0 + p.starved_shorts * sections.faults["flow_loss"]
    ratio = (starved + 0.1 * p.passive_shorts) / (starved + 0.02 * p.passive_shorts)
    np.testing.assert_allclose(losses.births(p, quiet, np.full(passive.shape, 0.1)) / start, ratio[None] + 0 * start)


def test_counts_scatter_as_their_square_root(p, sections):
    one = replace(sections, normals={"births": np.ones(sections.swing.shape)})
    none = replace(sections, normals={"births": np.zeros(sections.swing.shape)})
    passive = np.zeros(sections.swing.shape)
    more, mean = losses.births(p, one, passive), losses.births(p, none, passive)
    # of 1100 cathodes in seven days
    shorts = 11.0 * mean
    np.testing.assert_allclose(11.0 * (more - mean), np.sqrt(shorts / 7.0), rtol=1e-6)


def test_without_the_monitor_shorts_live_longer(p):
    lives = losses.life(p, np.array([12.0, 12.0, 12.0]), np.array([0.0, 0.5, 1.0]))
    missed = np.array([0.15, 0.325, 0.5])
    np.testing.assert_allclose(lives, 12.0 * (0.5 + missed / (1.0 - missed)) + 2.0)


def test_efficiency_is_100_less_the_losses(p, sections):
    births, lives = np.full((7, *sections.swing.shape), 2.0), np.full(sections.swing.shape, 12.0)
    result = losses.split_charge(p, sections, births, lives)
    np.testing.assert_allclose(result["short_loss"], p.short_current_ratio * 1.0)
    scatter = np.exp(p.stray_section_sd * sections.traits["stray"] + p.stray_luck * sections.normals["stray"])
    stray = p.stray_loss * scatter + p.ground_leakage * sections.faults["leakage"]
    np.testing.assert_allclose(result["stray_loss"], stray)
    kelvin = sections.grown.state["temperature"] + 273.15
    oxygen = np.exp(-40e3 / 8.314462618 * (1.0 / kelvin - 1.0 / 335.15)) / sections.current_density
    dissolved = (100.0 * oxygen + 0.2 * sections.grown.crops.week["fe"]) / (1.0 - sections.faults["rectifier"])
    np.testing.assert_allclose(result["dissolution_loss"], dissolved)
    np.testing.assert_allclose(result["current_efficiency"], 100.0 - p.short_current_ratio - stray - dissolved)


def test_more_shorts_than_can_be_are_none(p, sections):
    births, lives = np.full((7, *sections.swing.shape), 1e4), np.full(sections.swing.shape, 24.0)
    np.testing.assert_allclose(losses.split_charge(p, sections, births, lives)["short_loss"], 60.0)
