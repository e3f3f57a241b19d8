"""Measure how long the tests take: `python -m benchmarks.suite`, which renews docs/results/tests.md."""

from __future__ import annotations

import json
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.suite.page import NAME, PAGE, RESULTS, ROOT, by_file, counted, lines, stored_results

TARGETS = {"test-fast": "not long and not service and not browser", "test": "not long", "test-long": "long"}


def spent() -> float:
    """Processor time of all children that have ended [s]."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(expression: str) -> tuple[dict[str, Any], Path]:
    """Figures of a run of the tests that an expression of marks chooses, and pytest's own record of it."""
    record = Path(tempfile.mkdtemp(prefix="nonferrous-suite-")) / "record.xml"
    command = [sys.executable, "-m", "pytest", "--numprocesses", "2", "-m", expression, f"--junitxml={record}"]
    before = spent()
    subprocess.run(command, cwd=ROOT, check=True)
    return counted(record) | {"processor": round(spent() - before, 1)}, record


def main(targets: Sequence[str]) -> None:
    """Measure some targets, or all of them, and write the page."""
    results = stored_results()
    for target in targets or TARGETS:
        figures, record = measured(TARGETS[target])
        about = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "python": platform.python_version()}
        results["runs"][target] = figures | about
        if target == "test-long":
            results["long"] = by_file(record)
        RESULTS.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(results)), encoding="utf-8")


if __name__ == "__main__":
    if unknown := set(sys.argv[1:]) - set(TARGETS):
        sys.exit(f"{', '.join(sorted(unknown))}: expected any of {', '.join(TARGETS)}")
    main(sys.argv[1:])
