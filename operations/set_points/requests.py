"""Request for set-points: from JSON to the table of a set-point model, or a list of its faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from operations.forms.decoding import parsed_json
from operations.forms.faults import RequestDefect, invalid, shown, within
from operations.forms.fields import Record
from operations.forms.plan_rows import planned, records, with_plans
from operations.forms.plan_tables import read_rows, tabled
from operations.forms.shapes import Shape
from operations.operation import FromTable
from operations.set_points.forms import SetPointForm
from operations.set_points.names import MOVES
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ParsedSetpointRequest:
    """A request for set-points that was read.

    Attributes
    ----------
    rows : list of dict
        Plans, as they came.
    units : list of str
        Name of each row's unit.
    table : DataFrame
        History and plans as a table of the seed, by unit and time; what is measured in a plan's period is NaN.
    request : dict
        Other fields of the request.
    """

    rows: list[Record]
    units: list[str]
    table: pd.DataFrame
    request: Record


def read(form: SetPointForm, body: bytes) -> ParsedSetpointRequest:
    """Read a request's body.

    Raises
    ------
    RequestError
        400 where the body is no JSON, 422 where its content is wrong; then all faults are named, or the first 100 of
        more.
    """
    parsed = parsed_json(body)
    request, faults = form.envelope.read(parsed)
    rows = read_rows(parsed, "rows", form.row, form.max_rows, faults)
    past = read_rows(parsed, "history", form.past, form.max_rows, faults)
    if request is not None:
        faults += move_faults(request.get(MOVES, {}), form.alike, form.moves)
    units, table = tabled(rows, past, form.seed, faults, form.needed)
    return ParsedSetpointRequest(rows, units, table, request)


def by_unit(moves: Record) -> bool:
    """Return whether moves are stated unit by unit."""
    return any(isinstance(one, dict) for one in moves.values())


def move_faults(moves: Record, alike: Shape, own: Shape) -> list[RequestDefect]:
    """Faults of moves other than their size, which a model's seed limits.

    `alike` are moves that are the same for all rows, `own` those of one unit.
    """
    if not by_unit(moves):
        return [within(MOVES, fault) for fault in alike.read(moves)[1]]
    return [within(f"{MOVES}.{shown(unit)}", fault) for unit, one in moves.items() for fault in own.read(one)[1]]


def checked_moves(request: Record, alike: Shape, own: Shape) -> Record:
    """Return a request with possible moves, whatever their size; RequestError lists the impossible."""
    if faults := move_faults(request.get(MOVES, {}), alike, own):
        raise invalid(faults)
    return request


GOES_ON = "Warning: no row plans a period: the last set-points are assumed to stay for one more period"


def request_of(table: pd.DataFrame, seed: Seed, options: Record) -> FromTable[ParsedSetpointRequest]:
    """Plans of a table, or its last set-points for one more period where it has none."""
    assert seed.key is not None
    rows, goes_on = with_plans(table, seed)
    plans = records(planned(rows, seed), seed)
    lacking = table[seed.key.name].nunique() - len(plans)
    request = ParsedSetpointRequest(plans, [row[seed.key.name] for row in plans], rows, options)
    return FromTable(request, tuple(filter(None, (GOES_ON if goes_on else "", unplanned(lacking)))))


def unplanned(units: int) -> str:
    """Remark on units without a plan; empty where there are none."""
    count = f"{units} unit" if units == 1 else f"{units} units"
    return f"no advice for {count} whose newest row is no plan" if units else ""
