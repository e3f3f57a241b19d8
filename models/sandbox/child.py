"""The process in which models are loaded that may end it: `python -m models.sandbox.child FOLDER...`.

It writes one line when it is ready, and then one a model, in JSON: what keeps it from loading, or null.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

from models.storage import model_files

MEMORY = 2**30  # byte, in addition to libraries
CPU_SECONDS = 60
WALL_SECONDS = 120
LONGEST = 400  # letters of a reason


def main(folders: list[str]) -> None:
    """Load each of the folders within limits of memory, processor time and time, and say what came of it."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries may print
    _limit(len(folders))
    print(json.dumps("ready"), file=answers, flush=True)
    for folder in folders:
        _wake()
        print(json.dumps(load_error(Path(folder))), file=answers, flush=True)


def _limit(models: int) -> None:
    """Limit this process, as far as its system can."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _lower(resource.RLIMIT_CPU, int(used) + 1 + models * CPU_SECONDS)
    mapped = Path("/proc/self/statm")
    if mapped.exists():  # elsewhere the address space is not limited, or not known
        pages = int(mapped.read_text().split()[0])
        _lower(resource.RLIMIT_AS, pages * resource.getpagesize() + MEMORY)


def _lower(resource_id: int, limit: int) -> None:
    """Lower a limit; one that is lower already stays."""
    import resource

    _, hard = resource.getrlimit(resource_id)
    lowest = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource_id, (lowest, hard))


def _wake() -> None:
    """End this process by SIGALRM after a model's time limit, even if its parent has ended."""
    if hasattr(signal, "alarm"):
        signal.alarm(WALL_SECONDS)


def load_error(folder: Path) -> str | None:
    """Return as one line the error in loading or self-test of a model; None if both pass."""
    try:
        model_files.load(folder)
    except Exception as error:  # a model may be broken in any way
        return (" ".join(str(error).replace(f"{folder}/", "").split()) or type(error).__name__)[:LONGEST]
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
