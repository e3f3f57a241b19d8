"""Moves that a what-if chose, unit by unit, within the bounds of the model's seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from models.consistency.unit_names import unit_name
from operations.forms.faults import MOST_FAULTS, RequestDefect, invalid, shown
from operations.forms.fields import Record
from operations.set_points.names import MOVES
from operations.set_points.requests import ParsedSetpointRequest, by_unit
from seeds import Seed

_ROUNDING = 1e-9


Bounds = Mapping[str, tuple[float, float]]


def chosen(request: ParsedSetpointRequest, seed: Seed) -> dict[str, dict[str, float]]:
    """Moves by unit and set-point [its unit], within the bounds of the seed; see `chosen_within`."""
    setpoints = [column for column in seed.by_role("setpoint") if column.is_number]
    units = {column.name: str(column.unit) for column in setpoints}
    bounds = {column.name: column.settable for column in setpoints}
    return chosen_within(request.rows, request.units, request.request[MOVES], bounds, units)


def chosen_within(
    rows: Sequence[Record], units: Sequence[str], moves: Record, bounds: Bounds, setpoint_units: Mapping[str, str]
) -> dict[str, dict[str, float]]:
    """Moves by unit and set-point [its unit].

    Parameters
    ----------
    rows, units : sequence of n dict, n str
        Plans and the unit of each.
    moves : dict
        By set-point, or by unit and set-point.
    bounds, setpoint_units : Mapping
        Where each set-point may be set, and its unit.

    Raises
    ------
    RequestError
        422 where moves are of a unit that no row plans, or a set-point would leave its bounds.
    """
    named: dict[str, dict[str, float]] = {unit: moves for unit in units}
    if by_unit(moves):
        named = {unit_name(unit): own for unit, own in moves.items()}
    faults = [
        RequestDefect(field=f"{MOVES}.{shown(unit)}", value=shown(unit), expected="a unit that one of rows plans")
        for unit in named
        if unit not in units
    ]
    for i, (unit, row) in enumerate(zip(units, rows, strict=True)):
        for setpoint, move in named.get(unit, {}).items():
            place = f"{MOVES}.{shown(unit)}.{setpoint}" if by_unit(moves) else f"{MOVES}.{setpoint}"
            faults += _beyond(i, place, row[setpoint], move, bounds[setpoint], setpoint_units[setpoint])
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        raise invalid(faults)
    return named


def _beyond(
    i: int, place: str, plan: float, move: float, bounds: tuple[float, float], unit: str
) -> list[RequestDefect]:
    low, high = bounds
    then = plan + move
    if low - _ROUNDING <= then <= high + _ROUNDING:
        return []
    bound, side = (high, "at most") if then > high else (low, "at least")
    expected = f"plan {plan:g} and move {move:g} together {side} {bound:g} {unit}"
    return [RequestDefect(row=i, field=place, value=then, bound=bound, expected=expected)]
