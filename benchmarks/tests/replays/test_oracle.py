"""The model that a replay's oracle learns before each step, of one target and of several."""

import numpy as np
import pytest

from benchmarks.replays import run
from models.table.reading import read_table
from models.tasks import inputs_for
from seeds import load
from synthetic_data import simulate
from training.core.dataset import period_of


@pytest.mark.parametrize("process", ["aluminium_reduction", "copper_electrorefining"])
def test_what_is_learnt_answers_the_first_target(process, tmp_path, monkeypatch):
    seed, built = load(process), run.build
    few = ("persistence", "linear")
    monkeypatch.setattr(run, "build", lambda one: {name: built(one)[name] for name in few})
    simulate(seed, tmp_path, units=24, years=1)
    table = read_table(tmp_path, seed).table
    last = period_of(table, seed) == period_of(table, seed).max()
    model = run.trained_model(table[~last], seed)
    assert model.candidate in few
    answer = model.answer(inputs_for(model, table[last]), run.COVERAGE)[seed.target.name]
    assert answer.value.shape == (last.sum(),)
    assert (answer.low <= answer.value).all()
    assert np.isfinite(answer.high).all()
