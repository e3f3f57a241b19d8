"""Training jobs of a number: how candidates are fitted, measured, shown and compared; see `training.tasks.Task`."""

from training import setpoints as loop
from training.labels.quantities import numbers as quantities
from training.labels.quantities import predicted_numbers as predicted_quantities
from training.regression import advice, follow, signs
from training.regression.card import LIMITS, ROWS, UNITS, heading, rows_used, sections
from training.regression.columns import (
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
from training.regression.comparison import check_judgeable, verdict
from training.regression.fit import (
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
from training.regression.gate import evidence
from training.regression.plots import PICTURES
from training.reports.periods import row, subject

trial = None  # a number decides nothing of a lot

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
