"""The command line; each command imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from nonferrous.quality import quality_app

if TYPE_CHECKING:
    from rich.console import Console

    from registry.settings import Settings
    from seeds import Seed

app = typer.Typer(
    help="AI for non-ferrous metals: simulate plants, train and compare models, serve predictions, retrain.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
seeds_app = typer.Typer(help="List, show and check seeds: what is known of a process before data.")
app.add_typer(seeds_app, name="seeds")
app.add_typer(quality_app, name="quality")

START_SECONDS = 120
MODEL_TRAINING = "/#/experiments?workflowType=machine_learning"  # without it the UI opens its view for language models
OURS = ("models", "monitoring", "registry", "seeds", "serving", "synthetic_data", "training")

ProcessName = Annotated[str, typer.Argument(help="A process, by the name that `nonferrous seeds` lists.")]
Version = Annotated[int | None, typer.Argument(help="A registered version.")]
Why = Annotated[str, typer.Option(help="Reason, kept in the record of alias moves.")]


def main() -> None:
    """Run the command line; a failure that the user can mend is one line each and exit code 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an ordered end is tidy whoever orders it
    try:
        app()
    except Exception as error:
        ours = type(error).__module__.split(".")[0] in OURS
        if not ours and not isinstance(error, OSError):
            raise
        _fail(str(error))


def _fail(text: str) -> NoReturn:
    for line in text.splitlines():
        typer.echo(f"{typer.style('error:', fg='red')} {line}", err=True)
    sys.exit(2)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


