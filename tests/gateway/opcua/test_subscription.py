"""Clock of a server as its heartbeats show it, and source times that it states."""

import datetime as dt

import pytest
from asyncua import ua

from gateway.opcua.subscription import Subscription
from gateway.readings import Reading

HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
NONE = dt.timedelta(0)


def subscription() -> Subscription:
    return Subscription({"z": True}, lambda reading: None)


def beat(one: Subscription, *shifts: dt.timedelta) -> dt.timedelta:
    """Difference of the clocks after heartbeats of a server whose clock is shifted, in whole seconds."""
    for shift in shifts:
        clock = ua.Variant(dt.datetime.now(dt.UTC) + shift, ua.VariantType.DateTime)
        item = ua.MonitoredItemNotification(0, ua.DataValue(clock))
        message = ua.NotificationMessage(NotificationData=[ua.DataChangeNotification([item])])
        one._published(ua.PublishResult(NotificationMessage=message))
    return dt.timedelta(seconds=round(one.clock_difference.total_seconds()))


@pytest.mark.parametrize("shift", [HOUR, -HOUR], ids=["ahead", "behind"])
def test_a_clock_that_is_set_is_noticed_at_the_next_heartbeat(shift: dt.timedelta) -> None:
    one = subscription()
    assert beat(one, NONE) == NONE
    assert beat(one, shift) == shift
    assert beat(one, NONE) == NONE


def test_a_heartbeat_that_a_busy_server_publishes_late_is_no_clock_that_is_behind() -> None:
    one = subscription()
    assert beat(one, NONE, -8 * SECOND, -8 * SECOND, NONE) == NONE
    assert beat(one, -8 * SECOND, -8 * SECOND, -8 * SECOND) == -8 * SECOND


def read(one: Subscription, shift: dt.timedelta) -> tuple[Reading, dt.timedelta]:
    """Reading of a value that the server dates by a shifted clock, and its age."""
    now = dt.datetime.now(dt.UTC)
    given = ua.DataValue(ua.Variant(4.0, ua.VariantType.Double), SourceTimestamp=now + shift)
    reading = one.reading("z", given, now)
    return reading, now - reading.at


def test_no_value_is_younger_than_its_arrival() -> None:
    one = subscription()
    _, age = read(one, HOUR)
    assert abs(age) < 2 * SECOND
    beat(one, HOUR)
    _, age = read(one, HOUR)
    assert abs(age) < 2 * SECOND
    _, age = read(one, HOUR - 30 * SECOND)
    assert abs(age - 30 * SECOND) < 2 * SECOND
