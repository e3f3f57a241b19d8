"""Quality of values: status before value, age by source time, duplicates."""

import datetime as dt

import pytest

from gateway.live_values import LiveValues, live_value
from gateway.readings import NOT_A_NUMBER, Reading, reading_of
from gateway.tag_map import TagMap, units_of
from seeds import Seed

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def tags(toy_seed: Seed) -> TagMap:
    return TagMap(toy_seed, ("A", "B"))


def tag(name: str, unit: str = "A") -> str:
    return f"nsu=urn:nonferrous:plant;s={unit}.{name}"


def z_of(values: LiveValues, now: dt.datetime = NOW):
    (mapped,) = values.tags.by_text[tag("z")]
    return live_value(values.tags, mapped, values.latest(mapped.text), now)


def test_a_bad_value_has_no_number_whatever_it_carries() -> None:
    reading = reading_of("t", 10.3, "bad", NOW, is_number=True, reason="BadSensorFailure")
    assert (reading.value, reading.quality, reading.reason) == (None, "bad", "BadSensorFailure")


@pytest.mark.parametrize("value", [None, "12.5", float("nan"), float("inf"), [1.0], 10**400, b"1"])
def test_no_number_is_made_of_anything_else(value: object) -> None:
    reading = reading_of("t", value, "good", NOW, is_number=True)
    assert (reading.value, reading.quality) == (None, "bad")
    assert reading.reason == ("no value" if value is None else NOT_A_NUMBER)


@pytest.mark.parametrize(("value", "number"), [(True, 1.0), (3, 3.0), (-2.5, -2.5)])
def test_numbers_of_all_types_are_numbers(value: object, number: float) -> None:
    assert reading_of("t", value, "good", NOW, is_number=True).value == number


def test_uncertain_keeps_its_value(tags: TagMap) -> None:
    values = LiveValues(tags)
    values.take(Reading(tag("z"), 4.0, "uncertain", NOW, "UncertainLastUsableValue"))
    assert (z_of(values).value, z_of(values).quality) == (4.0, "uncertain")


def test_three_intervals_are_the_age_of_a_value(tags: TagMap) -> None:
    values = LiveValues(tags)
    values.take(Reading(tag("z"), 4.0, "good", NOW))
    assert z_of(values, NOW + 3 * SECOND).value == 4.0
    stale = z_of(values, NOW + 3 * SECOND + dt.timedelta(microseconds=1))
    assert (stale.value, stale.quality) == (None, "stale")


def test_a_value_that_is_renewed_rarely_is_fresh_for_longer(toy_seed: Seed) -> None:
    from seeds.format.quantity import PeriodLength

    columns = [
        one.model_copy(update={"refresh": PeriodLength(value=8.0, unit="h")}) if one.name == "z" else one
        for one in toy_seed.columns
    ]
    values = LiveValues(TagMap(toy_seed.model_copy(update={"columns": columns}), ("A",)))
    values.take(Reading(tag("z"), 4.0, "good", NOW))
    assert z_of(values, NOW + dt.timedelta(hours=24)).quality == "good"
    assert z_of(values, NOW + dt.timedelta(hours=25)).quality == "stale"


def test_a_tag_without_reading_has_no_value(tags: TagMap) -> None:
    assert z_of(LiveValues(tags)).value is None


def test_a_repeated_or_late_reading_does_not_count(tags: TagMap) -> None:
    values = LiveValues(tags)
    assert values.take(Reading(tag("z"), 4.0, "good", NOW))
    assert not values.take(Reading(tag("z"), 4.0, "good", NOW))
    assert not values.take(Reading(tag("z"), 3.0, "good", NOW - SECOND))
    assert not values.take(Reading(tag("unheard"), 3.0, "good", NOW))
    assert values.take(Reading(tag("z"), 5.0, "good", NOW + SECOND))
    assert values.counts == {"changes": 2, "duplicates": 1, "late": 1}
    assert z_of(values, NOW + SECOND).value == 5.0


def test_a_reading_that_waited_counts_and_replaces_no_newer_one(tags: TagMap) -> None:
    values = LiveValues(tags)
    values.take(Reading(tag("z"), 4.0, "good", NOW))
    waited = Reading(tag("z"), 3.0, "good", NOW - SECOND, is_historical=True)
    assert values.take(waited)
    assert not values.take(Reading(tag("z"), 4.0, "good", NOW, is_historical=True))
    assert values.counts == {"changes": 1, "historical": 1, "duplicates": 1}
    assert z_of(values, NOW).value == 4.0


def test_values_that_are_not_good_are_listed_with_their_reason(tags: TagMap) -> None:
    values = LiveValues(tags)
    for unit, at in (("A", NOW), ("B", NOW + 4 * SECOND)):
        for name in ("period_start", "x_set", "z", "tapped"):
            values.take(Reading(tag(name, unit), 1.0, "good", at))
    later = NOW + 4 * SECOND
    values.take(reading_of(tag("z"), "x", "good", later, is_number=True))
    values.take(reading_of(tag("x_set"), 1.0, "bad", later, is_number=True, reason="BadSensorFailure"))
    assert values.counts["bad"] == 2
    listed = {one["tag"]: (one["quality"], one["reason"], one["at"]) for one in values.faulty(later)}
    assert listed[tag("z")] == ("bad", NOT_A_NUMBER, later.isoformat())
    assert listed[tag("x_set")] == ("bad", "BadSensorFailure", later.isoformat())
    assert listed[tag("period_start")] == ("stale", "", NOW.isoformat())
    assert listed[tag("y")] == ("missing", "", None)
    assert tag("z", "B") not in listed


def test_units_are_those_for_which_the_server_has_nodes(toy_seed: Seed) -> None:
    offered = [tag(name, unit) for unit in ("P10", "P2", "槽.1") for name in ("z", "x_set")]
    assert units_of(toy_seed, [*offered, "nsu=urn:other;s=P3.z", tag("pressure", "P4")]) == ("P2", "P10", "槽.1")


def test_each_unit_has_each_live_column_and_the_period_of_its_labels(tags: TagMap) -> None:
    texts = {(one.unit, one.text.rpartition(";s=")[2], one.use) for one in tags.tags}
    names = {"period_start", "x_set", "z", "tapped", "y"}
    values = {(unit, f"{unit}.{name}", "value") for unit in ("A", "B") for name in names}
    assert texts == values | {(unit, f"{unit}.y.period", "label_time") for unit in ("A", "B")}
