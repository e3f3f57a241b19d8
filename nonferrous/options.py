"""Arguments and options that several commands share, each with one text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

ProcessName = Annotated[str, typer.Argument(help="Process name, as `nonferrous seeds list` shows it.")]
OptionalProcessName = Annotated[str | None, typer.Argument(help="Process name, as `nonferrous seeds list` shows it.")]
Version = Annotated[int | None, typer.Argument(help="Number of a registered version.")]

CLUSTER = "NONFERROUS_CLUSTER"  # variable with the address of a cluster

# The languages of seeds, without an import that the help would wait for.
ReportLanguage = Annotated[
    Literal["en", "zh"], typer.Option("--language", help="Language of the page: English or 简体中文.")
]

Reason = Annotated[str, typer.Option(help="Reason, stored in the audit log.")]
Plans = Annotated[
    Path, typer.Option(help="Table as for `train`; its latest rows may be plans: set-points without measurements.")
]

Cluster = Annotated[
    str | None,
    typer.Option(
        help="Dask scheduler whose workers do the work, such as tcp://HOST:8786; local:N starts N here.",
        envvar=CLUSTER,
        show_default="this machine",
    ),
]

FromRecords = Annotated[
    bool, typer.Option("--from-records", help="Recorded requests with known outcomes as training rows.")
]
AcceptLabelShift = Annotated[
    str | None,
    typer.Option(metavar="REASON", help="Acceptance of labels inconsistent with history; the reason is stored."),
]
OnlyIfDue = Annotated[
    bool, typer.Option("--only-if-due", help="No retraining unless it is due: by drift or by the number of new rows.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Results only: nothing is registered, promoted or added to the history.")
]


def check_cluster(address: str | None) -> None:
    """Raise an error unless the named cluster, if any, can be used."""
    if address is not None:
        from compute.cluster import check

        check(address)
