"""Draw the default plant of a process as one of its type, and write it into its seed.

    python -m benchmarks.sample_plant PROCESS TEST...

Every parameter with a `spread` is drawn once about its mean over plants. Parameters are drawn section by section; a
comment in [plant.parameters] is the heading of a section. Those that are not yet drawn have the values of the seed. A
section is drawn again if a test fails with it: the tests compare statistics of the plant with their published bands.
A parameter that a regime changes keeps its mean, on which the regime's own value rests, unless models have a nominal
constant for it. Draws depend on the names of process and parameter alone: a further parameter leaves the others
unchanged.
"""

from __future__ import annotations

import argparse
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import pytest

from benchmarks.nominal import listed, nominal
from seeds import Parameter, folder, load

DIGITS = 3  # significant ones of a drawn value
MOST = 200  # draws of a section
_STREAM = 4  # apart from those of simulated plants
_HEADING = re.compile(r"# (.+)")
_VALUE = re.compile(r"^(\w+) = \{ value = [^,]+,(?: typical = [^,]+,)?")


def drawn(process: str, name: str, one: Parameter, attempt: int) -> float:
    """Value of a parameter of the default plant, drawn log-normally about its mean over plants.

    Parameters
    ----------
    process, name : str
        Of the seed and of the parameter: together with `attempt` they determine the value.
    one : Parameter
        With a `spread`.
    attempt : int
        From 0.

    Returns
    -------
    float
        With three significant digits, or as many as it takes to differ from the mean.
    """
    assert one.spread is not None
    key = (_STREAM, zlib.crc32(f"{process}.{name}".encode()), attempt)
    log_sd = float(np.sqrt(np.log1p(one.spread**2)))
    normal = float(np.random.default_rng(np.random.SeedSequence(key)).standard_normal())
    value = one.mean * float(np.exp(log_sd * normal - 0.5 * log_sd**2))
    rounded = (float(f"{value:.{digits}g}") for digits in range(DIGITS, 17))
    return next((result for result in rounded if result != one.mean), value)


def sections(text: str, names: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield headings of [plant.parameters] with those of their parameters that `names` holds, if any."""
    heading, own = "", list[str]()
    for line in text.partition("[plant.parameters]\n")[2].partition("\n[")[0].splitlines():
        if result := _HEADING.match(line):
            if own:
                yield heading, own
            heading, own = result[1], []
        elif (name := line.partition(" = ")[0]) in names:
            own.append(name)
    if own:
        yield heading, own


def with_values(text: str, values: dict[str, float], means: dict[str, float]) -> str:
    """Text of a seed in which parameters have other values, each with its mean over plants as `typical`."""
    before, start, after = text.partition("[plant.parameters]\n")
    own, end, remaining = after.partition("\n[")
    return before + start + "\n".join(_line(line, values, means) for line in own.split("\n")) + end + remaining


def sample(process: str, tests: list[str]) -> None:
    """Draw all sections of a process and write its seed.

    Parameters
    ----------
    process : str
        Name of the seed.
    tests : list[str]
        Arguments of pytest: a section is drawn again where they fail.

    Raises
    ------
    SystemExit
        A section of which no draw passes.
    """
    plant, path = load(process).plant, folder() / f"{process}.toml"
    assert plant is not None
    own = {pair.parameter for pair in nominal(process)} if process in listed() else set()
    changed = {name for regime in plant.regimes for name in regime.change} - own
    free = {
        name: one
        for name, one in plant.parameters.items()
        if one.spread is not None and one.value != 0 and name not in changed
    }
    means = {name: one.mean for name, one in free.items()}
    text = path.read_text(encoding="utf-8")
    for heading, names in list(sections(text, frozenset(free))):
        for attempt in range(MOST):
            values = {name: drawn(process, name, free[name], attempt) for name in names}
            tried = with_values(text, values, means)
            path.write_text(tried, encoding="utf-8")
            if _passes(tests):
                print(f"{heading}: {len(names)} parameters, draw {attempt + 1}", flush=True)
                text = tried
                break
        else:
            raise SystemExit(
                f"{process}: {heading}: no plant in {MOST} draws keeps the bands: expected a smaller spread"
            )


def _line(line: str, values: dict[str, float], means: dict[str, float]) -> str:
    result = _VALUE.match(line)
    if result is None or (name := result[1]) not in values:
        return line
    return f"{name} = {{ value = {values[name]:.12g}, typical = {means[name]:.12g},{line[result.end() :]}"


def _passes(tests: list[str]) -> bool:
    with open(os.devnull, "w", encoding="utf-8") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        return pytest.main(["-q", "-x", "-n0", *tests]) == pytest.ExitCode.OK


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sample_plant", description=__doc__.split("\n")[0])
    parser.add_argument("process")
    parser.add_argument("tests", nargs="+", metavar="TEST", help="files or tests of pytest that the plant must pass")
    given = parser.parse_args()
    sample(given.process, given.tests)
