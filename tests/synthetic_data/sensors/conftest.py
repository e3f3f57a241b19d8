"""A few lots of scrap of both sorting lines, with parameters of which none is 0 or 1."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.sensors import shape
from synthetic_data.sorter import feed
from synthetic_data.sorter.materials import materials_of
from synthetic_data.sorter.parameters import SorterParameters
from synthetic_data.sorter.registration import register

LOTS = 5


def stated(p: SorterParameters) -> dict[str, np.ndarray]:
    return {name: values for name, values in vars(p).items() if isinstance(values, np.ndarray)}


def changed(name: str, values: np.ndarray) -> np.ndarray:
    """Neither 0 nor 1, and another value for each lot but of what a plant has one of."""
    if name in ("coil_dropout", "camera_dropout", "missed_piece", "misfire"):
        return np.full(LOTS, 0.1)
    values = np.where(values == 0.0, 0.001 if name == "gain_offset" else 0.3, np.where(values == 1.0, 0.9, values))
    one = name.startswith("tube_voltage") or name.endswith("_shots")
    return values if one else values * (1.0 + 0.02 * np.arange(LOTS))


def line(process: str) -> SimpleNamespace:
    plan = plan_run(load(process), units=LOTS, years=0.5, rng_seed=3)
    materials, rng = materials_of(plan.seed), np.random.default_rng(4)
    pieces = feed.draw(plan, UnitBlock(0, 0, LOTS), materials, rng)
    by_lot = {name: changed(name, values) for name, values in stated(pieces.lots.parameters).items()}
    p = SorterParameters(process, by_lot)
    by_piece = SorterParameters(process, {name: values[pieces.lot] for name, values in by_lot.items()})
    pieces = replace(pieces, lots=replace(pieces.lots, parameters=p), parameters=by_piece)
    registration, form = register(pieces, rng), shape.form(pieces, rng)
    return SimpleNamespace(
        **{"plan": plan, "materials": materials, "pieces": pieces, "p": p, "lot": pieces.lot},
        **{"registration": registration, "form": form, "n": len(pieces.lot)},
    )


@pytest.fixture(scope="session")
def light_scrap() -> SimpleNamespace:
    return line("aluminium_scrap")


@pytest.fixture(scope="session")
def heavy_scrap() -> SimpleNamespace:
    return line("heavy_scrap")


@pytest.fixture
def mixed():
    """Mean of what a piece and a part of its neighbour show, each counting with a weight."""

    def mean(values, weight, registration):
        neighbour, part = registration.neighbour, registration.overlap
        share = part * weight[neighbour] / (weight + part * weight[neighbour])
        share = share.reshape(-1, *[1] * (values.ndim - 1))
        return (1.0 - share) * values + share * values[neighbour]

    return mean
