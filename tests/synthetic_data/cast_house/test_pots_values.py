"""Metal of the pots and its samples, worked out again from the same random numbers."""

import numpy as np
import pytest

TRACES = ("ga", "v", "zn", "ni", "cu", "mg", "na")


def walked(state, normals, memory):
    """First-order walk, step by step."""
    retained, result = np.exp(-1.0 / memory), np.empty_like(normals)
    for t in range(normals.shape[-1]):
        state = retained * state + (1.0 - retained**2) ** 0.5 * normals[..., t]
        result[..., t] = state
    return result


def stirred(feed, exchange):
    """Contents of pools that begin in balance, step by step."""
    content, result = feed[..., 0], np.empty_like(feed)
    for t in range(feed.shape[-1]):
        content = (content + exchange * feed[..., t]) / (1.0 + exchange)
        result[..., t] = content
    return result


def late(values):
    """The series three casts earlier; before the first it stood still."""
    return np.concatenate([np.repeat(values[..., :1], 3, axis=-1), values[..., :-3]], axis=-1)


@pytest.fixture
def numbers(house, draws):
    value, first, then = house.plan.plant.value, draws["pots"], draws["pots.go"]
    states = [first.standard_normal((count, 3)) for count in (4, 2, 7)]
    offset = first.standard_normal((11, 3, 1))
    begins = then.random((3, 112)) < value("failures_a_year") * 0.5 / 365.25
    for _ in np.argwhere(begins):  # each failing pot draws its course
        then.random(6)
        then.standard_normal(2)
    slow = walked(states[0], then.standard_normal((4, 3, 112)), value("source_memory"))
    attack = walked(states[1], then.standard_normal((2, 3, 112)), value("attack_memory"))
    known, hidden = then.standard_normal((2, 4, 3, 112))
    quick = walked(states[2], then.standard_normal((7, 3, 112)), value("trace_memory"))
    errors = then.standard_normal((7, 3, 112))
    return {
        **{"slow": slow, "attack": attack, "quick": quick, "offset": offset},
        **{"known": known, "hidden": hidden, "errors": errors},
    }


def test_feed_and_pools_of_iron_and_silicon(house, numbers):
    p, brought, exchange = house.p, house.supply.brought, house.plan.plant.value("pool_exchange")
    drift = np.exp(p.source_sd * numbers["slow"] + p.furnace_sd * numbers["offset"][:4])
    attacked = p.attack_iron * np.maximum(numbers["attack"] - p.attack_above, 0.0)
    assert (attacked > 0.0).any()
    iron = [
        brought["fe"] + steel * drift[i] + attacked[i] for i, steel in ((0, p.steel_high_purity), (1, p.steel_ordinary))
    ]
    silicon = [brought["si"] + p.lining_high_purity * drift[2], brought["si"] + p.lining_ordinary * drift[3]]
    for name, feed in (("fe", np.stack(iron)), ("si", np.stack(silicon))):
        np.testing.assert_allclose(house.tapped.feed[name], feed, rtol=1e-9)
        np.testing.assert_allclose(house.tapped.pool[name], stirred(feed, exchange), rtol=1e-9)


def test_metal_of_the_pots_tapped(house, numbers):
    p = house.p
    for name, part in (("fe", slice(0, 2)), ("si", slice(2, 4))):
        spread = np.exp(p.tapped_sd * numbers["known"][part] + p.tapped_hidden_sd * numbers["hidden"][part])
        np.testing.assert_allclose(house.tapped.metal[name], house.tapped.pool[name] * spread, rtol=1e-9)


def test_traces(house, numbers):
    p, exchange = house.p, house.plan.plant.value("pool_exchange")
    typical = {name: house.supply.brought[name] for name in TRACES[:4]}
    typical |= {"cu": p.copper_usual, "mg": p.magnesium_usual, "na": p.sodium_usual}
    for i, name in enumerate(TRACES):
        drift = np.exp(p[f"walk_sd_{name}"] * numbers["quick"][i] + p[f"furnace_sd_{name}"] * numbers["offset"][4 + i])
        np.testing.assert_allclose(house.tapped.traces[name], stirred(typical[name], exchange) * drift, rtol=1e-9)


def test_samples_are_three_casts_old(house, numbers):
    p, tapped, e = house.p, house.tapped, numbers["errors"]
    known = np.exp(p.tapped_sd * numbers["known"])
    iron = late(tapped.pool["fe"]) * known[:2] * np.exp(p.sample_sd * e[0:2])
    silicon = late(tapped.pool["si"]) * known[2:] * np.exp(p.sample_sd * e[2:4])
    failing = tapped.failing
    expected = {
        "pot_iron_high_purity": iron[0],
        "pot_iron_ordinary": iron[1] + p.tap_share * failing.sampled_iron,
        "pot_silicon_high_purity": silicon[0],
        "pot_silicon_ordinary": silicon[1] + p.tap_share * failing.sampled_silicon,
        "pot_iron_worst": np.maximum(
            iron[1] * np.exp(p.worst_excess + p.worst_sd * e[6]), iron[1] + failing.sampled_iron
        ),
        "pot_gallium": late(tapped.traces["ga"]) * np.exp(p.sample_minor_sd * e[4]),
        "pot_vanadium": late(tapped.traces["v"]) * np.exp(p.sample_minor_sd * e[5]),
        "pots_apart": failing.apart,
    }
    assert set(tapped.samples) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(tapped.samples[name], values, rtol=1e-9, err_msg=name)
