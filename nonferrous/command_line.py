"""The command line; each command imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Annotated

import typer

from nonferrous.ask import ask
from nonferrous.console import fail, full_disk, is_ours
from nonferrous.jobs.clean import clean
from nonferrous.jobs.commands import jobs_app, worker
from nonferrous.jobs.history import history
from nonferrous.jobs.watch import watch
from nonferrous.keys import keys_app
from nonferrous.predict import predict
from nonferrous.recommend import recommend
from nonferrous.records import records_app
from nonferrous.registry import adopt, batches, compare, promote, rollback, signing_keys, try_again, withdraw
from nonferrous.reports import energy_app, monitor, quality_app
from nonferrous.schedule import schedule
from nonferrous.seeds import seeds_app
from nonferrous.servers import serve, up
from nonferrous.simulate import simulate, trial
from nonferrous.train import retrain, train
from nonferrous.warnings import warnings

app = typer.Typer(
    help="AI for non-ferrous metals: simulate plants, train and compare models, serve predictions, retrain.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # importing rich takes longer than printing the help
)
app.add_typer(seeds_app, name="seeds")
app.add_typer(quality_app, name="quality")
app.add_typer(energy_app, name="energy")
app.add_typer(records_app, name="records")
app.add_typer(keys_app, name="keys")
app.add_typer(jobs_app, name="jobs")
learning = (simulate, train, compare, retrain, batches, withdraw, promote, rollback)
asking = (ask, predict, recommend, schedule, warnings)
for command in (
    *learning,
    *asking,
    monitor,
    trial,
    history,
    watch,
    serve,
    worker,
    clean,
    up,
    adopt,
    signing_keys,
):
    app.command()(command)
app.command("try")(try_again)


def main() -> None:
    """Run the command line; a failure that the user can mend is one line each and exit code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an ordered end is tidy whoever orders it
    try:
        app()
    except Exception as error:
        ours = is_ours(error)
        if not ours and not isinstance(error, OSError):
            raise
        fail((None if ours else full_disk(error)) or str(error))


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"nonferrous {version('nonferrous')}")
        raise typer.Exit


@app.callback()
def options(
    seeds: Annotated[
        Path | None, typer.Option(help="Folder of your own seeds.", envvar="NONFERROUS_SEEDS", show_default="built in")
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Options that stand before any command."""
    if seeds is not None:
        os.environ["NONFERROUS_SEEDS"] = str(seeds)
