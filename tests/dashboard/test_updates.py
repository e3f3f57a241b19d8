"""Updates of open pages: what readers share is made once."""

import asyncio
import time

import pytest

from dashboard import updates as module
from dashboard.updates import CORE_SHARE, LONGEST_SECONDS, POLL_SECONDS, Updates, pause_after


def test_readers_of_a_key_share_what_is_made_until_the_stamp_changes():
    calls = []

    def make():
        calls.append(None)
        return {"number": len(calls)}

    async def read():
        updates = Updates(None, lambda: False, lambda: 0)
        first = await asyncio.gather(*(updates.made("map", 1, make) for _ in range(3)))
        return first, await updates.made("map", 2, make), await updates.made("pot", 2, make)

    first, second, other = asyncio.run(read())
    assert first == [{"number": 1}] * 3
    assert all(one is first[0] for one in first)
    assert (second, other) == ({"number": 2}, {"number": 3})


@pytest.mark.parametrize(
    ("cost", "pause"),
    [(0.0, POLL_SECONDS), (POLL_SECONDS * CORE_SHARE, POLL_SECONDS), (10 * CORE_SHARE, 10), (1000, LONGEST_SECONDS)],
)
def test_pauses_grow_with_the_cost_within_their_limits(cost, pause):
    assert pause_after(cost) == pytest.approx(pause)


class BusyPlant:
    """A plant whose readings and pages take processor time."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.read = 0

    def follow(self, seconds):
        self.read += 1
        self.page()
        return True

    def page(self):
        until = time.thread_time() + self.seconds
        while time.thread_time() < until:
            pass


def test_readings_and_pages_take_their_share_of_a_core(monkeypatch):
    monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(module, "CORE_SHARE", 0.1)
    plant, pages, begin = BusyPlant(0.005), [], time.monotonic()

    async def follow():
        updates = Updates(plant, lambda: time.monotonic() > begin + 2, lambda: 0)
        async for _ in updates.ticks():
            pages.append(await updates.made("map", plant.read, plant.page))

    asyncio.run(follow())
    spent = (plant.read + len(pages)) * plant.seconds
    assert spent / (time.monotonic() - begin) < 0.12
    assert plant.read > 4  # on a machine with other load too
