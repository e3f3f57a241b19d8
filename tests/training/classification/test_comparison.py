"""The rule that lets a new classifier take over."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from registry.versions import RegistryError
from training.classification.comparison import check_judgeable, verdict
from training.classification.evaluate import Classified
from training.core.comparison import ComparisonError

N, K = 200, 3
CLASSES = np.random.default_rng(0).integers(0, K, N)


def answers(given, covered=N):
    """The right class is given this probability, and is in so many of the sets."""
    p, inside = np.full((N, K), (1 - given) / (K - 1)), np.ones((N, K), dtype=bool)
    p[np.arange(N), CLASSES] = given
    inside[np.arange(N), CLASSES] = np.arange(N) < covered
    return Classified(p, inside)


def data(seed, units=40):
    return SimpleNamespace(
        seed=seed,
        y=CLASSES.astype(float),
        units=np.repeat(np.array([f"F-{i:03d}" for i in range(units)], dtype=object), N // units),
        periods=pd.DatetimeIndex(np.tile(pd.date_range("2024-01-01", periods=N // units, freq="D"), units)),
    )


class Champion:
    """A model that answers all rows alike."""

    def __init__(self, seed, message):
        self.seed, self.said = seed, message

    def probabilities(self, X):
        assert len(X) == N
        return self.said.p

    def sets_of(self, X, p, coverage):
        assert coverage == 0.9
        return self.said.inside


def compared(seed, old, new):
    champion, challenger = Champion(seed, old), SimpleNamespace(answers=new)
    return verdict(champion, np.zeros((N, 3)), challenger, data(seed), np.arange(N))


def test_a_smaller_log_loss_promotes(toy_class_seed):
    result = compared(toy_class_seed, answers(0.6), answers(0.8))
    assert result.promoted
    assert (result.gain, result.gain_low) == pytest.approx((np.log(0.8 / 0.6), np.log(0.8 / 0.6)))
    assert (result.rows, result.units, result.periods, result.blocks) == (N, 40, 5, 40)
    assert result.challenger["log_loss"] == pytest.approx(-np.log(0.8))
    assert "the mean log loss falls by more than 0.2877" in result.why
    assert not compared(toy_class_seed, answers(0.8), answers(0.8)).promoted


@pytest.mark.parametrize(
    ("old", "new", "promoted", "percent"), [(200, 170, True, 85), (200, 169, False, 84), (169, 169, True, 84)]
)
def test_sets_are_broken_below_85_percent_unless_the_champions_are_too(toy_class_seed, old, new, promoted, percent):
    result = compared(toy_class_seed, answers(0.6, old), answers(0.8, new))
    assert result.promoted == promoted
    broken = f"better, but its sets are broken: {percent}% hold the class where 90% is promised"
    assert (result.why == broken) != promoted


def test_too_few_rows_and_other_classes_are_refused(toy_class_seed):
    champion = Champion(toy_class_seed, answers(0.6))
    check_judgeable(champion, data(toy_class_seed), np.arange(N))
    with pytest.raises(ComparisonError, match="29 rows in"):
        check_judgeable(champion, data(toy_class_seed), np.arange(29))
    target = toy_class_seed.target.model_copy(update={"classes": ["oxide", "rare"]})
    columns = [target if one.name == "ore" else one for one in toy_class_seed.columns]
    other = toy_class_seed.model_copy(update={"columns": columns})
    vars(other).pop("classes", None), vars(other).pop("target", None)
    with pytest.raises(RegistryError, match="its classes are oxide, sulfide, rare; expected oxide, rare"):
        check_judgeable(champion, data(other), np.arange(N))