@app.callback()
def options(
    seeds: Annotated[
        Path | None, typer.Option(help="Folder of your own seeds.", envvar="NONFERROUS_SEEDS", show_default="built in")
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Options that stand before any command."""
    if version:
        from importlib.metadata import version as installed

        typer.echo(f"nonferrous {installed('nonferrous')}")
        raise typer.Exit
    if seeds is not None:
        os.environ["NONFERROUS_SEEDS"] = str(seeds)


@seeds_app.callback(invoke_without_command=True)
def list_seeds(context: typer.Context) -> None:
    """List the processes that the folder of seeds describes."""
    if context.invoked_subcommand is not None:
        return
    from seeds import folder, load_all
    from seeds.format.listing import seeds_table

    console = _console()
    console.print(seeds_table(load_all()))
    console.print(f"assumed: numbers whose source is an assumption; from {folder()}", soft_wrap=True)


@seeds_app.command("show")
def show_seed(process: ProcessName) -> None:
    """Print a seed's columns with unit, role, range and source."""
    from seeds import load
    from seeds.format.listing import described

    console = _console()
    for line in described(load(process)):
        console.print(line, soft_wrap=isinstance(line, str))


@seeds_app.command("check")
def check_seed(file: Annotated[Path, typer.Argument(help="A seed, as a .toml file.")]) -> None:
    """Check a seed and name every fault in it."""
    from seeds import SeedError, load

    if file.suffix != ".toml":
        raise SeedError(file, ["expected a file that ends in .toml"])
    seed = load(file)
    counted = f"{len(seed.columns)} columns, {len(seed.sources)} sources, {seed.assumed} of them assumptions"
    _console().print(f"{file}: good: {counted}", soft_wrap=True)


@app.command()
def simulate(
    process: ProcessName,
    out: Annotated[Path, typer.Option(help="Folder to write: table, truth and events.")],
    units: Annotated[int | None, typer.Option(help="Units of the plant.", show_default="of the seed")] = None,
    years: Annotated[
        float | None, typer.Option(help="Years of history; more begin earlier.", show_default="of the seed")
    ] = None,
    rng_seed: Annotated[int | None, typer.Option(help="Another plant of its kind.", show_default="of the seed")] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the work; the result is the same.")] = 1,
) -> None:
    """Simulate a plant: the table as its historian would hold it, and the truth beside it."""
    from seeds import load
    from synthetic_data import simulate as run

    seed = load(process)
    with _progress() as told:
        run(
            seed,
            out,
            units=units,
            years=years,
            rng_seed=rng_seed,
            workers=workers,
            progress=lambda done, total: told("simulate", done, total),
        )
    _console().print(f"{process}: table.parquet, truth.parquet and events.parquet are in {out}", soft_wrap=True)


@app.command()
def train(
    process: Annotated[str | None, typer.Argument(help="A process, by the name that `nonferrous seeds` lists.")] = None,
    data: Annotated[Path | None, typer.Option(help="CSV or Parquet file, or a folder of them.")] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every simulated process that has no champion yet, on its own plant.")
    ] = False,
) -> None:
    """Train the candidates, keep them in MLflow and register the best."""
    from registry.settings import read_settings
    from seeds import load, load_all

    if every:
        if process is not None or data is not None:
            _fail("--all: takes neither a process nor --data; each process learns from its simulated plant")
        for seed in load_all().values():
            if seed.plant is not None:
                _prepare(seed, read_settings())
        return
    if process is None or data is None:
        _fail("train: name a process and its table, as in `train PROCESS --data FILE`, or give --all")
    _train(load(process), data)


def _train(seed: Seed, data: Path) -> None:
    from nonferrous.tables import candidates_table
    from registry.settings import read_settings
    from training.job import train as run

    with _progress() as told:
        trained = run(seed, data, read_settings(), told)
    console = _console()
    console.print(candidates_table(trained))
    console.print(f"in the MLflow UI: {trained.address}", soft_wrap=True, markup=False)
    if trained.rejected_file is not None:
        console.print(f"rejected rows, each with its reason: {trained.rejected_file}", soft_wrap=True)


@app.command()
def compare(process: ProcessName) -> None:
    """Compare all registered versions, the baseline first."""
    from nonferrous.tables import versions_table
    from registry.settings import read_settings
    from seeds import load
    from training.compare import compare as run

    seed = load(process)
    comparison = run(seed.process.name, read_settings())
    console = _console()
    console.print(versions_table(comparison, seed))
    console.print(f"in the MLflow UI: {comparison.address}", soft_wrap=True, markup=False)


@app.command()
def retrain(
    process: ProcessName,
    data: Annotated[Path, typer.Option(help="New rows: CSV or Parquet file, or a folder of them.")],
) -> None:
    """Learn from history plus new rows; the champion changes only for a better model."""
    from nonferrous.tables import verdict_table
    from registry.settings import read_settings
    from seeds import load
    from training.retrain import retrain as run

    with _progress() as told:
        retrained = run(load(process), data, read_settings(), told)
    console = _console()
    console.print(verdict_table(retrained))
    console.print(f"in the MLflow UI: {retrained.address}", soft_wrap=True, markup=False)


@app.command()
def promote(process: ProcessName, version: Version = None, why: Why = "by hand") -> None:
    """Make a version the champion; without a number, the challenger."""
    from registry.promotion import promote as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process).process.name, read_settings(), version, why)
    _console().print(f"{process}: version {move.after} is the champion")


@app.command()
def rollback(process: ProcessName, version: Version = None, why: Why = "by hand") -> None:
    """Go back to the champion before, or to a version that was champion."""
    from registry.promotion import rollback as run
    from registry.settings import read_settings
    from seeds import load

    move = run(load(process).process.name, read_settings(), version, why)
    _console().print(f"{process}: version {move.after} is the champion again")


