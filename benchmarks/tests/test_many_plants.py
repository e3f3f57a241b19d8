"""Figures of many plants: the page states the results, and aims that are missed are in bold."""

import copy
import json
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.many_plants.lines import _renamed
from benchmarks.many_plants.page import NAME, PAGE, RESULTS, lines
from seeds import load
from seeds.format.loader import parse

RESULT: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_page_holds_the_results() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(RESULT)) == text, "python -m benchmarks.many_plants"


def test_an_aim_that_is_missed_is_in_bold() -> None:
    assert not any("**" in line for line in lines(RESULT))
    slow = copy.deepcopy(RESULT)
    slow["cases"]["few"]["memory_mib"] = 2000.0
    (line,) = [one for one in lines(slow) if "**" in one]
    assert line.startswith("| memory [MiB]")


def test_a_line_is_of_the_type_of_its_process() -> None:
    process = "aluminium_reduction"
    seed = parse(_renamed(load(process).text, process, "line_3"), PAGE.with_name("line_3.toml"))
    assert (seed.process.name, seed.process_type) == ("line_3", process)
