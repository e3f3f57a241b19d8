"""Processor time of each test, that of its children included: hooks of pytest that conftest.py takes up."""

import os
from collections.abc import Generator, Iterable
from typing import Any

import pytest

BEGAN = pytest.StashKey[float]()
PROPERTY = "processor seconds"  # of a report, and of a test case in pytest's --junitxml
FEW = 100  # tests of a session that a person chose, who looks at them and not at their times
SHOWN = 10
MOST = 5.0  # of a test that every change waits for [s]


def spent() -> float:
    """Processor time of this process and of its children that have ended [s]."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse a long test that does not say what takes long."""
    for marker in item.iter_markers("long"):
        if len(marker.args) != 1 or not isinstance(marker.args[0], str):
            raise pytest.UsageError(f'{item.nodeid}: expected pytest.mark.long("what takes long")')


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note when a test begins, its fixtures included."""
    item.stash[BEGAN] = spent()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let the last report of a test carry its time, from a worker too."""
    report = yield
    if call.when == "teardown":
        report.user_properties.append((PROPERTY, round(spent() - item.stash[BEGAN], 3)))
    return report


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """End a run of many tests with the slowest; it fails nobody, since machines differ."""
    reports = [report for subset in terminalreporter.stats.values() for report in subset]
    timed = [(dict(report.user_properties)[PROPERTY], report) for report in reports if is_timed(report)]
    if len(timed) > FEW:
        terminalreporter.section("slowest tests, by processor time")
        for line in lines((seconds, report.nodeid, "long" in report.keywords) for seconds, report in timed):
            terminalreporter.write_line(line)


def is_timed(report: object) -> bool:
    """Tell the last report of a test from others, and from warnings."""
    return PROPERTY in dict(getattr(report, "user_properties", ()))


def lines(timed: Iterable[tuple[float, str, bool]]) -> list[str]:
    """Lines about tests, each given by its seconds, its name and whether it is marked long."""
    ordered = sorted(timed, reverse=True)
    above = [seconds for seconds, _, is_long in ordered if seconds > MOST and not is_long]
    shown = [
        f"{seconds:8.1f} s  {name}" + (": mark it long or make it smaller" if seconds > MOST and not is_long else "")
        for seconds, name, is_long in ordered[:SHOWN]
    ]
    total = sum(seconds for seconds, _, _ in ordered)
    return [
        *shown,
        f"{len(above)} tests not marked long take more than {MOST:g} s each, {sum(above):.0f} s together",
        f"{len(ordered)} tests take {total:.0f} s",
    ]
