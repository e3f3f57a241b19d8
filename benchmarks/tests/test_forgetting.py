"""Histories keep what their names say, and the table holds what was measured on the seeds that are there."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.aims.page import filled
from benchmarks.forgetting.__main__ import PLANTS, UNITS
from benchmarks.forgetting.histories import COPIES, HISTORIES, Past, fading, newest, since_change
from benchmarks.forgetting.page import NAME, PAGE, RESULTS, errors_of, lines, ratio
from benchmarks.forgetting.plants import CANDIDATES, DATES, last_change

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))
AGES = np.repeat(np.arange(10.0, 370.0, 30.0), 5)  # twelve periods of five units


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.forgetting"


def test_every_plant_was_measured_at_every_date():
    assert set(KEPT["processes"]) == set(UNITS)
    for one in KEPT["processes"].values():
        assert {kind: list(one[kind]) for kind in PLANTS} == {kind: list(map(str, PLANTS[kind])) for kind in PLANTS}
        for plant in (plant for kind in PLANTS for plant in one[kind].values()):
            assert len(plant) == len(DATES) - 2
            for date in plant.values():
                assert set(date["errors"]) == set(CANDIDATES)
                assert all(set(errors) == set(HISTORIES) for errors in date["errors"].values())


def test_no_plant_of_development_is_among_the_others():
    assert not set(PLANTS["development"]) & set(PLANTS["others"])


@pytest.mark.parametrize(("share", "periods"), [(1 / 4, 3), (1 / 2, 6), (1.0, 12)])
def test_the_newest_share_is_of_periods_and_whole(share, periods):
    retained = newest(share)(Past(AGES, None))
    assert retained.tolist() == [1] * 5 * periods + [0] * 5 * (12 - periods)


def test_a_row_counts_half_as_much_after_each_half_life():
    retained = fading(100.0)(Past(np.array([0.0, 100.0, 200.0, 1000.0]), None))
    assert (retained / COPIES).tolist() == [1.0, 0.5, 0.25, 0.0]


@pytest.mark.parametrize(("changed", "periods"), [(None, 12), (100.0, 4), (30.0, 12)])
def test_rows_since_a_change_are_kept_where_there_are_enough(changed, periods):
    retained = since_change(20, 4)(Past(AGES, changed))
    assert retained.tolist() == [1] * 5 * periods + [0] * 5 * (12 - periods)


def test_the_last_change_is_the_newest_of_those_that_last():
    beyond = np.zeros((10, 3), dtype=bool)
    beyond[2:, 0] = True  # since step 2
    beyond[3:5, 1] = True  # is over
    sums = SimpleNamespace(
        at=np.arange(10),
        high=np.array([0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.3, 0.8, 1.2, 1.5]),
        low=np.zeros(10),
        beyond=np.arange(10) >= 8,
    )
    quiet = SimpleNamespace(at=np.arange(10), high=np.zeros(10), low=np.zeros(10), beyond=np.zeros(10, dtype=bool))
    assert last_change(SimpleNamespace(beyond=beyond, sums=[quiet])) == 2
    assert last_change(SimpleNamespace(beyond=beyond, sums=[quiet, sums])) == 6
    assert last_change(SimpleNamespace(beyond=np.zeros((10, 3), dtype=bool), sums=[quiet])) is None


def test_a_ratio_is_the_geometric_mean_of_plants_and_dates():
    dates = [{"errors": {"line": dict.fromkeys(HISTORIES, 1.0) | {"newest half": half}}} for half in (2.0, 0.5, 4.0)]
    plants = {"1": {"a": dates[0], "b": dates[1]}, "2": {"a": dates[2]}}
    assert ratio(errors_of(plants, "line"), "newest half") == pytest.approx(4.0 ** (1 / 3))
