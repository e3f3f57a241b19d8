"""Reference page of the command line, from the commands of Typer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import typer.main
from typer.core import TyperCommand, TyperGroup

from nonferrous.command_line import app
from nonferrous.console import DRIFTED, REFUSED

PROGRAM = "nonferrous"


COMMON = ("seeds", "home", "help")
"""Parameters of the program that most commands accept too; listed once."""
PROCESS = "Process name, as `nonferrous seeds list` shows it. [required]"
"""Description of the argument of most commands; stated once."""


def page() -> str:
    """Return the page: options of the program, then one section for each command."""
    program = typer.main.get_command(app)
    assert isinstance(program, TyperGroup)
    lines = [
        "# Command line",
        "",
        f"Exit codes: 0 after success, 2 after an error of the input, {REFUSED} if the gate refuses a version, "
        f"{DRIFTED} if `monitor` detects drift. Options of the program:",
        "",
        *_options(program, PROGRAM, ("help",)),
        "",
        f"`--home` may also follow a command. `{{process}}`: {PROCESS}",
        "",
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
    yield from (f"## {path}", "", f"{about} `{' '.join(usage)}`", "")
    if options := _options(command, path, COMMON):
        yield from (*options, "")


def _options(command: TyperCommand | TyperGroup, path: str, left_out: Sequence[str]) -> list[str]:
    """List of arguments and options; no lines for a command without them."""
    context = command.context_class(command, info_name=path)
    records = [one.get_help_record(context) for one in command.get_params(context) if one.name not in left_out]
    shown = [(name, " ".join(about.split())) for name, about in filter(None, records)]
    return [f"- `{name}`: {about}" for name, about in shown if about != PROCESS]
