"""Output of commands: console, progress bar and the exit after an error."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from rich.console import Console

REFUSED = 3  # exit code where the gate refuses a version
DRIFTED = 4  # exit code where drift is seen

OURS = (
    "compute",
    "drafting",
    "gateway",
    "models",
    "monitoring",
    "nonferrous",
    "operations",
    "records",
    "registry",
    "seeds",
    "serving",
    "synthetic_data",
    "system",
    "training",
)


def fail(text: str) -> NoReturn:
    """End with exit code 2 and a line on standard error for each line of the text."""
    for line in text.splitlines():
        typer.echo(f"{typer.style('error:', fg='red')} {line}", err=True)
    sys.exit(2)


def check_folder(option: str, file: Path | None) -> None:
    """End with exit code 2 if the folder of a file that an option names does not exist."""
    if file is not None and not file.parent.is_dir():
        fail(f"{option}: got {file}: expected a file in a folder that exists")


def is_ours(error: BaseException) -> bool:
    """Return whether an error is of this project: its text is made for the user."""
    return type(error).__module__.split(".")[0] in OURS


def full_disk(error: BaseException) -> str | None:
    """Return a message for an error of a full disk, with the free space; None for another error."""
    from system.full_disk import on_full_disk

    return on_full_disk(error, Path(os.environ.get("NONFERROUS_HOME") or ".").absolute(), Path.cwd())


def console() -> Console:
    """Standard output, for text and tables."""
    from rich.console import Console

    return Console(highlight=False)


Step = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
_elsewhere: Step | None = None


@contextmanager
def progress() -> Iterator[Step]:
    """Yield a progress callback: a bar on standard error, or the callback that `reported` has set."""
    if _elsewhere is not None:
        yield _elsewhere
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda description, done, total: bar.update(task, description=description, completed=done, total=total)


@contextmanager
def progress_of(names: Sequence[str]) -> Iterator[Callable[[str, str, int, int], None]]:
    """A bar on standard error for each of several jobs, as a callback that takes its name first."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks = {name: bars.add_task(name, total=None) for name in names}
        yield lambda name, description, done, total: bars.update(
            tasks[name], description=f"{name}: {description}", completed=done, total=total
        )


@contextmanager
def reported(step: Step) -> Iterator[None]:
    """Report progress to a callback instead of a bar."""
    global _elsewhere
    before, _elsewhere = _elsewhere, step
    try:
        yield
    finally:
        _elsewhere = before
