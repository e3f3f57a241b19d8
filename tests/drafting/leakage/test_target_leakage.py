"""Columns that give the target away, alone and together, whatever the order of rows."""

import numpy as np
import pandas as pd
import pytest

from drafting.columns import DetectedColumn, find_column
from drafting.headings import read_headings
from drafting.leakage.target_leakage import LEAK_GAIN, LEAK_R2, Sample, balance, sample_of, single_leaks, together
from seeds import TableFormat

N = 900


def columns(**values: np.ndarray) -> dict[str, DetectedColumn]:
    headings = read_headings(list(values))
    return {one.text: find_column(pd.Series(values[one.text]), one, TableFormat()) for one in headings}


def sample(target: DetectedColumn, has_time: bool = True, is_class: bool = False) -> Sample:
    return sample_of(target, np.arange(N), is_class, has_time)


def with_r2(y: np.ndarray, r2: float, rng: np.random.Generator) -> np.ndarray:
    """A column whose line gives y with this R²."""
    noise = rng.standard_normal(len(y))
    noise -= np.polyval(np.polyfit(y, noise, 1), y)
    return (y - y.mean()) / y.std() + np.sqrt(1 / r2 - 1) * noise / noise.std()


@pytest.mark.parametrize(("r2", "leaks"), [(0.7, False), (0.85, False), (0.94, True), (0.976, True), (0.999, True)])
@pytest.mark.parametrize("has_time", [True, False])
def test_one_column_leaks_from_an_r2_of_nine_tenths(r2: float, leaks: bool, has_time: bool) -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(30, 5, N)
    result = columns(y=y, x=with_r2(y, r2, rng))
    leak = single_leaks([result["x"]], sample(result["y"], has_time))
    assert list(leak) == ["x"] * leaks
    if leaks:
        assert LEAK_R2 <= leak["x"][0] == pytest.approx(r2, abs=0.02)


@pytest.mark.parametrize("order", ["file", "target", "class"])
def test_a_sorted_file_hides_no_leak(order: str) -> None:
    """By its last rows alone, which are of another class, the relation would not be seen."""
    rng = np.random.default_rng(1)
    maker = rng.integers(0, 6, N)
    y = 10.0 * maker + rng.normal(0, 3, N)
    twin = 2 * y + 40 * np.sin(maker) + rng.normal(0, 0.5, N)
    at = {"file": np.arange(N), "target": np.argsort(y), "class": np.argsort(maker, kind="stable")}[order]
    result = columns(y=y[at], twin=twin[at], kind=np.array([f"K{i}" for i in np.round(y[at] / 10)]))
    leaks = single_leaks([result["kind"], result["twin"]], sample(result["y"], has_time=False))
    assert "kind" in leaks


@pytest.mark.parametrize(("wrong", "leaks"), [(0.0, True), (0.03, True), (0.2, False)])
def test_a_class_leaks_where_a_column_gives_nine_tenths_of_what_guessing_leaves_over(wrong: float, leaks: bool) -> None:
    rng = np.random.default_rng(2)
    y = rng.choice(["good", "poor"], N)
    other = np.where(rng.random(N) < wrong, rng.choice(["good", "poor"], N), y)
    result = columns(y=y, x=np.char.add("bin ", other))
    leak = single_leaks([result["x"]], sample(result["y"], is_class=True))
    assert list(leak) == ["x"] * leaks
    if leaks:
        assert leak["x"][0] >= LEAK_GAIN


def test_columns_that_leak_together_are_named_and_no_others() -> None:
    rng = np.random.default_rng(3)
    parts = {f"x{i}": rng.normal(0, 1, N) for i in range(8)}
    y = 3 * parts["x2"] - 2 * parts["x5"] + 0.8 * rng.normal(0, 1, N)
    result = columns(y=y, **parts)
    able = [result[name] for name in parts]
    assert single_leaks(able, sample(result["y"])) == {}
    assert balance(able, sample(result["y"])) == []
    (one,) = together(able, sample(result["y"]))
    assert (one.kind, one.where) == ("leak", "x2, x5")
    assert one.done.startswith("nothing")


def test_a_good_model_of_many_inputs_is_no_leak() -> None:
    rng = np.random.default_rng(4)
    parts = {f"x{i}": rng.normal(0, 1, N) for i in range(12)}
    y = sum(parts.values()) + 0.5 * rng.normal(0, 1, N)
    result = columns(y=y, **parts)
    assert together([result[name] for name in parts], sample(result["y"])) == []


def test_a_target_that_stands_still_in_later_rows_shows_nothing() -> None:
    rng = np.random.default_rng(5)
    y = np.where(np.arange(N) < 500, rng.normal(0, 1, N), 0.0)
    result = columns(y=y, x=y + rng.normal(0, 1, N), still=np.where(np.arange(N) < 700, 1.0, rng.normal(0, 1, N)))
    able = [result["x"], result["still"]]
    assert single_leaks(able, sample(result["y"])) == {}
    assert balance(able, sample(result["y"])) == together(able, sample(result["y"])) == []
