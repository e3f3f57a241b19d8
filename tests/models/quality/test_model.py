"""A quality model whole: fitted, calibrated, and what it says of new lots."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.online.received import Interval, Received
from models.online.reference_runs import Bounds, ReferenceRuns
from models.quality import model as quality_model
from models.quality.assessment import Assessment
from models.quality.candidates import build
from models.quality.decision import Costs, Decisions
from models.quality.grader import grader
from models.quality.model import QualityModel
from models.table.contract import check
from models.table.inputs import input_names, matrix
from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.guarantees import GuaranteeError, lots_needed
from models.uncertainty.intervals import CoverageError
from seeds import Seed
from seeds.format.loader import parse

Frame = Callable[..., pd.DataFrame]


def lots(seed: Seed, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and labels of a table, the oldest lots first."""
    table = check(frame, seed).table.sort_values("cast_at", kind="stable")
    names = [element.name for element in seed.elements] + list(seed.defects)
    return matrix(table, seed), table[names].to_numpy()


def fitted(seed: Seed, X: np.ndarray, Y: np.ndarray, old: int) -> QualityModel:
    """A line that has learnt the first `old` lots and is calibrated on the others."""
    estimator, elements = build(seed)["linear"].fit(X[:old], Y[:old]), len(seed.elements)
    predictions = estimator.predict(X[old:])
    return grader(
        seed, "linear", estimator, X[:old], Y[old:, :elements], Y[old:, elements:], predictions, {"rows": old}
    )


