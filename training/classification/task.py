"""Classification in the jobs: no decisions, no set-points, no online calibration."""

from training.classification.card import LIMITS, ROWS, UNITS, heading, rows_used, sections
from training.classification.columns import COLUMNS, cautions, remarks, verdict_head
from training.classification.comparison import check_judgeable, verdict
from training.classification.fit import ClassificationLearner
from training.classification.gate import evidence
from training.classification.plots import PICTURES
from training.labels.quantities import predicted_shares, shares
from training.reports.periods import row, subject
from training.task import Assessor, LabelScales, TaskCard, TrainingTask

TASK = TrainingTask(
    learner=ClassificationLearner(),
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
)
