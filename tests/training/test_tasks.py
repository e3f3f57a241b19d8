"""What a task shows is what its candidates and verdicts measure."""

from typing import get_args, get_type_hints

import pytest

import models.tasks
from models.learnings import LEARNINGS
from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.splits import split
from training.tasks import TASKS, task_of


@pytest.fixture
def number(toy_seed, toy_frame):
    """A process with a number: seed, table, truth."""
    frame = toy_frame()
    return toy_seed, frame, frame[["unit", "period_start", "y"]]


@pytest.fixture
def classification(toy_class_seed, toy_class_frame):
    """A process with a class: seed, table, truth."""
    frame = toy_class_frame()
    return toy_class_seed, frame, frame[["face", "day", "ore"]]


@pytest.fixture
def sorting(toy_sorting_seed, toy_sorting_frame):
    """A process that sorts: seed, table, truth."""
    frame = toy_sorting_frame()
    return toy_sorting_seed, frame, frame[["lot", "passed_at", "metal", "x", "z"]]


@pytest.fixture
def quality(toy_quality_seed, toy_quality_frame):
    """A process that grades its lots: seed, table, truth."""
    frame = toy_quality_frame(lots=60)
    return toy_quality_seed, frame, frame[["line", "cast_at"]].join(frame[["p", "q", "r"]].abs())


@pytest.fixture(params=["number", "classification", "sorting", "quality"])
def fitted(request):
    """Task, first candidate, data set with truth, and split: of each kind of process."""
    seed, frame, truth = request.getfixturevalue(request.param)
    data = dataset_of(check(frame, seed), seed, truth)
    parts, task = split(data), task_of(seed)
    name, estimator = next(iter(build(seed).items()))
    info = {"package_version": "1.2.3", "git_commit": None}
    return task, fit_candidate(task.learner, name, estimator, data, parts, info, None, lambda action: None), data, parts


def test_what_training_fits_beside_the_candidates_is_what_models_keep():
    for name, task in TASKS.items():
        assert [part.name for part in task.parts] == [part.name for part in LEARNINGS.get(name, ())]


def test_the_seed_says_which_task_it_is(toy_seed, toy_class_seed, toy_sorting_seed, toy_quality_seed):
    assert task_of(toy_seed).learner.selected_by == "calibrate_rmse_over_blocks"
    assert task_of(toy_class_seed) is TASKS["classification"]
    assert task_of(toy_sorting_seed).learner.selected_by == "calibrate_log_loss"
    assert task_of(toy_quality_seed).learner.selected_by == "calibrate_lot_loss"


def test_a_task_offers_what_its_decisions_and_setpoints_need():
    """Numbers have set-points, lots and pieces have decisions, a class has neither; classes follow no outcomes."""
    assert [name for name, task in TASKS.items() if task.loop is not None] == ["regression"]
    assert [name for name, task in TASKS.items() if task.signs is not None] == ["regression"]
    assert [name for name, task in TASKS.items() if task.trial is not None] == ["sorting", "quality"]
    assert [name for name, task in TASKS.items() if task.caught_up is not None] == ["regression", "quality"]


def test_the_learner_of_a_task_calibrates_its_model():
    for name, task in TASKS.items():
        (model, _) = get_args(get_type_hints(type(task.learner).calibrated)["return"])
        assert model is models.tasks.TASKS[name].model


def test_what_a_reader_is_told_is_made_of_what_is_measured(fitted):
    task, candidate, data, parts = fitted
    for line in task.card.remarks({candidate.name: candidate}, candidate, data):
        assert "nan" not in line
    assert task.card.cautions(data.seed, candidate.metrics, len(parts.test))  # the baseline has no skill
    assert f"{len(parts.test)}" in " ".join(task.card.rows_used(data, parts))
    assert task.card.subject(data, parts)
    assert len({picture.draw.__name__ for picture in task.card.pictures}) == len(task.card.pictures)


def test_every_figure_that_is_shown_is_measured(fitted):
    task, candidate, _, parts = fitted
    known = set(candidate.metrics)
    shown = {*task.columns.candidates, *task.columns.published, *task.columns.tagged, task.learner.selected_by}
    if not len(parts.holdout):
        shown = {name for name in shown if not name.startswith("holdout_") or name.startswith("holdout_all_")}
    assert shown <= known, shown - known


def test_every_decisive_figure_is_in_the_table_of_a_verdict(fitted):
    task = fitted[0]
    assert {side for side, _ in task.columns.decisive} == {"champion", "challenger"}
    assert {name for _, name in task.columns.decisive} <= set(task.columns.verdict)
    assert task.card.verdict_head(fitted[2].seed)


def test_a_table_of_candidates_has_heads_of_two_short_lines(fitted):
    task = fitted[0]
    for head, _ in task.columns.candidates.values():
        assert head.count("\n") <= 1
        assert max(map(len, head.split("\n"))) <= 8
    for _, form in (*task.columns.candidates.values(), *task.columns.published.values()):
        assert format(0.123456, form)
