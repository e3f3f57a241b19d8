"""Source times of a server whose clock differs or is set, as its heartbeats show it."""

import datetime as dt

import pytest
from asyncua import ua

from gateway.opcua.subscription import Subscription
from gateway.readings import Reading

HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
NONE = dt.timedelta(0)
BEGIN = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


class Server:
    """Publishes to a subscription; its clock can be set."""

    def __init__(self) -> None:
        self.shift, self.now = NONE, BEGIN
        self.readings: dict[str, Reading] = {}
        self.subscription = Subscription({"z": True, "start": False}, self._deliver, self._latest, lambda: self.now)
        self.subscription._tag_of = {1: "z", 2: "start"}

    def _deliver(self, reading: Reading) -> None:
        self.readings[reading.tag] = reading

    def _latest(self, tag: str) -> dt.datetime | None:
        return self.readings[tag].at if tag in self.readings else None

    def publish(self, *, beat: bool = False, late: dt.timedelta = NONE, **values: float | str) -> None:
        """Publish values, a heartbeat or both, which arrive later than the server dates them."""
        self.now += 0.25 * SECOND
        at = self.now + self.shift - late
        handles = {tag: handle for handle, tag in self.subscription._tag_of.items()}
        items = [
            ua.MonitoredItemNotification(handles[tag], ua.DataValue(ua.Variant(value), SourceTimestamp=at))
            for tag, value in values.items()
        ]
        if beat:
            items.append(ua.MonitoredItemNotification(0, ua.DataValue(ua.Variant(at))))
        message = ua.NotificationMessage(NotificationData=[ua.DataChangeNotification(items)])
        self.subscription._published(ua.PublishResult(NotificationMessage=message))

    def beat(self, shift: dt.timedelta = NONE, late: dt.timedelta = NONE) -> dt.timedelta:
        """Difference of the clocks after a heartbeat, in whole seconds."""
        self.shift = shift
        self.publish(beat=True, late=late)
        return dt.timedelta(seconds=round(self.subscription.clock.difference.total_seconds()))

    def age(self, tag: str) -> dt.timedelta:
        """Age of the latest reading."""
        return self.now - self.readings[tag].at


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize("shift", [HOUR, -HOUR], ids=["ahead", "behind"])
def test_a_clock_that_is_set_is_noticed_at_the_next_heartbeat(server: Server, shift: dt.timedelta) -> None:
    assert server.beat() == NONE
    assert server.beat(shift) == shift
    assert server.beat() == NONE


def test_a_heartbeat_that_a_busy_server_publishes_late_is_no_clock_that_is_behind(server: Server) -> None:
    server.beat()
    server.now += 20 * SECOND
    assert server.beat(late=8 * SECOND) == NONE
    assert server.beat(late=8 * SECOND) == NONE
    assert server.beat() == NONE


def test_no_value_is_younger_than_its_arrival(server: Server) -> None:
    server.shift = HOUR
    server.publish(z=4.0)
    assert abs(server.age("z")) < 2 * SECOND
    server.beat(HOUR)
    server.publish(z=5.0)
    assert abs(server.age("z")) < 2 * SECOND
    server.publish(start="2030-01-01", late=30 * SECOND)
    assert abs(server.age("start") - 30 * SECOND) < 2 * SECOND


@pytest.mark.parametrize("back", [HOUR, 20 * SECOND, 3 * SECOND], ids=["hour", "seconds", "few seconds"])
@pytest.mark.parametrize("before", [NONE, HOUR, -HOUR], ids=["right", "ahead", "behind"])
def test_values_of_a_clock_that_was_just_set_back_are_new(
    server: Server, before: dt.timedelta, back: dt.timedelta
) -> None:
    server.beat(before)
    server.publish(z=4.0, start="2030-01-01")
    server.shift = before - back
    server.publish(z=5.0, start="2030-01-02")
    server.publish(z=6.0)
    assert server.readings["z"].value != 5.0  # it waits for a heartbeat, or both have arrived
    server.beat(before)  # of before the clock was set
    server.beat(before - back)
    assert (server.readings["z"].value, server.readings["start"].value) == (6.0, "2030-01-02")
    assert abs(server.age("z")) < SECOND


@pytest.mark.parametrize("after", [NONE, HOUR, -HOUR], ids=["right", "ahead", "behind"])
@pytest.mark.parametrize("before", [NONE, HOUR, -HOUR], ids=["right", "ahead", "behind"])
def test_values_that_were_dated_before_the_clock_was_set_are_new(
    server: Server, before: dt.timedelta, after: dt.timedelta
) -> None:
    server.beat(before)
    server.publish(z=4.0)
    server.beat(after)
    server.shift = before
    server.publish(z=5.0, start="2030-01-02")
    assert (server.readings["z"].value, server.readings["start"].value) == (5.0, "2030-01-02")
    assert abs(server.age("z")) < SECOND
    assert abs(server.age("start")) < SECOND


def test_values_of_the_past_are_waited_for_once(server: Server) -> None:
    server.publish(z=4.0)
    server.publish(z=5.0, late=60 * SECOND)
    assert server.readings["z"].value == 4.0
    server.now += 3 * SECOND
    server.publish(start="2030-01-01")
    assert server.readings["z"].value == 5.0
    assert server.age("z") > 60 * SECOND
    assert server.readings["start"].value == "2030-01-01"
    server.publish(z=6.0)
    server.publish(z=7.0, late=60 * SECOND)
    assert server.readings["z"].value == 7.0


def test_a_value_that_the_server_awaits_is_no_reading(server: Server) -> None:
    awaited = ua.DataValue(ua.Variant(), ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
    at = BEGIN - SECOND
    for given in (awaited, ua.DataValue(ua.Variant(4.0), SourceTimestamp=at), awaited):
        items = [ua.MonitoredItemNotification(1, given)]
        message = ua.NotificationMessage(NotificationData=[ua.DataChangeNotification(items)])
        server.subscription._published(ua.PublishResult(NotificationMessage=message))
    assert server.readings["z"] == Reading("z", 4.0, "good", at)
