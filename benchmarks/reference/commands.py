"""Reference page of the command line, from the commands of Typer."""

from __future__ import annotations

from collections.abc import Iterator

import typer.main
from typer.core import TyperCommand, TyperGroup

from nonferrous.command_line import app
from nonferrous.console import DRIFTED, REFUSED
from reporting.markdown import table

PROGRAM = "nonferrous"


def page() -> str:
    """Return the page: options of the program, then one section for each command."""
    program = typer.main.get_command(app)
    assert isinstance(program, TyperGroup)
    lines = [
        "# Command line",
        "",
        f"Exit codes: 0 after success, 2 after an error of the input, {REFUSED} if the gate refuses a version,",
        f"{DRIFTED} if `monitor` detects drift.",
        "",
        *_options(program, PROGRAM),
    ]
    for path, command in _commands(program, PROGRAM):
        lines += _section(path, command)
    return "\n".join(lines).rstrip() + "\n"


def _commands(group: TyperGroup, path: str) -> Iterator[tuple[str, TyperCommand | TyperGroup]]:
    """Commands of a group and of the groups in it, by their names; hidden ones are left out."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{path} {name}")
        elif isinstance(command, TyperCommand) and not command.hidden:
            yield f"{path} {name}", command


def _section(path: str, command: TyperCommand | TyperGroup) -> Iterator[str]:
    usage = command.collect_usage_pieces(command.context_class(command, info_name=path))
    about = " ".join((command.help or "").split())
    yield from (f"## {path}", "", about, "", "```", " ".join([path, *usage]), "```", "")
    yield from _options(command, path)


def _options(command: TyperCommand | TyperGroup, path: str) -> list[str]:
    """Table of arguments and options; no lines for a command without them."""
    context = command.context_class(command, info_name=path)
    records = [one.get_help_record(context) for one in command.get_params(context) if one.name != "help"]
    rows = [
        (f"`{name}`".replace("|", "\\|"), " ".join(about.split()).replace("|", "\\|"))
        for name, about in filter(None, records)
    ]
    return table(("argument or option", "description"), rows) if rows else []
