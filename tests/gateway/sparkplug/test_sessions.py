"""Edge node and host without a network: births, gaps, deaths, and messages that are lost."""

import datetime as dt
import random

import pytest

from gateway.counts import OTHERS
from gateway.mqtt.messages import MqttMessage
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition, MetricReading
from gateway.sparkplug.host import LostSource, ReceivedMetrics, SourceOfMetrics, SparkplugHost
from gateway.sparkplug.metrics import DataType, MetricQuality, SparkplugMetric, SparkplugPayload
from gateway.sparkplug.topics import REBIRTH
from gateway.sparkplug.wire_format import decode, encode

BEGIN = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
METRICS = (MetricDefinition("温度", unit="°C", low=900.0, high=1000.0), MetricDefinition("rows", DataType.INT32))


class Clock:
    def __init__(self):
        self.now = BEGIN

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def edge(clock):
    return EdgeNode("plant", "gateway", {"A-001": METRICS, "A-002": METRICS}, clock)


class Receiver:
    """Host with the values that it has at present, by source and metric."""

    def __init__(self, clock):
        self.values, self.lost, self.metrics = {}, [], []
        self.host = SparkplugHost("history", self.hear, clock)

    def hear(self, event):
        if isinstance(event, LostSource):
            self.lost.append(event)
            place = event.source
            self.values = {
                key: value
                for key, value in self.values.items()
                if (key[0].group, key[0].node) != (place.group, place.node) or place.device not in (None, key[0].device)
            }
            return
        assert isinstance(event, ReceivedMetrics)
        for metric in event.metrics:
            self.metrics.append(metric)
            if not metric.is_historical:
                self.values[event.source, metric.name] = metric.value

    def give(self, *messages):
        return [reply for message in messages for reply in self.host.received(message.topic, message.content)]


@pytest.fixture
def receiver(clock):
    return Receiver(clock)


A1, A2 = (SourceOfMetrics("plant", "gateway", name) for name in ("A-001", "A-002"))


def readings(value, at=BEGIN, quality=MetricQuality.GOOD):
    return [MetricReading("温度", value, at, quality)]


def bd_seq(message):
    return decode(message.content).metrics[0].value


def test_births_declare_all_metrics_and_precede_data(edge):
    births = edge.opened()
    assert [message.topic for message in births] == [
        "spBv1.0/plant/NBIRTH/gateway",
        "spBv1.0/plant/DBIRTH/gateway/A-001",
        "spBv1.0/plant/DBIRTH/gateway/A-002",
    ]
    payloads = [decode(message.content) for message in (*births, edge.data("A-001", readings(950.0)))]
    assert [payload.seq for payload in payloads] == [0, 1, 2, 3]
    first = payloads[1].metrics[0]
    assert (first.name, first.unit, first.low, first.high, first.value) == ("温度", "°C", 900.0, 1000.0, None)
    aliases = [metric.alias for payload in payloads[1:3] for metric in payload.metrics]
    assert len(set(aliases)) == 4
    (sent,) = payloads[3].metrics
    assert (sent.name, sent.alias, sent.value) == ("", aliases[0], 950.0)
    assert not any(message.is_retained for message in births)


def test_will_and_birth_have_the_same_number_in_each_of_300_connections(edge):
    numbers = []
    for _ in range(300):
        will, birth = edge.will(), edge.opened()[0]
        assert (will.topic, will.qos) == ("spBv1.0/plant/NDEATH/gateway", 1)
        assert bd_seq(will) == bd_seq(birth)
        numbers.append(bd_seq(will))
        edge.lost()
    assert numbers == [number % 256 for number in range(300)]


def test_sequence_numbers_have_no_gap_over_several_rounds(edge):
    edge.opened()
    sent = [decode(edge.data("A-002", readings(float(n))).content).seq for n in range(600)]
    assert sent == [(3 + n) % 256 for n in range(600)]


def test_a_wrong_value_takes_no_sequence_number(edge):
    edge.opened()
    with pytest.raises(ValueError, match="got 1e\\+300: expected a whole number from -2147483648 to 2147483647"):
        edge.data("A-001", [MetricReading("rows", 1e300, BEGIN)])
    with pytest.raises(ValueError, match="got 'hot': expected a number"):
        edge.data("A-001", readings("hot"))
    with pytest.raises(KeyError):
        edge.data("A-001", [MetricReading("voltage", 4.0, BEGIN)])
    assert decode(edge.data("A-001", readings(950.0)).content).seq == 3


def test_a_host_receives_names_values_and_quality(edge, receiver):
    assert receiver.give(*edge.opened()) == []
    assert receiver.give(edge.data("A-001", readings(951.5, quality=MetricQuality.UNCERTAIN))) == []
    assert receiver.values[A1, "温度"] == 951.5
    assert receiver.values[A2, "温度"] is None
    last = receiver.metrics[-1]
    assert (last.quality, last.datatype, last.unit, last.at) == (MetricQuality.UNCERTAIN, DataType.DOUBLE, "°C", BEGIN)


