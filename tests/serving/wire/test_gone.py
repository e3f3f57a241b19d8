"""A client that goes away ends the work on its table, and gives back the room that it took."""

import asyncio
from typing import Any

import pytest

from models.regression.model import RegressionModel
from serving.wire import arrow_tables


@pytest.mark.parametrize("after", [1, 3])
def test_no_more_blocks_are_answered_than_were_sent(
    cells: Any, as_arrow: Any, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = []
    original = RegressionModel.answer

    def counted(*given: Any) -> Any:
        answered.append(given)
        return original(*given)

    monkeypatch.setattr(arrow_tables, "ROWS", 1)
    monkeypatch.setattr(RegressionModel, "answer", counted)
    body, sent = as_arrow(cells.rows), []

    async def ask() -> None:
        calls, gone = [], asyncio.Event()

        async def receive() -> dict[str, Any]:
            if not calls:
                calls.append(True)
                return {"type": "http.request", "body": body, "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.body":
                sent.append(message)
            if len(sent) == after:
                gone.set()
            await asyncio.sleep(0)

        headers = [(b"content-type", b"application/vnd.apache.arrow.stream")]
        await cells.app(
            {
                "type": "http",
                "method": "POST",
                "path": cells.url,
                "query_string": b"",
                "headers": headers,
                "asgi": {"version": "3.0", "spec_version": "2.3"},
                "app": cells.app,
            },
            receive,
            send,
        )

    asyncio.run(ask())
    assert after <= len(sent) <= len(answered) <= after + 2
    assert len(cells.rows) > 2 * len(answered)
    assert cells.load.held == 0
