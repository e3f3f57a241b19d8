"""Distance from targets: energy by Faraday's law against norms, contents against the intended grade."""

import json
import math
import re

import pytest

from dashboard.links import ProcessStatus, RecordedRows
from dashboard.rendering import environment
from dashboard.state.process import ProcessState
from dashboard.views.figures import means
from dashboard.views.targets import TargetDistance, targets
from records.recent import RecentExchange
from seeds import ContentLimit, EnergyGrade, Seed, load

NORM = "gb_liquid_alternating"
POT = {"line_current": 300.0, "cell_voltage": 4.0, "ae_frequency": 0.0, "ae_duration": 0.0}


def state_of(seed: Seed, rows, predictions) -> ProcessState:
    """State of a process with one period of units 0, 1, ...: inputs by name, and values of the quantities."""

    def read(seed: Seed, exchange: RecentExchange) -> RecordedRows:
        cells = [(f"U{i}", "2026-01-01", *(row.get(name) for name in seed.input_names)) for i, row in enumerate(rows)]
        answers = [
            json.dumps({name: {"value": one, "low": one - 0.5, "high": one + 0.5} for name, one in values.items()})
            for values in predictions
        ]
        return RecordedRows(cells, [one.encode() for one in answers], [(cell[0], cell[1]) for cell in cells])

    state = ProcessState(seed, read)
    fields = {"client": "a", "version": 1, "digest": "", "kind": "application/json"}
    bodies = {"request_body": b"", "response_prefix": b"", "response_body": b""}
    name = seed.process.name
    state.add(RecentExchange(number=1, id="1", at=1, process=name, operation="predictions", **fields, **bodies))
    return state


def distances(seed: Seed, rows, predictions) -> list[TargetDistance]:
    state = state_of(seed, rows, predictions)
    return targets(state, means(ProcessStatus(seed, "serving"), state))


def energy(seed: Seed, *pots) -> TargetDistance:
    """Distance from one norm: of each pot its current efficiency [%] and cell voltage [V]."""
    rows = [POT | {"cell_voltage": voltage} for _, voltage in pots]
    all_of_them = distances(seed, rows, [{"current_efficiency": one} for one, _ in pots])
    return next(one for one in all_of_them if one.source.name == NORM)


@pytest.fixture(scope="module")
def potline() -> Seed:
    return load("aluminium_reduction")


def limited(seed: Seed, most: float) -> Seed:
    """The seed with one norm of grades 1 and 2, the last of them up to a limit [kWh/t]."""
    norm = next(one for one in seed.norms if one.name == NORM)
    grades = [EnergyGrade(name="1", at_most=most - 500), EnergyGrade(name="2", at_most=most)]
    return seed.model_copy(update={"norms": [norm.model_copy(update={"grades": grades})]})


def by_faraday(efficiency: float, voltage: float) -> float:
    """Alternating current of a tonne of aluminium with bus bars of 130 kWh/t, by a rectifier of 98 % [kWh/t]."""
    ampere_hours = 3 * 96485.33 / 26.98154 * 1e6 / 3600
    return voltage * ampere_hours / (efficiency / 100) / 0.98 / 1000 + 130


@pytest.mark.parametrize(("efficiency", "voltage"), [(95.0, 3.9), (92.0, 4.2)])
def test_the_energy_of_a_norm_follows_from_the_predicted_efficiency_and_the_voltage(potline, efficiency, voltage):
    one = energy(potline, (efficiency, voltage))
    assert one.value == pytest.approx(by_faraday(efficiency, voltage), rel=1e-4)
    assert (one.low, one.high) == pytest.approx(
        (by_faraday(efficiency + 0.5, voltage), by_faraday(efficiency - 0.5, voltage)), rel=1e-4
    )
    assert one.unit == "kWh/t"
    assert one.distance == pytest.approx(one.value - 13350)  # its last grade


def test_the_mean_of_the_units_with_all_readings_counts(potline):
    one = energy(potline, (95.0, 3.9), (92.0, 4.2), (93.0, None))
    assert one.value == pytest.approx((by_faraday(95.0, 3.9) + by_faraday(92.0, 4.2)) / 2, rel=1e-4)


def test_a_limit_itself_is_kept_and_its_grade_reached(potline):
    value = energy(potline, (94.0, 4.0)).value
    within, beyond = (energy(limited(potline, most), (94.0, 4.0)) for most in (value, value - 1e-6))
    assert (within.state, within.grade) == ("within", "2")
    assert (beyond.state, beyond.grade) == ("above", "")
    assert energy(limited(potline, value + 500), (94.0, 4.0)).grade == "1"


def test_without_any_reading_the_energy_is_unknown(potline):
    one = energy(potline, (94.0, None))
    assert one.state == "unknown"
    assert math.isnan(one.value)


def test_of_a_grades_limits_the_one_that_the_mean_is_nearest_to_is_shown(toy_quality_seed):
    """Prime: at most 6 of p, 5 of q, 9 of both together."""
    shown = {
        (5.9, 1.0): (["p"], "within"),
        (5.0, 3.9): (["p", "q"], "within"),
        (5.0, 4.5): (["p", "q"], "above"),
        (1.0, 7.0): (["q"], "above"),
    }
    for (p, q), (names, state) in shown.items():
        # Two units, which have these means.
        (one,) = distances(toy_quality_seed, [{}, {}], [{"p": p - 0.5, "q": q}, {"p": p + 0.5, "q": q}])
        assert (list(one.names), one.state, one.source.title) == (names, state, "Prime")
        assert one.value == pytest.approx(sum({"p": p, "q": q}[name] for name in names))


@pytest.mark.parametrize(
    ("title", "language", "shown"),
    [("两项之和", "zh", "两项之和"), ("两项之和", "en", "P + Q"), (None, "zh", "P + Q")],
    ids=["titled", "in_english", "without_a_title"],
)
def test_the_limit_of_a_sum_is_shown_by_its_title_in_chinese(toy_quality_seed, title, language, shown):
    prime, *others = toy_quality_seed.grades
    (total,) = prime.sums
    prime = prime.model_copy(update={"sums": [total.model_copy(update={"title_zh": title})]})
    seed = toy_quality_seed.model_copy(update={"grades": [prime, *others]})
    (one,) = distances(seed, [{}], [{"p": 5.0, "q": 4.5}])
    template = environment(language).from_string(
        '{% import "parts.html" as parts with context %}{{ parts.target(one) }}'
    )
    assert f"Prime</span>: {shown}" in re.sub(r"(: )<span[^>]*>", r"\1", template.render(one=one))


def test_a_content_below_a_least_one_is_beyond(toy_quality_seed):
    prime, *others = toy_quality_seed.grades
    least = ContentLimit(value=None, least=3, unit="ppm", verification="assumed", source="law")
    prime = prime.model_copy(update={"limits": {"p": least}, "sums": []})
    seed = toy_quality_seed.model_copy(update={"grades": [prime, *others]})
    both = [distances(seed, [{}], [{"p": p, "q": 1.0}])[0] for p in (3.0, 2.9)]
    assert [one.state for one in both] == ["within", "below"]
    assert both[1].distance == pytest.approx(-0.1)


def test_a_seed_without_targets_and_a_process_without_rows_have_none(toy_seed, potline):
    assert distances(toy_seed, [{"z": 4.0}], [{"y": 92.0}]) == []
    assert distances(potline, [], []) == []
