"""A sorter's part in fitting, by value, with estimators and models that say what they are to say."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.interfaces.answers import Answer
from models.uncertainty.guarantees import GuaranteeError
from training.sorting import fit
from training.sorting.evaluate import AnalysedPieces, Decided
from training.sorting.fit import SortingLearner, pieces_of, sort_lots

LEARNER = SortingLearner()

LOTS = np.array(["A", "A", "B", "C"], dtype=object)


@dataclass(frozen=True)
class Made:
    """A model of nothing but its temperature, its risk price and the pieces that it keeps."""

    temperature: float
    risk_price: float
    assayed: object = None


def data_of(seed, **more):
    """Four pieces of three lots, the second of unknown mass."""
    given = {
        "seed": seed,
        "table": pd.DataFrame({"mass": [10.0, np.nan, 30.0, 40.0]}),
        "X": np.arange(8.0).reshape(4, 2),
        "y": np.array([0.0, 1.0, 2.0, 3.0]),
        "units": LOTS,
        "contents": np.array([[0.5, 1.0], [1.5, np.nan], [2.5, 1.0], [3.5, 1.0]]),
        "truth": None,
    }
    return SimpleNamespace(**given | more)


def test_shares_of_the_curve_and_effort_on_the_importance_are_those_of_the_documents():
    assert (LEARNER.importance_rows, LEARNER.importance_repeats, LEARNER.curve_shares) == (1000, 1, (0.1, 0.25))


def test_pieces_have_their_mass_in_grams_and_the_typical_one_where_it_is_unknown(toy_sorting_seed):
    pieces = pieces_of(data_of(toy_sorting_seed))
    assert pieces.mass.tolist() == pytest.approx([10.0, 35.0, 30.0, 40.0], rel=1e-12)
    assert (pieces.classes.tolist(), pieces.classes.dtype) == ([0, 1, 2, 3], np.intp)
    assert pieces.lots.tolist() == ["A", "A", "B", "C"]
    assert pieces.contents[0].tolist() == [0.5, 1.0]


def test_nine_lots_are_enough_to_promise_a_share_of_ninety_percent_and_eight_are_not(toy_sorting_seed):
    data = SimpleNamespace(seed=toy_sorting_seed, units=np.array([f"L-{i // 2}" for i in range(18)], dtype=object))
    every = SimpleNamespace(calibrate=(np.arange(6), np.arange(6, 12), np.arange(12, 18)))
    few = SimpleNamespace(calibrate=(np.arange(6), np.arange(6, 12), np.arange(12, 16)))
    assert LEARNER.check_split(data, every) is None
    with pytest.raises(GuaranteeError) as raised:
        LEARNER.check_split(data, few)
    assert str(raised.value) == (
        "8 lots to calibrate, expected 9 or more: that 0.9 of the lots keep their limits cannot be shown with 60% "
        "confidence from fewer, even if all of them do; more lots, or a lower sorting.calibration_confidence in the "
        "seed"
    )
    free = toy_sorting_seed.model_copy(
        update={"bins": [one.model_copy(update={"limits": {}}) for one in toy_sorting_seed.bins]}
    )
    data.seed = free
    assert LEARNER.check_split(data, few) is None


def test_lots_are_closed_at_the_mass_of_their_pieces(toy_sorting_seed):
    """Lot A has pieces of 1.5 and 2 kg, B one of 0.5 kg; the third piece is unlike any, the second a known stranger."""
    p = np.array([[0.6, 0.1, 0.3], [0.2, 0.7, 0.1], [0.2, 0.1, 0.7], [0.1, 0.2, 0.7]])
    given = {}

    def sort(seen, lots, values, *, lot_mass):
        given.update(lots=lots, values=values, p=seen.p, lot_mass=lot_mass)
        return SimpleNamespace(bin=np.array([0, 2, 2, 1]), preferred=np.array([0, 2, 1, 1]))

    model = SimpleNamespace(
        seed=SimpleNamespace(classes=["a", "unknown", "c"], sorting_rules=SimpleNamespace(other_class="unknown")),
        seen=lambda X: SimpleNamespace(p=p, novel=np.array([False, False, True, False])),
        sort=sort,
        elements=lambda seen, coverage: {"x": coverage},
    )
    lots = np.array(["A", "A", "B", "C"], dtype=object)
    pieces = AnalysedPieces(np.zeros(4, dtype=np.intp), np.array([1500.0, 2000.0, 500.0, 40.0]), lots, np.zeros((4, 2)))
    result = sort_lots(model, np.zeros((4, 2)), pieces, toy_sorting_seed)
    assert given["lot_mass"].tolist() == pytest.approx([3.5, 3.5, 0.5, 0.04])
    assert given["values"].tolist()[0] == [2.0, -1.0, -3.0, -3.0]
    assert given["p"] is p
    assert result.refused.tolist() == [False, True, True, False]
    assert (result.bin.tolist(), result.wanted.tolist(), result.elements) == ([0, 2, 2, 1], [0, 2, 1, 1], {"x": 0.9})
    assert result.p is LEARNER.predictions_of(result) is p


def test_a_model_is_calibrated_on_its_rows_and_learns_contents_from_the_train_rows(toy_sorting_seed, monkeypatch):
    """Of the pieces of 30 and 40 g the right class is given a half and a quarter."""
    given = []
    model = Made(temperature=1.0, risk_price=0.25)
    monkeypatch.setattr(fit, "sorter", lambda *arguments: given.append(arguments) or model)
    data, rows = data_of(toy_sorting_seed), np.array([2, 3])
    message = np.array([[0.2, 0.2, 0.5, 0.1], [0.25, 0.25, 0.25, 0.25]])
    parts = SimpleNamespace(train=np.array([0, 1]))
    result, metrics = LEARNER.calibrated("line", "estimator", data, parts, rows, message, {"from": "here"})
    assert result is model
    loss = (30 * np.log(2) + 40 * np.log(4)) / 70
    assert metrics == {"calibrate_log_loss": pytest.approx(loss), "temperature": 1.0, "risk_price": 0.25}
    ((seed, name, estimator, trained, calibration, info),) = given
    assert (seed, name, estimator, info) == (toy_sorting_seed, "line", "estimator", {"from": "here"})
    X, y, contents = (np.asarray(part).tolist() for part in (trained.X, trained.classes, trained.contents))
    remaining = [
        np.asarray(getattr(calibration, name)).tolist() for name in ("X", "classes", "contents", "mass", "lots", "p")
    ]
    assert (X, y, contents[0]) == ([[0.0, 1.0], [2.0, 3.0]], [0.0, 1.0], [0.5, 1.0])
    assert remaining[:3] == [[[4.0, 5.0], [6.0, 7.0]], [2.0, 3.0], [[2.5, 1.0], [3.5, 1.0]]]
    assert remaining[3] == pytest.approx([30.0, 40.0])
    assert remaining[4:] == [["B", "C"], message.tolist()]


def test_answers_are_spread_over_the_table_with_nothing_where_a_model_has_learnt(toy_sorting_seed, monkeypatch):
    def sorted_lots(model, X, pieces, seed):
        assert (X.tolist(), pieces.lots.tolist()) == ([[6.0, 7.0], [2.0, 3.0]], ["C", "A"])
        part = np.array([1.0, 2.0])
        p = np.array([[1.0, 0.0], [0.0, 1.0]])
        return Decided(p, np.array([0, 1]), np.array([2, 1]), np.array([True, False]), {"x": Answer(part, part, part)})

    monkeypatch.setattr(fit, "sort_lots", sorted_lots)
    parts = SimpleNamespace(test=np.array([3]), holdout_all=np.array([1]))
    result = LEARNER.answers(None, data_of(toy_sorting_seed), parts)
    nan = np.nan
    assert np.array_equal(result.p, [[nan, nan], [0, 1], [nan, nan], [1, 0]], equal_nan=True)
    assert result.bin.tolist() == [-1, 1, -1, 0]
    assert result.wanted.tolist() == [-1, 1, -1, 2]
    assert result.refused.tolist() == [False, False, False, True]
    assert np.array_equal(result.elements["x"].value, [nan, 2.0, nan, 1.0], equal_nan=True)


def test_the_error_of_an_estimator_is_its_log_loss_by_mass_at_the_models_temperature(toy_sorting_seed):
    """At a temperature of 2 chances of 0.8 and 0.2 become 2/3 and 1/3."""
    estimator = SimpleNamespace(predict_proba=lambda X: np.array([[0.8, 0.2], [0.8, 0.2]]))
    loss = LEARNER.error(
        SimpleNamespace(temperatures=lambda X: np.full(len(X), 2.0)), data_of(toy_sorting_seed), np.array([0, 2])
    )
    result = loss(estimator, np.zeros((2, 2)), np.array([0.0, 1.0]))
    assert result == pytest.approx((10 * np.log(1.5) + 30 * np.log(3)) / 40)


def test_rows_are_evaluated_with_their_baseline_and_truth(toy_sorting_seed, monkeypatch):
    given = []
    monkeypatch.setattr(fit, "evaluate", lambda *arguments: given.append(arguments) or {})
    decided = Decided(np.eye(4), np.arange(4), np.arange(4), np.zeros(4, dtype=bool), {})
    data, rows = data_of(toy_sorting_seed), np.array([3, 0])
    LEARNER.evaluated(None, decided, data, rows, np.arange(4.0))
    data.truth = np.array([5.0, 6.0, 7.0, 8.0])
    LEARNER.evaluated(None, decided, data, rows, np.arange(4.0))
    assert [name[4] if name[4] is None else name[4].tolist() for name in given] == [None, [8.0, 5.0]]
    seed, subset, pieces, baseline, _ = given[0]
    assert seed is toy_sorting_seed
    assert (subset.bin.tolist(), pieces.lots.tolist(), baseline.tolist()) == ([3, 0], ["C", "A"], [3.0, 0.0])
