"""What the card says of classes, word by word for figures that are given."""

from types import SimpleNamespace

import numpy as np
import pandas as pd

from training.classification.card import heading, sections
from training.classification.columns import cautions, remarks, verdict_head
from training.classification.evaluate import Classified
from training.core.dataset import Dataset
from training.reports.periods import row, subject

GOOD = {"test_skill": 0.5, "test_ece": 0.02, "test_coverage_90": 0.91, "test_accuracy": 0.75, "test_log_loss": 0.4}


def candidate(name, metrics):
    """Answers to eight rows; the last two are wrong, and the sets of the last one and of no other too."""
    most_probable = np.array([0, 0, 0, 0, 1, 1, 1, 0])
    p = np.full((8, 3), 0.1)
    p[np.arange(8), most_probable] = 0.8
    inside = p > 0.5
    inside[6, 0] = True
    model = SimpleNamespace(conformal=SimpleNamespace(scores=np.zeros(240)))
    return SimpleNamespace(name=name, metrics=metrics, answers=Classified(p, inside), model=model)


def plant(seed):
    """Eight test rows; nobody has learnt the third class."""
    classes = np.array([0, 0, 0, 0, 1, 1, 0, 1], dtype=float)
    periods = pd.date_range("2024-01-01", periods=8)
    data = SimpleNamespace(seed=seed, y=classes, rejected_rows=3, unlabelled_rows=4, periods=periods)
    data.shown = lambda start: Dataset.shown(data, start)
    days = dict.fromkeys(("train_from", "calibrate_from", "test_from", "last"), pd.Timestamp("2024-01-01"))
    parts = SimpleNamespace(
        learnt=np.arange(8), test=np.arange(8), holdout=np.arange(2), units=("F-01", "F-07"), **days
    )
    return data, parts


def text(seed, metrics=GOOD):
    result = {"majority": candidate("majority", GOOD | {"test_skill": 0.0}), "linear": candidate("linear", metrics)}
    return "\n".join(sections(result, result["linear"], *plant(seed)))


def test_a_row_and_what_is_predicted_are_named(toy_class_seed):
    assert row(toy_class_seed) == "a unit and period of 1 d"
    assert heading(toy_class_seed) == "ore"
    assert verdict_head(toy_class_seed) == "classes of ore"
    assert subject(*plant(toy_class_seed)) == (
        "Target: what the geologist says, ore. Training: 8 rows, 2024-01-01 to before 2024-01-01. Evaluated: 8 rows of "
        "the same units and 2 rows of 2 held-out units, up to 2024-01-01."
    )


def test_of_each_class_it_says_how_many_are_right(toy_class_seed):
    card = text(toy_class_seed)
    assert "| `oxide` | 5 | 5 | 0.800 | 0.800 | 1.000 |" in card
    assert "| `sulfide` | 3 | 3 | 0.667 | 0.667 | 0.667 |" in card
    assert "| `rare` | 0 | 0 | - | - | - |" in card
    assert "Without training rows, so that the probability is always 0: `rare`." in card


def test_candidates_stand_with_their_figures_and_the_chosen_one_is_marked(toy_class_seed):
    card = text(toy_class_seed)
    assert "| **linear** | 0.75 | 0.4 | 0.5 | 0.02 | 0.91 |" in card
    assert "Chosen: **linear**, the lowest `calibrate_log_loss`" in card
    assert "Conformal, from 240 probabilities" in card
    assert "Warning on" not in card


def test_what_misleads_is_said_in_words(toy_class_seed):
    bad = {"test_skill": 0.0, "test_ece": 0.08, "test_coverage_90": 0.84}
    lines = cautions(toy_class_seed, bad, 200)
    assert lines == [
        "on the test rows it is no better than the baseline",
        "its probabilities are off by 8.0% on average on the test rows",
        "only 84.0% of its 90% sets hold the class, of 200 test rows",
    ]
    assert cautions(toy_class_seed, {"test_skill": 0.01, "test_ece": 0.05, "test_coverage_90": 0.85}, 200) == []
    assert cautions(toy_class_seed, {"test_skill": 0.01, "test_ece": 0.05, "test_coverage_90": 0.81}, 21) == []
    assert f"- Warning on linear: {lines[0]}." in text(toy_class_seed, GOOD | bad)


def test_remarks_count_what_was_turned_away(toy_class_seed):
    result = {"majority": candidate("majority", GOOD)}
    skill, cover, rows = remarks(result, result["majority"], plant(toy_class_seed)[0])
    assert skill.startswith("Skill: log loss against majority;")
    assert cover.startswith("Cover: share of 90% sets that hold the class;")
    assert rows == "Rejected rows: 3; without label: 4"
