"""What a policy sees of a plant: nothing of the truth, of the period to come, or of labels that are not in hand."""

import numpy as np
import pandas as pd
import pytest

from training.setpoints.observation import public, split_plan


@pytest.fixture(scope="module")
def table(initialised):
    return initialised.hand.table(initialised.running)


def test_a_policy_sees_columns_of_the_seed_alone(initialised, table):
    assert list(table.columns) == [column.name for column in initialised.seed.columns]
    assert initialised.seed.plant is None


def test_parameters_of_the_simulated_plant_are_truth(potline):
    assert public(potline).plant is None
    assert public(potline).columns == potline.columns


def test_nothing_of_the_period_to_come_is_seen_but_what_is_known_when_it_starts(initialised, table):
    history, planned = split_plan(table, initialised.seed)
    measured = [column.name for column in initialised.seed.by_role("during", "late", "target")]
    assert planned[measured].isna().all(axis=None)
    before = [column.name for column in initialised.seed.by_role("before") if not column.is_made]
    key = initialised.seed.key.name
    known = initialised.running.known().set_index(key).loc[planned[key], before].reset_index(drop=True)
    pd.testing.assert_frame_equal(planned[before], known, check_dtype=False)
    setpoints = [column.name for column in initialised.seed.by_role("setpoint")]
    plan = initialised.running.plan().set_index(key).loc[planned[key], setpoints].reset_index(drop=True)
    pd.testing.assert_frame_equal(planned[setpoints], plan, check_dtype=False)
    assert history[initialised.seed.clock.name].max() < planned[initialised.seed.clock.name].min()


def test_a_label_is_seen_from_when_it_comes_in(initialised, table):
    """The current efficiency of a period closes one period later: of the last one none is in hand, of others all."""
    history, _ = split_plan(table, initialised.seed)
    starts = np.sort(history[initialised.seed.clock.name].unique())
    last = history[initialised.seed.clock.name] == starts[-1]
    late = [column.name for column in initialised.seed.by_role("late", "target")]
    assert history.loc[last, late].isna().all(axis=None)
    assert history.loc[~last, initialised.seed.target.name].notna().mean() > 0.9


def test_what_is_seen_does_not_depend_on_what_is_to_come(initialised, table):
    for future in (1, 2):
        pd.testing.assert_frame_equal(initialised.hand.table(initialised.running.fork(future)), table)


def test_rows_stand_once_each(initialised, table):
    assert not table.duplicated([initialised.seed.key.name, initialised.seed.clock.name]).any()
    later = initialised.hand.after(initialised.running.fork().step()).history()
    assert len(later) == len(initialised.history) + len(initialised.running.fork().step().table)
