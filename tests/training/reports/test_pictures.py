"""What figures of all tasks share."""

from types import SimpleNamespace

import numpy as np

from training.reports.pictures import Picture, input_bars, thinned


def test_at_most_three_thousand_rows_of_a_large_plant_are_shown_in_their_order():
    rows = np.arange(10_000)
    retained = thinned(rows)
    assert len(retained) == 3000
    assert (np.diff(retained) > 0).all()
    assert np.isin(retained, rows).all()
    assert thinned(rows[:3000]) is not retained
    assert thinned(rows[:3000]).tolist() == list(range(3000))
    assert len(thinned(rows, 40)) == 40


def test_bars_name_their_inputs_with_the_largest_on_top(toy_seed):
    class Table:
        seed = toy_seed

    figure = input_bars(np.array([0.1, 0.5, 0.3]), Table, "rise [1]")
    (bars,) = figure.data
    assert list(bars.y) == ["previous_y [%]", "z [V]", "x_set [kA]"]
    assert list(bars.x) == [0.1, 0.3, 0.5]
    assert (bars.orientation, bars.marker.color) == ("h", "#1f77b4")
    assert figure.layout.height == 176  # three bars of 22 and 110 for the axis
    assert (figure.layout.yaxis.automargin, figure.layout.yaxis.ticklabelstandoff) == (True, 6)
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("rise [1]", "")


def test_the_25_largest_of_many_inputs_have_a_bar():
    inputs = [SimpleNamespace(label=f"i{i:02d} [1]") for i in range(40)]
    table = SimpleNamespace(seed=SimpleNamespace(inputs=inputs))
    rise = np.where(np.arange(40) % 2 == 0, np.arange(40.0), -np.arange(40.0))
    figure = input_bars(rise, table, "rise [1]")
    (bars,) = figure.data
    assert len(bars.y) == 25
    assert list(bars.x)[:5] == [-9.0, -7.0, -5.0, -3.0, -1.0]  # the twenty even ones are larger than these
    assert (bars.y[-1], bars.x[-1]) == ("i38 [1]", 38.0)
    assert figure.layout.height == 660


def test_a_picture_applies_to_every_table_unless_it_says_when():
    assert Picture("head", "caption", print).applies(None) is True
    picture = Picture("head", "caption", print, lambda data: data == 3)
    assert (picture.heading, picture.caption, picture.draw) == ("head", "caption", print)
    assert [picture.applies(data) for data in (2, 3)] == [False, True]
