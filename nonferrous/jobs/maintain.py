"""Command `maintain`: scheduled checks of processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nonferrous.console import console

if TYPE_CHECKING:
    from seeds import Seed

BY = "maintain"


def maintain(
    process: Annotated[
        list[str] | None, typer.Argument(help="Process names.", show_default="all with a champion")
    ] = None,
) -> None:
    """Run scheduled checks: shadow periods, rollback, due retraining."""
    from nonferrous.train import has_champion
    from registry.settings import read_settings
    from seeds import load, load_all

    settings, known = read_settings(), load_all().values()
    seeds = [load(name) for name in process] if process else [one for one in known if has_champion(one, settings)]
    for seed in seeds:
        for line in _looked(seed):
            console().print(f"{seed.process.name}: {line}", soft_wrap=True, markup=False)
    if not seeds:
        console().print("no process has a champion; train a process first")


def _looked(seed: Seed) -> list[str]:
    """Run the checks of a process; return one line for each result and action."""
    from monitoring.drift.page import summary
    from monitoring.drift.time_steps import DriftError
    from nonferrous.jobs.commands import opened
    from nonferrous.reports import look
    from nonferrous.retraining_due import learning_due
    from nonferrous.shadow import shadow_lines
    from records.jobs.queue import BusyError, RetrainingRequest

    shadow = shadow_lines(seed)
    try:
        seen = look(seed)
    except DriftError as error:
        return [*shadow.lines, str(error)]
    lines = [*shadow.lines, summary(seen), *seen.reasons]
    if (back := put_back_line(seed)) is not None:
        return [*lines, back]
    if shadow.goes_on:
        return [*lines, "no job submitted: a shadow period runs"]
    due = learning_due(seen)
    lines.append(due.line)
    if not due.is_due:
        return lines
    with opened() as jobs:
        try:
            return [*lines, f"job {jobs.put(RetrainingRequest(seed.process.name, BY)).id} queued"]
        except BusyError as error:
            return [*lines, str(error)]


def put_back_line(seed: Seed) -> str | None:
    """Roll back a champion that is worse than its predecessor on later rows; return a line, or None."""
    from nonferrous.records import enter_moves, labelled_file
    from registry.settings import read_settings
    from registry.versions import RegistryError
    from system.process_lock import ProcessLockedError, alone
    from training.retraining.post_promotion_check import put_back

    settings = read_settings()
    try:
        with alone(settings.folder, seed.process.name):
            move = put_back(seed, lambda: labelled_file(seed)[0], settings)
    except (ProcessLockedError, RegistryError) as error:
        return str(error)
    if move is None:
        return None
    enter_moves(seed.process.name)
    return f"VERSION {move.before} IS ROLLED BACK: {move.why}"
