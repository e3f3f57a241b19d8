"""Source times of a server whose clock differs or is set, as the times of its messages show it."""

import datetime as dt

import pytest
from asyncua import ua

from gateway.clocks import SourceClock
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
        self.clock = SourceClock()
        self.subscription = Subscription({"z": True, "start": False}, self._deliver, self.clock, lambda: self.now)
        self.subscription._tag_of = {1: "z", 2: "start"}

    def _deliver(self, reading: Reading) -> None:
        self.readings[reading.tag] = reading

    def publish(self, *, age: dt.timedelta = NONE, shift: dt.timedelta | None = None, **values: float | str) -> None:
        """Publish values of an age, dated by the clock as it is, or as it was before."""
        self.now += SECOND
        at = self.now + (self.shift if shift is None else shift) - age
        handles = {tag: handle for handle, tag in self.subscription._tag_of.items()}
        items = [
            ua.MonitoredItemNotification(handles[tag], ua.DataValue(ua.Variant(value), SourceTimestamp=at))
            for tag, value in values.items()
        ]
        self.send(items)

    def send(self, items: list[ua.MonitoredItemNotification]) -> None:
        message = ua.NotificationMessage(
            PublishTime=self.now + self.shift, NotificationData=[ua.DataChangeNotification(items)] if items else []
        )
        self.subscription._published(ua.PublishResult(NotificationMessage=message))

    def age(self, tag: str) -> dt.timedelta:
        """Age of the latest reading."""
        return self.now - self.readings[tag].at


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.mark.parametrize("seconds", [-3600, -20, -4, -2, 2, 4, 20, 3600])
def test_ages_are_right_from_the_first_value_on_whatever_the_clock_of_the_server(server: Server, seconds: int) -> None:
    server.shift = seconds * SECOND
    server.publish(z=4.0)
    assert server.age("z") == NONE
    server.publish(z=5.0, age=4 * SECOND)
    assert server.age("z") == 4 * SECOND
    assert server.clock.difference == seconds * SECOND


@pytest.mark.parametrize("back", [3600, 20, 3, 0.5])
@pytest.mark.parametrize("before", [0, 3600, -3600])
def test_values_of_a_clock_that_was_just_set_back_are_new(server: Server, before: float, back: float) -> None:
    server.shift = before * SECOND
    server.publish(z=4.0, start="2030-01-01")
    server.shift -= back * SECOND
    server.publish(z=5.0, start="2030-01-02", age=0.1 * SECOND)
    assert (server.readings["z"].value, server.readings["start"].value) == (5.0, "2030-01-02")
    assert abs(server.age("z") - 0.1 * SECOND) <= back * SECOND if back < 1 else server.age("z") == 0.1 * SECOND


@pytest.mark.parametrize("after", [0, 3600, -3600, -20])
@pytest.mark.parametrize("before", [0, 3600, -3600])
def test_values_that_were_dated_before_the_clock_was_set_are_new(server: Server, before: float, after: float) -> None:
    server.shift = before * SECOND
    server.publish(z=4.0)
    server.shift = after * SECOND
    server.publish(z=5.0, start="2030-01-02", age=0.5 * SECOND, shift=before * SECOND)
    assert server.age("z") == server.age("start") == 0.5 * SECOND


def test_a_keepalive_shows_the_clock_and_a_value_without_time_is_of_its_arrival(server: Server) -> None:
    server.shift = HOUR
    server.now += SECOND
    server.send([])
    assert server.clock.difference == HOUR
    server.send([ua.MonitoredItemNotification(1, ua.DataValue(ua.Variant(4.0)))])
    assert server.age("z") == NONE


def test_a_value_that_the_server_awaits_is_no_reading(server: Server) -> None:
    awaited = ua.DataValue(ua.Variant(), ua.StatusCode(ua.StatusCodes.BadWaitingForInitialData))
    server.send([ua.MonitoredItemNotification(1, awaited)])
    server.publish(z=4.0, age=2 * SECOND)
    server.send([ua.MonitoredItemNotification(1, awaited)])
    assert server.readings["z"].value == 4.0
    assert server.age("z") == 2 * SECOND
