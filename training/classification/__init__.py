"""Training jobs of a class: how candidates are fitted, measured, shown and compared; see `training.tasks.Task`."""

from training.classification.card import LIMITS, ROWS, UNITS, heading, rows_used, sections
from training.classification.columns import (
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
from training.classification.comparison import check_judgeable, verdict
from training.classification.fit import (
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
from training.classification.gate import evidence
from training.classification.plots import PICTURES
from training.labels.quantities import predicted_shares as predicted_quantities
from training.labels.quantities import shares as quantities
from training.reports.periods import row, subject

trial = None  # a class decides nothing
loop = advice = None  # and has no knobs
signs = None  # of a class physics is sure of no sign
follow = None  # classes follow no outcomes

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
