"""What a sorter brings on a plant that it has never seen, counted by hand."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from rich.table import Table

from models.table.contract import check
from training.core.dataset import dataset_of
from training.sorting import trial as trials
from training.sorting.evaluate import AnalysedPieces, Decided
from training.sorting.trial import SortingTrial, counted, lots_over, plant_size, tables, true_pieces


@dataclass
class Landed:
    """Where pieces landed, and why elsewhere."""

    bins: np.ndarray
    cause: np.ndarray
    causes: tuple = ("as decided", "taken along")


class Belt:
    """A line that blows the last piece into the second bin, whatever was decided."""

    def piece_mass(self, data):
        return np.array([10.0, 20.0, 30.0, 40.0])

    def outcome(self, data, bins):
        return Landed(np.array([*bins[:3], 1]), np.array([0, 0, 0, 1]))


@pytest.fixture
def four(toy_sorting_seed, toy_sorting_frame):
    """Two lots of two pieces: a (10 g) and b (20 g), a (30 g) and other (40 g)."""
    data = dataset_of(check(toy_sorting_frame(lots=2, pieces=2), toy_sorting_seed), toy_sorting_seed)
    contents = pd.DataFrame({"x": [0.89, 5.0, 0.5, 1.0], "z": 1.0})
    return replace(data, truth=np.array([0.0, 1.0, 0.0, 3.0]), truth_frame=contents)


def decided():
    """The first piece in its bin, b taken for c and left on the belt, the second a kept back by its lot's limit."""
    p = np.eye(4)[[0, 2, 0, 3]]
    return Decided(p, np.array([0, 2, 2, 2]), np.array([0, 2, 0, 2]), np.zeros(4, dtype=bool), {})


BELT = Belt()


def test_pieces_are_counted_as_they_landed(four):
    result = counted(four, decided(), BELT, 7)
    assert (result.process, result.version, result.lots, result.pieces) == ("toy_scrap", 7, 2, 4)
    assert result.tonnes == pytest.approx(1e-4)
    assert result.accuracy == pytest.approx((10 + 30 + 40) / 100)
    assert result.value == pytest.approx(1000 * (10 * 2.0 + 20 * 0.3 + 30 * 0.3 - 40 * 0.5) / 100)
    assert result.oracle == pytest.approx(1000 * (10 * 2.0 + 20 * 1.5 + 30 * 2.0 + 40 * 0.1) / 100)
    assert result.ejected_oracle == pytest.approx(1000 * (10 * 2.0 + 20 * 1.5 + 30 * 2.0 - 40 * 0.5) / 100)
    assert result.value_share == pytest.approx(15 / 114)
    assert result.value_share_low == pytest.approx((30 * 0.3 - 40 * 0.5) / (30 * 2.0 + 40 * 0.1))  # lot 2 twice
    assert result.value_share_high == pytest.approx((10 * 2.0 + 20 * 0.3) / (10 * 2.0 + 20 * 1.5))  # lot 1 twice
    assert result.confidence == 0.9
    assert result.bins == {
        "bin_a": pytest.approx({"share": 0.1, "purity": 1.0, "recovery": 0.25}),
        "bin_bc": pytest.approx({"share": 0.4, "purity": 0.0, "recovery": 0.0}),
        "rest": pytest.approx({"share": 0.5}),
    }


def test_what_is_lost_sums_up_to_the_oracle(four):
    result = counted(four, decided(), BELT)
    lost = {"misclassified": 20 * 1.2, "uncertainty": 0, "rejected unknown": 0, "lot limit": 30 * 1.7}
    expected = lost | {"taken along": 40 * 0.6}
    assert result.lost == pytest.approx({cause: 1000 * amount / 100 for cause, amount in expected.items()})
    assert sum(result.lost.values()) == pytest.approx(result.oracle - result.value)
    assert result.version is None


@pytest.mark.parametrize(("x", "over"), [(0.89, 0), (0.91, 1)])
def test_a_lot_is_over_its_limit_by_what_landed_alone(four, x, over):
    """With 2 % of the lot's mean on top, which the seed assumes of ejection, 0.89 wt% would be over 0.9 too."""
    contents = four.truth_frame.assign(x=[x, 5.0, 0.5, 1.0])
    assert counted(replace(four, truth_frame=contents), decided(), BELT).over_limit == over


def test_lots_over_a_limit_of_their_spread_are_counted_among_those_over_any(four, toy_spread_seed):
    """In bin a 10 g of 0.1 and 20 g of 0.8 of the first lot, which scatter by 0.33, and 30 g of the second."""
    contents = four.truth_frame.assign(x=[0.1, 0.8, 0.5, 1.0])
    made = replace(decided(), bin=np.array([0, 0, 0, 2]))
    plain = counted(replace(four, truth_frame=contents), made, BELT)
    assert (plain.over_limit, plain.over_sd_limit) == (0, None)
    result = counted(replace(four, truth_frame=contents, seed=toy_spread_seed), made, BELT)
    assert (result.over_limit, result.over_sd_limit) == (1, 1)


def test_each_lot_of_a_trial_is_a_unit(toy_sorting_seed):
    assert plant_size(toy_sorting_seed, 17) == {"units": 17}


def test_the_terminal_names_lots_over_a_limit_of_their_spread(capsys):
    subset = SortingTrial("toy_scrap", 3, 40, 1, 1, 1, 1, 1, 1, 1, 1, 1, {}, {}, 5, 0.9, 4)
    for part in tables(subset):
        Console(width=200).print(part, markup=False)
    assert "Lots over a limit: 5 of 40 (12.5%), 4 of them over one of a standard deviation." in capsys.readouterr().out


