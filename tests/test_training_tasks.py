"""What a task shows is what its candidates and verdicts measure."""

import pytest

from models.candidates import build
from models.contract import check
from training.dataset import dataset_of
from training.splits import split
from training.tasks import task_of


@pytest.fixture(params=["number", "sorting"])
def fitted(request, toy_seed, toy_frame, toy_sorting_seed, toy_sorting_frame):
    """Task, first candidate, data set with truth, and split: of a process with a number, and of one that sorts."""
    if request.param == "number":
        seed, frame = toy_seed, toy_frame()
        truth = frame[["unit", "period_start", "y"]]
    else:
        seed, frame = toy_sorting_seed, toy_sorting_frame()
        truth = frame[["lot", "passed_at", "metal", "x", "z"]]
    data = dataset_of(check(frame, seed), seed, truth)
    parts, task = split(data.table, seed), task_of(seed)
    name, estimator = next(iter(build(seed).items()))
    info = {"package_version": "1.2.3", "git_commit": None}
    return task, task.fit(name, estimator, data, parts, info, None, lambda what: None), data, parts


def test_the_seed_says_which_task_it_is(toy_seed, toy_sorting_seed):
    assert task_of(toy_seed).selected_by == "calibrate_rmse"
    assert task_of(toy_sorting_seed).selected_by == "calibrate_log_loss"


def test_every_figure_that_is_shown_is_measured(fitted):
    task, candidate, _, parts = fitted
    known = set(candidate.metrics)
    shown = {*task.columns, *task.published, *task.tagged, task.selected_by}
    if not len(parts.unseen):
        shown = {name for name in shown if not name.startswith("unseen_") or name.startswith("unseen_all_")}
    assert shown <= known, shown - known
    assert set(task.figures(candidate.metrics)) == set(task.tagged) & known


def test_every_decisive_figure_is_in_the_table_of_a_verdict(fitted):
    task = fitted[0]
    assert {side for side, _ in task.decisive} == {"champion", "challenger"}
    assert {name for _, name in task.decisive} <= set(task.verdict_rows)
    assert task.verdict_head(fitted[2].seed)


def test_a_table_of_candidates_has_heads_of_two_short_lines(fitted):
    task = fitted[0]
    for head, _ in task.columns.values():
        assert head.count("\n") <= 1
        assert max(map(len, head.split("\n"))) <= 8
    for _, form in (*task.columns.values(), *task.published.values()):
        assert format(0.123456, form)
