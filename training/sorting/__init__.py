"""Training jobs of sorting: how candidates are fitted, measured, shown and compared; see `training.tasks.Task`."""

from training.labels.quantities import predicted_shares as predicted_quantities
from training.labels.quantities import shares as quantities
from training.sorting import advice, trial
from training.sorting.card import LIMITS, ROWS, UNITS, heading, row, rows_used, sections, subject
from training.sorting.columns import (
    COLUMNS,
    DECISIVE,
    PUBLISHED,
    TAGGED,
    VERDICT_ROWS,
    VERSION_COLUMNS,
    cautions,
    remarks,
    verdict_head,
)
from training.sorting.comparison import check_judgeable, verdict
from training.sorting.fit import (
    CURVE_SHARES,
    FITTING,
    IMPORTANCE_REPEATS,
    IMPORTANCE_ROWS,
    PARTS,
    SELECTED_BY,
    answers,
    calibrated,
    check_split,
    error,
    evaluated,
    predict,
    predictions_of,
)
from training.sorting.gate import evidence
from training.sorting.plots import PICTURES

loop = None  # what set-points of a line bring is replayed on assayed pieces
signs = None  # of a class physics is sure of no sign
follow = None  # classes and contents of pieces follow no outcomes

__all__ = [
    "COLUMNS",
    "CURVE_SHARES",
    "DECISIVE",
    "FITTING",
    "IMPORTANCE_REPEATS",
    "IMPORTANCE_ROWS",
    "LIMITS",
    "PARTS",
    "PICTURES",
    "PUBLISHED",
    "ROWS",
    "SELECTED_BY",
    "TAGGED",
    "UNITS",
    "VERDICT_ROWS",
    "VERSION_COLUMNS",
    "advice",
    "answers",
    "calibrated",
    "cautions",
    "check_judgeable",
    "check_split",
    "error",
    "evaluated",
    "evidence",
    "follow",
    "heading",
    "loop",
    "predict",
    "predicted_quantities",
    "predictions_of",
    "quantities",
    "remarks",
    "row",
    "rows_used",
    "sections",
    "signs",
    "subject",
    "trial",
    "verdict",
    "verdict_head",
]
