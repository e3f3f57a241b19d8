"""Moves that a what-if chose, unit by unit, within the bounds of the model's seed."""

from __future__ import annotations

from seeds import Seed
from serving.problems import MOST_FAULTS, Fault, invalid, shown
from serving.recommendations.payloads import MOVES
from serving.recommendations.requests import Asked, by_unit

_ROUNDING = 1e-9


def chosen(asked: Asked, seed: Seed) -> dict[str, dict[str, float]]:
    """Moves by unit and knob [the knob's unit].

    Raises
    ------
    ProblemError
        422 where moves are of a unit that no row plans, or a knob would leave its bounds.
    """
    moves = asked.request[MOVES]
    named: dict[str, dict[str, float]] = {unit: moves for unit in asked.units}
    if by_unit(moves):
        named = {unit.strip(): own for unit, own in moves.items()}
    faults = [
        Fault(field=f"{MOVES}.{shown(unit)}", value=shown(unit), expected="a unit that one of rows plans")
        for unit in named
        if unit not in asked.units
    ]
    for i, (unit, row) in enumerate(zip(asked.units, asked.rows, strict=True)):
        for knob, move in named.get(unit, {}).items():
            place = f"{MOVES}.{shown(unit)}.{knob}" if by_unit(moves) else f"{MOVES}.{knob}"
            faults += _beyond(i, place, row[knob], move, knob, seed)
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        raise invalid(faults)
    return named


def _beyond(i: int, place: str, plan: float, move: float, knob: str, seed: Seed) -> list[Fault]:
    column = seed.column(knob)
    low, high = column.settable
    then = plan + move
    if low - _ROUNDING <= then <= high + _ROUNDING:
        return []
    bound, side = (high, "at most") if then > high else (low, "at least")
    expected = f"plan {plan:g} and move {move:g} together {side} {bound:g} {column.unit}"
    return [Fault(row=i, field=place, value=then, bound=bound, expected=expected)]
