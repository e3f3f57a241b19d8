"""Commands `nonferrous gateway`: connection of a plant by OPC UA or MQTT."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.brokers import AUTHORITIES, PASSWORD, USER, broker_of
from nonferrous.console import console, fail
from nonferrous.groups import group
from nonferrous.live import check_libraries

if TYPE_CHECKING:
    from gateway.checking import MapCheck
    from gateway.protocols import PlantAddresses
    from seeds import Seed

FINDINGS = 1  # exit code of a check with findings
SHOWN = 20  # findings of each kind
KEY = "NONFERROUS_GATEWAY_KEY"

gateway_app = group("Connect a plant by OPC UA or MQTT: read values, write predictions back.")

ADDRESS_HELP = "Address, such as opc.tcp://10.0.0.5:4840 or mqtts://10.0.0.5:8883."
Urls = Annotated[
    list[str] | None,
    typer.Argument(metavar="URL", help=ADDRESS_HELP, show_default="endpoint and broker of the seed"),
]
ProcessOption = Annotated[
    str | None, typer.Option(help="Process name.", show_default="the only seed with an address, or the only seed")
]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Anonymous session without encryption, for trials on one machine.")
]
User = Annotated[
    str,
    typer.Option(
        help="User of server and broker; the password is in NONFERROUS_GATEWAY_PASSWORD.",
        envvar=USER,
        show_default="the certificate",
    ),
]
Authorities = Annotated[
    Path | None,
    typer.Option(
        help="Certificates of authorities that sign that of the broker (PEM).",
        envvar=AUTHORITIES,
        show_default="those of the system",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Tags of MQTT that the seed does not state are JSON topics, not Sparkplug.")
]


@gateway_app.command("run")
def run_gateway(
    urls: Urls = None,
    process: ProcessOption = None,
    service: Annotated[
        str, typer.Option(help="Address of the service; its key is in NONFERROUS_GATEWAY_KEY.")
    ] = "http://127.0.0.1:8000",
    host: Annotated[str, typer.Option(help="Address of metrics and health.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of metrics and health; 0 is any free one.", min=0, max=65535)] = 8100,
    user: User = "",
    authorities: Authorities = None,
    json_topics: Json = False,
    insecure: Insecure = False,
) -> None:
    """Read a plant, request predictions and write them back."""
    check_libraries()
    import asyncio
    import logging

    from gateway.run import GatewayOptions, run
    from gateway.service import ServiceClient

    seed, addresses = _plant(process, urls, user, authorities, json_topics, insecure)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = GatewayOptions(addresses, ServiceClient(service, os.environ.get(KEY, "")), _folder(), host, port)
    try:
        asyncio.run(
            run(
                seed,
                options,
                lambda address, tags: console().print(
                    f"{seed.process.name}: {len(tags.units)} units, {len(tags.by_text)} tags; {address}/metrics",
                    markup=False,
                    soft_wrap=True,
                ),
            )
        )
    except (KeyboardInterrupt, asyncio.CancelledError):
        console().print("stopped")


@gateway_app.command("check")
def check_map(
    urls: Urls = None,
    process: ProcessOption = None,
    user: User = "",
    authorities: Authorities = None,
    json_topics: Json = False,
    insecure: Insecure = False,
) -> None:
    """Compare the tags of a seed with a server or broker."""
    check_libraries()
    import asyncio

    from gateway.checking import check

    seed, addresses = _plant(process, urls, user, authorities, json_topics, insecure)
    _show(seed, str(addresses), asyncio.run(check(seed, addresses)))


@gateway_app.command("browse")
def browse_server(
    url: Annotated[str, typer.Argument(help=ADDRESS_HELP)],
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    user: User = "",
    authorities: Authorities = None,
    insecure: Insecure = False,
) -> None:
    """Write the nodes, metrics or topics of a server or broker."""
    check_libraries()
    import asyncio

    from gateway.checking import browse
    from gateway.offers import table

    _check_folder(out)
    offers = asyncio.run(browse(_addresses([url], None, user, authorities, insecure)))
    out.write_text(table(offers), encoding="utf-8", newline="\n")
    console().print(f"{len(offers)} values: {out}", markup=False, soft_wrap=True)


@gateway_app.command("results")
def list_result_nodes(
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    urls: Urls = None,
    process: ProcessOption = None,
    user: User = "",
    authorities: Authorities = None,
    json_topics: Json = False,
    insecure: Insecure = False,
) -> None:
    """Write the nodes, metrics or topics of results."""
    check_libraries()
    import asyncio
    import csv

    from gateway.brokers.results import result_tags
    from gateway.offers import KINDS
    from gateway.run import discovered

    _check_folder(out)
    seed, addresses = _plant(process, urls, user, authorities, json_topics, insecure)
    tags = asyncio.run(discovered(seed, addresses))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("tag", "path", "type", "unit", "low", "high"))
        for tag, names, field in result_tags(tags):
            writer.writerow((tag, "/".join(names), KINDS[field.kind], field.unit, field.low, field.high))
    console().print(f"{len(tags.units)} units: {out}", markup=False, soft_wrap=True)


@gateway_app.command("certificate")
def make_certificate(
    url: Annotated[str | None, typer.Argument(help="Server whose certificate is shown.", show_default="none")] = None,
    trust: Annotated[
        str | None, typer.Option(metavar="SHA256", help="Fingerprint of the server's certificate, to trust it.")
    ] = None,
) -> None:
    """Create own certificate; show or trust that of a server."""
    check_libraries()
    import asyncio

    from gateway.opcua import certificates
    from gateway.opcua.certificate_creation import CERTIFICATE

    folder, screen = _folder(), console()
    if trust is not None and url is None:
        fail("--trust: expected the address of the server before it")
    own = folder / CERTIFICATE
    if not own.exists():
        certificates.create(folder)
        screen.print(f"created: {own}; let the server trust it", markup=False, soft_wrap=True)
    elif url is None:
        screen.print(f"exists: {own}", markup=False, soft_wrap=True)
    if url is None:
        return
    der = asyncio.run(certificates.of_server(url))
    digest = certificates.fingerprint(der)
    if trust is None:
        screen.print(f"{url}: SHA-256 {digest}", markup=False, soft_wrap=True)
        screen.print("compare it at the server, then repeat the command with --trust and these digits", markup=False)
    elif trust.lower().replace(":", "") != digest:
        fail(f"--trust: got {trust}: the server has {digest}")
    else:
        screen.print(f"trusted: {certificates.trust(folder, der)}", markup=False, soft_wrap=True)


def _check_folder(out: Path) -> None:
    if not out.absolute().parent.is_dir():
        fail(f"{out}: no such folder as {out.parent}: make it, or name another file by --out")


def _folder() -> Path:
    from registry.settings import read_settings

    return read_settings().folder / "gateway"


def _seed(process: str | None) -> Seed:
    """Seed of a process; without a name the only one with an address, or the only one."""
    from seeds import load, load_all

    if process is None:
        seeds = load_all()
        stated = [name for name, seed in seeds.items() if _stated(seed)] or list(seeds)
        if len(stated) != 1:
            fail(f"--process: expected one of {', '.join(stated) or 'no seed'}")
        process = stated[0]
    seed = load(process)
    if seed.time is None or seed.lots is not None:
        fail(f"{process}: expected a process with time and without lots of pieces")
    return seed


def _plant(
    process: str | None,
    urls: list[str] | None,
    user: str,
    authorities: Path | None,
    is_json: bool,
    is_insecure: bool,
) -> tuple[Seed, PlantAddresses]:
    """Seed of a process with the tags for its plant, and the addresses of the plant."""
    from gateway.protocols import with_tags

    seed = _seed(process)
    addresses = _addresses(urls, seed, user, authorities, is_insecure)
    return with_tags(seed, addresses, is_json=is_json), addresses


def _stated(seed: Seed) -> list[str]:
    """Addresses that a seed states."""
    return [one for one in (seed.gateway.endpoint, seed.gateway.broker) if one is not None]


def _addresses(
    urls: list[str] | None, seed: Seed | None, user: str, authorities: Path | None, is_insecure: bool
) -> PlantAddresses:
    """Addresses of the command, or else those of the seed; at most one of each protocol."""
    from gateway.opcua.certificate_creation import CERTIFICATE
    from gateway.opcua.certificate_creation import KEY as PRIVATE_KEY
    from gateway.opcua.session import Access
    from gateway.protocols import PlantAddresses

    given = urls or ([] if seed is None else _stated(seed))
    servers = [url for url in given if url.startswith("opc.tcp://")]
    brokers = [url for url in given if url.startswith(("mqtt://", "mqtts://"))]
    for url in given:
        if url not in servers + brokers:
            fail(f"{url}: expected opc.tcp://HOST:PORT, mqtt://BROKER:PORT or mqtts://BROKER:PORT")
    if not given:
        fail("URL: expected an address such as opc.tcp://10.0.0.5:4840, or [gateway] endpoint or broker in the seed")
    if len(servers) > 1 or len(brokers) > 1:
        fail(f"URL: got {' '.join(given)}: expected at most one OPC UA server and one MQTT broker")
    folder = _folder()
    access = Access(servers[0], folder, is_insecure, user, os.environ.get(PASSWORD, "")) if servers else None
    identity = folder / CERTIFICATE, folder / PRIVATE_KEY
    broker = broker_of(brokers[0], user, authorities, is_insecure=is_insecure, identity=identity) if brokers else None
    return PlantAddresses(access, broker)


def _show(seed: Seed, url: str, checked: MapCheck) -> None:
    """Print the findings of a check; exit code 1 if there are any."""
    from collections import Counter

    screen, total = console(), sum(1 for tag in checked.tags.by_text)
    ages = sorted(checked.ages.values())
    shown: Counter[str] = Counter()
    for one in checked.findings:
        shown[one.kind] += 1
        if shown[one.kind] <= SHOWN:
            screen.print(f"{one.kind}: {one.tag}: {one.text}", markup=False, soft_wrap=True)
    for kind, count in shown.items():
        if count > SHOWN:
            screen.print(f"{kind}: {count - SHOWN} more", markup=False)
    age = f"; age of values {ages[0]:.1f} to {ages[-1]:.1f} s, median {ages[len(ages) // 2]:.1f} s" if ages else ""
    text = (
        f"{seed.process.name} at {url}: {len(checked.tags.units)} units, {checked.existing} of {total} tags exist{age}"
    )
    screen.print(text, markup=False, soft_wrap=True)
    if checked.findings:
        raise typer.Exit(FINDINGS)
