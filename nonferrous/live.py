"""Simulated plant as a live server, part of the command `simulate`."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nonferrous.brokers import AUTHORITIES, USER, broker_of
from nonferrous.console import console, fail

if TYPE_CHECKING:
    from gateway.plant.live_plant import LivePeriod, LivePlant
    from gateway.plant.outlet import Outlet

LIBRARIES = ("asyncua", "paho", "google.protobuf")


def run_live(
    process: str,
    address: str,
    units: int | None,
    years: float | None,
    rng_seed: int | None,
    speed: float | None,
    json_topics: bool,
    insecure: bool,
) -> None:
    """Run a simulated plant as an OPC UA server or a publisher of MQTT until Ctrl-C."""
    check_libraries()
    import asyncio

    from gateway.plant.live_plant import LivePlant
    from gateway.plant.outlet import PlantError
    from gateway.plant.run import period_seconds, run
    from seeds import load
    from synthetic_data.engine.simulator import simulator_offering

    seed, screen = load(process), console()
    try:
        simulator_offering("begin", seed)
        seconds = period_seconds(seed.period, speed)
        check_address(address)
        outlet_of, security = _outlet_of(process, address, json_topics, insecure)
        screen.print(f"{process}: simulating the history of the plant", soft_wrap=True)
        plant = LivePlant(seed, units, years, rng_seed)
        length = seed.process.period
        assert length is not None  # of which `seed.period` is the duration
        screen.print(
            f"{process}: {len(plant.units)} units at {address}, {security}; a period of {length.value:g} {length.unit} "
            f"takes {seconds:g} s; Ctrl-C ends the plant",
            soft_wrap=True,
            markup=False,
        )

        def report(period: LivePeriod, scan: float) -> None:
            bad = sum(reading.quality != "good" for reading in period.readings)
            screen.print(
                f"period {period.start}: {len(period.readings)} readings, {bad} of them bad or uncertain, "
                f"{len(period.results)} results of the laboratory, a scan takes {scan:.2f} s",
                soft_wrap=True,
            )

        asyncio.run(run(plant, outlet_of(plant), seconds, report))
    except KeyboardInterrupt:
        screen.print("the plant has ended")
    except PlantError as error:
        fail(str(error))


def check_libraries() -> None:
    """End with an error if the extra `gateway` is not installed."""
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name.split(".")[0]) is None]
    if missing:
        fail(f"{', '.join(missing)} not installed: pip install 'nonferrous[gateway]'")


def check_address(address: str) -> None:
    """End with an error if an address is of neither protocol."""
    if not address.startswith(("opc.tcp://", "mqtt://", "mqtts://")):
        fail(f"--live: got {address}: expected opc.tcp://HOST:PORT, mqtt://BROKER:PORT or mqtts://BROKER:PORT")


def _outlet_of(
    process: str, address: str, json_topics: bool, insecure: bool
) -> tuple[Callable[[LivePlant], Outlet], str]:
    """Check an address; return the maker of its outlet, and a text on its security."""
    if address.startswith("opc.tcp://"):
        from gateway.plant.opcua_server import OpcUaServer, check_free
        from registry.settings import read_settings

        check_free(address)
        if insecure:
            return lambda plant: OpcUaServer(plant, address, None), "without encryption"
        folder = read_settings().folder / "plant"
        return lambda plant: OpcUaServer(plant, address, folder), f"Basic256Sha256, certificate in {folder}"
    from gateway.plant.json_publisher import JsonTopics
    from gateway.plant.outlet import check_reachable
    from gateway.plant.sparkplug_publisher import SparkplugPublisher
    from gateway.protocols import GROUP, plant_prefix

    authorities = os.environ.get(AUTHORITIES)
    broker = broker_of(
        address, os.environ.get(USER, ""), None if not authorities else Path(authorities), is_insecure=insecure
    )
    check_reachable(broker)
    if json_topics:
        return lambda plant: JsonTopics(plant, broker), f"JSON topics below {plant_prefix(process)}"
    return lambda plant: SparkplugPublisher(plant, broker), f"Sparkplug group {GROUP}"
