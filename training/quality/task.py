"""Graded lots in the jobs: the closed loop of their set-points is a benchmark."""

from training.labels.quantities import contents, predicted_contents
from training.quality.card import LIMITS, ROWS, UNITS, heading, row, rows_used, sections, subject
from training.quality.columns import COLUMNS, cautions, remarks, verdict_head
from training.quality.comparison import check_judgeable, verdict
from training.quality.fit import QualityLearner
from training.quality.follow import caught_up
from training.quality.gate import evidence
from training.quality.plots import PICTURES
from training.quality.setpoints import EffectsOnLots
from training.quality.transfer import transferred
from training.quality.trial import outcome, plant_size, tables
from training.task import Assessor, DecisionTrial, LabelScales, TaskCard, TrainingTask

TASK = TrainingTask(
    learner=QualityLearner(),
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
    labels=LabelScales(contents, predicted_contents),
    parts=(EffectsOnLots(),),
    trial=DecisionTrial(plant_size, outcome, tables),
    caught_up=caught_up,
    transferred=transferred,
)
