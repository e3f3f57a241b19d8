"""Physics of made-up processes, of functions of columns."""

import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import pytest

import models.processes
from models.interfaces.physics import AnyPhysics, Equipment, Physics
from models.interfaces.process import ProcessModels


def physics_type(features: Sequence[Any] = (), **functions: Callable[..., Any]) -> type[AnyPhysics]:
    """Class of physics that needs no fact, whose quantities are these functions; no features unless one computes them.

    `features` is what the class announces as `FEATURES`; the function that computes them is `computed`.
    """
    computed = functions.pop("computed", lambda columns: {})
    members = {name: staticmethod(function) for name, function in functions.items()}
    return type("ToyPhysics", (Physics,), {"FEATURES": tuple(features), "features": staticmethod(computed), **members})


def physics_of_functions(**functions: Any) -> AnyPhysics:
    """Physics at a plant without facts; arguments as of `physics_type`."""
    return physics_type(**functions)(Equipment())


def state_process(patch: pytest.MonkeyPatch, process_type: str, **classes: Any) -> None:
    """Let a type of process have a folder in `models.processes` that states these classes."""
    module = ModuleType(f"{models.processes.__name__}.{process_type}")
    vars(module).update(__path__=[], PROCESS=ProcessModels(**classes))
    patch.setitem(sys.modules, module.__name__, module)