def test_values_that_waited_are_marked_and_do_not_change_the_births(edge, receiver, clock):
    receiver.give(*edge.opened(), edge.data("A-001", readings(950.0)))
    clock.wait(3600)
    receiver.give(edge.data("A-001", readings(940.0), is_historical=True))
    assert receiver.metrics[-1].is_historical
    assert receiver.values[A1, "温度"] == 950.0
    edge.lost()
    assert [metric.value for metric in decode(edge.opened()[1].content).metrics] == [950.0, None]


def test_births_have_what_was_noted_without_a_connection(edge, receiver, clock):
    receiver.give(*edge.opened(), edge.data("A-001", readings(950.0)))
    edge.lost()
    clock.wait(5)
    edge.note("A-001", readings(940.0, clock(), MetricQuality.UNCERTAIN))
    births = edge.opened()
    assert [decode(message.content).seq for message in births] == [0, 1, 2]
    receiver.give(*births)
    assert receiver.values[A1, "温度"] == 940.0
    (born,) = [one for one in decode(births[1].content).metrics if one.name == "温度"]
    assert (born.at, born.quality) == (clock(), MetricQuality.UNCERTAIN)
    with pytest.raises(KeyError):
        edge.note("A-001", [MetricReading("voltage", 4.0, BEGIN)])


def test_a_gap_makes_all_values_stale_until_the_births_return(edge, receiver):
    receiver.give(*edge.opened(), edge.data("A-001", readings(950.0)))
    edge.data("A-001", readings(951.0))  # lost on the way
    (request,) = receiver.give(edge.data("A-002", readings(952.0)))
    assert receiver.values == {}
    assert [event.reason for event in receiver.lost] == ["gap in seq: got 5 after 3"]
    assert receiver.give(edge.data("A-002", readings(953.0))) == [], "one request is enough"
    assert receiver.values == {}
    assert receiver.give(*edge.received(request.topic, request.content)) == []
    assert edge.rebirths == 1
    assert receiver.values == {(A1, "温度"): 951.0, (A1, "rows"): None, (A2, "温度"): 953.0, (A2, "rows"): None}


def test_a_host_that_comes_later_requests_the_births(edge, receiver, clock):
    edge.opened()
    (request,) = receiver.give(edge.data("A-001", readings(950.0)))
    assert (request.topic, request.qos) == ("spBv1.0/plant/NCMD/gateway", 0)
    clock.wait(6)
    assert len(receiver.give(edge.data("A-001", readings(950.5)))) == 1, "the first request may be lost"
    receiver.give(*edge.received(request.topic, request.content))
    assert receiver.values[A1, "温度"] == 950.5


def test_an_unknown_alias_requests_the_births(edge, receiver):
    receiver.give(*edge.opened())
    unknown = SparkplugPayload((SparkplugMetric("", 1.0, alias=77),), BEGIN, 3)
    (request,) = receiver.give(MqttMessage("spBv1.0/plant/DDATA/gateway/A-001", encode(unknown)))
    assert [event.reason for event in receiver.lost] == ["unknown metric alias 77"]
    receiver.give(*edge.received(request.topic, request.content))
    assert (A1, "温度") in receiver.values


def test_a_death_makes_values_stale_and_one_of_an_earlier_connection_does_not(edge, receiver):
    first = edge.will()
    receiver.give(*edge.opened())
    edge.lost()
    second = edge.will()
    receiver.give(*edge.opened(), edge.data("A-001", readings(950.0)))
    receiver.give(first)
    assert receiver.values[A1, "温度"] == 950.0
    receiver.give(second)
    assert receiver.values == {}
    assert [event.reason for event in receiver.lost] == ["death of the edge node"]


def test_the_death_of_a_device_leaves_the_others(edge, receiver):
    receiver.give(*edge.opened(), edge.data("A-001", readings(950.0)))
    receiver.give(MqttMessage("spBv1.0/plant/DDEATH/gateway/A-002", encode(SparkplugPayload((), BEGIN, 4))))
    assert {source for source, _ in receiver.values} == {A1}
    assert receiver.lost[-1].source == A2


def test_a_message_that_arrives_twice_counts_once(edge, receiver):
    receiver.give(*edge.opened())
    message = edge.data("A-001", readings(950.0))
    receiver.give(message, message)
    assert [metric.value for metric in receiver.metrics].count(950.0) == 1
    assert receiver.lost == []


def test_a_lost_connection_makes_all_values_stale(edge, receiver):
    receiver.give(*edge.opened(), edge.data("A-001", readings(950.0)))
    receiver.host.lost()
    assert receiver.values == {}


