"""Units of what advice states."""

from __future__ import annotations

from models.setpoints.advice import GainEstimate, UnitRecommendation
from models.setpoints.model import SetpointModel

MONEY = "$/d"  # a gain: money that a unit brings in a day


def stated_effects(advice: UnitRecommendation, model: SetpointModel) -> dict[str, tuple[GainEstimate, str]]:
    """Effects of targets, columns and quantities that physics computes, each with its unit.

    Outcomes that have no name in the plant, such as a second reckoning of the target, are left out.
    """
    seed = model.seed
    units = {column.name: str(column.unit) for column in seed.columns if column.is_number}
    units |= {name: target.unit for name, target in seed.targets.items()} | dict(model.response.ASSUMED)
    return {name: (effect, units[name]) for name, effect in advice.effects.items() if name in units}
