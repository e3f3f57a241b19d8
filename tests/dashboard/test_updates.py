"""Updates of open pages: what readers share is made once."""

import asyncio

from dashboard.updates import Updates


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
