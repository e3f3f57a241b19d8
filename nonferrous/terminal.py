"""What all commands share: the screen, a bar of progress, the end with an error, and arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

REFUSED = 3  # exit code where the gate refuses a version

ProcessName = Annotated[str, typer.Argument(help="A process, by the name that `nonferrous seeds` lists.")]


def fail(text: str) -> NoReturn:
    """End with exit code 2 and a line on standard error for each line of the text."""
    for line in text.splitlines():
        typer.echo(f"{typer.style('error:', fg='red')} {line}", err=True)
    sys.exit(2)


def console() -> Console:
    """Standard output, for text and tables."""
    from rich.console import Console

    return Console(highlight=False)


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error, as the callback (what, steps done, steps in all) that jobs take."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
