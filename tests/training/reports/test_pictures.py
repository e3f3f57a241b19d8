"""What figures of all tasks share."""

import numpy as np

from training.reports.pictures import MOST_INPUTS, MOST_POINTS, input_bars, thinned


def test_rows_of_a_large_plant_are_thinned_in_their_order():
    rows = np.arange(10_000)
    kept = thinned(rows)
    assert len(kept) == MOST_POINTS
    assert (np.diff(kept) > 0).all()
    assert np.isin(kept, rows).all()
    assert thinned(rows[:MOST_POINTS]).tolist() == rows[:MOST_POINTS].tolist()


def test_bars_name_their_inputs_with_the_largest_on_top(toy_seed):
    class Table:
        seed = toy_seed

    (bars,) = input_bars(np.array([0.1, 0.5, 0.3]), Table, "rise [1]").data
    assert list(bars.y) == ["previous_y [%]", "z [V]", "x_set [kA]"]
    assert list(bars.x) == [0.1, 0.3, 0.5]
    assert len(bars.y) < MOST_INPUTS
