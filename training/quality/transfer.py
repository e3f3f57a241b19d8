"""Graders of another plant, from lots of plants of the same kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from models.online.plant_transfer import OtherPlant, TransferError, measured
from models.quality.model import QualityModel
from models.quality.plant_errors import errors_of
from models.quality.transfer import LotTransfer
from models.table.inputs import matrix
from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.error_dispersion import PlantResiduals
from models.uncertainty.outcome_stream import known_from
from physics.arrays import FloatArray, IntArray
from training.core.dataset import Dataset


def transferred(model: QualityModel, plants: Sequence[Dataset]) -> QualityModel:
    """Return a grader for another plant: without assays, its guarantee withdrawn.

    Parameters
    ----------
    model : QualityModel
        The grader.
    plants : sequence of Dataset
        Lots of other plants of the same kind.

    Raises
    ------
    TransferError
        Too few plants or lots, or a grader that follows no assays.
    InputError
        A table lacks inputs.
    """
    if model.level is None:
        raise TransferError("model: it follows no assays, because its table had no time; expected one that does")
    own = _own(model)
    transfer = measured(_plants(own, plants), own.scatter.spread)
    empty = replace(own, level=IntervalLevel.new(model.level.weight), usual=None, followed=None, unfollowed=None)
    return empty.transferred(LotTransfer(transfer, own.threshold))


def _own(model: QualityModel) -> QualityModel:
    """Return a grader as it is on the plant of its training."""
    if model.transfer is None:
        return model
    return replace(model, scatter=model.own_scatter, threshold=model.transfer.threshold, transfer=None)


def _plants(model: QualityModel, plants: Sequence[Dataset]) -> list[OtherPlant]:
    """Return the assayed lots of plants in the order of their assays."""
    orders = [_order(data) for data in plants]
    X = np.concatenate([matrix(data.table, model.seed)[order] for data, order in zip(plants, orders, strict=True)])
    reported = np.concatenate([data.contents[order] for data, order in zip(plants, orders, strict=True)])
    lots = _Lots(model, reported, model.estimated(X)[:, : reported.shape[1]], model.by_pattern(X))
    errors, ends = errors_of(model, reported, X), np.cumsum([len(order) for order in orders])
    return [
        OtherPlant(_numbered(errors[end - len(order) : end], data, order), lots.of(slice(end - len(order), end)))
        for data, order, end in zip(plants, orders, ends.tolist(), strict=True)
    ]


def _order(data: Dataset) -> IntArray:
    order = np.argsort(known_from(data.periods, data.seed), kind="stable")
    return order[~np.isnan(data.contents[order]).all(axis=1)]


def _numbered(errors: FloatArray, data: Dataset, order: IntArray) -> PlantResiduals:
    _, unit = np.unique(data.units[order].astype(str), return_inverse=True)
    _, period = np.unique(data.periods.to_numpy()[order], return_inverse=True)
    return PlantResiduals(errors, unit, period)


@dataclass(frozen=True, eq=False)
class _Lots:
    """Lots of all plants together, so that each pattern of missing inputs is calibrated once."""

    model: QualityModel
    reported: FloatArray
    raw: FloatArray
    parts: Sequence[tuple[QualityModel, IntArray]]

    def of(self, rows: slice) -> Callable[[int, FloatArray, FloatArray], FloatArray]:
        """Return the function that gives the scores of some lots; see `OtherPlant`."""
        return partial(self._scores, rows)

    def _scores(self, rows: slice, outcomes: int, offset: FloatArray, growth: FloatArray) -> FloatArray:
        needed = np.empty(rows.stop - rows.start)
        for part, lots in self.parts:
            own = lots[(lots >= rows.start) & (lots < rows.stop)]
            grown, place = replace(part.scatter, spread=part.scatter.spread * growth), own - rows.start
            needed[place] = grown.needed(self.reported[own], self.raw[own] + offset[place]) / part.widening
        return needed
