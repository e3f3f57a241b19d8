"""Command `request`: any operation for the rows of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nonferrous.console import console, fail, progress
from nonferrous.options import Plans, ProcessName
from nonferrous.table_request import check_out, requested, written

if TYPE_CHECKING:
    from operations.operation import Operation
    from seeds import Seed


def request(
    operation: Annotated[
        str, typer.Argument(help="Operation, such as recommendations or what-if; `seeds show` lists them.")
    ],
    process: ProcessName,
    data: Plans,
    out: Annotated[Path, typer.Option(help="CSV or Parquet file to write.")],
    set: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Field of the request besides its rows, as JSON or text; repeatable."),
    ] = None,
) -> None:
    """Request any operation of the service for the rows of a table."""
    from operations.operation import AdviceOperation
    from seeds import load

    seed = load(process)
    check_out(out)
    given, offered = fields_of(set or []), operation_of(seed, operation)
    if not isinstance(offered, AdviceOperation):
        if offered.rows == "each":
            from nonferrous.predict import predict_table

            return predict_table(seed, data, out, given)
        fail(f"{operation}: is stored and not computed: send it to the service")
    with progress() as step:
        result = requested(seed, offered, data, lambda form: offered.options(form, given), step)
    rows = written(result, out)
    screen = console()
    version = "" if result.version is None else f"version {result.version} on "
    screen.print(f"{process}: {version}{result.rows} rows", markup=False)
    for note in result.notes:
        screen.print(note, markup=False)
    message = f"all {rows} rows: {out}" if rows else "the response has no rows: no file is written"
    screen.print(message, soft_wrap=True, markup=False)


def fields_of(given: list[str]) -> dict[str, Any]:
    """Return fields from texts such as `prices.power_price=0.06`; exit with code 2 for an invalid one."""
    import json

    fields: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not name or not sign:
            fail(f"--set: got '{text}': expected NAME=VALUE")
        *places, last = name.split(".")
        part = fields
        for place in places:
            part = part.setdefault(place, {})
            if not isinstance(part, dict):
                fail(f"--set: got '{text}': {place} has a value already")
        try:
            part[last] = json.loads(value)
        except ValueError:
            part[last] = value
    return fields


def operation_of(seed: Seed, name: str) -> Operation[Any]:
    """The operation of a name that a process offers; ends with exit code 2 where it offers none."""
    from operations.catalogue import offered, operations_of

    known = {one.name: one for one in operations_of(seed)}
    if name not in known or not known[name].is_offered(seed):
        reason = known[name].why_not(seed) if name in known else None
        offers = ", ".join(offered(seed, 1).operations)
        fail(f"{seed.process.name}: no operation {name}{f': {reason}' if reason else ''}; it offers {offers}")
    return known[name]
