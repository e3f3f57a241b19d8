"""What lots must show before set-points are learnt from them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.quality.setpoints.identifiability import check_learnable
from models.setpoints.errors import SetpointError
from seeds import Seed
from seeds.format.loader import parse

BOUNDS = 'bounds = [30, 70]\nstep = 10\nmove_cost = { value = 1, unit = "$/°C", source = "law" }\n'


@pytest.fixture
def rows_of(history: Callable[..., Any]) -> tuple[np.ndarray, np.ndarray]:
    X, Y, _, _ = history(3.0, lots=200)
    return X, Y


def test_lots_that_show_all_are_taken(toy_quality_seed: Seed, rows_of: Any) -> None:
    check_learnable(toy_quality_seed, *rows_of)


def test_a_process_without_setpoints_is_refused(toy_quality_seed: Seed, rows_of: Any) -> None:
    columns = [column for column in toy_quality_seed.columns if column.role != "setpoint"]
    seed = toy_quality_seed.model_copy(update={"columns": columns})
    with pytest.raises(SetpointError, match="toy_lots: no column of role setpoint: expected at least one to recommend"):
        check_learnable(seed, *rows_of)


@pytest.mark.parametrize(
    ("line", "missing"),
    [("bounds", "bounds"), ("step", "step"), ("move_cost", "move_cost"), ("", "bounds and step and move_cost")],
)
def test_a_setpoint_without_what_a_move_needs_is_refused_by_name(
    toy_quality_seed: Seed, rows_of: Any, line: str, missing: str
) -> None:
    retained = "".join(one + "\n" for one in BOUNDS.splitlines() if line and not one.startswith(line))
    text = toy_quality_seed.text.replace(BOUNDS, retained)
    assert text != toy_quality_seed.text
    with pytest.raises(SetpointError, match=f"^setpoint: {missing} missing: expected for a recommended set-point$"):
        check_learnable(parse(text, Path("toy_lots.toml")), *rows_of)


def test_too_few_lots_are_refused_with_the_number_expected(toy_quality_seed: Seed, rows_of: Any) -> None:
    with pytest.raises(SetpointError, match="toy_lots: 99 past lots, expected 100 or more"):
        check_learnable(toy_quality_seed, rows_of[0][:99], rows_of[1][:99])


@pytest.mark.parametrize(("part", "column", "name"), [(0, 2, "setpoint"), (1, 0, "p"), (1, 3, "crack")])
def test_what_was_never_or_only_once_seen_is_named(
    toy_quality_seed: Seed, rows_of: Any, part: int, column: int, name: str
) -> None:
    rows_of[part][:, column] = np.nan
    with pytest.raises(SetpointError, match=f"^{name}: values in 0 of 5 stretches of the past lots"):
        check_learnable(toy_quality_seed, *rows_of)
    rows_of[part][:70, column] = 1.0
    with pytest.raises(
        SetpointError, match=f"^{name}: values in 2 of 5 stretches.*: expected some early and some late"
    ):
        check_learnable(toy_quality_seed, *rows_of)
