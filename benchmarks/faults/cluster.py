"""Repeated faults of a Dask cluster during a command.

Its files are compared with those that one machine writes without a cluster.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from filecmp import cmpfiles
from pathlib import Path

from benchmarks.faults.load import PROCESS
from benchmarks.faults.setting import Setting
from tests.suite.dask_programs import SCHEDULER, WORKERS, DaskPrograms

COMMAND = ("simulate", PROCESS, "--units", "2400", "--years", "5", "--rng-seed", "11")
PAUSE = (4.0, 9.0)  # s between faults
RESTART = 1.0  # s after which a supervisor starts a program again
LONGEST = 600.0  # s of a command


@dataclass
class ClusterResult:
    """Result of a case.

    Attributes
    ----------
    times : int
        How often the fault was done while a command ran.
    runs, failed, different : int
        Commands; those that ended with an error; those whose files differ from those of one machine.
    seconds : list of float
        Elapsed time of each command.
    undisturbed : float
        Elapsed time of a command on the cluster without a fault [s].
    """

    times: int = 0
    runs: int = 0
    failed: int = 0
    different: int = 0
    seconds: list[float] = field(default_factory=list)
    undisturbed: float = 0.0


def _killed(setting: Setting, names: Sequence[str]) -> ClusterResult:
    """One of some programs of the cluster killed and started again, until the fault was done often enough."""
    result, expected = ClusterResult(), setting.folder / "expected"
    _simulated(setting, expected).wait(LONGEST)
    with ExitStack() as stack:
        programs = DaskPrograms(stack)
        programs.begin(SCHEDULER, *WORKERS)
        begin = time.monotonic()
        _simulated(setting, setting.folder / "undisturbed", programs.address).wait(LONGEST)
        result.undisturbed = time.monotonic() - begin
        while result.times < setting.times:
            out, begin = setting.folder / f"{result.runs}", time.monotonic()
            with _simulated(setting, out, programs.address) as command:
                _disturbed(setting, programs, names, command, result)
            result.seconds.append(time.monotonic() - begin)
            result.runs += 1
            if command.returncode:
                result.failed += 1
            elif not _same(expected, out):
                result.different += 1
            shutil.rmtree(out, ignore_errors=True)
    return result


def _disturbed(
    setting: Setting,
    programs: DaskPrograms,
    names: Sequence[str],
    command: subprocess.Popen[bytes],
    result: ClusterResult,
) -> None:
    """Kill a program now and then while a command runs, and start each program again that has ended."""
    while command.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            command.wait(setting.rng.uniform(*PAUSE))
            return
        if result.times < setting.times:
            programs.end(setting.rng.choice(names))
            result.times += 1
        end = time.monotonic() + 2 * RESTART
        while time.monotonic() < end:
            time.sleep(RESTART)
            programs.begin_ended()


def _simulated(setting: Setting, out: Path, cluster: str | None = None) -> subprocess.Popen[bytes]:
    more = ["--cluster", cluster] if cluster else []
    with setting.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "nonferrous", *COMMAND, "--out", str(out), *more], stdout=log, stderr=log
        )


def _same(expected: Path, out: Path) -> bool:
    """Return whether two folders hold the same files with the same bytes."""
    names = sorted(path.name for path in expected.iterdir())
    if names != sorted(path.name for path in out.iterdir()):
        return False
    _, different, unread = cmpfiles(expected, out, names, shallow=False)
    return not different and not unread


def worker_killed(setting: Setting) -> ClusterResult:
    """kill -9 of one of two worker programs; it starts again."""
    return _killed(setting, WORKERS)


def scheduler_killed(setting: Setting) -> ClusterResult:
    """kill -9 of the scheduler, at which the workers end; all start again."""
    return _killed(setting, [SCHEDULER])


CASES: dict[str, Callable[[Setting], ClusterResult]] = {
    case.__name__: case for case in (worker_killed, scheduler_killed)
}
