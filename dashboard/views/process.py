"""Page of a process: map of units, bins and lots of a sorter, lots before their assay."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from dashboard.links import ProcessStatus
from dashboard.state.process import ProcessState
from dashboard.state.units import LotDecision, SortedLot, UnitState
from dashboard.views.figures import Figure, quantities
from dashboard.views.recommendations import recommendation_of
from dashboard.views.shares import Share, of_bins, of_classes, of_decisions, of_lots
from dashboard.views.warnings import of_unit
from records.outcomes import Slot

Layer = Literal["prediction", "width", "warning", "recommendation"]
"""Subjects of the map."""
Mark = Literal["normal", "low", "high", "wide", "alarm", "uncertain", "advice", "refused", "none"]
WIDE = 1.5
"""Width of an interval over the median of all units from which it is marked as wide."""
MOST_SHOWN = 50
"""Lots that are listed."""


@dataclass(frozen=True)
class Tile:
    """A unit on the map.

    Attributes
    ----------
    name : str
    mark : str
        Condition that colour, sign and word show.
    figure : Figure or None
        Quantity of the tile: the first of the seed.
    text : str
        Class, event or number of moves, as the layer has it; empty for none.
    """

    name: str
    mark: Mark
    figure: Figure | None
    text: str = ""


@dataclass(frozen=True)
class LotRow:
    """A sorted lot: arrival of its newest request, its pieces, and the share of each bin by name [1]."""

    name: str
    at: int
    pieces: int
    shares: Mapping[str, float]


@dataclass(frozen=True)
class ProcessPage:
    """Content of the page of a process.

    Attributes
    ----------
    status : ProcessStatus
    layer : str
        Subject of the map.
    layers : sequence of str
        Subjects that the process offers.
    tiles : sequence of Tile
    abnormal : int
        Tiles with another mark than normal or none.
    shares : sequence of Share
        Shares of bins, classes or decisions.
    lots : sequence of LotRow
        Newest sorted lots.
    pending, decided : sequence of LotDecision
        Lots before their outcome: those that wait for an assay, and the others.
    rows, since : int
        Predicted rows in memory, and the arrival of the first [microseconds since 1970, UTC].
    """

    status: ProcessStatus
    layer: Layer
    layers: Sequence[Layer]
    tiles: Sequence[Tile]
    abnormal: int
    shares: Sequence[Share]
    lots: Sequence[LotRow]
    pending: Sequence[LotDecision]
    decided: Sequence[LotDecision]
    rows: int
    since: int


def process_page(status: ProcessStatus, state: ProcessState, layer: str, known: Collection[Slot]) -> ProcessPage:
    """Content of the page; `known` are the unit and period of lots that have an outcome."""
    layers = layers_of(status)
    shown = next((one for one in layers if one == layer), layers[0])
    units = [unit for _, unit in sorted(state.units.items())]
    tiles = _tiles(state, units, shown)
    waiting = [one for key, one in state.decisions.items() if key not in known]
    waiting.sort(key=lambda one: (one.slot, one.unit), reverse=True)
    newest = sorted(state.lots.values(), key=lambda lot: (-lot.at, lot.name))[:MOST_SHOWN]
    return ProcessPage(
        status=status,
        layer=shown,
        layers=layers,
        tiles=tiles,
        abnormal=sum(tile.mark not in ("normal", "none", "advice") for tile in tiles),
        shares=[*of_bins(state), *of_classes(state), *of_decisions(state)],
        lots=[_lot(state, lot) for lot in newest],
        pending=[one for one in waiting if one.action == "laboratory"][:MOST_SHOWN],
        decided=[one for one in waiting if one.action != "laboratory"][:MOST_SHOWN],
        rows=state.rows,
        since=state.since,
    )


def layers_of(status: ProcessStatus) -> list[Layer]:
    """Subjects of the map that a process has."""
    layers: list[Layer] = ["prediction"]
    if status.seed.quantities:
        layers.append("width")
    if "warnings" in status.operations:
        layers.append("warning")
    if "recommendations" in status.operations and status.seed.lots is None and not status.seed.grades:
        layers.append("recommendation")
    return layers


def _tiles(state: ProcessState, units: Sequence[UnitState], layer: Layer) -> list[Tile]:
    figures = {unit.name: _first(state, unit) for unit in units}
    if layer == "warning":
        return [_of_warning(state, unit, figures[unit.name]) for unit in units]
    if layer == "recommendation":
        return [_of_recommendation(state, unit, figures[unit.name]) for unit in units]
    if layer == "width":
        widths = [one.high - one.low for one in figures.values() if one is not None and math.isfinite(one.high)]
        middle = median(widths) if widths else math.nan
        return [_of_width(unit, figures[unit.name], middle) for unit in units]
    return [_of_prediction(state, unit, figures[unit.name]) for unit in units]


def _first(state: ProcessState, unit: UnitState) -> Figure | None:
    own = [] if unit.point is None else quantities(state.seed, unit.point)
    return own[0] if own else None


def _of_prediction(state: ProcessState, unit: UnitState, figure: Figure | None) -> Tile:
    if unit.latest is None:
        return Tile(unit.name, "none", None)
    if figure is not None and not state.seed.grades:
        mark: Mark = {"low": "low", "high": "high"}.get(figure.condition, "normal")  # type: ignore[assignment]
        return Tile(unit.name, mark, figure)
    if state.seed.classes:
        is_sure = len(unit.latest.content.get("class_set") or [1]) == 1
        text = str(unit.latest.content.get(state.seed.target.name, ""))
        return Tile(unit.name, "normal" if is_sure else "uncertain", figure, text)
    return Tile(unit.name, "normal", figure)


def _of_width(unit: UnitState, figure: Figure | None, middle: float) -> Tile:
    if figure is None or not math.isfinite(figure.high):
        return Tile(unit.name, "none", None)
    return Tile(unit.name, "wide" if figure.high - figure.low > WIDE * middle else "normal", figure)


def _of_warning(state: ProcessState, unit: UnitState, figure: Figure | None) -> Tile:
    events = of_unit(state, unit)
    if not events:
        return Tile(unit.name, "none", figure)
    if events[0].is_alarm:
        return Tile(unit.name, "alarm", figure, events[0].name)
    return Tile(unit.name, "refused" if all(one.refusal for one in events) else "normal", figure)


def _of_recommendation(state: ProcessState, unit: UnitState, figure: Figure | None) -> Tile:
    advice = recommendation_of(state, unit)
    if advice is None:
        return Tile(unit.name, "none", figure)
    if not advice.moves:
        return Tile(unit.name, "refused" if advice.content.get("refusal") else "normal", figure)
    return Tile(unit.name, "advice" if advice.is_open else "normal", figure, str(len(advice.moves)))


def _lot(state: ProcessState, lot: SortedLot) -> LotRow:
    return LotRow(lot.name, lot.at, sum(lot.pieces.values()), {one.name: one.share for one in of_lots(state, [lot])})
