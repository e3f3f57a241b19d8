"""Assayed pieces outside a sorter's training rows, stored for set-points of its line, with their text."""

import numpy as np

from models.interfaces.learning import SETPOINTS
from models.setpoints.errors import SetpointError
from models.sorting.model import SortingModel
from models.sorting.setpoints.assayed import FEWEST_LOTS, Assayed
from models.sorting.setpoints.recommender import LineSetPoints
from models.sorting.setpoints.setpoints import line_setpoints
from reporting.markdown import table
from training.core.dataset import Dataset
from training.core.learning import PartFit
from training.core.splits import Split

MOST_LOTS = 200  # the newest


class NewestPieces(PartFit[Assayed]):
    """Latest lots outside the training rows, on which set-points of the line are evaluated."""

    name = SETPOINTS
    refuses_by = SetpointError
    heading = "Set-points of the line"
    none = "None are recommended"

    def is_asked(self, data: Dataset) -> bool:
        """Return True: each line has set-points."""
        return True

    def fit(self, data: Dataset, parts: Split) -> Assayed:
        """Take the pieces; SetpointError where they have no time or their lots are too few."""
        if data.seed.time is None:
            raise SetpointError("pieces have no time: expected a column of role time")
        rows = np.concatenate([parts.test, parts.holdout])
        rows = rows[np.argsort(data.periods[rows], kind="stable")]
        newest = list(dict.fromkeys(data.units[rows]))[-MOST_LOTS:]
        if len(newest) < FEWEST_LOTS:
            raise SetpointError(
                f"{len(newest)} latest lots outside the training rows, expected {FEWEST_LOTS} or more to evaluate "
                "set-points on"
            )
        rows = rows[np.isin(data.units[rows], newest)]
        return Assayed(data.X[rows], data.y[rows].astype(np.intp), data.contents[rows], data.units[rows]).as_kept()

    def lines(self, part: Assayed, model: SortingModel, data: Dataset, parts: Split) -> list[str]:
        """Return the text on the rows for the evaluation of the line's set-points."""
        line = LineSetPoints(model, part)
        replay, bounds = line.replay(None), line.bounds(None)
        rows = [
            [
                f"`{setpoint.name}`",
                setpoint.description,
                setpoint.unit,
                *(f"{end:.4g}" for end in bounds[setpoint.name]),
            ]
            for setpoint in line_setpoints(model.seed)
        ]
        loads = f" Nine tenths of them had loads from {replay.middle[0]:.3g} to {replay.middle[1]:.3g}."
        return [
            f"Evaluated on {len(replay.lots)} assayed pieces of the latest {replay.n_lots} lots, outside the model's "
            f"training rows; they are stored with it.{loads if replay.has_loads else ''} The result of other "
            "least gains on them is replayed; of other loads it is inferred from lots that had them.",
            *([""] if replay.trouble is None else ["", f"Nothing is recommended from them: {replay.trouble}.", ""]),
            *table(["set-point", "description", "unit", "from", "to"], rows),
        ]
