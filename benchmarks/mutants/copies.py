"""Copies of the checkout for tests of changes, the tests of each module, and results of earlier runs."""

import compileall
import hashlib
import json
import multiprocessing
import os
import py_compile
import re
import shutil
import signal
import sys
import threading
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from changes import ROOMS, ROOT, Change

JOURNAL = ROOT / ".nonferrous" / "mutants.jsonl"
SHARED = {"engine", "plant"}  # folders of synthetic_data that no plant owns
# Laws of every process, by the folder of the code that they are about.
LAWS = {
    "synthetic_data": ["synthetic_data/test_every_graded_plant.py"],
    "models": ["models/processes/test_every_physics.py", "models/processes/test_contents.py"],
}
NOTICED, SURVIVED, BROKEN = "noticed", "survived", "tests fail without a change"
# Test processes are forked from one that has loaded these, which halves what a change costs.
FORKS = multiprocessing.get_context("forkserver")
LOADED = [
    *("pytest", "hypothesis", "numpy", "pandas", "pyarrow.parquet", "scipy.stats", "lightgbm", "sklearn.linear_model"),
    *("plotly.graph_objects", "fastapi", "mlflow", "xraydb"),
]
PYTEST = (
    *("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0"),
    *("-W", "ignore:Module already imported"),
)


@cache
def plants() -> dict[str, list[str]]:
    """Processes by the folder of simulators that they import."""
    by_process: dict[str, list[str]] = {}
    for path in sorted((ROOT / "synthetic_data").glob("*.py")):
        for folder in sorted(set(re.findall(r"synthetic_data\.(\w+)\.", path.read_text(encoding="utf-8"))) - SHARED):
            by_process.setdefault(folder, []).append(path.stem)
    return by_process


def processes_of(file: str) -> list[str]:
    """Processes that a file of a simulator, or of a process's physics, is about."""
    path = Path(file)
    if path.parts[0] == "synthetic_data" and len(path.parts) == 3:
        return plants().get(path.parts[1], [])
    of_physics = path.parts[:2] == ("models", "processes") and path.name == "physics.py"
    process = path.parent.name if of_physics else path.stem
    own = of_physics or path.parts[:-1] == ("synthetic_data",)
    return [process] if own and (ROOT / "seeds" / f"{process}.toml").is_file() else []


def tests_of(file: str) -> tuple[list[str], bool]:
    """Tests of a module, those of its own file first, and whether it has a file of its own."""
    path = Path(file)
    folder = ROOT / "tests" / path.parent
    own = sorted({*folder.glob(f"test_{path.stem}.py"), *folder.glob(f"test_{path.stem}_*.py")})
    files = list(own)
    if path.parts[0] == "synthetic_data" and len(path.parts) == 3 and path.parts[1] in plants():
        files += sorted(folder.glob("test_*.py"))
        for process in plants()[path.parts[1]]:
            files += sorted((ROOT / "tests" / "synthetic_data").glob(f"test_{process}*.py"))
    if processes_of(file):
        files += [ROOT / "tests" / law for law in LAWS[path.parts[0]]]
    while not files:
        files = sorted(folder.glob("test_*.py"))
        folder = folder.parent
    if path.parts[0] == "physics":
        files += [ROOT / "tests" / "physics" / f"test_{name}.py" for name in ("functions", "points")]
    return list(dict.fromkeys(str(test.relative_to(ROOT)) for test in files)), bool(own)


def with_long(file: str) -> list[str]:
    """Tests of a module including long ones: those named after it, or all, except those of a whole plant."""
    tests, own = tests_of(file)
    if own:
        return [test for test in tests if re.match(rf"test_{Path(file).stem}(_|\.py)", Path(test).name)]
    plant = file.startswith("synthetic_data/") and file.split("/")[1] in plants()
    return [] if plant else tests


def chosen_in(file: str) -> list[str]:
    """Options of pytest that leave out laws and points of other files' functions and of other processes."""
    if processes := processes_of(file):
        laws = " or ".join(Path(law).stem for law in LAWS[Path(file).parts[0]])
        return ["-k", " or ".join([f"not ({laws})", *processes])]
    if not file.startswith("physics/"):
        return []
    names = re.findall(r"^def ([a-z]\w*)", (ROOT / file).read_text(encoding="utf-8"), re.M)
    return ["-k", " or ".join(["not (test_functions or test_points)", *names])]


class Chosen:
    """Plugin of pytest that leaves long tests of other files out."""

    def __init__(self, long: list[str]) -> None:
        self.long = tuple(long)

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [one for one in items if one.nodeid.startswith(self.long) or not one.get_closest_marker("long")]


def tests_run(folder: str, arguments: list[str], long: list[str]) -> None:
    """Process that runs tests in a copy of the checkout and ends with pytest's exit code."""
    os.setsid()
    os.chdir(folder)
    sys.path[:] = [folder, *(entry for entry in sys.path if entry not in ("", str(ROOT), str(Path(__file__).parent)))]
    sys.dont_write_bytecode = True
    os.environ |= {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    import pytest

    os._exit(int(pytest.main([*PYTEST, *arguments], plugins=[Chosen(long)])))


class Copy:
    """A copy of the checkout in which one change at a time is made and tested."""

    def __init__(self, folder: Path, listed: list[str]) -> None:
        self.folder = folder
        for name in listed:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        # Checked by content, not by time: a change and its undoing fall into one second.
        compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        self.process: BaseProcess | None = None

    def run(self, arguments: list[str], long: list[str], limit: float) -> int | None:
        """Exit code of pytest, which stops at the first failure; None where it took longer than allowed."""
        self.process = FORKS.Process(target=tests_run, args=(str(self.folder), arguments, long), daemon=False)
        self.process.start()
        self.process.join(limit)
        if self.process.exitcode is None:
            self.stop()
            return None
        return self.process.exitcode

    def stop(self) -> None:
        """End what runs in the copy, with everything that it started."""
        if self.process is not None and self.process.exitcode is None and self.process.pid is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self.process.kill()
            self.process.join()

    def test(self, change: Change, arguments: list[str], long: list[str], limit: float) -> str:
        target = self.folder / change.file
        source = target.read_text(encoding="utf-8")
        try:
            target.write_text(change.applied(source), encoding="utf-8")
            return SURVIVED if self.run(arguments, long, limit) == 0 else NOTICED
        finally:
            target.write_text(source, encoding="utf-8")


class Journal:
    """Results of earlier runs, by a digest of the change, of all code and of the tests that ran."""

    def __init__(self, listed: list[str], fresh: bool) -> None:
        JOURNAL.parent.mkdir(exist_ok=True)
        if fresh:
            JOURNAL.unlink(missing_ok=True)
        lines = JOURNAL.read_text(encoding="utf-8").splitlines() if JOURNAL.exists() else []
        self.found = {line["key"]: line for line in map(json.loads, lines)}
        self.lock = threading.Lock()
        code = hashlib.sha256()
        for name in listed:
            if name.split("/")[0] in ROOMS or Path(name).name in ("conftest.py", "pyproject.toml"):
                code.update(name.encode() + (ROOT / name).read_bytes())
        self.code = code.hexdigest()

    def key(self, change: object, tests: list[str]) -> str:
        texts = [(ROOT / test).read_text(encoding="utf-8") for test in tests]
        return hashlib.sha256(repr((self.code, change, tests, texts)).encode()).hexdigest()

    def put(self, key: str, **values: object) -> None:
        with self.lock, JOURNAL.open("a", encoding="utf-8") as file:
            self.found[key] = {"key": key} | values
            file.write(json.dumps(self.found[key]) + "\n")
