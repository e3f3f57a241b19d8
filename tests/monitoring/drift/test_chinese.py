"""The monitoring page in Chinese: whole, with the figures of that in English."""

import html
import re
from collections import Counter
from dataclasses import replace

import pytest

from monitoring.drift.check import watch
from monitoring.drift.page import page
from monitoring.drift.results import Chart, Cost, Figures, InputDrift, MonitoringResult, Sensor
from monitoring.drift.sensors import MISSING, OUTSIDE, STUCK
from monitoring.drift.summary import next_steps, reasons
from seeds import load

LETTERS = r"[A-Za-z]{2,}[ ,;:.]+[A-Za-z]{2,}"
NUMBERS = r"(?<![\w.])[+-]?\d[\d,]*\.\d+(?![\w.])"
UNITS = tuple(f"U-{i}" for i in range(10))


def figures(quantity, *names, **more):
    return tuple(Figures(quantity, name, 30, 1.25, 0.5, 0.875, 0.9, **more) for name in names)


def of_process(seed):
    """Result with all parts of a page, of a default process."""
    quantity = next(iter(seed.targets))
    inputs = tuple(
        InputDrift(name, i % 2 == 1, 40, 2.5, 1.25, 0.75, True, "2026-11-01", (0.0, 1.0, 2.0), (0.5, 0.5), (0.25, 0.75))
        for i, name in enumerate(seed.input_names[:22])
    )
    first = inputs[0].column
    seen = MonitoringResult(
        process=seed.process.name,
        version=3,
        digest="sha256:3",
        first_period="2026-10-01",
        last_period="2026-11-20",
        rows=1200,
        known=800,
        last_labelled_period="2026-11-10",
        window_days=30.0,
        history_windows=12.0,
        new_windows=2.0,
        drifted=True,
        reasons=(),
        next_steps=(),
        over_time=figures(quantity, "2026-10-01", "2026-11-01", expected=1.5, size=1.75),
        by_unit=figures(quantity, *UNITS[:2]),
        by_version=figures(quantity, "version 3", "version 4 in shadow", "answered to the same rows"),
        by_regime=figures(quantity, "before any", *(one.name for one in seed.plant.regimes)),
        versions=(("2026-10-01", "version 2"), ("2026-11-01", "version 3")),
        inputs=inputs,
        charts=tuple(
            Chart(quantity, kind, 2.5, 0.25, True, "2026-11-01", "2026-10-01", 1.5) for kind in ("bias", "size")
        ),
        sensors=(
            Sensor(first, MISSING, UNITS[:1], 12, None),
            Sensor(first, STUCK, UNITS, 12, None),
            Sensor(first, OUTSIDE, UNITS[:2], 12, 0.25),
        ),
        costs=(Cost("all", 30, 2.5, "$/t"), Cost("2026-10-01", 10, 1.5, "$/t"), Cost("2026-11-01", 20, 3.5, "$/t")),
        expected_error=1.4,
        came=1.2,
        limits="history holds 1.5 windows of 5 steps of 6 d, inputs have limits from 3 on; "
        "history holds too few errors for limits of theirs; "
        "at most 0.25 false alarms a month are aimed for (promised: fewer than 1)",
    )
    waiting = ["30 more batches wait: nonferrous records batches " + seed.process.name]
    return replace(seen, reasons=tuple(reasons(seen)), next_steps=tuple(next_steps(seen, waiting)))


def nodes(text):
    bare = re.sub(r"(?s)<style[^>]*>.*?</style>", "", text)
    return [html.unescape(node) for node in re.findall(r">([^<]+)<", bare)]


@pytest.mark.parametrize("process", ["aluminium_reduction", "copper_electrorefining", "aluminium_ingot"])
def test_the_page_of_a_process_in_chinese_has_no_english_but_names_and_commands(process):
    seed = load(process)
    text = page(of_process(seed), seed, "zh")
    assert text.startswith('<!doctype html><html lang="zh-Hans">')
    shown = [
        re.sub(r"nonferrous (?:retrain|records batches) \w+(?: --from-records)?", "", node) for node in nodes(text)
    ]
    assert not [node for node in shown if re.search(LETTERS, node)]
    words = {word for node in shown for word in re.findall(r"\b[a-z_]{3,}\b", node)}
    assert words <= {"ppm", "sha256", *seed.input_names}


@pytest.mark.parametrize("process", ["aluminium_reduction", "aluminium_ingot"])
def test_the_page_in_chinese_has_the_figures_of_that_in_english(process):
    seed = load(process)
    seen = of_process(seed)
    english, chinese = (Counter(re.findall(NUMBERS, " ".join(nodes(page(seen, seed, one))))) for one in ("en", "zh"))
    assert english == chinese


def test_the_basis_of_limits_and_a_quiet_plant_are_in_chinese(live, history, toy_seed):
    shown = nodes(page(watch(live(), history), toy_seed, "zh"))
    assert "无" in shown
    assert any(node.startswith("输入量的限值来自训练数据中的") for node in shown)
    own = {toy_seed.process.title, *(column.description for column in toy_seed.columns)}
    shown = [node for node in shown if not any(text in node for text in own)]
    assert not [node for node in shown if re.search(LETTERS, node)]
