"""Advice as rows of a file, and why units were refused."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from models.setpoints.advice import Estimate
from models.setpoints.line.advice import LineAdvice
from training.advice.job import Recommended

_NUMBER = re.compile(r"-?\d[\d.e+-]*(?<!\.)")  # also dates


def advice_frame(found: Recommended) -> pd.DataFrame:
    """One row a unit, numbers under headings with their units, such as `gain [$/d]`.

    Moves and what they bring are those of the unit by itself; where the line's shared knob moves, the moves that go
    with it stand beside them.
    """
    seed, advisers, line = found.seed, found.advisers, found.advised.line
    units = advisers.knob_units(seed)
    assert seed.key is not None
    rows = []
    for advice in found.advices:
        row: dict[str, object] = {seed.key.name: advice.unit, seed.clock.name: advice.start}
        for knob, plan in advice.plan.items():
            unit, move = units[knob], advice.moves.get(knob, 0.0)
            row |= {f"{knob} plan [{unit}]": plan, f"{knob} move [{unit}]": move, f"{knob} new [{unit}]": plan + move}
            if line is not None and line.move:
                row[f"{knob} move with the line [{unit}]"] = _with_line(line, advice.unit, knob)
        row |= _three("gain", advisers.GAIN, advice.gain)
        for name, (change, unit) in advisers.effects(advice, found.model).items():
            row |= _three(f"{name} change", unit, change)
        for limit in advice.limits:
            side = "above" if limit.at_most else "below"
            row[f"{limit.column} expected [{limit.unit}]"] = limit.expected
            row[f"chance of {limit.column} {side} {limit.bound:g} {limit.unit} [1]"] = limit.chance
        row |= advisers.more(advice)
        rows.append(row | {"cause": advice.cause, "support [rows]": advice.support, "refusal": advice.refusal})
    return pd.DataFrame(rows)


def _with_line(line: LineAdvice, unit: str, knob: str) -> float:
    """What the line's advice adds to a knob of a unit."""
    return line.move if knob == line.knob else line.moves.get(unit, {}).get(knob, 0.0)


def _three(name: str, unit: str, one: Estimate) -> dict[str, object]:
    return {f"{name} [{unit}]": one.value, f"{name} low [{unit}]": one.low, f"{name} high [{unit}]": one.high}


def refusals(found: Recommended) -> dict[str, int]:
    """How many units were refused for which reason, the most frequent first; numbers within a reason are cut out."""
    reasons = [_NUMBER.sub("…", advice.refusal) for advice in found.advices if advice.refusal is not None]
    return dict(Counter(reasons).most_common())
