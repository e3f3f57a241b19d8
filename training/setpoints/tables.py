"""Console tables of a set-point trial."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table

from training.setpoints.outcome import COVERAGE, NOISE
from training.setpoints.policies import ARMS, OPERATORS
from training.setpoints.runs import SetpointTrial

WORDS = {policy.name: policy.words for policy in ARMS}
MOST_REASONS = 5


def tables(result: SetpointTrial) -> Iterator[RenderableType]:
    """Return gains by policy, limits, stated and realised gains, signs, and reasons of refusals."""
    names = ", ".join(result.plants)
    yield (
        f"{result.process}: {result.periods} periods after {result.history} of history on {len(result.plants)} plants "
        f"outside the training rows ({names}), {result.units} units each"
    )
    yield _gains(result)
    yield (
        f"Gain against the operators on the same plant with the same random numbers; intervals of {COVERAGE:.0%} over "
        f"plants, and over units by plant. Late: second half. Worse: units that lose more than {NOISE:g} $/d."
    )
    yield _a_tonne(result)
    yield _plants(result)
    yield _limits(result)
    yield _stated(result)
    if any(one["sign_rows"] for one in result.arms.values()):
        yield _signs(result)
    if any(one["refusals"] for one in result.arms.values()):
        yield _refusals(result)
    yield "A simulation at the seed's prices: no claim about a plant."


def shown(value: float, form: str = ".1f") -> str:
    """A number, or a dash where there is none."""
    return format(value, form) if np.isfinite(value) else "-"


def interval(one: Mapping[str, Any], name: str, form: str = ".1f") -> str:
    """A figure with its interval."""
    if not np.isfinite(one[f"{name}_low"]):
        return shown(one[name], form)
    return f"{one[name]:{form}} ({one[f'{name}_low']:{form}} to {one[f'{name}_high']:{form}})"


def _table(*heads: str) -> Table:
    table = Table(heads[0], box=SIMPLE_HEAD, pad_edge=False)
    for head in heads[1:]:
        table.add_column(head, justify="right")
    return table


def _gains(result: SetpointTrial) -> Table:
    table = _table("set-points by", "$/unit/d", "of oracle", "late", "worse", "moved")
    for name, one in result.arms.items():
        share = shown(one["oracle_share"], ".0%") if name != OPERATORS.name else "-"
        cells = (interval(one, "gain"), share, shown(one["late"]))
        table.add_row(WORDS[name], *cells, f"{one['worse']:.0%}", f"{one['moved']:.0%}")
    return table


def _a_tonne(result: SetpointTrial) -> Table:
    """Return margin, energy and emission per tonne against operators; of one plant with unit intervals."""
    table = _table("against the operators", "$/t", "kWh/t", "kgCO2e/t")
    policies = result.arms if len(result.plants) > 1 else next(iter(result.plants.values()))
    for name, one in policies.items():
        if name != OPERATORS.name:
            cells = (interval(one, f"{figure}_per_tonne") for figure in ("energy", "co2e"))
            table.add_row(WORDS[name], interval(one, "per_tonne", ".2f"), *cells)
    return table


def _plants(result: SetpointTrial) -> Table:
    table = _table("gain by plant [$/unit/d]", *result.plants)
    for name in result.arms:
        if name != OPERATORS.name:
            table.add_row(WORDS[name], *(_give_or_take(plant[name]) for plant in result.plants.values()))
    return table


def _give_or_take(one: Mapping[str, Any]) -> str:
    """Gain on a plant and half of its interval over units."""
    half = (one["gain_high"] - one["gain_low"]) / 2
    return f"{one['gain']:.1f}" + (f" ±{half:.1f}" if np.isfinite(half) else "")


def _limits(result: SetpointTrial) -> Table:
    limits = list(result.arms[OPERATORS.name]["broken"])
    table = _table("rows that break", *limits)
    for name, one in result.arms.items():
        table.add_row(WORDS[name], *(f"{one['broken'][limit]:.1%}" for limit in limits))
    return table


def _stated(result: SetpointTrial) -> Table:
    table = _table("gain of moved units [$/unit/d]", "stated", "realised", "ratio", "by plant", "plants covered")
    for name, one in result.arms.items():
        if np.isfinite(one["stated"]):
            cells = (shown(one["stated"]), shown(one["realised"]), shown(one["stated_over_realised"], ".2f"))
            plants = f"{shown(one['lowest_over_realised'], '.2f')} to {shown(one['highest_over_realised'], '.2f')}"
            table.add_row(WORDS[name], *cells, plants, shown(one["covered"], ".0%"))
    return table


def _signs(result: SetpointTrial) -> Table:
    setpoints = list(dict.fromkeys(setpoint for one in result.arms.values() for setpoint in one["sign_rows"]))
    table = _table("moves in the right direction", *setpoints)
    for name, one in result.arms.items():
        if one["sign_rows"]:
            cells = (
                f"{one['right_signs'][setpoint]:.0%} of {one['sign_rows'][setpoint]:.0f}"
                if setpoint in one["sign_rows"]
                else "-"
                for setpoint in setpoints
            )
            table.add_row(WORDS[name], *cells)
    return table


def _refusals(result: SetpointTrial) -> Table:
    """Share of decisions in which nothing was recommended, by kind of reason, the usual ones first."""
    total: dict[str, float] = {}
    for one in result.arms.values():
        for reason, share in one["refusals"].items():
            total[reason] = total.get(reason, 0.0) + share
    reasons = sorted(total, key=lambda reason: -total[reason])[:MOST_REASONS]
    table = _table("nothing recommended", *reasons)
    for name, one in result.arms.items():
        if one["refusals"]:
            table.add_row(WORDS[name], *(f"{one['refusals'].get(reason, 0.0):.0%}" for reason in reasons))
    return table
