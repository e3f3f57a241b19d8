"""A number in the jobs."""

from training.labels.quantities import numbers, predicted_numbers
from training.regression.card import LIMITS, ROWS, UNITS, heading, rows_used, sections
from training.regression.columns import COLUMNS, cautions, remarks, verdict_head
from training.regression.comparison import check_judgeable, verdict
from training.regression.fit import RegressionLearner
from training.regression.follow import caught_up
from training.regression.gate import evidence
from training.regression.plots import PICTURES
from training.regression.setpoints import UnitSetpointFit
from training.regression.signs import directions
from training.regression.transfer import transferred
from training.regression.unit_history import with_unit_history
from training.reports.periods import row, subject
from training.setpoints.record import files, metrics
from training.setpoints.runs import trial
from training.setpoints.tables import tables
from training.task import Assessor, LabelScales, SetpointLoop, TaskCard, TrainingTask
from training.warnings.learning import EventWarnings

TASK = TrainingTask(
    learner=RegressionLearner(),
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
    labels=LabelScales(numbers, predicted_numbers),
    parts=(UnitSetpointFit(), EventWarnings()),
    loop=SetpointLoop(trial, tables, metrics, files),
    signs=directions,
    caught_up=caught_up,
    transferred=transferred,
    extended=with_unit_history,
)
