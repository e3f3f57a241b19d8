"""Command line; each command imports its libraries when it runs, so that help starts fast."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from nonferrous.console import fail, full_disk, is_ours
from nonferrous.gateway import gateway_app
from nonferrous.groups import Entry, RootCommand, add, group
from nonferrous.jobs.clean import clean
from nonferrous.jobs.commands import jobs_app, worker
from nonferrous.jobs.history import history
from nonferrous.jobs.maintain import maintain
from nonferrous.keys import keys_app
from nonferrous.predict import predict
from nonferrous.recommend import recommend
from nonferrous.records import records_app
from nonferrous.registry import list_batches, list_versions, promote, relocate, rollback, signing_keys, verify, withdraw
from nonferrous.reports import energy_report, monitor, quality_report
from nonferrous.request import request
from nonferrous.schedule import schedule
from nonferrous.seeds import seeds_app
from nonferrous.servers import serve, up
from nonferrous.simulate import evaluate, simulate
from nonferrous.train import retrain, train
from nonferrous.transfer import transfer
from nonferrous.warnings import warnings

batches = group("List or withdraw batches of rows used for retraining.")
add(batches, {"list": list_batches, "withdraw": withdraw})
models = group("List, promote, roll back, verify, evaluate or transfer versions.")
add(
    models,
    {
        "list": list_versions,
        "promote": promote,
        "rollback": rollback,
        "history": history,
        "verify": verify,
        "evaluate": evaluate,
        "transfer": transfer,
    },
)
report = group("Write the energy or the lot quality report of a period.")
add(report, {"energy": energy_report, "quality": quality_report})
store = group("Clean up, relocate or sign the model store.")
add(store, {"clean": clean, "relocate": relocate, "signing-keys": signing_keys})

SECTIONS: Mapping[str, Mapping[str, Entry]] = {
    "Start": {"up": up},
    "Data": {"seeds": seeds_app, "simulate": simulate, "batches": batches},
    "Models": {"train": train, "retrain": retrain, "models": models},
    "Predictions": {
        "predict": predict,
        "recommend": recommend,
        "schedule": schedule,
        "warnings": warnings,
        "request": request,
    },
    "Service": {
        "serve": serve,
        "worker": worker,
        "gateway": gateway_app,
        "jobs": jobs_app,
        "keys": keys_app,
        "records": records_app,
    },
    "Monitoring and administration": {"monitor": monitor, "maintain": maintain, "report": report, "store": store},
}


class CommandLine(RootCommand):
    """All commands under their headings."""

    sections = SECTIONS


app = typer.Typer(
    cls=CommandLine,
    help="AI for non-ferrous metals: simulate plants, train models, serve predictions.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # importing rich takes longer than printing the help
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; an error of the input is one line and exit code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # commands clean up as on Ctrl-C
    try:
        app()
    except Exception as error:
        ours = is_ours(error)
        if not ours and not isinstance(error, OSError):
            raise
        fail((None if ours else full_disk(error)) or str(error))


def _print_version(requested: bool) -> None:
    if requested:
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
    """Options before a command."""
    if seeds is not None:
        os.environ["NONFERROUS_SEEDS"] = str(seeds)
