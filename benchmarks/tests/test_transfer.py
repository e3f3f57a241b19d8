"""The tables of models on other plants hold what was measured, on the seeds as they are."""

import json

import pytest

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.transfer.__main__ import PROCESSES
from benchmarks.transfer.page import NAMES, RESULTS, lines
from seeds import load

STORED = json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", NAMES)
def test_the_page_holds_what_was_measured_and_nothing_else(kind: str) -> None:
    text = NAMES[kind].read_text(encoding="utf-8")
    assert filled(text, kind, lines(STORED, kind)) == text, "python -m benchmarks.transfer"


def test_plants_were_measured_on_the_seeds_as_they_are() -> None:
    assert set(STORED) <= set(PROCESSES)
    for process, figures in STORED.items():
        assert figures["seed_digest"] == seed_digest(load(process)), f"python -m benchmarks.transfer {process}"
