"""Sorting in the jobs: line set-points are replayed on assayed pieces, no online calibration."""

from training.labels.quantities import predicted_shares, shares
from training.sorting.card import LIMITS, ROWS, UNITS, heading, row, rows_used, sections, subject
from training.sorting.columns import COLUMNS, cautions, remarks, verdict_head
from training.sorting.comparison import check_judgeable, verdict
from training.sorting.fit import SortingLearner
from training.sorting.gate import evidence
from training.sorting.plots import PICTURES
from training.sorting.setpoints import NewestPieces
from training.sorting.trial import outcome, plant_size, tables
from training.task import Assessor, DecisionTrial, LabelScales, TaskCard, TrainingTask

TASK = TrainingTask(
    learner=SortingLearner(),
    assessor=Assessor(check_judgeable, verdict, evidence),
    card=TaskCard(
        rows=ROWS,
        units=UNITS,
        limits=LIMITS,
        pictures=PICTURES,
        row=row,
        heading=heading,
        subject=subject,
        rows_used=rows_used,
        sections=sections,
        cautions=cautions,
        remarks=remarks,
        verdict_head=verdict_head,
    ),
    columns=COLUMNS,
    labels=LabelScales(shares, predicted_shares),
    parts=(NewestPieces(),),
    trial=DecisionTrial(plant_size, outcome, tables),
)
