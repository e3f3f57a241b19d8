"""The tutorials, run as written: each shell block in order, in an empty folder, with the output that they show.

A block of `sh` is run; a block of `text` or `json` after it shows parts of its output. Numbers with a decimal point may
differ in the last shown digits, since they depend on the kind of processor. A command that starts a server runs until
the end. The ports are the tests' own, as the tutorials allow.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from system.programs import free_port
from tests.suite.children import child
from tests.suite.servers import responds

TUTORIALS = Path(__file__).parents[1] / "docs" / "tutorials"
PATIENCE = 900.0  # s, for three plants that are simulated and trained on a busy machine
SERVER = re.compile(r"(?:make|nonferrous(?: --seeds \S+)?) (?:up|serve)")
NUMBER = re.compile(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?%?")


@dataclass
class Step:
    """A shell block and the outputs that the page shows of it, with their kinds."""

    commands: str
    shown: list[tuple[str, str]] = field(default_factory=list)


def steps_of(page: str) -> list[Step]:
    """Return the shell blocks of a page, in order."""
    steps: list[Step] = []
    for kind, text in re.findall(r"^```(sh|text|json)\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        if kind == "sh":
            steps.append(Step(text))
        else:
            steps[-1].shown.append((kind, text))
    return steps


# ---- an output and what a page shows of it


def is_close(shown: str, result: str) -> bool:
    """Return whether two words are alike: numbers with a decimal point within 2 % and two of the last shown digits."""
    if shown == result:
        return True
    if not (NUMBER.fullmatch(shown) and NUMBER.fullmatch(result) and "." in shown):
        return False
    one, other = (float(word.rstrip("%").replace(",", "")) for word in (shown, result))
    digits = len(shown.rstrip("%").partition(".")[2])
    return abs(one - other) <= 0.02 * abs(one) + 2 * 10**-digits


def missing_line(shown: str, output: str) -> str | None:
    """Return the first shown line that no line of the output has, in order, whatever follows on it; None for none."""
    result = iter([line.split() for line in output.splitlines()])
    for line in filter(str.strip, shown.splitlines()):
        words = line.split()
        if not any(len(one) >= len(words) and all(map(is_close, words, one)) for one in result):
            return line
    return None


def difference(shown: Any, result: Any, place: str = "") -> str | None:
    """Return the place where found JSON lacks shown JSON; lists and objects may hold more, texts may end in `...`."""
    if isinstance(shown, dict) and isinstance(result, dict):
        pairs = [(f"{place}.{key}", one, result.get(key)) for key, one in shown.items()]
    elif isinstance(shown, list) and isinstance(result, list):
        pairs = [(f"{place}[{i}]", one, result[i] if i < len(result) else None) for i, one in enumerate(shown)]
    elif isinstance(shown, str) and shown.endswith("..."):
        return None if isinstance(result, str) and result.startswith(shown[:-3]) else f"{place}: {result!r}"
    elif isinstance(shown, float) and isinstance(result, float):
        return None if is_close(str(shown), f"{result:.10f}") else f"{place}: {result!r}"
    else:
        return None if shown == result and type(shown) is type(result) else f"{place}: {result!r}"
    return next(filter(None, (difference(one, other, where) for where, one, other in pairs)), None)


def fault(step: Step, output: str) -> str | None:
    """Return the first thing that a page shows and an output does not have; None for none."""
    for kind, text in step.shown:
        if kind == "text":
            result = missing_line(text, output)
        else:
            try:
                result = difference(json.loads(text), json.loads(output))
            except ValueError:
                result = output
        if result is not None:
            return result
    return None


# ---- the run


class Terminal:
    """A shell in an empty folder, with the environment of this checkout and ports of its own.

    Parameters
    ----------
    folder : Path
        The folder; its home folder is made there.
    servers : ExitStack
        Ends what was started in the background.
    """

    def __init__(self, folder: Path, servers: ExitStack) -> None:
        self.folder, self._servers = folder, servers
        self._port, self._ui_port = free_port(), free_port()
        (folder / ".venv").symlink_to(sys.prefix)
        own = {name: value for name, value in os.environ.items() if not name.startswith(("NONFERROUS", "MLFLOW"))}
        self._environment = own | {"PATH": f"{sys.prefix}/bin:{os.environ['PATH']}", "COLUMNS": "80"}

    def _with_ports(self, commands: str) -> str:
        served = re.sub(r"(nonferrous(?: --seeds \S+)? serve)\n", rf"\1 --port {self._port}\n", commands)
        up = f"nonferrous up --port {self._port} --ui-port {self._ui_port}\n"
        return served.replace("make up\n", up).replace("127.0.0.1:8000", f"127.0.0.1:{self._port}")

    def run(self, step: Step) -> str:
        """Return the output of a step, at the end of its commands or when its server responds."""
        commands = self._with_ports(step.commands)
        if SERVER.fullmatch(step.commands.strip()):
            return self._started(commands, step)
        how: Any = {"cwd": self.folder, "env": self._environment, "text": True, "timeout": PATIENCE}
        done = subprocess.run(
            ["bash", "-e", "-c", commands], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **how
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}"
        return done.stdout

    def _started(self, commands: str, step: Step) -> str:
        log = self.folder / "server.log"
        with log.open("wb") as output:
            command = ["bash", "-c", f"exec {commands}"]
            server = child(command, cwd=self.folder, env=self._environment, stdout=output, stderr=output)
            started = self._servers.enter_context(server)
        patience = time.monotonic() + PATIENCE
        while not responds(f"http://127.0.0.1:{self._port}/health/ready") or fault(step, self._of(log)):
            assert started.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < patience, log.read_text(encoding="utf-8")
            time.sleep(0.2)
        return self._of(log)

    def _of(self, log: Path) -> str:
        """Text that a server has written, with the ports of the page."""
        text = log.read_text(encoding="utf-8")
        return text.replace(f":{self._port}", ":8000").replace(f":{self._ui_port}", ":5000")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with ExitStack() as servers:
        yield Terminal(tmp_path, servers)


@pytest.mark.long("simulates and trains three plants, and trains again, or trains on a table and serves it")
@pytest.mark.service
@pytest.mark.parametrize("name", sorted(path.stem for path in TUTORIALS.glob("*.md")))
def test_a_tutorial_is_what_happens(name: str, terminal: Terminal) -> None:
    for step in steps_of((TUTORIALS / f"{name}.md").read_text(encoding="utf-8")):
        output = terminal.run(step)
        patience = time.monotonic() + 30  # a service takes up a new champion within seconds
        while (result := fault(step, output)) and "/predictions" in step.commands and time.monotonic() < patience:
            time.sleep(1)
            output = terminal.run(step)
        assert result is None, f"{step.commands}\nshown and not found: {result}\n{output}"


# ---- the comparison can fail


@pytest.mark.parametrize("output", ["rows: 1101 taken", "rows: 1100", "mean 5.9\nrows: 1100 taken"])
def test_a_line_that_is_not_there_is_noticed(output: str) -> None:
    shown = "rows:  1100 taken\nmean 5.9"
    assert missing_line(shown, f"a\nrows: 1100 taken\nmean 5.91 and more, {output}") is None
    assert missing_line(shown, output) is not None


def test_numbers_differ_by_the_last_digits_alone() -> None:
    assert all(is_close(*pair) for pair in (("57.8", "57.9"), ("0.004", "0.0055"), ("94.5%", "94.7%"), ("7", "7")))
    assert not any(is_close(*pair) for pair in (("57.8", "60.1"), ("7", "8"), ("5.1", "five"), ("94.5%", "89.7%")))


def test_json_that_is_not_there_is_noticed() -> None:
    shown = {"a": [{"b": 57.8, "c": "sha256:1..."}], "d": 1}
    assert difference(shown, {"a": [{"b": 57.81, "c": "sha256:12"}, 2], "d": 1, "e": 3}) is None
    for result in (
        {"a": [], "d": 1},
        {"a": [{"b": 57.81, "c": "sha256:2"}], "d": 1},
        {"a": [{"b": 67.81, "c": "sha256:12"}], "d": 1},
        {"a": [{"b": 57.81, "c": "sha256:12"}], "d": 2},
        {"a": [{"b": 57.81, "c": "sha256:12"}], "d": True},
        {"a": [{"b": 57.81, "c": "sha256:12"}]},
    ):
        assert difference(shown, result) is not None


def test_every_tutorial_has_blocks_and_shows_outputs() -> None:
    for page in TUTORIALS.glob("*.md"):
        steps = steps_of(page.read_text(encoding="utf-8"))
        assert len(steps) >= 5, page.name
        assert sum(bool(step.shown) for step in steps) >= 4, page.name


@pytest.mark.parametrize(
    "message",
    [
        "passed the gate",
        "excluded",
        " promoted",
        "is the champion",
        "checks against the past, all kept",
        "of history, ",
        "Ctrl-C ends all",
        "all predictions: ",
        "has role late",
        "gives the target with R²",
    ],
)
def test_messages_of_the_tutorials_are_those_of_the_code(message: str) -> None:
    """Notice what the long test would: a message that has changed."""
    root = TUTORIALS.parents[1]
    code = (
        path.read_text(encoding="utf-8") for room in ("nonferrous", "drafting") for path in root.glob(f"{room}/**/*.py")
    )
    assert any(message in text for text in code)
    shown = [
        text for page in TUTORIALS.glob("*.md") for step in steps_of(page.read_text("utf-8")) for _, text in step.shown
    ]
    assert any(message in text for text in shown)
