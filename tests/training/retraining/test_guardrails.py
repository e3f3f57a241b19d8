"""What a better challenger must not cost: each guardrail by itself, and all of them together."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.setpoints.errors import SetpointError
from models.tasks import build
from operations.operation import FromTable
from seeds.format.loader import parse
from training.core.comparison import ComparisonError, ComparisonResult
from training.core.gate import GateCondition, Gated
from training.regression import signs
from training.reports.explanations import Direction
from training.retraining import guardrails as rails
from training.retraining.guardrails import guarded_by, guardrails, kept_advice, kept_signs, parts_of, worst_part

EQUAL = ComparisonResult(True, "", 80, 4, 20, 20, "a", "b", 0.5, 0.25, 0.95, {}, {}, 0.75, None)
WORSE = replace(EQUAL, gain=-0.5, gain_low=-0.75, gain_high=-0.25)


def given(verdict):
    return lambda: verdict


def few():
    raise ComparisonError("12 rows in 1 independent blocks")


REGIMES = [SimpleNamespace(name="new feed", start=np.datetime64("2024-01-03"), end=None)]


def column(name, *values):
    return SimpleNamespace(name=name, values=values or None)


def test_parts_are_regimes_and_text_categories_that_part_the_rows():
    days = pd.DatetimeIndex(["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"])
    seed = SimpleNamespace(
        time=True,
        plant=SimpleNamespace(regimes=REGIMES),
        inputs=[column("x"), column("make", "old", "new", "rare"), column("site", "one")],
    )
    X = np.array([[1.0, 0.0, 0.0], [2.0, 1.0, 0.0], [3.0, 1.0, 0.0], [4.0, np.nan, 0.0]])
    result = parts_of(SimpleNamespace(periods=days, X=X, seed=seed), np.array([1, 2, 3]))
    assert {name: mask.tolist() for name, mask in result.items()} == {
        "regime new feed": [False, True, True],
        "make new": [True, True, False],
    }
    timeless = SimpleNamespace(time=None, plant=None, inputs=[])
    assert parts_of(SimpleNamespace(periods=days, X=X, seed=timeless), np.array([1, 2])) == {}


def test_a_part_in_which_the_challenger_is_worse_beyond_chance_is_refused_with_its_figures():
    result = worst_part("worst", {"regime dry": given(EQUAL), "regime wet": given(replace(WORSE, gain_high=-0.375))})
    assert not result.passed
    assert result.line == (
        "worst: regime wet: the loss falls by -0.5, with 95% confidence by -0.3511 at most, on 80 rows; 2 compared; "
        "expected no significant loss against the champion in any of them"
    )


def test_of_more_parts_each_has_its_share_of_the_error():
    """One alone needs 1.645 standard deviations, one of two 1.960, one of four 2.241."""
    worse = replace(EQUAL, gain=-1.0, gain_high=-1.0 + 1.645 / 2.1)  # 2.1 standard deviations below zero
    for parts, passed in ((1, False), (2, False), (4, True)):
        others = {f"part {number}": given(EQUAL) for number in range(parts - 1)}
        assert worst_part("worst", {"bad": given(worse), **others}).passed is passed


def test_parts_with_too_few_rows_say_nothing():
    assert worst_part("worst", {"a": few, "b": few}).passed
    assert not worst_part("worst", {"a": few, "b": given(WORSE)}).passed
    assert worst_part("worst", {}).measured == "no two of them have enough rows to be compared"


def way(correlation, name="z", rows=300):
    return Direction(name, +1, correlation, rows)


@pytest.mark.parametrize(
    ("champion", "challenger", "passed"),
    [
        ([way(0.9)], [way(-0.5)], False),
        (None, [way(-0.5)], False),  # a champion that is no sum over its inputs moves nothing against physics
        ([way(-0.2)], [way(-0.5)], True),  # the champion does so too
        ([way(0.9), way(-0.5, "other")], [way(-0.5)], False),
        ([way(0.9)], [way(0.5)], True),
        ([way(0.9)], [way(-0.16)], True),  # 2.8 standard deviations
        ([way(0.9)], [way(-0.19)], False),  # 3.3
        ([way(0.9)], [way(-0.5, rows=30)], True),  # 2.9
        ([way(0.9)], [way(-0.6, rows=30)], False),  # 3.6
        ([way(0.9)], [way(-1.0)], False),
        ([way(0.9)], None, True),
        ([], [], True),
    ],
)
def test_a_column_that_turns_against_physics_beyond_doubt_is_refused(champion, challenger, passed):
    result = kept_signs("signs", champion, challenger)
    assert result.passed is passed
    if not passed:
        assert result.measured.startswith("z by -")
        assert result.measured.endswith(" where +1 is sure")


@pytest.fixture
def fitted(toy_seed):
    """Maker of a straight line that was fitted to a law of three columns, and rows."""
    rng = np.random.default_rng(1)
    X = rng.normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (900, 3))

    def make(slope):
        y = 90 + slope * (X[:, 2] - 4) + rng.normal(0, 0.05, 900)
        return SimpleNamespace(estimator=build(toy_seed)["linear"].fit(X, y), seed=toy_seed), X

    return make


def test_directions_of_a_model_of_a_number_are_those_of_its_contributions(fitted):
    """A line keeps to the sign of its seed, so it is held against a seed that has the other one."""
    model, X = fitted(-2.0)
    (result,) = signs.directions(model, X)
    assert (result.name, result.expected, result.rows, result.against) == ("z", -1, 300, False)
    assert result.correlation == pytest.approx(-1.0, abs=1e-9)
    turned = parse(model.seed.text.replace("sign = -1", "sign = 1"), Path("toy_cells.toml"))
    (result,) = signs.directions(SimpleNamespace(estimator=model.estimator, seed=turned), X)
    assert (result.expected, result.is_doubtless) == (1, True)
    no_sum = SimpleNamespace(predict=lambda X: X[:, 0], contributions=lambda X: None)
    assert signs.directions(SimpleNamespace(estimator=no_sum, seed=turned), X) is None


GAINS = {"old": [(30.0, 15.0, 45.0), (10.0, 5.0, 15.0)]}  # 20, from 10 to 30


class Advice:
    """Recommendations that state these gains, by set-point model."""

    name, gain = "recommendations", "$/d"

    def __init__(self, **gains):
        self.gains, self.rows = GAINS | gains, []

    def form(self, seed, max_rows):
        return None

    def request_of(self, form, table, options):
        self.rows.append(len(table))
        return FromTable(table)

    def advised(self, form, model, request):
        if isinstance(self.gains[model], Exception):
            raise self.gains[model]
        ends = ("value", "low", "high")
        return {"recommendations": [{"gain": dict(zip(ends, one, strict=True))} for one in self.gains[model]]}


DATA = SimpleNamespace(checked=pd.DataFrame({"unit": ["a"] * 5}), seed=SimpleNamespace(key=None))


def condition_of(advice, new="new", accepted=None, old="old", refusal=None):
    return kept_advice(advice, version(old), version(new, refusal), DATA, accepted)


def version(setpoints, refusal=None):
    """A version that carries set-points or refuses them."""
    trained = {} if setpoints is None else {"set-points": setpoints}
    seed = SimpleNamespace(process=SimpleNamespace(task="regression"))
    return SimpleNamespace(seed=seed, learnt=trained, refusals={"set-points": refusal})


@pytest.mark.parametrize(("high", "passed"), [(9.9, False), (10.0, True), (40.0, True)])
def test_a_gain_that_lies_below_the_champions_beyond_doubt_is_refused(high, passed):
    advice = Advice(new=[(5.0, 1.0, high)])
    (result,) = condition_of(advice)
    assert result.passed is passed
    assert result.measured == f"5 (1 to {high:.3g}) $/d on average, of the champion 20 (10 to 30)"
    assert advice.rows == [5, 5]


def test_a_challenger_that_recommends_nothing_takes_no_advice_away():
    (result,) = condition_of(Advice(), new=None, refusal="no set-point was ever moved")
    assert (result.passed, result.measured) == (False, "none is recommended: no set-point was ever moved")
    (result,) = condition_of(Advice(), new=None, refusal="no set-point was ever moved", accepted="a new line")
    assert result.passed
    assert result.measured.endswith("; the shift was accepted: a new line")
    assert condition_of(Advice(), old=None) == []


def test_plans_that_neither_can_be_asked_for_say_nothing():
    (result,) = condition_of(Advice(new=SetpointError("no plan row")))
    assert (result.passed, result.measured) == (True, "not compared: no plan row")


@pytest.fixture
def guarded(monkeypatch):
    """Maker of guardrails of targets whose champion has lost its sign, with verdicts by part."""

    def make(names, verdict):
        data = SimpleNamespace(table=np.zeros((6, 1)), seed=SimpleNamespace(), checked=DATA.checked)
        seen = []

        def compared(champion, X, challenger, data, rows):
            seen.append((champion, X.tolist(), challenger, rows.tolist()))
            return verdict

        def directions(model, X):
            return [way(-0.9 if model == "new" else 0.9)]

        task = SimpleNamespace(assessor=SimpleNamespace(verdict=compared), signs=directions)
        monkeypatch.setattr(rails, "task_of", lambda seed: task)
        monkeypatch.setattr(rails, "operations_of", lambda seed: ())
        monkeypatch.setattr(rails, "inputs_for", lambda model, table: table)
        monkeypatch.setattr(rails, "parts_of", lambda data, rows: {"regime wet": np.array([True, False, True])})
        monkeypatch.setattr(rails, "model_of", lambda champion, name: f"old {name}")
        best = SimpleNamespace(model="new")
        trained = SimpleNamespace(best=best, targets={name: SimpleNamespace(best=best) for name in names[1:] and names})
        rows = np.array([3, 4, 5])
        given = {name: (np.array([[1.0], [2.0], [3.0]]), data, rows) for name in names}
        return guardrails("old", trained, given, None), seen

    return make


def test_each_part_is_compared_on_its_rows_and_each_column_held_against_the_champion(guarded):
    result, seen = guarded(["y"], WORSE)
    assert [one.what for one in result.conditions] == ["worst regime or group", "signs of physics"]
    assert not result.passed
    ((champion, X, challenger, rows),) = seen
    assert (champion, X, challenger.model, rows) == ("old", [[1.0], [3.0]], "new", [3, 5])


def test_of_several_targets_each_has_its_guardrails_under_its_name(guarded):
    result, seen = guarded(["u", "v"], EQUAL)
    assert [one.what for one in result.conditions] == [
        f"{name}: {field}" for field in ("worst regime or group", "signs of physics") for name in "uv"
    ]
    assert [champion for champion, *_ in seen] == ["old u", "old v"]


def test_a_verdict_says_which_guardrails_it_kept_or_what_holds_it_back():
    retained, lost = GateCondition("signs", True, "0", "0"), GateCondition("worst", False, "-1", "0")
    result = guarded_by(replace(EQUAL, why="better"), Gated((retained, replace(retained, what="worst"))))
    assert (result.promoted, result.why) == (True, "better; guardrails kept: signs, worst")
    result = guarded_by(replace(EQUAL, why="better"), Gated((retained, lost)))
    assert (result.promoted, result.why) == (False, "better; held back: worst: -1; expected 0")
    assert guarded_by(EQUAL, Gated(())) is EQUAL
