"""Commands `nonferrous gateway`: connection of a plant by OPC UA."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import console, fail
from nonferrous.groups import group
from nonferrous.live import check_libraries

if TYPE_CHECKING:
    from gateway.opcua.checking import MapCheck
    from gateway.opcua.session import Access
    from seeds import Seed

FINDINGS = 1  # exit code of a check with findings
SHOWN = 20  # findings of each kind
PASSWORD, KEY = "NONFERROUS_GATEWAY_PASSWORD", "NONFERROUS_GATEWAY_KEY"

gateway_app = group("Connect a plant: read values by OPC UA, write predictions back.")

Url = Annotated[
    str | None, typer.Argument(help="Address, such as opc.tcp://10.0.0.5:4840.", show_default="the seed's endpoint")
]
ProcessOption = Annotated[
    str | None, typer.Option(help="Process name.", show_default="the only seed with an endpoint, or the only seed")
]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Anonymous session without encryption, for trials on one machine.")
]
User = Annotated[
    str,
    typer.Option(
        help="User of the server; its password is in NONFERROUS_GATEWAY_PASSWORD.",
        envvar="NONFERROUS_GATEWAY_USER",
        show_default="the certificate",
    ),
]


@gateway_app.command("run")
def run_gateway(
    url: Url = None,
    process: ProcessOption = None,
    service: Annotated[
        str, typer.Option(help="Address of the service; its key is in NONFERROUS_GATEWAY_KEY.")
    ] = "http://127.0.0.1:8000",
    host: Annotated[str, typer.Option(help="Address of metrics and health.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of metrics and health; 0 is any free one.", min=0, max=65535)] = 8100,
    user: User = "",
    insecure: Insecure = False,
) -> None:
    """Read a plant, request predictions and write them back."""
    check_libraries()
    import asyncio
    import logging

    from gateway.run import GatewayOptions, run
    from gateway.service import ServiceClient

    seed = _seed(process)
    access = _access(url, seed, user, insecure)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = GatewayOptions(access, ServiceClient(service, os.environ.get(KEY, "")), _folder(), host, port)
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
    except KeyboardInterrupt:
        console().print("stopped")


@gateway_app.command("check")
def check_map(url: Url = None, process: ProcessOption = None, user: User = "", insecure: Insecure = False) -> None:
    """Compare the tags of a seed with a server."""
    check_libraries()
    import asyncio

    from gateway.opcua.checking import check
    from gateway.opcua.session import session

    seed = _seed(process)
    access = _access(url, seed, user, insecure)

    async def checked() -> MapCheck:
        async with session(access) as (client, namespaces):
            return await check(seed, client, namespaces)

    _show(seed, access.url, asyncio.run(checked()))


@gateway_app.command("browse")
def browse_server(
    url: Annotated[str, typer.Argument(help="Address, such as opc.tcp://10.0.0.5:4840.")],
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    user: User = "",
    insecure: Insecure = False,
) -> None:
    """Write the nodes that a server offers, for a map."""
    check_libraries()
    import asyncio

    from gateway.opcua.browsing import described, table, variables
    from gateway.opcua.session import session

    _check_folder(out)
    access = _access(url, None, user, insecure)

    async def browsed() -> tuple[int, str]:
        async with session(access) as (client, namespaces):
            nodes = await variables(client, namespaces)
            return len(nodes), table(nodes, await described(client, nodes))

    count, text = asyncio.run(browsed())
    out.write_text(text, encoding="utf-8", newline="\n")
    console().print(f"{count} nodes: {out}", markup=False, soft_wrap=True)


@gateway_app.command("results")
def list_result_nodes(
    out: Annotated[Path, typer.Option(help="CSV file to write.")],
    url: Url = None,
    process: ProcessOption = None,
    user: User = "",
    insecure: Insecure = False,
) -> None:
    """Write the nodes that a server needs for results."""
    check_libraries()
    import asyncio
    import csv

    from gateway.results import fields_of
    from gateway.run import discovered

    seed = _seed(process)
    _check_folder(out)
    tags = asyncio.run(discovered(seed, _access(url, seed, user, insecure)))
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("tag", "path", "type", "unit", "low", "high"))
        for unit in tags.units:
            for path, field in fields_of(seed).items():
                names = (unit, *path)
                kind = {float: "Double", str: "String", bool: "Boolean"}[field.kind]
                tag = ".".join((seed.gateway.results, *names))
                writer.writerow((tag, "/".join(names), kind, field.unit, field.low, field.high))
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
    """Seed of a process; without a name the only one with an endpoint, or the only one."""
    from seeds import load, load_all

    if process is None:
        seeds = load_all()
        stated = [name for name, seed in seeds.items() if seed.gateway.endpoint is not None] or list(seeds)
        if len(stated) != 1:
            fail(f"--process: expected one of {', '.join(stated) or 'no seed'}")
        process = stated[0]
    seed = load(process)
    if seed.time is None or seed.lots is not None:
        fail(f"{process}: expected a process with time and without lots of pieces")
    return seed


def _access(url: str | None, seed: Seed | None, user: str, is_insecure: bool) -> Access:
    from gateway.opcua.session import Access
    from gateway.run import check_protocol

    address = url or (None if seed is None else seed.gateway.endpoint)
    if address is None:
        fail("URL: expected an address such as opc.tcp://10.0.0.5:4840, or [gateway] endpoint in the seed")
    check_protocol(address)
    return Access(address, _folder(), is_insecure, user, os.environ.get(PASSWORD, ""))


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
