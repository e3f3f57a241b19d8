"""Training jobs of graded lots: how candidates are fitted, measured, shown and compared; see `training.tasks.Task`."""

from training.labels.quantities import contents as quantities
from training.labels.quantities import predicted_contents as predicted_quantities
from training.quality import advice, follow, trial
from training.quality.card import LIMITS, ROWS, UNITS, heading, row, rows_used, sections, subject
from training.quality.columns import (
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
from training.quality.comparison import check_judgeable, verdict
from training.quality.fit import (
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
from training.quality.gate import evidence
from training.quality.plots import PICTURES

loop = None  # the closed loop of lots is a benchmark
signs = None  # of a content physics is sure of no sign

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
