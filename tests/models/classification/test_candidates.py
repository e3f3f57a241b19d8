"""The classifiers that compete, and what they do where classes are rare or absent."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.classification.candidates import build
from models.table.inputs import matrix
from seeds import Seed
from seeds.format.loader import parse

NAMES = ("majority", "linear", "lightgbm")


def test_the_baseline_comes_first(toy_class_seed: Seed) -> None:
    assert tuple(build(toy_class_seed)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_class_that_was_not_learnt_has_no_probability(
    toy_class_seed: Seed, toy_class_frame: Callable[..., pd.DataFrame], name: str
) -> None:
    frame = toy_class_frame(units=8)
    known = frame[frame["ore"] != "rare"]
    codes = pd.Categorical(known["ore"], toy_class_seed.classes).codes.astype(np.float64)
    p = (
        build(toy_class_seed)[name]
        .fit(matrix(known, toy_class_seed), codes)
        .predict_proba(matrix(frame, toy_class_seed))
    )
    assert p.shape == (len(frame), 3)
    assert not p[:, 2].any()
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-9)


@pytest.mark.parametrize("count", [2, 50])
@pytest.mark.parametrize("name", ["linear", "lightgbm"])
def test_two_classes_and_fifty_are_told_apart(toy_class_seed: Seed, name: str, count: int) -> None:
    """Classes on a circle in the plane of two inputs, a tenth of their distance wide."""
    classes = ", ".join(f'"c{number}"' for number in range(count))
    text = toy_class_seed.text.replace('["oxide", "sulfide", "rare"]', f"[{classes}]")
    seed = parse(text, Path("toy_ores.toml"))
    rng = np.random.default_rng(count)
    codes = rng.integers(0, count, 1600)
    angle = 2 * np.pi * codes / count
    X = np.column_stack([np.cos(angle), np.sin(angle), rng.standard_normal(len(codes))])
    X[:, :2] += 0.2 * np.sin(np.pi / count) * rng.standard_normal((len(codes), 2))
    p = build(seed)[name].fit(X, codes.astype(np.float64)).predict_proba(X)
    assert p.shape == (len(codes), count)
    assert (p.argmax(axis=1) == codes).mean() > (0.98 if count == 2 else 0.2)
