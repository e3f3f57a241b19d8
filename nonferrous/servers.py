"""Commands that run servers: `serve` for the API, `up` for the demo plants with the MLflow UI."""

from __future__ import annotations

import gc
import json
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import REFUSED, console, fail
from nonferrous.train import has_champion, prepare_all

if TYPE_CHECKING:
    from registry.settings import StoreSettings
    from seeds import Seed

START_SECONDS = 120
ASKED = ("aluminium_reduction", "aluminium_scrap", "aluminium_ingot")  # for predictions in README.md
MODEL_TRAINING = "/#/experiments?workflowType=machine_learning"  # without it the UI opens its view for language models


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="8000")] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Access without API keys on an address that other machines reach.")
    ] = False,
) -> None:
    """Start the HTTP API."""
    gc.disable()  # what is imported stays: to walk it again and again takes a twelfth of the start
    from serving.run import leave, run
    from serving.settings import read_settings

    gc.freeze()
    gc.enable()
    raise typer.Exit(leave(run(read_settings(host=host, port=port, insecure=insecure or None))))


def up(
    port: Annotated[int, typer.Option(help="Port of the API.")] = 8000,
    ui_port: Annotated[int, typer.Option(help="Port of the MLflow UI.")] = 5000,
) -> None:
    """Set up demo plants if needed; start the API and the MLflow UI."""
    from registry.settings import read_settings
    from seeds import load_all

    settings = read_settings()
    if settings.artifact_root is None:
        fail(f"MLFLOW_TRACKING_URI: {settings.uri} has a UI already; `up` starts one: use `train` and `serve`")
    for required_port in (port, ui_port):
        _check_free(required_port)
    seeds = load_all()
    plants = [seed for seed in seeds.values() if seed.plant is not None]
    made = one_a_task(plants)
    answering = [seed for seed, passed in zip(made, prepare_all(made, settings), strict=True) if passed]
    answering += [seed for seed in seeds.values() if seed.plant is None and has_champion(seed, settings)]
    if not plants and not answering:
        fail("no seed of the folder has a [plant] to simulate or a champion: train on your own data first")
    if not answering:
        console().print("no process has a champion: there is nothing to serve")
        raise typer.Exit(REFUSED)
    others = [seed for seed in plants if seed not in made]
    api, ui = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ui_port}"
    serve_api = ["-m", "nonferrous", "serve", "--port", str(port)]
    with _running("service", serve_api, settings) as service, _mlflow(settings, ui_port) as tracker:
        _await(f"{api}/health/ready", service)
        _await(f"{ui}/health", tracker)
        screen = console()
        screen.print(
            f"\nAPI        {api}/docs\nMLflow UI  {ui}{MODEL_TRAINING}\n\nAsk for a prediction, in another terminal:\n"
        )
        for seed in answering:
            typer.echo(curl_line(seed, api) + "\n")
        if others:
            names = ", ".join(seed.process.name for seed in others)
            screen.print(f"Simulated plants that are not trained here: {names}; `nonferrous train --all` does.\n")
        screen.print("Ctrl-C ends both.")
        try:
            while service.poll() is None and tracker.poll() is None:
                time.sleep(0.5)
        except KeyboardInterrupt:
            return
    fail(f"a server ended by itself; its last words are in {settings.folder / 'logs'}")


def one_a_task(plants: Sequence[Seed]) -> list[Seed]:
    """A plant of each task: the one that README.md asks for a prediction, else the first."""
    seeds_of_tasks: dict[str, Seed] = {}
    for seed in sorted(plants, key=lambda seed: seed.process.name not in ASKED):
        seeds_of_tasks.setdefault(seed.process.task, seed)
    return list(seeds_of_tasks.values())


def _mlflow(settings: StoreSettings, port: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The MLflow UI in the background."""
    command = ["-m", "mlflow", "server", "--backend-store-uri", settings.uri, "--port", str(port), "--workers", "1"]
    return _running("mlflow", command, settings)


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            fail(f"port {port}: {error.strerror}; choose another with --port or --ui-port")


@contextmanager
def _running(name: str, arguments: list[str], settings: StoreSettings) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program in the background, with its output in a log file, until the block ends."""
    from registry.tracking import WRITING
    from system.programs import end, start

    logs = settings.folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**WRITING, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", **os.environ}
    with (logs / f"{name}.log").open("wb") as log:
        process = start(arguments, log, log, environment)
        try:
            yield process
        finally:
            end(process)


def _await(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until an address answers 200, or the process behind it ends."""
    import urllib.request  # as long as half of the help takes

    patience = time.monotonic() + START_SECONDS
    while process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        if time.monotonic() > patience:
            fail(f"{address} did not answer within {START_SECONDS} s")
        time.sleep(0.1)


def curl_line(seed: Seed, address: str) -> str:
    """A request to paste into a shell: a typical row of the process."""
    row: dict[str, object] = {} if seed.key is None else {seed.key.name: "A-001"}
    if seed.time is not None:
        row[seed.time.name] = f"{date.today():%Y-%m-%d}" if seed.is_daily else f"{date.today():%Y-%m-%d}T06:00"
    row |= {column.name: column.typical.mean for column in seed.inputs if column.typical is not None}
    row |= {column.name: column.values[0] for column in seed.inputs if column.values}
    body = shlex.quote(json.dumps({"rows": [row]}, ensure_ascii=False))
    return f"curl -s {address}/v1/{seed.process.name}/predictions -H 'content-type: application/json' -d {body}"