def test_the_terminal_says_what_was_counted(capsys):
    bins = {"bin_a": {"share": 0.256, "purity": 0.913, "recovery": 0.874}, "rest": {"share": 0.744}}
    lost = {"uncertainty": 12.34, "lot limit": -3.21}
    result = SortingTrial(
        "toy_scrap", 3, 40, 2400, 0.08412, 0.951, 1200.04, 1300.06, 1250.02, 0.923, 0.911, 0.934, bins, lost, 5, 0.9
    )
    result = replace(result, over_by_laboratory=3, shown_after=32, calibration_confidence=0.9)
    console = Console(width=500)
    for part in tables(result):
        console.print(part, markup=False)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert [line for line in lines if line and not set(line) <= {"─", "╶", "╴", " "}] == [
        "toy_scrap: version 3 on 40 lots of a plant that it has never seen: 2400 pieces, 0.0841 t",
        "bin share purity recovery",
        "bin_a 25.6% 91.3% 87.4%",
        "rest 74.4% - -",
        "Shares by mass, as landed. Right class: 95.1%. Lots over a limit: 5 of 40 (12.5%). By the laboratory 3 (7.5%) "
        "are over one as decided; at most 10.0% was promised, with 90% confidence, of the plant that it was trained "
        "on. That promise is withdrawn here: it was made for another plant, until assays of 32 lots show it for this "
        "one, as they do.",
        "value of the feed $/t",
        "oracle that knows every piece's class 1300.1",
        "uncertainty -12.3",
        "lot limit +3.2",
        "as landed 1200.0",
        "92.3% of the oracle's value (91.1% to 93.4%, 90 % over lots); the oracle's own decisions on the same belt: "
        "1250.0 $/t.",
        "A simulation at the seed's prices: no claim about a plant.",
    ]


def test_tables_begin_at_the_edge_and_what_was_landed_is_bold():
    result = SimpleNamespace(
        **dict.fromkeys(SortingTrial.__dataclass_fields__, 0.5) | {"bins": {}, "lost": {"uncertainty": 1}}
    )
    bins, lost = (part for part in tables(result) if isinstance(part, Table))
    assert (bins.pad_edge, lost.pad_edge) == (False, False)
    assert [row.style for row in lost.rows] == [None, None, "bold"]


def test_lots_over_a_limit_stand_in_the_order_of_their_names(four):
    """The second lot of the feed, whose name comes first, is the one whose content of x is 2 wt% in its bin."""
    pieces = true_pieces(four, BELT)
    named = AnalysedPieces(pieces.classes, pieces.mass, np.array(["B", "B", "A", "A"], dtype=object), pieces.contents)
    contents = np.array([[0.5, 1.0], [5.0, 1.0], [2.0, 1.0], [1.0, 1.0]])
    where = np.array([0, 2, 0, 2])
    assert lots_over(four.seed, where, replace(named, contents=contents)).tolist() == [True, False]


def test_a_trial_needs_the_truth(four):
    for absent in ("truth", "truth_frame"):
        with pytest.raises(AssertionError):
            true_pieces(replace(four, **{absent: None}), BELT)


def test_where_a_piece_landed_is_a_value_not_a_call():
    members = [part for name, part in vars(trials.LandedPieces).items() if name in ("bins", "cause", "causes")]
    assert [isinstance(part, property) for part in members] == [True] * 3


def test_on_another_plant_the_promise_is_withdrawn_until_its_own_lots_show_it(capsys):
    result = SortingTrial("toy_scrap", 3, 40, 1, 1, 1, 1, 1, 1, 1, 1, 1, {}, {}, 5, 0.9)
    result = replace(result, over_by_laboratory=8, shown_after=None, calibration_confidence=0.9)
    for part in tables(result):
        Console(width=500).print(part, markup=False)
    output = capsys.readouterr().out
    assert "That promise is withdrawn here: it was made for another plant, and assays of lots of this one" in output
    # 0.9 to the power of 29 is the first below a twentieth
    assert "do not show it (at least 29 lots needed)." in output


def test_lots_of_a_trial_show_the_promise_in_the_order_in_which_they_came(
    toy_sorting_seed, toy_sorting_frame, monkeypatch
):
    """Of 60 lots the last by name came first and are over; 9 good ones of the looks at 16 and 32 would be too few."""
    data = dataset_of(check(toy_sorting_frame(lots=60, pieces=1), toy_sorting_seed), toy_sorting_seed)
    n = len(data.units)
    over = np.array([name >= "L-00051" for name in sorted(set(data.units))])
    monkeypatch.setattr(trials, "lots_over_limit", lambda seed, made, pieces: over)
    assert trials._over_in_time(data, None).tolist() == over.tolist()
    backward = replace(data, table=data.table.assign(passed_at=data.table["passed_at"].to_numpy()[::-1]))
    assert trials._over_in_time(backward, None).tolist() == over[::-1].tolist()
    belt = SimpleNamespace(
        piece_mass=lambda data: np.ones(n), outcome=lambda data, bins: Landed(bins, np.zeros(n, int))
    )
    shown = {}
    for name, rows in (("good first", data), ("bad first", backward)):
        truth = pd.DataFrame({"x": np.zeros(n), "z": 1.0})
        rows = replace(rows, truth=rows.y.astype(float), truth_frame=truth)
        made = Decided(np.eye(4)[rows.y.astype(int)], np.full(n, 2), np.full(n, 2), np.zeros(n, dtype=bool), {})
        monkeypatch.setattr(trials, "sort_lots", lambda model, X, pieces, seed, made=made: made)
        result = trials.outcome(None, rows, belt)
        shown[name] = result.shown_after
        assert (result.over_by_laboratory, result.calibration_confidence) == (over.sum(), 0.6)
    assert shown == {"good first": 16, "bad first": None}
