"""Results at a broker: their topics, qualities, and what is refused."""

import datetime as dt
import json
from pathlib import Path

import pytest

from gateway.brokers.results import JsonResults, SparkplugResults, publisher_of, result_tags
from gateway.errors import GatewayError
from gateway.mqtt.broker import Broker
from gateway.opcua.session import Access
from gateway.protocols import PlantAddresses, with_tags
from gateway.results import Field, ResultValue, fields_of
from gateway.sparkplug.metrics import MetricQuality
from gateway.sparkplug.wire_format import decode
from gateway.tag_map import TagMap
from seeds import Seed
from seeds.format.gateway import GatewaySettings
from seeds.format.tags import EdgeNodeName

AT = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
BROKER = PlantAddresses(broker=Broker("127.0.0.1", 1883))
FIELD = Field(float, "%", 50.0, 100.0)


def test_metrics_have_unit_range_quality_and_time(toy_seed: Seed) -> None:
    results = SparkplugResults(EdgeNodeName("plant", "AI"), ["A", "槽 2"], fields_of(toy_seed))
    births = results.session.opened()
    assert [birth.topic for birth in births] == [
        "spBv1.0/plant/NBIRTH/AI",
        "spBv1.0/plant/DBIRTH/AI/A",
        "spBv1.0/plant/DBIRTH/AI/槽 2",
    ]
    declared = {one.name: one for one in decode(births[2].content).metrics}
    assert (declared["y/value"].unit, declared["y/value"].low, declared["y/value"].high) == ("%", 50.0, 100.0)
    values = [
        ResultValue(("槽 2", "y", "value"), FIELD, 91.5, "uncertain"),
        ResultValue(("槽 2", "y", "low"), FIELD, None, "bad"),
    ]
    (message,), refusal = results.messages(values, AT)
    assert refusal == ""
    sent = decode(message().content).metrics
    assert [(one.value, one.quality, one.at) for one in sent] == [
        (91.5, MetricQuality.UNCERTAIN, AT),
        (None, MetricQuality.BAD, AT),
    ]
    assert [one.alias for one in sent] == [declared["y/value"].alias, declared["y/low"].alias]


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        (ResultValue(("B", "y", "value"), FIELD, 1.0, "good"), "B/y/value: not declared in the birth"),
        (ResultValue(("A", "y", "other"), FIELD, 1.0, "good"), "A/y/other: not declared in the birth"),
        (ResultValue(("A", "y", "value"), FIELD, "warm", "good"), "A/y/value: got 'warm': expected a number"),
    ],
    ids=["unit", "name", "type"],
)
def test_what_is_not_declared_is_refused_and_the_rest_is_sent(toy_seed: Seed, value: ResultValue, refusal: str) -> None:
    results = SparkplugResults(EdgeNodeName("plant", "AI"), ["A"], fields_of(toy_seed))
    good = ResultValue(("A", "y", "value"), FIELD, 91.5, "good")
    messages, text = results.messages([value, good], AT)
    assert (len(messages), text) == (1, refusal)


def test_topics_are_below_the_prefix(toy_seed: Seed) -> None:
    results = JsonResults("plant/AI")
    values = [ResultValue((unit, "y", "value"), FIELD, 91.5, "good") for unit in ("槽 2", "a+b")]
    (message,), refusal = results.messages(values, AT)
    assert (message().topic, message().qos, message().is_retained) == ("plant/AI/槽 2/y/value", 1, True)
    content = json.loads(message().content)
    assert (content["value"], content["unit"], content["timestamp"]) == (91.5, "%", "2026-12-01T00:00:00+00:00")
    assert refusal == "topic: got 'plant/AI/a+b/y/value': expected 1 to 65535 bytes without + # and NUL"


def test_a_unit_that_no_topic_can_have_is_an_error(toy_seed: Seed) -> None:
    tags = TagMap(with_tags(toy_seed, BROKER), ("A/1",))
    with pytest.raises(GatewayError, match="device: got 'A/1'"):
        publisher_of(tags)


def test_values_that_are_read_are_never_written(toy_seed: Seed) -> None:
    settings = GatewaySettings(tag="mqtt:plant/{unit}/{column}", results="mqtt:plant/A")
    seed = with_tags(toy_seed.model_copy(update={"gateway": settings}), BROKER)
    with pytest.raises(GatewayError, match=r"the tag 'mqtt:plant/A/period_start' is read there"):
        publisher_of(TagMap(seed, ("A",)))


@pytest.mark.parametrize(
    ("is_json", "tag", "result"),
    [
        (False, "sparkplug:nonferrous/toy_cells/A/z", "sparkplug:nonferrous/toy_cells-results/A/y/value"),
        (True, "mqtt:nonferrous/plant/toy_cells/A/z", "mqtt:nonferrous/results/toy_cells/A/y/value"),
    ],
    ids=["sparkplug", "json"],
)
def test_a_seed_without_gateway_has_the_tags_of_the_simulated_plant(
    toy_seed: Seed, is_json: bool, tag: str, result: str
) -> None:
    tags = TagMap(with_tags(toy_seed, BROKER, is_json=is_json), ("A",))
    assert tag in tags.by_text
    assert f"{tag[:-1]}y.period" in tags.by_text
    assert next(result_tags(tags))[0] == result


def test_a_stated_tag_is_used(toy_seed: Seed) -> None:
    settings = GatewaySettings(tag="sparkplug:smelter/line/{unit}/{column}")
    seed = with_tags(toy_seed.model_copy(update={"gateway": settings}), BROKER, is_json=True)
    assert seed.gateway.tag == "sparkplug:smelter/line/{unit}/{column}"
    assert seed.gateway.label_time == "sparkplug:smelter/line/{unit}/{column}.period"
    assert seed.gateway.results == "mqtt:nonferrous/results/toy_cells"


def test_a_tag_without_an_address_is_named(toy_seed: Seed, tmp_path: Path) -> None:
    server = PlantAddresses(access=Access("opc.tcp://a", tmp_path))
    settings = GatewaySettings(results="mqtt:plant/AI")
    with pytest.raises(GatewayError, match=r"gateway\.results: got 'mqtt:plant/AI': expected the address of its MQTT"):
        with_tags(toy_seed.model_copy(update={"gateway": settings}), server)
    settings = GatewaySettings(tag="nsu=urn:p;s={unit}.{column}")
    with pytest.raises(
        GatewayError, match=r"columns\.period_start\.tag: got .*expected the address of its OPC UA server"
    ):
        with_tags(toy_seed.model_copy(update={"gateway": settings}), BROKER)
