"""Which tests each of several workers takes, and in what order: hooks of pytest that conftest.py takes up."""

import gc
import os
import re
from collections.abc import Generator

import pytest

# Their fixtures belong to one process each.
CUT = ("tests/test_every_plant.py", "tests/test_every_seed.py", "tests/test_full_plant.py")
# Half a minute to ten minutes each, and nothing to cut them by.
WHOLE = (
    "tests/test_tutorials.py",
    "tests/test_every_table.py",
    "tests/nonferrous/jobs/test_story.py",
    "benchmarks/tests/fuzz/test_everything.py",
)

MANY_OBJECTS = 50_000  # that are new, before any of them are looked at


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let every other worker read the files from the last one to the first.

    What one has compiled the other finds then: the asserts of a thousand files take half a minute to rewrite.
    """
    report = yield
    if isinstance(collector, pytest.Directory) and os.environ.get("PYTEST_XDIST_WORKER", "gw0")[-1] in "13579":
        report.result.reverse()
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let several workers begin with the files that take longest, so that none is left with one of them at the end."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    long = {item.path for item in items if item.get_closest_marker("long") or item.get_closest_marker("service")}
    first = {name: place for place, name in enumerate((*WHOLE, *reversed(CUT)))}
    items.sort(
        key=lambda item: (first.get(item.nodeid.partition("::")[0], len(first)), item.path not in long, item.path)
    )


def pytest_collection_finish() -> None:
    """Let the collector of garbage no more walk through libraries and tests, which are there to stay.

    They are millions of objects, and a test that collects garbage itself would spend a second on them. What tests load
    later is as many again: a collection for each 700 objects would take a twelfth of all their time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(MANY_OBJECTS, 10, 10)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each of several workers whole files, for the sake of their fixtures, in the order of collection.

    Files whose fixtures belong to one process are cut by the name of the process.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Files(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file, _, test = nodeid.partition("::")
            return f"{file} {re.split('[]-]', test.partition('[')[2])[0]}" if file in CUT else file

    config.option.loadscopereorder = False
    return Files(config, log)