def test_wrong_messages_are_counted_and_named(edge, receiver):
    receiver.give(*edge.opened())
    topic = "spBv1.0/plant/DDATA/gateway/A-001"
    huge = encode(SparkplugPayload((SparkplugMetric("温度", "x" * 10_000_000, DataType.STRING),), BEGIN, 3))
    wrong = encode(SparkplugPayload((SparkplugMetric("温度", "hot", DataType.STRING),), BEGIN, 3))
    receiver.give(MqttMessage(topic, b"{}\xff"), MqttMessage(topic, huge), MqttMessage("plant/value", b"1"))
    receiver.give(MqttMessage(topic, wrong))
    reasons = "\n".join(sorted(receiver.host.refused))
    assert sum(receiver.host.refused.values()) == 4
    assert "plant/gateway/A-001: payload: got 3 bytes that are no protobuf" in reasons
    assert "plant/gateway/A-001: payload: got 1000" in reasons
    assert "plant/gateway/A-001: 温度: got 'hot': expected a number" in reasons
    assert "plant/value: no topic of Sparkplug" in reasons
    receiver.give(MqttMessage(edge.data("A-002", readings(1.0)).topic, b""))


def test_reasons_that_senders_choose_do_not_fill_the_memory(receiver):
    for number in range(1_200):
        receiver.give(MqttMessage(f"topic/{number}", b""))
    assert len(receiver.host.refused) == 1_001
    assert receiver.host.refused[OTHERS] == 200


def test_two_metrics_with_one_alias_are_refused(receiver):
    twice = tuple(SparkplugMetric(name, 1.0, alias=5) for name in "ab")
    receiver.give(MqttMessage("spBv1.0/plant/NBIRTH/gateway", encode(SparkplugPayload(twice, BEGIN, 0))))
    assert list(receiver.host.refused) == ["plant/gateway: alias 5: a and b have the same"]
    assert receiver.values == {}


def test_a_metric_without_single_value_needs_no_rebirth(edge, receiver):
    from gateway.sparkplug.payload_pb2 import Payload

    def message(seq, kind):
        payload = Payload(seq=seq)
        payload.metrics.add(name="table" if kind == "NBIRTH" else "", alias=1, datatype=16, bytes_value=b"rows")
        payload.metrics.add(name="x" if kind == "NBIRTH" else "", alias=2, datatype=10, double_value=float(seq))
        return MqttMessage(f"spBv1.0/plant/{kind}/other", payload.SerializeToString())

    assert receiver.give(message(0, "NBIRTH"), message(1, "NDATA")) == []
    assert receiver.values[SourceOfMetrics("plant", "other"), "x"] == 1.0


def test_the_state_of_the_host_has_the_time_of_its_will(receiver, clock):
    will = receiver.host.will()
    clock.wait(7)
    (birth,) = receiver.host.opened()
    assert (will.topic, will.qos, will.is_retained) == ("spBv1.0/STATE/history", 1, True)
    assert will.content == b'{"online": false, "timestamp": 1796083200000}'
    assert birth.content == b'{"online": true, "timestamp": 1796083200000}'
    assert receiver.give(birth) == []
    assert not receiver.host.refused


def test_only_a_rebirth_has_an_effect_on_an_edge_node(edge):
    edge.opened()
    command = SparkplugPayload((SparkplugMetric("温度", 999.0),), BEGIN)
    for kind in ("NCMD/gateway", "DCMD/gateway/A-001", "DDATA/gateway/A-001"):
        assert edge.received(f"spBv1.0/plant/{kind}", encode(command)) == ()
    refusal = SparkplugPayload((SparkplugMetric(REBIRTH, False, DataType.BOOLEAN),), BEGIN)
    assert edge.received("spBv1.0/plant/NCMD/gateway", encode(refusal)) == ()
    assert edge.received("spBv1.0/plant/NCMD/gateway", b"\xff") == ()
    assert edge.rebirths == 0
    assert decode(edge.data("A-001", readings(1.0)).content).seq == 3


def test_another_client_of_the_same_name_is_counted(edge, clock):
    births = edge.opened()
    edge.received(births[0].topic, births[0].content)
    assert not edge.conflicts
    other = EdgeNode("plant", "gateway", {"A-001": METRICS}, clock)
    clock.wait(1)
    edge.received(births[0].topic, other.opened()[0].content)
    data = other.data("A-001", readings(900.0))
    edge.received(data.topic, data.content)
    assert edge.conflicts == {births[0].topic: 1, data.topic: 1}


@pytest.mark.parametrize("seed", range(20))
def test_no_wrong_or_stale_value_is_served_if_a_tenth_of_all_messages_is_lost(edge, receiver, clock, seed):
    rng = random.Random(seed)
    truth, to_host, served = {"A-001": None, "A-002": None}, list(edge.opened()), 0
    for number in range(600):
        clock.wait(1)
        device = rng.choice(["A-001", "A-002"])
        truth[device] = float(number)
        to_host.append(edge.data(device, readings(float(number), clock.now)))
        arrived = [message for message in to_host if rng.random() > 0.1]
        complete = len(arrived) == len(to_host)
        to_host = [
            birth
            for request in receiver.give(*arrived)
            if rng.random() > 0.1
            for birth in edge.received(request.topic, request.content)
        ]
        if complete and not to_host and receiver.values:
            served += 1
            assert {
                source.device: value for (source, name), value in receiver.values.items() if name == "温度"
            } == truth
    assert served > 150
