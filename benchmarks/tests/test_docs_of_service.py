"""The service's part of the page of benchmarks is what a command measured, and says what was missed."""

import json
from typing import Any

import pytest

from benchmarks.service.champions import PROCESSES
from benchmarks.service.page import NAMES, PAGE, PICTURE, RESULTS, filled, picture, targets

KEPT: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}


def rates(value: float) -> dict[str, float]:
    return {"per_second": value, "p50_ms": 2.0, "p99_ms": 7.0}


def ratios(value: float) -> dict[str, float]:
    return {"median": value, "low": value, "high": value}


@pytest.fixture
def results() -> dict[str, Any]:
    """Figures of all parts, made up: half of what is aimed at is missed."""
    others = {name: ratios(0.45) for name in NAMES if name != "ours"}
    servers = {name: rates(1000.0 * i) for i, name in enumerate(NAMES, 1)}
    by_count = {"servers": servers, "against": others, "p50_against": others}
    one = {
        "connections": dict.fromkeys(("1", "4", "16", "64"), by_count),
        "booster_predict_per_second": 20_000.0,
        "trees": 1234,
    }
    watched = {"memory_mib": 230.0, "live_p99_ms": 60.0, "seconds": 2.0, "live_max_ms": 61.0, "looks": 80, "rows": 9}
    bulk = {
        "per_second": dict.fromkeys(("arrow", "json", "same", "inside", "trees", "mlflow"), 26_000.0),
        "body_mib": {"arrow": 24.0, "json": 6.0},
        "arrow": watched,
        "json": watched,
        **{name: ratios(0.8) for name in ("arrow_of_same", "inside_of_trees", "arrow_of_mlflow", "json_of_mlflow")},
    }
    start = {name: {"seconds": 0.9, "rss": 140.0, "pss": 120.0} for name in ("ours", "mlflow", "mlserver")}
    return {
        "one": dict.fromkeys(PROCESSES, one),
        "bulk": dict.fromkeys(PROCESSES, bulk),
        "start": start,
        "parts": {"one": {"measured": "2026-11-26"}, "start": {"measured": "2026-11-27"}},
    }


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    if not KEPT:
        assert "<!-- service -->" not in text, "python -m benchmarks.service"
        return
    assert filled(text, KEPT) == text, "python -m benchmarks.service"
    assert PICTURE.read_text(encoding="utf-8") == picture(KEPT)


def test_every_aim_stands_beside_what_was_reached(results):
    rows = list(targets(results))
    assert len(rows) == 3 * 6 + 3 * 8 + 3
    missed = {(name, process) for name, process, _, reached in rows if "missed" in reached}
    assert ("one record, rate relative to the echo", "aluminium_reduction") in missed  # 0.45 of 1
    assert ("one record, rate relative to the echo", "aluminium_ingot") in missed  # 0.45 of 0.5
    assert ("one connection, p50 relative to the earlier revision", "aluminium_ingot") not in missed  # 0.45 of 1
    assert ("one record, p99 / p50", "aluminium_scrap") in missed  # 3.5 to 3
    assert ("in process, rate relative to `Booster.predict`", "aluminium_scrap") not in missed  # 0.8 of 0.6
    assert ("in process, lots per second", "aluminium_ingot") in missed  # 26,000 of 40,000
    assert ("memory for one arrow body [MiB]", "aluminium_scrap") not in missed  # 1.5 * 24 + 200 = 236
    assert ("memory for one json body [MiB]", "aluminium_scrap") in missed  # 1.5 * 6 + 200 = 209
    assert ("memory after start [MiB]", "all") in missed


def test_a_part_alone_is_shown_and_the_text_around_it_stays(results):
    del results["one"], results["bulk"]
    text = filled("# Benchmarks\n\n| a table |\n", results)
    assert text.startswith("# Benchmarks\n\n| a table |\n\n<!-- service -->\n")
    assert "one record on 2026-11-26, start on 2026-11-27." in text
    assert "| start with three champions [s], at most 0.8 | **0.9** |" in text
    again = filled(text + "<!-- more -->\n", results)
    assert again == text + "<!-- more -->\n"


def test_a_champion_without_trees_is_shown_without_what_serves_trees(results):
    one = json.loads(json.dumps(results["one"][PROCESSES[0]]))
    del one["booster_predict_per_second"]
    for figures in one["connections"].values():
        for part in figures.values():
            part.pop("mlserver", None)
    results["one"] = results["one"] | {PROCESSES[0]: one}
    bulk = json.loads(json.dumps(results["bulk"][PROCESSES[0]]))
    del bulk["per_second"]["trees"], bulk["inside_of_trees"]
    results["bulk"] = results["bulk"] | {PROCESSES[0]: bulk}
    rows = [row for row in targets(results) if row.process == PROCESSES[0]]
    assert len(rows) == 5 + 7
    assert "MLServer, one booster" in filled("", results)
    assert picture(results).count("<rect") == 1 + 3 * 4 - 1


def test_the_picture_has_a_bar_for_each_server_of_each_process(results):
    drawn = picture(results)
    assert drawn.count("<rect") == 1 + 3 * 4
    assert all(process in drawn for process in PROCESSES)
