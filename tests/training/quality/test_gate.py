"""What a grader of lots shows at the gate, with decisions made by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from models.quality.decision import Decisions
from models.quality.outcomes import AssayedLots
from training.core.gate import gate
from training.quality.gate import cheapest, evidence

PRIME, LABORATORY = 0, -1
GOOD, BAD = 1.0, 30.0  # contents that keep every grade, and the last alone


def lots(seed, bad):
    """Lots of which some break every grade but the last."""
    contents = np.where(np.asarray(bad)[:, None], BAD, GOOD) * np.ones(3)
    return AssayedLots.of(seed, contents, np.zeros((len(contents), 1)))


def test_the_cheaper_of_two_decisions_that_look_at_no_lot(toy_quality_seed):
    """An assay is 150 $ on 25 t. A bad lot that is released costs the claim, 300 $/t, less the 150 it is worth less."""
    name, cost = cheapest(toy_quality_seed, lots(toy_quality_seed, [False] * 99 + [True]))
    assert name == "releasing every lot"
    assert cost.tolist() == [0.0] * 99 + [150.0]
    name, cost = cheapest(toy_quality_seed, lots(toy_quality_seed, [False] * 9 + [True]))
    assert (name, cost.tolist()) == ("an assay of every lot", [6.0] * 10)


def plant(seed, grade, bad):
    """40 lines of 4 lots, the last of which are evaluated, with what is done with each."""
    n = 160
    new = np.arange(n) % 4 > 1
    contents = np.where(np.asarray(bad)[:, None], BAD, GOOD) * np.ones(3)
    data = SimpleNamespace(
        seed=seed,
        contents=contents,
        defects=np.zeros((n, 1)),
        labels=np.column_stack([contents + np.arange(n)[:, None], np.zeros(n)]),
        units=np.repeat(np.array([f"T-{i:02d}" for i in range(40)], dtype=object), 4),
        periods=pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=4).to_numpy(), 40)),
    )
    parts = SimpleNamespace(learnt=np.flatnonzero(~new), test=np.flatnonzero(new), holdout=np.array([], dtype=int))

    def evaluated(rows):
        return SimpleNamespace(decided=Decisions(np.asarray(grade)[rows], np.zeros(len(rows))))

    candidate = SimpleNamespace(name="linear", answers=SimpleNamespace(judged=evaluated))
    return candidate, SimpleNamespace(name="persistence"), data, parts


def test_a_grader_that_assays_the_bad_lots_alone_passes(toy_quality_seed):
    """Half of the lots are bad: to assay them alone costs 3 $/t instead of 6."""
    bad = np.arange(160) % 2 == 1
    result = evidence(*plant(toy_quality_seed, np.where(bad, LABORATORY, PRIME), bad))
    assert (len(result.own), result.own.mean(), result.beside) == (80, 3.0, "an assay of every lot")
    assert result.labels == 80
    assert result.promises[0].measured == "0 of 40 released lots break their grade"
    assert gate(result, False, None).passed


def test_a_grader_that_assays_all_is_no_better_than_that(toy_quality_seed):
    bad = np.arange(160) % 2 == 1
    result = gate(evidence(*plant(toy_quality_seed, np.full(160, LABORATORY), bad)), False, None)
    (reason,) = result.reasons
    assert reason.startswith("gain over an assay of every lot: with 95% confidence what decisions cost falls by more")
    assert result.lines[-1].startswith("kept: promise on released lots: 0 of 0 released lots")


def test_released_lots_that_break_their_grade_are_refused(toy_quality_seed):
    """Every lot is released, and one in ten is bad: an assay of each would be cheaper too."""
    bad = np.arange(160) % 20 > 17
    result = gate(evidence(*plant(toy_quality_seed, np.full(160, PRIME), bad)), False, None)
    assert [reason.split(":")[0] for reason in result.reasons] == [
        "gain over an assay of every lot",
        "promise on released lots",
    ]
    assert result.reasons[1].endswith(
        "released lots break their grade; expected not significantly more than 2% of them"
    )


def test_lots_whose_assays_do_not_tell_their_grades_do_not_count(toy_quality_seed):
    candidate, bar, data, parts = plant(toy_quality_seed, np.full(160, LABORATORY), np.zeros(160, dtype=bool))
    data.contents[:, 0] = np.nan
    result = gate(evidence(candidate, bar, data, parts), False, None)
    assert result.reasons[0].startswith("rows to measure on: 0 rows in 0 independent blocks")
    assert not result.passed
