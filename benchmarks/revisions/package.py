"""Package content: tests by name and parameters regardless of file, and the equations among them."""

from __future__ import annotations

import subprocess
from collections import Counter
from typing import Any

from benchmarks.revisions.checkouts import Checkout

EQUATIONS = "tests/physics/test_functions.py"


def package(checkout: Checkout) -> dict[str, Any]:
    """Tests that pytest collects, with how often each name stands, and how many are laws of equations."""
    command = [
        checkout.python,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
    ]
    done = subprocess.run(
        command, cwd=checkout.folder, env=checkout.environment, capture_output=True, text=True, check=False
    )
    tests = [line for line in done.stdout.splitlines() if "::" in line]
    names = Counter(test.partition("::")[2] for test in tests)
    laws = sorted(test.partition("::")[2] for test in tests if test.startswith(EQUATIONS))
    return {
        "tests": dict(sorted(names.items())),
        "count": len(tests),
        "laws of equations": len(laws),
        "last words": checkout.text("\n".join(done.stdout.splitlines()[-1:])),
    }
