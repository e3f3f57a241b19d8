"""Command `recommend`: set-points for the units of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nonferrous.console import console, fail, progress
from nonferrous.options import Plans, ProcessName
from nonferrous.table_request import Requested, check_out, requested, written

if TYPE_CHECKING:
    from rich.table import Table

    from operations.set_points.operation import Recommendations
    from seeds import Seed

BEST = 10  # moves that are shown
SHOWN = 20  # names of prices, where one is unknown


def recommend(
    process: ProcessName,
    data: Plans,
    out: Annotated[Path, typer.Option(help="CSV or Parquet file to write, one row per unit.")],
    price: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Price or factor instead of the seed's, in its unit; repeatable."),
    ] = None,
) -> None:
    """Recommend set-points for the next period."""
    from seeds import load

    seed = load(process)
    check_out(out)
    replaced = prices(price or [], seed)
    with progress() as step:
        response = requested(seed, recommendations_of(seed), data, lambda form: {"prices": replaced}, step)
    written(response, out)
    screen = console()
    for line in _lines(response):
        screen.print(line, markup=False)
    if any(one["refusal"] is None for one in moved(advices_of(response))):
        screen.print(best_moves(response))
    for line in line_advice(response):
        screen.print(line, markup=False)
    screen.print(f"all {_units(len(advices_of(response)))}: {out}", soft_wrap=True, markup=False)


def recommendations_of(seed: Seed) -> Recommendations[Any, Any]:
    """Recommendations of a process's task; PlanError where it has none."""
    from operations.catalogue import operations_of
    from operations.forms.plan_rows import PlanError
    from operations.set_points.operation import Recommendations

    for one in operations_of(seed):
        if isinstance(one, Recommendations):
            return one
    task = seed.process.task
    raise PlanError(f"{seed.process.name}: no set-points are recommended for a process of the task {task}")


def advices_of(response: Requested) -> list[Mapping[str, Any]]:
    """Advice on each unit."""
    advices: list[Mapping[str, Any]] = response.answer[response.operation.name]
    return advices


def prices(given: list[str], seed: Seed) -> dict[str, float]:
    """Prices from texts such as `power_price=0.06`; ends with exit code 2 where one is none."""
    known = recommendations_of(seed).prices(seed) if given else {}
    names = [*list(known)[:SHOWN], *(["..."] if len(known) > SHOWN else [])]
    replaced = {}
    for text in given:
        name, sign, number = text.partition("=")
        if name not in known or not sign:
            fail(f"--price: got '{text}': expected NAME=VALUE with a name of {', '.join(names) or 'none'}")
        try:
            replaced[name] = float(number)
        except ValueError:
            fail(f"--price {name}: got '{number}': expected a number in {known[name].unit}")
    return replaced


def moved(advices: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Recommendations that move a set-point, largest gain first."""
    moving = [one for one in advices if any(setpoint["move"] for setpoint in one["setpoints"].values())]
    return sorted(moving, key=lambda one: -one["gain"]["value"])


def _lines(response: Requested) -> list[str]:
    """Rows that were read, remarks on the plans, and the number of units by result."""
    from operations.set_points.flat_rows import refusals

    advices = advices_of(response)
    moving, refused = moved(advices), sum(one["refusal"] is not None for one in advices)
    return [
        f"{response.seed.process.name}: version {response.version} on {response.rows} rows, "
        f"{_units(len(advices))} to advise",
        *response.notes,
        f"moves for {_units(len(moving))}, {_in_all(response)}",
        f"as good as planned: {_units(len(advices) - refused - len(moving))}",
        f"refused: {_units(refused)}",
        *(f"  {count} {reason}" for reason, count in refusals(advices).items()),
    ]


def _in_all(response: Requested) -> str:
    """Return the total gain of all moves as text."""
    moving, task = moved(advices_of(response)), recommendations_of(response.seed)
    total = sum(one["gain"]["value"] for one in moving)
    if task.adds_up:
        return f"together {total:+.0f} {task.gain}"
    return f"on average {total / max(len(moving), 1):+.3g} {task.gain}"


def line_advice(response: Requested) -> list[str]:
    """Return the advice for all units together as text; no lines if they share no set-point."""
    from operations.set_points.line import LINE

    line = response.answer.get(LINE)
    if line is None:
        return []
    ((name, setpoint),) = line["setpoints"].items()
    gain, planned, unit = line["gain"], line["gain_without_shared_move"], setpoint["unit"]
    if gain is None or planned is None:
        return [f"the line's {name} stays as planned", f"  {line['refusal']}"]
    if not setpoint["move"]:
        refusal = [] if line["refusal"] is None else [f"  {line['refusal']}"]
        return [f"the line's {name} stays at {setpoint['plan']:g} {unit}", *refusal]
    power, currency_unit, infeasible_units = line["power"], gain["unit"], line["infeasible_units"]
    return [
        f"the line's {name}: {setpoint['move']:+g} {unit}, to {setpoint['recommended']:g} {unit}",
        f"  with moves of {_units(len(line['moves']))} that are not those above: see the file",
        f"  brings {gain['value']:+.0f} {currency_unit} ({gain['low']:+.0f} to {gain['high']:+.0f}), as planned "
        f"{planned['value']:+.0f}",
        f"  power from {power['before']:.1f} to {power['after']:.1f} {power['unit']}",
        *([] if line["binding_constraints"] is None else [f"  no further: {line['binding_constraints']}"]),
        *(
            [f"  {_units(len(infeasible_units))} cannot keep a limit: {', '.join(infeasible_units)}"]
            if infeasible_units
            else []
        ),
    ]


def _units(count: int) -> str:
    return f"{count} unit" if count == 1 else f"{count} units"


def best_moves(response: Requested) -> Table:
    """The moves that bring most, readable in 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    task, key = recommendations_of(response.seed), response.seed.key
    assert key is not None
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title_justify="left", caption_justify="left")
    table.title = f"the {BEST} moves that bring most"
    for name in ("unit", "move", f"gain {task.gain}", "cause"):
        table.add_column(name, no_wrap=name != "cause")
    for one in moved(advices_of(response))[:BEST]:
        moves = [
            f"{name} {setpoint['move']:+g} {setpoint['unit']}"
            for name, setpoint in one["setpoints"].items()
            if setpoint["move"]
        ]
        gain = f"{one['gain']['value']:.1f} ({one['gain']['low']:.1f} to {one['gain']['high']:.1f})"
        table.add_row(one[key.name], "\n".join(moves), gain, one["cause"] or "")
    table.caption = task.caption
    return table
