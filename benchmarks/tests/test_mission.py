"""The table of all processes is made from the seeds and from the measured figures."""

import json

import pytest

from benchmarks.aims.mission import NAME, PAGE, RESULTS, lines, shares_of_oracle
from benchmarks.aims.page import filled
from seeds import names

TABLE = lines()


def test_page_shows_the_table_as_it_is_now():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, TABLE) == text, "write it again: python -m benchmarks.aims.mission"


def test_every_process_has_a_line_and_each_names_its_page():
    named = [line.split("]")[0].removeprefix("| [") for line in TABLE[2:]]
    assert sorted(named) == sorted(names())
    assert all((PAGE.parent / f"{name}.md").is_file() for name in named)


@pytest.mark.parametrize("process", names())
def test_line_says_which_candidate_is_registered(process):
    (line,) = (line for line in TABLE if line.startswith(f"| [{process}]"))
    registered = json.loads((RESULTS / f"{process}.json").read_text(encoding="utf-8"))["registered"]
    assert f"({registered})" in line


def test_share_is_the_gain_of_recommendations_over_that_of_the_oracle():
    policies = {"ours": {"gain": 3.0}, "oracle": {"gain": 4.0}}
    parts = {
        "one": {"process": "cells", "arms": policies},
        "other": {"process": "pots", "arms": {"ours": {"gain": 1.0}}},
    }
    assert shares_of_oracle(parts) == {"cells": 0.75}
