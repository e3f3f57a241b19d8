"""What a policy sees of a plant: nothing of the truth, of the period to come, or of labels that are not in hand."""

import numpy as np
import pandas as pd
import pytest

from training.setpoints.observation import public, split_plan


@pytest.fixture(scope="module")
def table(begun):
    return begun.hand.table(begun.running)


def test_a_policy_sees_columns_of_the_seed_alone(begun, table):
    assert list(table.columns) == [column.name for column in begun.seed.columns]
    assert begun.seed.plant is None


def test_parameters_of_the_simulated_plant_are_truth(potline):
    assert public(potline).plant is None
    assert public(potline).columns == potline.columns


def test_nothing_of_the_period_to_come_is_seen_but_what_is_known_when_it_starts(begun, table):
    history, planned = split_plan(table, begun.seed)
    measured = [column.name for column in begun.seed.by_role("during", "late", "target")]
    assert planned[measured].isna().all(axis=None)
    before = [column.name for column in begun.seed.by_role("before") if not column.is_made]
    key = begun.seed.key.name
    known = begun.running.known().set_index(key).loc[planned[key], before].reset_index(drop=True)
    pd.testing.assert_frame_equal(planned[before], known, check_dtype=False)
    setpoints = [column.name for column in begun.seed.by_role("setpoint")]
    plan = begun.running.plan().set_index(key).loc[planned[key], setpoints].reset_index(drop=True)
    pd.testing.assert_frame_equal(planned[setpoints], plan, check_dtype=False)
    assert history[begun.seed.clock.name].max() < planned[begun.seed.clock.name].min()


def test_a_label_is_seen_from_when_it_comes_in(begun, table):
    """The current efficiency of a period closes one period later: of the last one none is in hand, of others all."""
    history, _ = split_plan(table, begun.seed)
    starts = np.sort(history[begun.seed.clock.name].unique())
    last = history[begun.seed.clock.name] == starts[-1]
    late = [column.name for column in begun.seed.by_role("late", "target")]
    assert history.loc[last, late].isna().all(axis=None)
    assert history.loc[~last, begun.seed.target.name].notna().mean() > 0.9


def test_what_is_seen_does_not_depend_on_what_is_to_come(begun, table):
    for future in (1, 2):
        pd.testing.assert_frame_equal(begun.hand.table(begun.running.fork(future)), table)


def test_rows_stand_once_each(begun, table):
    assert not table.duplicated([begun.seed.key.name, begun.seed.clock.name]).any()
    later = begun.hand.after(begun.running.fork().step()).history()
    assert len(later) == len(begun.history) + len(begun.running.fork().step().table)
