"""The table of replays holds what was measured on the seeds that are there."""

import json

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.replay.page import NAME, PAGE, REAL, REAL_RESULTS, RESULTS, lines, real_lines
from nonferrous.replay.command import WAYS
from seeds import load

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.replay"


def test_every_way_was_played_on_the_seed_as_it_is():
    for process, one in KEPT["processes"].items():
        assert one["seed_digest"] == seed_digest(load(process)), process
        assert tuple(way["way"] for way in one["ways"]) == WAYS
        assert len({way["steps"] for way in one["ways"]}) == 1


def test_the_plants_own_table_was_gone_through_with_the_seed_as_it_is():
    found, text = json.loads(REAL_RESULTS.read_text(encoding="utf-8")), PAGE.read_text(encoding="utf-8")
    assert filled(text, REAL, real_lines(found)) == text, "python -m benchmarks.replay.real"
    assert found["seed_digests"] == {name: seed_digest(load(name)) for name in found["seed_digests"]}
