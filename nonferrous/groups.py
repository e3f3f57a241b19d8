"""Groups of commands: help sections, options of all commands, and names of earlier versions."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, ClassVar

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from nonferrous.console import fail
from nonferrous.renamed import COMMANDS, renamed_command, renamed_option

Entry = Callable[..., None] | typer.Typer


class CommandGroup(TyperGroup):
    """Group of commands that states the new name of a command of an earlier version."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options of the group; without arguments, a group that was a command states its new name."""
        path = _path(ctx)
        if not args and " ".join(path) in COMMANDS:
            _end_if_renamed(path)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the subcommand; a command of an earlier version ends with exit code 2."""
        if args[0] not in self.commands:
            path = _path(ctx)
            _end_if_renamed([*path, *args], f"no command '{args[0]}': " if path else "")
        return super().resolve_command(ctx, args)


class Commands(Mapping[str, TyperGroup | TyperCommand]):
    """Commands by name, each with the option --home; each is made when it is first used, as all take long.

    Parameters
    ----------
    entries : Mapping of str to function or Typer
        Functions and groups by name.
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries
        self._made: dict[str, TyperGroup | TyperCommand] = {}

    def __getitem__(self, name: str) -> TyperGroup | TyperCommand:
        if name not in self._made:
            parent = group("")
            add(parent, {name: self._entries[name]})
            made = typer.main.get_group(parent).commands[name]
            assert isinstance(made, TyperGroup | TyperCommand)
            for command in _tree(made):
                command.params.append(_home_option())
            self._made[name] = made
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class RootCommand(CommandGroup):
    """Command line with a help section for each heading and the option --home in each command.

    Attributes
    ----------
    sections : Mapping of str to Mapping
        Functions and groups by heading and name.
    """

    sections: ClassVar[Mapping[str, Mapping[str, Entry]]] = {}

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Mapping[str, TyperGroup | TyperCommand] = Commands(  # type: ignore[assignment]  # only read
            {name: one for entries in self.sections.values() for name, one in entries.items()}
        )
        self.params.append(_home_option())

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each heading."""
        width = max(map(len, self.commands))
        for heading, entries in self.sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), _about(entry)) for name, entry in entries.items()])

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an option of an earlier version ends with exit code 2."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if (message := _renamed_in(error)) is None:
                raise
            fail(message)


def group(about: str) -> typer.Typer:
    """Return a group of commands that requires a subcommand."""
    return typer.Typer(cls=CommandGroup, help=about, no_args_is_help=True, rich_markup_mode=None)


def add(app: typer.Typer, commands: Mapping[str, Entry]) -> None:
    """Add commands and groups to a group by their names."""
    for name, entry in commands.items():
        if isinstance(entry, typer.Typer):
            app.add_typer(entry, name=name)
        else:
            app.command(name)(entry)


def _about(entry: Entry) -> str:
    """Return the help of a command or group."""
    about = entry.info.help if isinstance(entry, typer.Typer) else inspect.getdoc(entry)
    return str(about)


def _path(ctx: Any) -> list[str]:
    """Return the names of a command below the program."""
    return [] if ctx.parent is None else [*_path(ctx.parent), ctx.info_name]


def _tree(command: TyperGroup | TyperCommand) -> Iterator[TyperGroup | TyperCommand]:
    yield command
    for child in getattr(command, "commands", {}).values():
        yield from _tree(child)


def _end_if_renamed(words: list[str], prefix: str = "") -> None:
    if (message := renamed_command(words)) is not None:
        fail(prefix + message)


def _renamed_in(error: Exception) -> str | None:
    """Return a message with the new name if an error is a renamed option, else None."""
    # Typer does not export click's NoSuchOption.
    option, ctx = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if option is None or ctx is None:
        return None
    return renamed_option(option, [name for one in ctx.command.params for name in one.opts])


@cache
def _home_option() -> TyperOption:
    """Return the option --home, as Typer makes it of an annotation."""
    app = typer.Typer(add_completion=False)
    app.command()(_with_home)
    option = typer.main.get_command(app).params[0]
    assert isinstance(option, TyperOption)
    return option


def _set_home(home: str | None) -> None:
    if home is not None:
        os.environ["NONFERROUS_HOME"] = home


def _with_home(
    home: Annotated[
        str | None,
        typer.Option(
            metavar="<path>",
            help="Home folder.",
            envvar="NONFERROUS_HOME",
            expose_value=False,
            callback=_set_home,
        ),
    ] = None,
) -> None:
    """Signature from which Typer makes the option."""
