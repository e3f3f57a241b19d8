"""Write the columns of each process by role into its page: python -m benchmarks.aims.columns.

The list is made from the seed alone and stands in docs/reference/processes/<process>.md.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from pathlib import Path

from benchmarks.aims.mission import PAGE
from benchmarks.aims.page import filled
from seeds import Seed, load_all
from seeds.format.column import Column
from seeds.format.constraints import Constraint
from seeds.format.quantity import PeriodLength, Quantity
from seeds.format.tasks.sorting import Bin

NAME = "columns"
_ROLES = ("key", "time", "before", "setpoint", "during", "late")


def page(process: str) -> Path:
    """Page of a process."""
    return PAGE.parent / f"{process}.md"


def lines(seed: Seed) -> list[str]:
    """List of a seed's columns by role, with period, targets, facts, limits, bins and size of the plant."""
    return [*(f"- {role}: {columns}" for role, columns in _parts(seed)), ""]


def _parts(seed: Seed) -> Iterator[tuple[str, str]]:
    for role in _ROLES:
        if columns := seed.by_role(role):
            yield f"`{role}`", _by_unit(columns, _name)
    if seed.process.period is not None:
        yield "`[process] period`", _quantity(seed.process.period)
    yield "`target`, label noise", _by_unit(seed.by_role("target"), partial(_target, seed))
    if seed.derived:
        yield "`derived_from`", ", ".join(f"`{name}` [{target.unit}]" for name, target in seed.derived.items())
    if seed.equipment:
        yield "`[equipment]`", ", ".join(f"`{name}` {_quantity(fact)}" for name, fact in seed.equipment.items())
    if seed.constraints:
        yield "`[[constraints]]`", ", ".join(_constraint(seed, one) for one in seed.constraints)
    if seed.bins:
        yield "`[[bins]]`", "; ".join(_bin(one) for one in seed.bins)
    if seed.plant:
        yield "`[plant]`", f"`units` {seed.plant.units}, `years` {seed.plant.years:g}"


def _by_unit(columns: Iterable[Column], shown: Callable[[Column], str]) -> str:
    """Columns in their order; consecutive ones state a common unit once."""
    groups = ((unit, ", ".join(map(shown, group))) for unit, group in groupby(columns, key=_unit))
    return "; ".join(names if unit is None else f"{names} [{unit}]" for unit, names in groups)


def _unit(column: Column) -> str | None:
    return None if column.unit == "1" else column.unit


def _name(column: Column) -> str:
    return f"`{column.name}`"


def _target(seed: Seed, column: Column) -> str:
    noise = seed.targets[column.name].label_noise
    classes = f" ({', '.join(column.classes)})" if column.classes else ""
    return _name(column) + classes + ("" if noise is None else f" {noise.value:g}")


def _quantity(quantity: Quantity | PeriodLength) -> str:
    value = f"{quantity.value:g}"
    return value if quantity.unit in ("1", "count") else f"{value} {quantity.unit}"


def _constraint(seed: Seed, one: Constraint) -> str:
    side = "at least" if one.at_most is None else "at most"
    return f"`{one.name}` {side} {one.bound:g} {seed.unit_of(one)} (`chance` {one.chance:g})"


def _bin(one: Bin) -> str:
    limits = [f"{name} at most {_quantity(limit)}" for name, limit in one.limits.items()]
    limits += [f"{name} with sd at most {_quantity(limit)}" for name, limit in one.sd_limits.items()]
    return f"`{one.name}` ({', '.join(limits)})" if limits else f"`{one.name}`"


if __name__ == "__main__":
    for name, seed in load_all().items():
        text = page(name).read_text(encoding="utf-8")
        page(name).write_text(filled(text, NAME, lines(seed)), encoding="utf-8")
