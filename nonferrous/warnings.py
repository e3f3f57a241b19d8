"""The command that warns of events to come, and what `train` shows of how good warnings are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import ProcessName, console, fail, progress
from nonferrous.recommend import ENDINGS

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from training.jobs.train import Learnt
    from training.warnings.job import Warned

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
    data: Annotated[
        Path, typer.Option(help="Table as for `train`; its newest rows may be plans: knobs, and nothing measured.")
    ],
    out: Annotated[Path, typer.Option(help="CSV or Parquet file to write, a row a unit and event.")],
) -> None:
    """Warn of events in the period to come, by the champion: how probable, whether to raise an alarm, and why."""
    from models.table.reading import write_frame
    from registry.settings import read_settings
    from seeds import load
    from training.warnings.job import warn as run
    from training.warnings.job import warning_frame

    if out.suffix.lower() not in ENDINGS:
        fail(f"--out: got {out}: expected a file that ends in {' or '.join(ENDINGS)}")
    if not out.parent.is_dir():
        fail(f"--out: got {out}: expected a file in a folder that exists")
    with progress() as step:
        found = run(load(process), data, read_settings(), step)
    write_frame(warning_frame(found), out)
    screen = console()
    for line in _lines(found):
        screen.print(line, markup=False)
    if any(one.alarm for unit in found.units for one in unit.events):
        screen.print(alarms(found))
    screen.print(f"all of {len(found.units)} units: {out}", soft_wrap=True, markup=False)


def _lines(found: Warned) -> Iterator[str]:
    """What was read, what the period to come is, and how many alarms there are of each event."""
    yield f"{found.seed.process.name}: version {found.version} on {found.rows} rows, {len(found.units)} units"
    if found.goes_on:
        yield "Beware: no row plans a period: the last knobs and what was in hand then are taken to go on"
    for name, one in found.model.events.items():
        said = [event for unit in found.units for event in unit.events if event.event.name == name]
        silent = sum(event.refusal is not None for event in said)
        more = f"; nothing is said of {silent} units" if silent else ""
        raised = sum(event.alarm for event in said)
        yield f"{name}: {raised} alarms, raised above a probability of {one.event.threshold:.3g}{more}"
    for name, why in found.model.refused.items():
        yield f"{name}: no warnings: {why}"


def alarms(found: Warned) -> Table:
    """The alarms with the highest probabilities."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title_justify="left")
    table.title = f"the {MOST} most probable alarms"
    for name in ("unit", "event", "probability", "most likely cause"):
        table.add_column(name)
    said = [(unit.unit, one) for unit in found.units for one in unit.events if one.alarm]
    for unit, one in sorted(said, key=lambda pair: -pair[1].probability)[:MOST]:
        table.add_row(unit, one.event.name, f"{one.probability:.2f}", one.cause or "")
    return table


def warnings_shown(learnt: Learnt) -> Iterator[RenderableType]:
    """What `train` shows of warnings: how good they are on rows that nothing has learnt, or why there are none."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from models.interfaces.learning import WARNINGS
    from reporting.markdown import figure
    from training.warnings.evaluate import blocks_of, evaluated

    model = learnt.best.model
    found, why = model.learnt.get(WARNINGS), model.refusals.get(WARNINGS)
    if found is None:
        if why is not None:
            yield f"early warnings: none: {why}"
        return
    table = Table(
        title="early warnings, newest periods", box=SIMPLE_HEAD, padding=0, pad_edge=False, title_justify="left"
    )
    table.add_column("event", no_wrap=True)
    for head, _ in SHOWN.values():
        table.add_column(head, justify="right", no_wrap=True)
    for name, metrics in evaluated(found, learnt.data, blocks_of(learnt.data, learnt.parts)).items():
        cells = [figure(metrics, f"test_{key}", form) for key, (_, form) in SHOWN.items()]
        table.add_row(name, *cells)
    yield table
    for name, reason in found.refused.items():
        yield f"{name}: no warnings: {reason}"
