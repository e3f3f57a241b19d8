"""Loading and self-test of models in a separate process, which a faulty one may end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.sandbox.child import CPU_SECONDS, WALL_SECONDS

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
# What a child needs to start; passwords and addresses of the store are not among it.
_PASSED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class SandboxError(RuntimeError):
    """The process for a trial did not start; that says nothing of a model."""


def load_errors(folders: Sequence[Path]) -> list[str | None]:
    """Return errors in loading and self-test of models, run in a process with limits.

    Parameters
    ----------
    folders : sequence of Path
        Models' folders. All share one process; one that ends it leaves the rest to another.

    Returns
    -------
    list of str or None
        One for each, in one line; None where a model loads.

    Raises
    ------
    SandboxError
        The process did not start.
    """
    errors: list[str | None] = []
    while len(errors) < len(folders):
        errors += _in_child(folders[len(errors) :])
    return errors


def _in_child(folders: Sequence[Path]) -> list[str | None]:
    """Answers of one process: of all the folders, or up to the one that ended it."""
    command = [sys.executable, "-P", "-m", "models.sandbox.child", *map(str, folders)]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,  # Ctrl-C is for this process to act on
    ) as child:
        try:
            output, _ = child.communicate(timeout=START_SECONDS + WALL_SECONDS * len(folders))
        except subprocess.TimeoutExpired:
            child.kill()
            output, _ = child.communicate()
        except BaseException:
            child.kill()
            raise
    answers: list[Any] = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith(b"\n")]
    if not answers:
        raise SandboxError(f"no process for a trial of models: it ended with {_ended(child.returncode)}")
    results = answers[1 : len(folders) + 1]
    if len(results) < len(folders):
        results.append(f"loading it in a process of its own {_why(child.returncode)}")
    return results


def _environment() -> dict[str, str]:
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return passed | dict.fromkeys(_THREADS, "1") | {"PYTHONPATH": os.pathsep.join(path)}


def _why(code: int) -> str:
    limits = {
        "SIGALRM": f"took more than {WALL_SECONDS} s",
        "SIGXCPU": f"took more than {CPU_SECONDS} s of processor time",
    }
    return limits.get(_ended(code), f"ended that process with {_ended(code)}")


def _ended(code: int) -> str:
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"exit code {code}"
