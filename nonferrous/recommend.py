"""The command that recommends set-points for the units of a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import ProcessName, console, fail, progress

if TYPE_CHECKING:
    from rich.table import Table

    from models.setpoints.advice import Advice
    from seeds import Seed
    from training.advice.job import Recommended

BEST = 10  # moves that are shown
SHOWN = 20  # names of prices, where one is unknown
ENDINGS = (".csv", ".parquet")


def recommend(
    process: ProcessName,
    data: Annotated[
        Path, typer.Option(help="Table as for `train`; its newest rows may be plans: knobs, and nothing measured.")
    ],
    out: Annotated[Path, typer.Option(help="CSV or Parquet file to write, a row a unit.")],
    price: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A price or factor of the seed, in its unit; repeatable."),
    ] = None,
) -> None:
    """Recommend set-points for the period to come, by the champion's set-point model. It is advice: nothing is set."""
    from models.table.reading import write_frame
    from registry.settings import read_settings
    from seeds import load
    from training.advice.job import recommend as run
    from training.advice.rows import advice_frame

    seed = load(process)
    if out.suffix.lower() not in ENDINGS:
        fail(f"--out: got {out}: expected a file that ends in {' or '.join(ENDINGS)}")
    if not out.parent.is_dir():
        fail(f"--out: got {out}: expected a file in a folder that exists")
    replaced = prices(price or [], seed)
    with progress() as step:
        found = run(seed, data, read_settings(), replaced, step)
    write_frame(advice_frame(found), out)
    screen = console()
    for line in _lines(found):
        screen.print(line, markup=False)
    if any(advice.refusal is None and any(advice.moves.values()) for advice in found.advices):
        screen.print(best_moves(found))
    for line in line_advice(found):
        screen.print(line, markup=False)
    screen.print(f"all {_units(len(found.advices))}: {out}", soft_wrap=True, markup=False)


def prices(given: list[str], seed: Seed) -> dict[str, float]:
    """Prices from texts such as `power_price=0.06`; ends with exit code 2 where one is none."""
    from training.advice.job import advisers_of

    known = advisers_of(seed).prices(seed) if given else {}
    names = [*list(known)[:SHOWN], *(["..."] if len(known) > SHOWN else [])]
    found = {}
    for text in given:
        name, sign, number = text.partition("=")
        if name not in known or not sign:
            fail(f"--price: got '{text}': expected NAME=VALUE with a name of {', '.join(names) or 'none'}")
        try:
            found[name] = float(number)
        except ValueError:
            fail(f"--price {name}: got '{number}': expected a number in {known[name].unit}")
    return found


def moved(advices: Sequence[Advice]) -> list[Advice]:
    """Advice that moves a knob, the largest gain first."""
    return sorted((one for one in advices if any(one.moves.values())), key=lambda one: -one.gain.value)


def _lines(found: Recommended) -> list[str]:
    """What was read, what the plan is, and what became of each unit."""
    from training.advice.rows import refusals

    advices, moving = found.advices, moved(found.advices)
    process = found.seed.process.name
    standing = sum(one.refusal is None for one in advices) - len(moving)
    return [
        f"{process}: version {found.version} on {len(found.checked.table)} rows, {_units(len(advices))} to advise",
        *([f"Beware: {found.advisers.GOES_ON}"] if found.advised.goes_on else []),
        *(
            [f"no advice for {_units(found.advised.unplanned)} whose newest row is no plan"]
            if found.advised.unplanned
            else []
        ),
        f"moves for {_units(len(moving))}, {_in_all(found)}",
        f"as good as planned: {_units(standing)}",
        f"refused: {_units(sum(one.refusal is not None for one in advices))}",
        *(f"  {count} {why}" for why, count in refusals(found).items()),
    ]


def _in_all(found: Recommended) -> str:
    """Gain of all moves in words."""
    moving = moved(found.advices)
    total = sum(one.gain.value for one in moving)
    if found.advisers.ADDS_UP:
        return f"together {total:+.0f} {found.advisers.GAIN}"
    return f"on average {total / max(len(moving), 1):+.3g} {found.advisers.GAIN}"


def line_advice(found: Recommended) -> list[str]:
    """Advice for all units together, in words; nothing where they share no knob."""
    line, money = found.advised.line, found.advisers.GAIN
    if line is None:
        return []
    if line.gain is None or line.gain_as_planned is None:
        return [f"the line's {line.knob} stays as planned", f"  {line.refusal}"]
    unit = found.advisers.knob_units(found.seed)[line.knob]
    if not line.move:
        why = [] if line.refusal is None else [f"  {line.refusal}"]
        return [f"the line's {line.knob} stays at {line.plan:g} {unit}", *why]
    gain, planned = line.gain, line.gain_as_planned
    return [
        f"the line's {line.knob}: {line.move:+g} {unit}, to {line.plan + line.move:g} {unit}",
        f"  with moves of {_units(len(line.moves))} that are not those above: see the file",
        f"  brings {gain.value:+.0f} {money} ({gain.low:+.0f} to {gain.high:+.0f}), as planned {planned.value:+.0f}",
        f"  power from {line.before:.1f} to {line.after:.1f} MW",
        *([] if line.held_by is None else [f"  no further: {line.held_by}"]),
        *([f"  {_units(len(line.strained))} cannot keep a limit: {', '.join(line.strained)}"] if line.strained else []),
    ]


def _units(count: int) -> str:
    return f"{count} unit" if count == 1 else f"{count} units"


def best_moves(found: Recommended) -> Table:
    """The moves that bring most, readable in 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    units, money = found.advisers.knob_units(found.seed), found.advisers.GAIN
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, title_justify="left", caption_justify="left")
    table.title = f"the {BEST} moves that bring most"
    for name in ("unit", "move", f"gain {money}", "cause"):
        table.add_column(name, no_wrap=name != "cause")
    for one in moved(found.advices)[:BEST]:
        moves = [f"{knob} {move:+g} {units[knob]}" for knob, move in one.moves.items() if move]
        gain = f"{one.gain.value:.1f} ({one.gain.low:.1f} to {one.gain.high:.1f})"
        table.add_row(one.unit, "\n".join(moves), gain, one.cause or "")
    table.caption = found.advisers.CAPTION
    return table
