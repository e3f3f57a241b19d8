"""Commands on simulated plants: `simulate` and `models evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nonferrous.console import console, fail, progress
from nonferrous.options import Cluster, ProcessName


def simulate(
    process: ProcessName,
    out: Annotated[Path | None, typer.Option(help="Folder to write: table, true values and events.")] = None,
    units: Annotated[int | None, typer.Option(help="Number of units.", show_default="the seed's")] = None,
    years: Annotated[
        float | None, typer.Option(help="Years of history; more years start earlier.", show_default="the seed's")
    ] = None,
    rng_seed: Annotated[
        int | None,
        typer.Option(
            help="Seed of the random numbers; the parameters of the plant are unchanged.", show_default="the seed's"
        ),
    ] = None,
    plant_variant: Annotated[
        int | None,
        typer.Option(
            help="Number (1 or more) of another plant of the type: parameters are drawn from their spread.",
            show_default="the seed's plant",
        ),
    ] = None,
    workers: Annotated[int, typer.Option(help="Number of parallel processes; the result is the same.")] = 1,
    cluster: Cluster = None,
    live: Annotated[
        str | None,
        typer.Option(help="Address at which the plant runs live: opc.tcp://HOST:PORT or mqtt://BROKER:PORT."),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(help="Simulated time over real time of a live plant.", show_default="a period takes a minute"),
    ] = None,
    json_topics: Annotated[
        bool, typer.Option("--json", help="JSON topics in place of Sparkplug, of a plant that runs live by MQTT.")
    ] = False,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Live connections without encryption and certificates.")
    ] = False,
) -> None:
    """Simulate a plant; write its table, or run it live as a server."""
    if (out is None) == (live is None):
        fail("give either --out FOLDER or --live ADDRESS")
    if live is not None:
        from nonferrous.live import run_live

        if plant_variant is not None or workers != 1:
            fail("--plant-variant and --workers: expected none with --live, which runs the seed's plant")
        if json_topics and not live.startswith("mqtt"):
            fail("--json: expected --live mqtt://BROKER:PORT with it")
        run_live(process, live, units, years, rng_seed, speed, json_topics, insecure)
        return
    if speed is not None or insecure or json_topics:
        fail("--speed, --json and --insecure: expected --live ADDRESS with them")
    assert out is not None
    from models.processes.lookup import check_process
    from seeds import load
    from synthetic_data import simulate as run

    seed = load(process)
    check_process(seed)
    with progress() as step:
        run(
            seed,
            out,
            units=units,
            years=years,
            rng_seed=rng_seed,
            another=plant_variant,
            workers=workers,
            cluster=cluster,
            progress=lambda done, total: step("simulate", done, total),
        )
    screen = console()
    screen.print(f"{process}: table.parquet, truth.parquet and events.parquet are in {out}", soft_wrap=True)
    if plant_variant is not None:
        screen.print(
            f"This is plant variant {plant_variant}: simulation.json lists its parameters next to those of the seed",
            soft_wrap=True,
        )


def evaluate(
    process: ProcessName,
    lots: Annotated[
        int | None,
        typer.Option(help="Number of lots of a process that sorts or grades.", min=2, show_default="500"),
    ] = None,
    plants: Annotated[
        int | None, typer.Option(help="Number of plants for set-point policies.", min=1, show_default="3")
    ] = None,
    units: Annotated[
        int | None, typer.Option(help="Number of units of each plant.", min=1, show_default="the seed's")
    ] = None,
    periods: Annotated[
        int | None, typer.Option(help="Number of periods of the closed loop.", min=4, show_default="a year")
    ] = None,
    rng_seed: Annotated[
        int | None,
        typer.Option(help="Seed of the plant, or of the first of them.", min=0, show_default="plants never used"),
    ] = None,
    cluster: Cluster = None,
) -> None:
    """Evaluate the champion's decisions on new simulated plants."""
    from registry.settings import read_settings
    from seeds import load
    from training.jobs.trial import shown

    options = {"lots": lots, "plants": plants, "units": units, "periods": periods, "rng_seed": rng_seed}
    with progress() as step:
        parts = list(shown(load(process), read_settings(), options, step, cluster))
    screen = console()
    for part in parts:
        screen.print(part, markup=False)
