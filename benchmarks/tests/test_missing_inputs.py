"""Patterns of missing inputs of the benchmark, and the table of its figures."""

import json

import numpy as np

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.missing_inputs.__main__ import PLANTS, PROCESSES
from benchmarks.missing_inputs.page import NAME, PAGE, RESULTS, lines
from benchmarks.missing_inputs.plants import REQUEST, patterns
from seeds import load

STORED = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(STORED)) == text, "python -m benchmarks.missing_inputs"


def test_plants_were_measured_on_the_seeds_as_they_are() -> None:
    assert set(STORED["plants"]) == set(STORED["seed_digests"]) <= set(PROCESSES)
    for process, digest in STORED["seed_digests"].items():
        assert digest == seed_digest(load(process)), f"python -m benchmarks.missing_inputs {process}"
        assert set(STORED["plants"][process]) <= set(map(str, PLANTS))


def test_each_pattern_blanks_what_its_name_says() -> None:
    seed = load("aluminium_reduction")
    names = np.array(seed.input_names)
    masks = dict(patterns(seed, 50))
    assert not masks["all inputs"].any()
    assert masks["key and time alone"].all()
    assert set(names[~masks["request of README"]]) == set(REQUEST["aluminium_reduction"])
    history = {column.name for column in seed.inputs if column.lent_by is not None}
    assert set(names[masks["no history"]]) == history
    assert set(names[masks["no bath_temperature"]]) == {"bath_temperature", "previous_bath_temperature"}
    assert masks["30 % at random"].shape == (50, len(names))


def test_a_row_has_the_worst_pattern_of_a_group_and_marks_missed_aims() -> None:
    """Coverage of 87 % misses 88 %, a plant with 84 % misses 85 %, 1.2 times the width of an own model misses 1.1."""
    whole = {"coverage": 0.9, "width": 2.0}
    one = {
        "all inputs": whole,
        "no history": {"coverage": 0.9, "width": 3.0, "width_to_own": 1.2},
        "no x": {"coverage": 0.9, "width": 2.2},
        "no y": {"coverage": 0.84, "width": 2.4},
    }
    other = {**one, "no y": {"coverage": 0.9, "width": 2.4}}
    *_, history, single, _ = lines({"measured": "2026-12-01", "plants": {"p": {"811": one, "812": other}}})
    assert [cell.strip() for cell in history.strip("|").split("|")] == [
        *("p", "no history", "2", "90.0%", "90.0%", "1.50", "**1.20**", "", "")
    ]
    assert [cell.strip() for cell in single.strip("|").split("|")][3:6] == ["**87.0% to 90.0%**", "**84.0%**", "1.20"]
