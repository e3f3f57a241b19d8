"""Hourly current through a strip cycle: the same weather, feed and faults, in hourly steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cell_house.house import STEPS_A_DAY, Cycle, tariff

WATCHED = ("cell_voltage", "cell_temperature", "zinc_in_cell", "acid_in_cell")


def by_the_hour(house: Cycle, profile: FloatArray) -> Cycle:
    """Simulate a cycle whose current follows a profile within the limits of rectifiers and grid.

    Parameters
    ----------
    house
        The cycle as the house would run it, in steps of 4 h.
    profile
        Current by the hour, or in shorter equal steps, over the whole cycle [kA].
    """
    many = len(profile) // len(house.current)
    p, price = house.parameters, 1.0
    ordered = [house.current_target * tariff(p, s % STEPS_A_DAY, price)[0] for s in range(len(house.current))]
    left = house.current / np.array(ordered)  # of the order: noise of the rectifiers, and stops that the grid asks for
    current = profile * np.repeat(left, many)
    line_current = house.reported["line_current"] * float(current.mean() / house.current.mean())
    return replace(
        house,
        current_target=float(profile.mean()),
        current=current,
        price=np.repeat(house.price, many),
        ambient=np.repeat(house.ambient, many),
        cooling=np.repeat(house.cooling, many),
        feed_zinc=np.repeat(house.feed_zinc, many),
        feed_traces=np.repeat(house.feed_traces, many, axis=0),
        reported=house.reported | {"line_current": line_current},
    )


def at_the_hour(lasts: FloatArray, steps: int) -> FloatArray:
    """Faults that begin at a step of 4 h, at the first of the shorter steps in it."""
    result = np.zeros((steps, *lasts.shape[1:]))
    result[:: steps // len(lasts)] = lasts
    return result


def recorded(house: Cycle, watch: Sequence[dict[str, FloatArray]]) -> dict[str, FloatArray]:
    """Results by step, (steps, groups) each: `current` [kA], `metal` [kg/h], watched values of a cell."""
    result = {name: np.array([step[name] for step in watch]) for name in WATCHED}
    metal = np.array([step["zinc_made"] for step in watch])
    return result | {"metal": metal, "current": np.repeat(house.current[:, None], metal.shape[1], axis=1)}
