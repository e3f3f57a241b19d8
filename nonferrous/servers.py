"""Commands that run servers: `serve` for the API, `up` for the demo plants with the MLflow UI."""

from __future__ import annotations

import gc
import json
import os
import shlex
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import REFUSED, console, fail
from nonferrous.live import check_libraries
from nonferrous.train import has_champion, prepare_all

if TYPE_CHECKING:
    from registry.settings import StoreSettings
    from seeds import Seed

UI_PORT = "NONFERROUS_UI_PORT"
START_SECONDS = 120
LIVE_PROCESS = "aluminium_reduction"
LIVE_UNITS = 24  # of a plant that is simulated to run live
SHOWN_UNITS = 3  # of a live plant
SHOWN_EVERY = 10.0  # s
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
    ui_port: Annotated[int, typer.Option(help="Port of the MLflow UI.", envvar=UI_PORT)] = 5000,
    plant: Annotated[
        bool, typer.Option("--plant", help="Run a live potline with gateway and worker, too; train no other plant.")
    ] = False,
    plant_port: Annotated[int, typer.Option(help="Port of the live plant.")] = 4840,
) -> None:
    """Set up demo plants if needed; start the API and the MLflow UI."""
    from registry.settings import StoreSettings, read
    from registry.tracking import Tracking
    from seeds import load, load_all

    settings = read(StoreSettings, ui_port=ui_port)
    if settings.artifact_root is None:
        fail(f"MLFLOW_TRACKING_URI: {settings.uri} has a UI already; `up` starts one: use `train` and `serve`")
    if plant:
        check_libraries()
    for required_port in (port, ui_port, *([plant_port] if plant else [])):
        _check_free(required_port)
    seeds = load_all()
    plants = [seed for seed in seeds.values() if seed.plant is not None]
    made = [load(LIVE_PROCESS)] if plant else one_a_task(plants)
    trained = [seed for seed in seeds.values() if seed.plant is None and has_champion(seed, settings)]
    if not plants and not trained:
        fail("no seed of the folder has a [plant] to simulate or a champion: train on your own data first")
    others = [seed for seed in plants if seed not in made]
    api, ui = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{ui_port}"
    serve_api = ["-m", "nonferrous", "serve", "--port", str(port)]
    Tracking(settings, make=True)  # before two programs open it
    # A plant is served from its training on, while others are still trained.
    with _running("service", serve_api, settings) as service, _mlflow(settings, ui_port) as tracker:
        screen = console()
        _await(f"{api}/health/live", service)
        screen.print(f"Pages      {api}/  each plant appears when it is trained")
        passed = prepare_all(made, settings, LIVE_UNITS if plant else None)
        answering = [seed for seed, has in zip(made, passed, strict=True) if has] + trained
        if not answering:
            screen.print("no process has a champion: there is nothing to serve")
            raise typer.Exit(REFUSED)
        _await(f"{api}/health/ready", service)
        _await(f"{ui}/health", tracker)
        screen.print(
            f"\nPages      {api}/\nAPI        {api}/docs\nMLflow UI  {ui}{MODEL_TRAINING}\n\n"
            "Ask for a prediction, in another terminal:\n"
        )
        for seed in answering:
            typer.echo(curl_line(seed, api) + "\n")
        if others:
            names = ", ".join(seed.process.name for seed in others)
            screen.print(f"Simulated plants that are not trained here: {names}; `nonferrous train --all` does.\n")
        try:
            with ExitStack() as stack:
                programs = [service, tracker]
                if plant:
                    programs += _live_programs(made[0], settings, plant_port, api, stack)
                screen.print("Ctrl-C ends all.")
                _wait_for_an_end(programs, _predictions(made[0], settings, plant_port) if plant else None)
        except KeyboardInterrupt:
            return
    fail(f"a server ended by itself; its last words are in {settings.folder / 'logs'}")


def _live_programs(
    seed: Seed, settings: StoreSettings, port: int, api: str, stack: ExitStack
) -> list[subprocess.Popen[bytes]]:
    """Start worker, live plant and gateway, until the stack is closed; plant and gateway trust each other."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    from gateway.opcua import certificates
    from gateway.opcua.certificate_creation import CERTIFICATE
    from gateway.plant.certificate import certificate_in

    name, address, folder = seed.process.name, f"opc.tcp://127.0.0.1:{port}", settings.folder / "gateway"
    if not (folder / CERTIFICATE).exists():
        certificates.create(folder)
    own, _ = certificate_in(settings.folder / "plant")
    certificates.trust(folder, x509.load_pem_x509_certificate(own.read_bytes()).public_bytes(Encoding.DER))
    worker = stack.enter_context(_running("worker", ["-m", "nonferrous", "worker"], settings))
    # The live plant goes on where the plant that the model was trained on ends.
    manifest = settings.folder / "plants" / name / "simulation.json"
    units = json.loads(manifest.read_text(encoding="utf-8"))["units"] if manifest.exists() else LIVE_UNITS
    simulate = ["-m", "nonferrous", "simulate", name, "--live", address, "--units", str(units)]
    plant = stack.enter_context(_running("plant", simulate, settings))
    console().print(f"Live plant {address}: its history is simulated first, then a period takes a minute.")
    _await_port(port, plant)
    gateway = ["-m", "nonferrous", "gateway", "run", address, "--process", name, "--service", api, "--port", "0"]
    console().print(f"Its log, and those of worker and gateway, are in {settings.folder / 'logs'}.", soft_wrap=True)
    return [worker, plant, stack.enter_context(_running("gateway", gateway, settings))]


def _predictions(seed: Seed, settings: StoreSettings, port: int) -> Callable[[], list[str]]:
    """Return a function that reads the latest predictions of some units from the live plant."""
    import asyncio

    from gateway.errors import GatewayError
    from gateway.opcua.session import Access
    from gateway.plant.predictions import prediction_lines
    from synthetic_data.engine.simulator import simulator_of

    access = Access(f"opc.tcp://127.0.0.1:{port}", settings.folder / "gateway")
    units = [simulator_of(seed).unit_name(number) for number in range(SHOWN_UNITS)]

    def read() -> list[str]:
        with suppress(GatewayError):  # a busy plant; the next round reads it
            return asyncio.run(prediction_lines(seed, access, units))
        return []

    return read


def _wait_for_an_end(
    programs: Sequence[subprocess.Popen[bytes]], predictions: Callable[[], list[str]] | None = None
) -> None:
    """Wait until a program ends; meanwhile print predictions that have changed."""
    shown: list[str] = []
    due = time.monotonic()
    while all(program.poll() is None for program in programs):
        if predictions is not None and time.monotonic() >= due:
            lines = predictions()
            for line in lines if lines != shown else []:
                console().print(line, markup=False, soft_wrap=True)
            shown, due = lines or shown, time.monotonic() + SHOWN_EVERY
        time.sleep(0.5)


def _await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a program listens on a port of this machine, or ends."""
    patience = time.monotonic() + START_SECONDS * 5
    while process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        if time.monotonic() > patience:
            fail(f"port {port}: the live plant did not start within {START_SECONDS * 5} s")
        time.sleep(0.2)


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
            fail(f"port {port}: {error.strerror}; choose another with --port, --ui-port or --plant-port")


@contextmanager
def _running(name: str, arguments: list[str], settings: StoreSettings) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python program in the background, with its output in a log file, until the block ends."""
    from registry.tracking import WRITING
    from system.programs import end, start

    logs = settings.folder / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    environment = {**WRITING, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", **os.environ}
    environment[UI_PORT] = str(settings.ui_port)  # programs print addresses of its pages
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
