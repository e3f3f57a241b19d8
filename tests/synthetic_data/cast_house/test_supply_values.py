"""Weather, raw materials and what they bring, worked out again from the same random numbers."""

import numpy as np
import pytest

from synthetic_data.cast_house.supply import CastHouseSupplier

ALUMINA, ANODE = ("fe2o3", "sio2", "ga", "v2o5", "zno"), ("fe", "si", "v", "ni")


@pytest.fixture
def stretches(house):
    supplier = CastHouseSupplier(house.plan)
    return [supplier.advance() for _ in range(-112, house.plan.periods, 112)]


@pytest.fixture
def stream(house):
    return house.plan.plant_stream()


ALIKE = {"v": "anode_coke_alike", "ni": "anode_coke_alike", "fe": "anode_dirt_alike", "si": "anode_dirt_alike"}


def lots(p, rng, kind, names, length):
    """Contents and assays of the lots of one stretch of 112 casts, (names, casts) each.

    Alumina has one factor in common, anodes one of dirt (iron, silicon) and one of coke (vanadium, nickel).
    """
    count = 112 // length
    content, assay, before = [], [], None
    for name in names:
        part = ALIKE.get(name, "alumina_alike")
        if part != before:
            shared, before = rng.standard_normal(count), part
        own, error = rng.standard_normal((2, count))
        mean, sd, alike = p[f"{kind}_{name}"][0], p[f"{kind}_{name}_sd"][0], p[part][0]
        value = mean * np.exp(sd * (alike**0.5 * shared + (1.0 - alike) ** 0.5 * own) - 0.5 * sd**2)
        content.append(np.repeat(value, length))
        assay.append(np.repeat(value + value * p[f"{kind}_assay_sd"][0] * error, length))
    return content, assay


def stirred(feed, time):
    """Content behind a stirred store that exchanges 1/time each cast and begins in balance."""
    content, result = feed[0], []
    for one in feed:
        content = (content + one / time) / (1.0 + 1.0 / time)
        result.append(content)
    return np.array(result)


def returned(fed, share, again, time):
    """Content brought where the fume of `1 - share` comes back by `again` of it, lagged by a time of casts."""
    lag, held = np.exp(-1.0 / time), None
    result = []
    for one in fed:
        if held is None:
            held = again * (1.0 - share) * one / (1.0 - again * (1.0 - share))
        bath = one + held
        result.append(share * bath)
        held = lag * held + (1.0 - lag) * again * (1.0 - share) * bath
    return np.array(result)


def test_stretches_cover_the_run_after_a_warm_up(house, stretches):
    periods = house.plan.periods
    assert [one.first for one in stretches] == [-112, *range(0, periods, 112)]
    assert sum(one.count for one in stretches) == 112 + periods
    for one in stretches:
        np.testing.assert_allclose(one.day, 0.5 * np.arange(one.first, one.first + one.count), rtol=1e-12)


def test_weather_of_the_first_stretch(house, stretches, stream):
    p, supply = house.p, stretches[0]
    state = stream.standard_normal(2)
    retained = np.exp(-1.0 / house.plan.plant.value("weather_memory"))
    walks = np.empty((2, 112))
    for t, shock in enumerate(stream.standard_normal((2, 112)).T):
        state = retained * state + (1.0 - retained**2) ** 0.5 * shock
        walks[:, t] = state
    day_of_year = house.plan.start.timetuple().tm_yday - 1 + supply.day
    season = np.cos(2.0 * np.pi / 365.25 * (day_of_year - p.warmest_day))
    noon = np.where(supply.day % 1.0 == 0.5, -1.0, 1.0)
    air = p.air_mean + p.air_swing * season - p.air_day_swing * noon + p.air_sd * walks[0]
    np.testing.assert_allclose(supply.air_temperature, air, rtol=1e-9)
    humidity = p.humidity_mean + p.humidity_swing * season + p.humidity_day_swing * noon + p.humidity_sd * walks[1]
    np.testing.assert_allclose(supply.humidity, np.clip(humidity, 15.0, 99.0), rtol=1e-9)


def test_lots_assays_and_what_they_bring(house, stretches, stream):
    p, supply = house.p, stretches[0]
    stream.standard_normal(2)
    stream.standard_normal((2, 112))
    alumina, alumina_assay = lots(p, stream, "alumina", ALUMINA, 28)
    anode, anode_assay = lots(p, stream, "anode", ANODE, 14)
    for kind, names, values in (("alumina", ALUMINA, alumina_assay), ("anode", ANODE, anode_assay)):
        for name, assay in zip(names, values, strict=True):
            np.testing.assert_allclose(supply.assays[f"{kind}_{name}"], assay, rtol=1e-9)
    value = house.plan.plant.value
    fed = {name: stirred(one, value("silo_time")) for name, one in zip(ALUMINA, alumina, strict=True)}
    burnt = {name: stirred(one, value("anode_time")) for name, one in zip(ANODE, anode, strict=True)}
    oxygen = 15.999
    minor = {
        "ga": fed["ga"] * 1.93,
        "v": 1e4 * fed["v2o5"] * 2 * 50.942 / (2 * 50.942 + 5 * oxygen) * 1.93 + burnt["v"] * 0.41,
        "zn": 1e4 * fed["zno"] * 65.38 / (65.38 + oxygen) * 1.93,
        "ni": burnt["ni"] * 0.41,
    }
    expected = {
        "fe": 1e4 * fed["fe2o3"] * 2 * 55.845 / (2 * 55.845 + 3 * oxygen) * 1.93 + burnt["fe"] * 0.41,
        "si": 1e4 * fed["sio2"] * 28.085 / (28.085 + 2 * oxygen) * 1.93 + burnt["si"] * 0.41,
    }
    for name, one in minor.items():
        expected[name] = returned(one, value(f"metal_share_{name}"), value("scrubber_return"), value("loop_time"))
    for name, content in expected.items():
        np.testing.assert_allclose(supply.brought[name], content, rtol=1e-9, err_msg=name)


def test_stores_carry_on_into_the_next_stretch(stretches):
    # A store of a silo's size cannot jump where two stretches meet.
    for name in ("fe", "ga", "ni"):
        before, after = stretches[0].brought[name], stretches[1].brought[name]
        inside = np.abs(np.diff(np.concatenate([before, after]))).max()
        assert abs(after[0] - before[-1]) <= inside
        assert abs(after[0] / before[-1] - 1.0) < 0.05