@app.command()
def trial(
    process: ProcessName,
    lots: Annotated[int, typer.Option(help="Lots to decide on.", min=2)] = 500,
    rng_seed: Annotated[int, typer.Option(help="Which plant; any but the seed's own.", min=0)] = 2,
) -> None:
    """Let the champion decide on the lots of a simulated plant that it has never seen."""
    from registry.settings import read_settings
    from seeds import load
    from training.trial import trial as run
    from training.trial import trials_of

    seed = load(process)
    with _progress() as progress:
        found = run(seed, read_settings(), lots, rng_seed, progress)
    console = _console()
    for part in trials_of(seed).tables(found):
        console.print(part, markup=False)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8000")] = None,
) -> None:
    """Serve predictions of all champions over HTTP until Ctrl-C."""
    from serving.run import run
    from serving.settings import read_settings

    raise typer.Exit(run(read_settings(host=host, port=port)))


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port of the API.")] = 8000,
    ui_port: Annotated[int, typer.Option(help="Port of the MLflow UI.")] = 5000,
) -> None:
    """Simulate a plant and train on it where that is still to do, then serve the API and the MLflow UI until Ctrl-C."""
    from registry.settings import read_settings
    from seeds import load_all

    settings = read_settings()
    if settings.artifact_root is None:
        _fail(f"MLFLOW_TRACKING_URI: {settings.uri} has a UI already; `up` starts one: use `train` and `serve`")
    for wanted in (port, ui_port):
        _check_free(wanted)
    seeds = reversed(load_all().values())
    simulated = {seed.process.task: seed for seed in seeds if seed.plant is not None}  # the first of each task
    if not simulated:
        _fail("no seed of the folder has a [plant] to simulate; train on your own data with `nonferrous train`")
    for seed in simulated.values():
        _prepare(seed, settings)
    others = [seed for seed in load_all().values() if seed.plant is not None and seed not in simulated.values()]
    api, ui = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ui_port}"
    serve_api = ["-m", "nonferrous", "serve", "--port", str(port)]
    serve_ui = ["-m", "mlflow", "server", "--backend-store-uri", settings.uri, "--port", str(ui_port), "--workers", "1"]
    with _running("service", serve_api, settings) as service, _running("mlflow", serve_ui, settings) as tracker:
        _await(f"{api}/health/ready", service)
        _await(f"{ui}/health", tracker)
        console = _console()
        console.print(
            f"\nAPI        {api}/docs\nMLflow UI  {ui}{MODEL_TRAINING}\n\nAsk for a prediction, in another terminal:\n"
        )
        for seed in simulated.values():
            typer.echo(_curl(seed, api) + "\n")
        if others:
            names = ", ".join(seed.process.name for seed in others)
            console.print(f"Simulated plants that are not trained here: {names}; `nonferrous train --all` does.\n")
        console.print("Ctrl-C ends both.")
        try:
            while service.poll() is None and tracker.poll() is None:
                time.sleep(0.5)
        except KeyboardInterrupt:
            return
    _fail(f"a server ended by itself; its last words are in {settings.folder / 'logs'}")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            _fail(f"port {port}: {error.strerror}; choose another with --port or --ui-port")


def _prepare(seed: Seed, settings: Settings) -> None:
    """Make a simulated plant and a champion where there is none."""
    from registry.tracking import Tracking
    from registry.versions import CHAMPION

    process = seed.process.name
    versions = Tracking(settings, make=True).versions(process)
    if any(CHAMPION in version.aliases for version in versions):
        _console().print(f"{process}: has a champion already", style="dim")
        return
    folder = settings.folder / "plants" / process
    if not (folder / "simulation.json").exists():
        simulate(process, folder)
    _train(seed, folder)


@contextmanager
def _running(name: str, arguments: list[str], settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A Python program in the background with all its children, its output in a log file, ended on leaving."""
    from registry.tracking import WRITING

    logs = settings.folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**WRITING, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", **os.environ}
    with (logs / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=log, stderr=log, env=environment, start_new_session=True
        )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until an address answers 200, or the process behind it ends."""
    patience = time.monotonic() + START_SECONDS
    while process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        if time.monotonic() > patience:
            _fail(f"{address} did not answer within {START_SECONDS} s")
        time.sleep(0.1)


def _curl(seed: Seed, address: str) -> str:
    """A request to paste into a shell: a typical row of the process."""
    row: dict[str, object] = {} if seed.key is None else {seed.key.name: "A-001"}
    row[seed.time.name] = f"{date.today():%Y-%m-%d}"
    row |= {column.name: column.typical.mean for column in seed.inputs if column.typical is not None}
    body = json.dumps({"rows": [row]})
    return f"curl -s {address}/v1/{seed.process.name}/predictions -H 'content-type: application/json' -d '{body}'"


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error, as the callback (what, steps done, steps in all) that jobs take."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
