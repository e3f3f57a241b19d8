"""Rows of a block from its simulator; impossible numbers end the run and name their place."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import numpy as np

from synthetic_data.engine.plan import BlockRows, RunPlan, SimulationError, UnitBlock
from synthetic_data.engine.simulator import simulator_of


def rows_of(plan: RunPlan, block: UnitBlock) -> Iterator[BlockRows]:
    """Rows of a block, as of `Simulator.rows`.

    Raises
    ------
    SimulationError
        The plant's parameters lead to a division by zero, a logarithm of a negative number, a probability above 1 or
        the like: the process, what happened, and the function in which it did.
    """
    made = simulator_of(plan.seed).rows(plan, block)
    while True:
        try:
            # Not around a yield: who asks for rows would get these rules, too.
            with np.errstate(divide="raise", over="raise", invalid="raise"):
                rows = next(made, None)
        except SimulationError:
            raise
        except (ArithmeticError, ValueError) as error:
            raise SimulationError(
                f"{plan.seed.process.name}: plant.parameters: {error} in {_place(error)}: "
                "expected parameters of a plant that can run"
            ) from error
        if rows is None:
            return
        yield rows


def _place(error: BaseException) -> str:
    """Innermost function of simulators and physics that an error came through, by module and name."""
    places = [
        f"{frame.f_globals['__name__']}.{frame.f_code.co_name}" for frame, _ in traceback.walk_tb(error.__traceback__)
    ]
    return [place for place in places if place.startswith(("physics.", "synthetic_data."))][-1]
