"""Commands on API keys: `keys create`, `keys list` and `keys revoke`."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import console
from nonferrous.groups import group

if TYPE_CHECKING:
    from records.database import Database
    from records.keys import Key

keys_app = group("Create, list or revoke API keys.")


class Role(StrEnum):
    """Role of an API key."""

    predict = "predict"
    outcome = "outcome"
    operate = "operate"
    view = "view"


@contextmanager
def _records() -> Iterator[Database]:
    from records.database import Database
    from registry.settings import read_settings

    with closing(Database(read_settings().records_url)) as database:
        yield database


@keys_app.command("create")
def create(
    owner: Annotated[str, typer.Argument(help="Owner of the key: a user, a line, a program.")],
    role: Annotated[list[Role], typer.Option(help="Role; repeatable.")],
    process: Annotated[
        list[str] | None, typer.Option(help="Process that the key may access; repeatable.", show_default="all")
    ] = None,
    valid_days: Annotated[float | None, typer.Option(min=0, help="Validity [d].", show_default="no expiry")] = None,
) -> None:
    """Create an API key and print it once."""
    from records.keys import SHOWN, make
    from seeds import load

    processes = [load(name).process.name for name in process or ()]
    ends = None if valid_days is None else datetime.now(UTC) + timedelta(days=valid_days)
    with _records() as database:
        key = make(database, getpass.getuser(), owner, [one.value for one in dict.fromkeys(role)], processes, ends)
    typer.echo(f"{key[:SHOWN]} of {owner}; it is shown only once:", err=True)
    typer.echo(key)


@keys_app.command("list")
def list_() -> None:
    """List API keys."""
    from rich.table import Table
    from rich.text import Text

    from records.keys import read

    with _records() as database:
        keys = read(database)
    table = Table()
    # The prefix is copied to revoke a key: it is never cut. Other cells go on in the next line.
    table.add_column("key", no_wrap=True)
    for head in ("owner", "roles", "processes", "state"):
        table.add_column(head, overflow="fold")
    for key in keys:
        processes = "\n".join(key.processes) or "all"
        table.add_row(*(Text(cell) for cell in (key.prefix, key.owner, "\n".join(key.roles), processes, _state(key))))
    console().print(table if keys else "there are no keys")


def _state(key: Key) -> str:
    """State of a key with its dates, a line for each."""
    state = "valid" if key.is_valid else "ended" if key.revoked_at is None else f"revoked {key.revoked_at:%Y-%m-%d}"
    ends = f"ends {key.expires_at:%Y-%m-%d}" if key.expires_at else "no end"
    used = f"last used {key.used_at:%Y-%m-%d %H:%M}" if key.used_at else "not used"
    return "\n".join((state, f"made {key.created_at:%Y-%m-%d}", ends, used))


@keys_app.command("revoke")
def revoke(key: Annotated[str, typer.Argument(help="Prefix of the key, as `keys list` shows it.")]) -> None:
    """Revoke an API key."""
    from records.keys import revoke

    with _records() as database:
        gone = revoke(database, getpass.getuser(), key)
    console().print(f"{gone.prefix} of {gone.owner} is revoked")
