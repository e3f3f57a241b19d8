"""Command `store clean`: disk space of killed or failed jobs."""

from __future__ import annotations

import shutil

from nonferrous.console import console

_MEGABYTE = 1_000_000


def clean() -> None:
    """Delete temporary files of killed or failed jobs."""
    from nonferrous.jobs.commands import opened
    from registry.cleaning import Cleaning
    from registry.settings import read_settings
    from registry.tracking import Tracking
    from registry.versions import RegistryError
    from seeds import load_all
    from system.process_lock import ProcessLockedError, alone

    settings, screen = read_settings(), console()
    cleaning = Cleaning(Tracking(settings))
    for process in load_all():
        try:
            with alone(settings.folder, process):
                cleaned = cleaning.clean(process)
        except (ProcessLockedError, RegistryError) as error:
            screen.print(f"{error}", soft_wrap=True, markup=False)
            continue
        if cleaned.runs:
            size = cleaned.bytes / _MEGABYTE
            line = f"{process}: {cleaned.runs} runs and {cleaned.models} models of failed jobs deleted, {size:.1f} MB"
            screen.print(line, soft_wrap=True, markup=False)
    left = settings.folder / "retraining"
    with opened() as jobs:
        for folder in left.iterdir() if left.is_dir() else ():
            job = jobs.get(folder.name)
            if job is None or job.state not in ("queued", "running"):
                shutil.rmtree(folder)
                screen.print(f"{folder.name}: state for a resumed job deleted", soft_wrap=True, markup=False)
