"""Commands on keys: `keys make`, `keys list` and `keys revoke`."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import console

if TYPE_CHECKING:
    from records.database import Database

keys_app = typer.Typer(help="Keys of those who may ask the service.", no_args_is_help=True, rich_markup_mode=None)


class Role(StrEnum):
    """What a key may do."""

    predict = "predict"
    outcome = "outcome"
    operate = "operate"


@contextmanager
def _records() -> Iterator[Database]:
    from records.database import Database
    from registry.settings import read_settings

    with closing(Database(read_settings().records_url)) as database:
        yield database


@keys_app.command("make")
def make(
    owner: Annotated[str, typer.Argument(help="Whose it is: a person, a line, a program.")],
    role: Annotated[list[Role], typer.Option(help="What it may do; several times for several.")],
    process: Annotated[
        list[str] | None, typer.Option(help="A process that it may ask; several times for several.", show_default="all")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0, help="Days until it ends.", show_default="it does not end")
    ] = None,
) -> None:
    """Make a key and print it, this once; the service asks for keys as soon as there is one."""
    from records.keys import SHOWN, make
    from seeds import load

    processes = [load(name).process.name for name in process or ()]
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with _records() as database:
        key = make(database, getpass.getuser(), owner, [one.value for one in dict.fromkeys(role)], processes, ends)
    typer.echo(f"{key[:SHOWN]} of {owner}; it is shown this once:", err=True)
    typer.echo(key)


@keys_app.command("list")
def list_() -> None:
    """List all keys by their beginnings, those that were revoked or have ended too."""
    from rich.table import Table

    from records.keys import read

    with _records() as database:
        keys = read(database)
    table = Table("key", "owner", "roles", "processes", "made", "ends", "last used", "state")
    for key in keys:
        state = "valid" if key.is_valid else "ended" if key.revoked is None else f"revoked {key.revoked:%Y-%m-%d}"
        ends = f"{key.ends:%Y-%m-%d}" if key.ends else "-"
        used = f"{key.used:%Y-%m-%d %H:%M}" if key.used else "-"
        of = ", ".join(key.roles), ", ".join(key.processes) or "all"
        table.add_row(key.prefix, key.owner, *of, f"{key.made:%Y-%m-%d}", ends, used, state)
    console().print(table if keys else "there are no keys")


@keys_app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="Its beginning, as `keys list` shows it.")]) -> None:
    """Revoke a key: running services refuse it within seconds."""
    from records.keys import revoke

    with _records() as database:
        gone = revoke(database, getpass.getuser(), key)
    console().print(f"{gone.prefix} of {gone.owner} is revoked")
