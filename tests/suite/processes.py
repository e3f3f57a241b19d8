"""Processes of which tests that take long show the same: one of each task in `make test`, the others in `test-long`."""

from collections.abc import Iterable
from typing import Any

import pytest

# The quickest of each task: regression, classification, sorting, quality.
FIRST = ("lead_refining", "retired_batteries_chemistry", "retired_batteries", "zinc_ingot")


def each(names: Iterable[object], reason: str, first: Iterable[object] = FIRST) -> list[Any]:
    """Parameters of a test, one a name; all but the first ones are marked long.

    Parameters
    ----------
    names : Iterable[object]
        Names of processes, or of other cases.
    reason : str
        What takes long.
    first : Iterable[object]
        The names that `make test` runs.

    Returns
    -------
    list[ParameterSet]
        In the order of the names, which are the parameters' ids too.
    """
    long, retained = pytest.mark.long(reason), frozenset(first)
    return [pytest.param(name, id=str(name), marks=() if name in retained else long) for name in names]
