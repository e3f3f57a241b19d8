"""Every fact of every plant is read by its simulator and by its models: a fifth more moves what both say."""

import re
from pathlib import Path

import numpy as np
import pytest

from models.processes.direct_current_energy import CellPhysics
from models.processes.lookup import energy_of, kind_of, needed_physics_of, response_of, schedule_of
from seeds import Seed, load_all
from seeds.format.loader import parse
from synthetic_data import replay
from tests.models.processes.rows import evaluated, typical

SEEDS = load_all()
FACTS = [(name, fact) for name, seed in SEEDS.items() for fact in kind_of(seed).equipment_type.facts()]
TERMS = [(name, term) for name, seed in SEEDS.items() for term in kind_of(seed).TERMS]
# Facts that one side alone reads, with the reason.
NOT_SIMULATED = {
    ("alumina_refining", "steam_heat"): "boilers are no part of the simulated line: its steam is counted in tonnes",
}
LINE = {
    **{"usual_superheat": 9.0, "superheat_trust": 0.5, "superheat_doubt": 0.85, "limit_doubt": 0.9},
    **{"shorts_doubt": 0.2, "efficiency_doubt": 0.5, "nodules_doubt": 0.2, "skew": 1.8, "yield_doubt": 0.1},
}
MOVE = 0.3


def changed(name: str, fact: str, section: str) -> Seed:
    """The seed with a fifth more of a fact, a whole number where it is counted."""
    seed = SEEDS[name]
    stated = getattr(seed, section)[fact]
    kind = kind_of(seed)
    known = (kind.equipment_type.facts() | dict(kind.TERMS))[fact]
    value = stated.value * (1.2 if 1.2 * stated.value <= known.high else 0.8)
    value = float(np.ceil(value)) if stated.unit == "count" else value
    start = seed.text.index(f"[{section}]\n")
    text, count = re.subn(
        rf"^({fact} = \{{ value = )[0-9.e-]+", rf"\g<1>{value!r}", seed.text[start:], count=1, flags=re.MULTILINE
    )
    assert count == 1
    return parse(seed.text[:start] + text, Path(f"{name}.toml"))


def simulated(seed: Seed):
    size = {"units": 4} if seed.lots else {"units": 3, "years": 0.3}
    plant = replay(seed, **size)
    return plant.table, plant.truth


def modelled(seed: Seed) -> dict[str, np.ndarray]:
    """What physics, response, energy and schedule of a seed's plant say of rows about its usual ones."""
    physics, prices = needed_physics_of(seed), {name: one.value for name, one in seed.economics.items()}
    rows = typical(seed, 60, 0.3 if seed.lots else 2.0)
    others = [column for column in seed.columns if column.is_number and column.name not in rows]
    rows |= {column.name: np.full(60, column.typical_value) for column in others}
    result = evaluated(seed, physics, rows)
    if physics.gives("money"):
        result["money"] = physics.money(rows, prices)
    energy, response, schedule = energy_of(seed), response_of(seed), schedule_of(seed)
    if energy is not None:
        target = np.full(60, seed.column(energy.TARGET).typical_value)
        given = (rows, target, prices)[: 2 if isinstance(energy, CellPhysics) else 3]
        result |= {f"energy {name}": one for name, one in energy.uses(*given).items()}
    if response is not None:
        result |= responded(seed, response, rows, prices)
    if schedule is not None:
        line = schedule.line(rows, rows, seed, 24, 1.0)
        currents = line.usual * np.linspace(0.9, 1.1, 5)
        result |= {"schedule volts": line.voltage(currents), "schedule efficiency": line.efficiency(currents)}
    return result


def responded(seed: Seed, response, rows, prices) -> dict[str, np.ndarray]:
    hidden = response.hidden(rows)
    state = response.state(hidden, rows, rows, LINE)
    constants = {one.name: one.value for one in (*response.CONSTANTS, *response.SHARED_CONSTANTS)}
    setpoints = (*response.SETPOINTS, *response.SHARED)
    moves = {setpoint: np.array(MOVE * seed.column(setpoint).step) for setpoint in setpoints}
    outcomes = response.respond(state, moves, LINE | constants)
    result = {f"hidden {name}": one for name, one in hidden.items()}
    result |= {f"after {name}": one for name, one in outcomes.items()}
    by_unit = {name: values.reshape(6, 10) for name, values in rows.items()}
    result |= {f"measured {name}": one for name, one in response.measured(by_unit).items()}
    return result | {"power": response.power(outcomes), "money after": response.money(outcomes, prices)}


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return bool(np.array_equal(np.asarray(one), np.asarray(other), equal_nan=True))


@pytest.mark.parametrize(
    ("name", "fact", "section"),
    [(*one, "equipment") for one in FACTS] + [(*one, "economics") for one in TERMS],
)
def test_a_fifth_more_of_a_fact_moves_rows_and_models_alike(name, fact, section):
    own, other = SEEDS[name], changed(name, fact, section)
    with np.errstate(all="ignore"):
        before, after = modelled(own), modelled(other)
    assert [key for key in before if not same(before[key], after[key])], "no model reads it"
    if (name, fact) in NOT_SIMULATED:
        return
    assert not all(one.equals(two) for one, two in zip(simulated(own), simulated(other), strict=True)), "no row moves"


def test_reasons_are_of_facts_that_there_are():
    assert set(NOT_SIMULATED) <= {*FACTS, *TERMS}
