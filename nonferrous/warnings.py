"""Command `warnings`: event probabilities; and the table of warning metrics that `train` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nonferrous.console import console, progress
from nonferrous.options import Plans, ProcessName
from nonferrous.table_request import Requested, check_out, requested, written

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from training.jobs.train import TrainingResult

MOST = 10  # alarms that are shown
SHOWN = {
    "average_precision": ("average\nprecision", ".3f"),
    "rate": ("rate", ".3f"),
    "recall": ("warned\nof", ".0%"),
    "precision": ("true\nalarms", ".0%"),
    "false_alarms_month": ("false a\nmonth", ".1f"),
    "lead_time": ("lead\n[h]", ".0f"),
    "cost": ("cost\n[$]", ".2f"),
    "cost_always": ("always", ".2f"),
    "cost_never": ("never", ".2f"),
}


def warnings(
    process: ProcessName,
    data: Plans,
    out: Annotated[Path, typer.Option(help="CSV or Parquet file to write, one row per unit and event.")],
) -> None:
    """Estimate event probabilities for the next period."""
    from operations.warnings.operation import Warnings
    from seeds import load

    check_out(out)
    with progress() as step:
        response = requested(load(process), Warnings(), data, lambda form: {}, step)
    written(response, out)
    screen = console()
    for line in _lines(response):
        screen.print(line, markup=False)
    if any(one["alarm"] for _, _, one in _events(response)):
        screen.print(alarms(response))
    screen.print(f"all of {len(response.answer[response.operation.name])} units: {out}", soft_wrap=True, markup=False)


def _events(response: Requested) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Unit, event and warning, row by row."""
    key = response.seed.key
    assert key is not None
    for unit in response.answer[response.operation.name]:
        for name, one in unit["events"].items():
            yield unit[key.name], name, one


def _lines(response: Requested) -> Iterator[str]:
    """Rows that were read, remarks on the plans, and the number of alarms of each event."""
    units = len(response.answer[response.operation.name])
    yield f"{response.seed.process.name}: version {response.version} on {response.rows} rows, {units} units"
    yield from response.notes
    events: dict[str, list[Mapping[str, Any]]] = {}
    for _, name, one in _events(response):
        events.setdefault(name, []).append(one)
    for name, ones in events.items():
        silent = sum(one["refusal"] is not None for one in ones)
        more = f"; nothing is said of {silent} units" if silent else ""
        raised = sum(one["alarm"] for one in ones)
        yield f"{name}: {raised} alarms, raised above a probability of {ones[0]['threshold']:.3g}{more}"
    for name, reason in response.answer["unavailable_events"].items():
        yield f"{name}: no warnings: {reason}"


def alarms(response: Requested) -> Table:
    """The alarms with the highest probabilities."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title_justify="left")
    table.title = f"the {MOST} most probable alarms"
    for name in ("unit", "event", "probability", "most likely cause"):
        table.add_column(name)
    raised = [(unit, name, one) for unit, name, one in _events(response) if one["alarm"]]
    for unit, name, one in sorted(raised, key=lambda row: -row[2]["probability"])[:MOST]:
        table.add_row(unit, name, f"{one['probability']:.2f}", one["cause"] or "")
    return table


def warnings_shown(result: TrainingResult) -> Iterator[RenderableType]:
    """Yield the table of warning metrics on holdout rows, or the reason why there are no warnings."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from models.interfaces.learning import WARNINGS
    from reporting.markdown import figure
    from training.warnings.evaluate import blocks_of, evaluated

    model = result.best.model
    warning_model, cause = model.learnt.get(WARNINGS), model.refusals.get(WARNINGS)
    if warning_model is None:
        if cause is not None:
            yield f"early warnings: none: {cause}"
        return
    table = Table(
        title="early warnings, newest periods", box=SIMPLE_HEAD, padding=0, pad_edge=False, title_justify="left"
    )
    table.add_column("event", no_wrap=True)
    for head, _ in SHOWN.values():
        table.add_column(head, justify="right", no_wrap=True)
    for name, metrics in evaluated(warning_model, result.data, blocks_of(result.data, result.parts)).items():
        cells = [figure(metrics, f"test_{key}", form) for key, (_, form) in SHOWN.items()]
        table.add_row(name, *cells)
    yield table
    for name, reason in warning_model.refused.items():
        yield f"{name}: no warnings: {reason}"