@pytest.fixture
def model(toy_quality_seed: Seed, toy_quality_frame: Frame) -> QualityModel:
    X, Y = lots(toy_quality_seed, toy_quality_frame())
    return fitted(toy_quality_seed, X, Y, len(X) // 2)


@pytest.fixture
def new(toy_quality_seed: Seed, toy_quality_frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    return lots(toy_quality_seed, toy_quality_frame(rng_seed=2, lots=300))


class TestFitted:
    def test_the_errors_are_those_of_the_law(self, model: QualityModel) -> None:
        np.testing.assert_allclose(model.scatter.spread, 0.3, rtol=0.08)
        assert 0 < model.threshold <= 0.5
        assert model.examples.shape == (5, 4)
        assert model.info == {"rows": 900}

    def test_few_lots_promise_nothing(self, toy_quality_seed: Seed, toy_quality_frame: Frame) -> None:
        X, Y = lots(toy_quality_seed, toy_quality_frame(lines=5, lots=60))
        assert lots_needed(0.02, 0.95) == 149
        with pytest.raises(GuaranteeError, match="148 lots to calibrate, expected 149 or more"):
            fitted(toy_quality_seed, X, Y, 152)
        with pytest.raises(GuaranteeError, match="1 lots to calibrate, expected 149 or more"):
            fitted(toy_quality_seed, X, np.where(np.isnan(Y), 1.0, Y), 299)

    def test_chances_of_defects_are_as_sure_as_they_are_right(self, toy_quality_seed: Seed) -> None:
        """Log-odds told ten times too large are brought back; where no lot is cracked they stay as they are."""
        rng = np.random.default_rng(0)
        odds = rng.normal(-2.0, 1.0, 4000)
        cracked = (rng.random(4000) < 1 / (1 + np.exp(-odds))).astype(np.float64)
        cracked[::50] = np.nan
        predictions = np.column_stack([rng.normal(0, 0.3, (4000, 3)), 10 * odds])
        reported = np.exp(predictions[:, :3] + 0.3 * rng.standard_normal((4000, 3)))
        X = rng.standard_normal((4000, 4))
        estimator = build(toy_quality_seed)["linear"].fit(X[:50], np.column_stack([reported, cracked])[:50])

        def temperature(seen: np.ndarray) -> float:
            model = grader(toy_quality_seed, "linear", estimator, X, reported, seen[:, None], predictions, {})
            return float(model.temperatures[0])

        assert temperature(cracked) == pytest.approx(10.0, rel=0.1)
        assert temperature(np.zeros(4000)) == 1.0
        assert temperature(np.full(4000, np.nan)) == 1.0

    def test_a_process_without_defects_has_none(self, toy_quality_seed: Seed, toy_quality_frame: Frame) -> None:
        start, _, remaining = toy_quality_seed.text.partition('[[columns]]\nname = "crack"')
        text = start + remaining[remaining.index("[targets.p]") :]
        crack = text[text.index("[targets.crack]") : text.index("[quality]")]
        text = text.replace(crack, "").replace('defects = ["crack"]', "defects = []")
        seed = parse(text, Path("toy_lots.toml"))
        X, Y = lots(seed, toy_quality_frame().drop(columns="crack"))
        model = fitted(seed, X, Y, 900)
        assessed = model.assess(X[:7])
        assert assessed.defects.shape == (7, 0)
        assert "p_crack" not in model.columns(X[:1])
        back = QualityModel.from_state(
            model.state(),
            **{
                name: getattr(model, name)
                for name in ("seed", "candidate", "estimator", "ranges", "complete", "examples")
            },
        )
        np.testing.assert_array_equal(back.assess(X).keeps, model.assess(X).keeps)


class TestAnswers:
    def test_all_contents_of_a_lot_lie_within_their_intervals(
        self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X, Y = new
        for coverage in (0.5, 0.9):
            inside = np.ones(len(X), dtype=bool)
            answers = model.contents(model.assess(X).logs, coverage)
            assert list(answers) == ["p", "q", "r"]
            for answer, reported in zip(answers.values(), Y.T, strict=False):
                assert (answer.low < answer.value).all()
                assert (answer.value < answer.high).all()
                within = (answer.low <= reported) & (reported <= answer.high)
                inside &= np.where(reported < 0, answer.low <= -reported, within)
            # 900 calibration lots: their own chance, and that of 3,600 new ones.
            assert inside.mean() == pytest.approx(
                coverage, abs=3 * np.sqrt(coverage * (1 - coverage) * (1 / 900 + 1 / 3600))
            )

    def test_an_interval_ends_where_no_content_lies_beyond(self, model: QualityModel) -> None:
        answer = model.contents(np.log([[900.0, 2000.0, 1.0]]), 0.9)
        assert answer["p"].high[0] == 1000.0
        assert answer["q"].value[0] == answer["q"].high[0] == pytest.approx(2000.0)  # never clipped itself

    def test_a_coverage_that_the_lots_cannot_promise_is_refused(self, model: QualityModel) -> None:
        with pytest.raises(CoverageError, match=r"coverage 0\.9999 needs at least 9999 calibration rows, got 900"):
            model.contents(np.zeros((1, 3)), 0.9999)

    def test_chances_come_true(self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]) -> None:
        X, Y = new
        assessed, within_grade = model.assess(X), model.limits.kept(Y[:, :3])
        for grade in range(3):
            p = assessed.keeps[:, grade]
            for part in np.array_split(np.argsort(p), 4):
                assert within_grade[part, grade].mean() == pytest.approx(p[part].mean(), abs=0.04)
        assert assessed.defects[:, 0].mean() == pytest.approx(Y[:, 3].mean(), rel=0.5)
        v = X[:, input_names(model.seed).index("v")]
        assert assessed.defects[v > 1, 0].mean() > 3 * assessed.defects[v < -1, 0].mean()

    def test_few_of_the_lots_let_go_break_their_grade(
        self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X, Y = new
        grade, within_grade = model.assess(X).decided.grade, model.limits.kept(Y[:, :3])
        unassayed = np.flatnonzero((grade >= 0) & (grade < 2))
        bad = (within_grade[unassayed, grade[unassayed]] == 0).mean()
        assert len(unassayed) > 0.5 * len(X)
        assert bad <= 0.02 + 3 * np.sqrt(0.02 * 0.98 / len(unassayed))

    def test_told_are_flat_columns(self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]) -> None:
        X = new[0][:200]
        predictions, assessed = model.columns(X), model.assess(X)
        assert list(predictions) == [
            *("p", "p_low", "p_high", "q", "q_low", "q_high", "r", "r_low", "r_high"),
            *("p_crack", "p_prime", "p_second", "p_remelt", "decision", "grade", "expected_value"),
        ]
        assert {len(column) for column in predictions.values()} == {200}
        np.testing.assert_allclose(predictions["q"], np.exp(assessed.logs[:, 1]), rtol=1e-12)
        np.testing.assert_array_equal(predictions["p_remelt"], 1.0)
        assert set(predictions["decision"]) <= {"release", "downgrade", "laboratory"}
        assert ((predictions["grade"] == "") == (predictions["decision"] == "laboratory")).all()
        assert (predictions["grade"][predictions["decision"] == "release"] == "prime").all()

    def test_a_lot_does_not_depend_on_the_others(self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]) -> None:
        X = np.vstack([new[0][:30], np.full((1, 4), np.nan)])
        together = model.columns(X)
        for i in range(len(X)):
            for name, column in model.columns(X[i : i + 1]).items():
                if column.dtype.kind == "f":
                    assert column[0] == pytest.approx(together[name][i], rel=1e-9), name
                else:
                    assert column[0] == together[name][i]

    def test_flags_name_what_is_missing_or_beyond_training(self, model: QualityModel) -> None:
        row = np.full((2, 4), np.nan)
        row[0] = model.examples[1]
        row[0, model.names.index("setpoint")] = 99.0
        flags = model.flags(row)
        assert flags[0] == ["setpoint outside training range"]
        # u and the assay before the first lot were missing in training as well.
        assert flags[1] == ["v missing", "setpoint missing"]


class TestDecisions:
    def test_some_of_the_lots(self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]) -> None:
        assessed = model.assess(new[0][:20])
        subset = assessed[np.array([3, 1])]
        np.testing.assert_array_equal(subset.keeps, assessed.keeps[[3, 1]])
        np.testing.assert_array_equal(subset.decided.grade, assessed.decided.grade[[3, 1]])

    def test_other_costs_decide_otherwise_within_the_threshold(
        self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X = new[0]
        plain = model.assess(X)
        free = model.assess(X, Costs(model.costs.value, 0.0, model.costs.claim, model.costs.intended))
        dear = model.assess(X, Costs(model.costs.value, 100.0, model.costs.claim, model.costs.intended))
        shares = [np.mean(evaluated.decided.grade < 0) for evaluated in (free, plain, dear)]
        assert shares[0] > shares[1] > shares[2]
        np.testing.assert_array_equal(free.keeps, plain.keeps)
        unassayed = dear.decided.grade == 0
        assert (1 - dear.keeps[unassayed, 0] <= model.threshold).all()

    def test_without_a_threshold_nothing_is_released(
        self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]
    ) -> None:
        grade = replace(model, threshold=math.nan).assess(new[0]).decided.grade
        assert set(grade.tolist()) <= {-1, 2}

    def test_the_limits_that_concern_a_lot_are_those_of_its_grade(self, model: QualityModel) -> None:
        decided = Decisions(np.array([0, 1, -1, 2]), np.zeros(4))
        nothing = np.zeros((4, len(model.seed.grades)))
        assessed = Assessment(nothing, nothing, nothing, nothing, decided, model.costs)
        assert assessed.relevant_grade.tolist() == [0, 1, 0, 0]

    def test_the_nearest_limit_is_told_of_every_lot_and_a_remedy_of_doubtful_ones(
        self, model: QualityModel, new: tuple[np.ndarray, np.ndarray]
    ) -> None:
        X = new[0][:100]
        assessed = model.assess(X)
        result = model.nearest(assessed)
        assert [one.grade for one in result] == assessed.relevant_grade.tolist()
        assert {one.limit for one in result} <= {"p", "q", "p_and_q"}
        sigma = np.array([one.sigma for one in result])
        released = assessed.decided.grade == 0
        assert sigma[released].min() > sigma[~released].min()
        # Without physics no remedy is known.
        assert model.remedies(X, assessed) == [None] * 100

    def test_remedies_are_looked_for_where_a_lot_is_not_released_as_intended(
        self, model: QualityModel, new: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With a stand-in for the search, which tells its rows' numbers."""
        X, calls = new[0][:5], []

        def search(seed: Seed, *given: object) -> list[object]:
            calls.append((seed, *given))
            return [f"move {i}" for i in range(len(given[0]))]

        monkeypatch.setattr(quality_model, "remedies", search)
        # Released, to the laboratory, downgraded, released, to the last grade.
        assessed = replace(model.assess(X), decided=Decisions(np.array([0, -1, 1, 0, 2]), np.zeros(5)))
        assert model.remedies(X, assessed) == [None, "move 0", "move 1", None, "move 2"]
        ((seed, rows, logs, grades, far, scatter, limits),) = calls
        np.testing.assert_array_equal(rows, X[[1, 2, 4]])
        np.testing.assert_array_equal(logs, assessed.logs[[1, 2, 4]])
        np.testing.assert_array_equal(far, model.distances(assessed)[[1, 2, 4]])
        assert grades.tolist() == [0, 0, 0]
        assert (seed, scatter, limits) == (model.seed, model.scatter, model.limits)

    def test_contents_and_defects_stand_in_their_order(self, model: QualityModel) -> None:
        """Three contents, then log-odds of a crack: of log 9 at the temperature 2 they are 3 to 1."""
        warm = replace(model, temperatures=np.array([2.0]))
        assessed = warm.assessed(np.array([[0.1, 0.2, 0.3, math.log(9.0)]]))
        assert assessed.logs.tolist() == [[0.1, 0.2, 0.3]]
        np.testing.assert_allclose(assessed.defects, [[0.75]], rtol=1e-12)


@pytest.mark.parametrize("threshold", [0.03, math.nan])
def test_its_state_comes_back(model: QualityModel, threshold: float) -> None:
    model = replace(model, threshold=threshold)
    parts = {
        name: getattr(model, name) for name in ("seed", "candidate", "estimator", "ranges", "complete", "examples")
    }
    back = QualityModel.from_state(model.state(), **parts)
    for name, column in model.columns(model.examples).items():
        np.testing.assert_array_equal(back.columns(model.examples)[name], column)
    assert back.threshold == threshold or math.isnan(threshold)


def test_known_assays_give_the_joint_intervals_their_width(model: QualityModel) -> None:
    logs = np.log(np.full((2, len(model.seed.elements)), 1.5))
    narrow = replace(model, level=IntervalLevel(np.full(100, 0.5), IntervalLevel.new().missed))
    adaptive = narrow.with_all_outcomes().contents(logs, 0.9)
    for answer, spread in zip(adaptive.values(), model.scatter.spread, strict=True):
        np.testing.assert_allclose(answer.low, 1.5 * np.exp(-0.5 * spread))
        np.testing.assert_allclose(answer.high, 1.5 * np.exp(0.5 * spread))
    fixed, before = narrow.fixed_contents(logs, 0.9), model.contents(logs, 0.9)
    for name, answer in fixed.items():
        np.testing.assert_array_equal(answer, before[name])


def test_without_assays_the_wider_joint_interval_is_answered(model: QualityModel) -> None:
    logs = np.log(np.full((2, len(model.seed.elements)), 1.5))
    narrow, wide = (
        replace(model, level=IntervalLevel(np.full(100, off), IntervalLevel.new().missed)) for off in (0.01, 99.0)
    )
    for one, reach in ((narrow, model.scatter.joint.half_width(0.9)), (wide, 99.0)):
        low, _ = model.scatter.reach(logs, reach)
        np.testing.assert_allclose([answer.low for answer in one.contents(logs, 0.9).values()], low.T)
        assert one.interval == Interval("wider", 0)
    assert model.interval == Interval("fixed", 0)
    assert replace(narrow, received=Received(50)).interval == Interval("adaptive", 50)


def test_the_level_comes_back_with_the_state_and_older_models_have_none(model: QualityModel) -> None:
    typical = ReferenceRuns((Bounds(np.zeros(6), np.ones(6), 30.0),))
    one = replace(
        model, level=IntervalLevel(np.full(100, 0.5), IntervalLevel.new().missed), usual=typical, followed=np.zeros(3)
    )
    own = {"scatter", "temperatures", "threshold", "missing", "missing_costs", "imputation", "level", "usual"}
    parts = {
        name: getattr(one, name)
        for name in QualityModel.__match_args__
        if name not in own | {"followed", "learnt", "refusals"}
    }
    state = json.loads(json.dumps(one.state()))
    back = QualityModel.from_state(state, **parts)
    assert back.level is not None
    assert back.level.state() == one.level.state()
    assert back.usual is not None
    assert back.usual.state() == typical.state()
    assert back.followed is None
    del state["level"], state["usual"]
    older = QualityModel.from_state(state, **parts)
    assert (older.level, older.usual) == (None, None)


def test_assays_are_looked_at_by_the_content_that_is_farthest_off(model: QualityModel) -> None:
    """Two lots: one content is twice its spread too small, or all are right and one is missing."""
    logs, spread = np.zeros((2, 3)), model.scatter.spread
    reported = np.exp(np.array([[0.5, -2.0, 0.0], [0.0, 0.0, np.nan]]) * spread)
    result = model.arrival(7, reported, logs + 0.0)
    np.testing.assert_allclose(result.scores, [2.0, 0.0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(result.errors, np.log([2.0, 0.05]), rtol=1e-9)  # nearer than that all are alike
    np.testing.assert_allclose(result.outcomes, [-1.5, 0.0], rtol=1e-9, atol=1e-12)
    assert (result.batch, result.scale.tolist()) == (7, [1.0, 1.0])
    assert result.said is not None
    assert result.said.tolist() == [0.0, 0.0]
    message = model.arrival(7, reported, np.ones((2, 3))).said
    assert message is not None
    np.testing.assert_allclose(message, [np.sum(1 / spread), np.sum(1 / spread[:2])], rtol=1e-9)
