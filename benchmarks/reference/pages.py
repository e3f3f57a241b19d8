"""Generated pages of the reference, by file name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.reference import api_errors, commands, metrics, operations, settings

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": commands.page,
    "settings.md": settings.page,
    "metrics.md": metrics.page,
    "api_errors.md": api_errors.page,
    "operations.md": operations.page,
}
