"""One connection of the service: the limit on its head, the pace of its bodies, and its end."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.middleware.connections import IN_USE, Connections
from serving.middleware.context import SLOWEST
from serving.middleware.open_connection import OpenConnection
from serving.wire.problems import MEDIA_TYPE, Problem, phrase

LONGEST_HEAD = 64 * 1024  # bytes
_END = b"\r\n\r\n"  # of a head
LAST_WORD = 1.0  # s in which a silent connection may still ask when the service ends


class Connection(HttpToolsProtocol):
    """One connection as uvicorn has it, which says what it is at."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._others = connections
        self._answering = self.app
        self.before: OpenConnection | None = None  # its TLS handshake
        self._head = 0  # bytes of a head that is not complete
        self._tail = b""  # its last bytes, in which its end may begin
        self._has_head_ended = False  # in the bytes that came last
        self._body = 0  # received bytes of a body
        self._since = 0.0  # s, when it became silent or began a request

    @property
    def is_busy(self) -> bool:
        """Return whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def address(self) -> str:
        """See `OpenConnection`."""
        return self.client[0] if self.client else ""

    @property
    def waits_since(self) -> float:
        """See `OpenConnection`."""
        stalled = self._others.stalled.get(self)
        if stalled is not None:
            return stalled[0]
        if not self.is_busy:
            return self._since
        is_receiving = self.cycle.more_body and not self.cycle.response_started and not self.pipeline
        return self._since + self._body / SLOWEST if is_receiving else math.inf

    def close(self) -> None:
        """Hang up."""
        self._forget()
        self.transport.close()

    def make_room(self) -> None:
        """See `OpenConnection`; the end of a response that is on its way still goes out."""
        self._forget()
        if self.cycle is None or not self.cycle.response_complete:
            self.transport.abort()
        else:
            self.transport.close()

    def _forget(self) -> None:
        self._others.forget(self)
        for group in (self._others.silent, self._others.beginning, self._others.stalled):
            group.pop(self, None)

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer a problem where no request could be read, and hang up."""
        if self.transport.is_closing():
            return
        if not self.is_busy:
            body = _problem(status, detail)
            head = (
                f"HTTP/1.1 {status.value} {phrase(status)}\r\ncontent-type: {MEDIA_TYPE}\r\n"
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
        self.close()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request of HTTP, as all problems are."""
        self.refuse(HTTPStatus.BAD_REQUEST, msg)

    # ---- what uvicorn calls

    def connection_made(self, transport: Any) -> None:
        """See asyncio."""
        super().connection_made(transport)
        self._since = self._others.silent[self] = self.loop.time()
        if self.before is not None:
            self._others.forget(self.before)
        self._others.opened(self, self._since)
        if self._others.is_ending:  # it was accepted just before
            self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._forget()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        if (self in self._others.beginning or self._waits_for_head) and self._is_too_long_with(data):
            self._refuse_head()
            return
        self._has_head_ended = False
        super().data_received(data)
        # A request behind another one begins at an unknown place: it counts from its second part on.
        if self in self._others.beginning and not self._has_head_ended:
            self._head += len(data)
            self._tail = (self._tail + data)[1 - len(_END) :]

    def _is_too_long_with(self, data: bytes) -> bool:
        """Return whether the head is longer than allowed, wherever the network has divided it."""
        if self._head + len(data) <= LONGEST_HEAD:
            return False
        end = (self._tail + data).find(_END)
        return end < 0 or self._head - len(self._tail) + end + len(_END) > LONGEST_HEAD

    @property
    def _waits_for_head(self) -> bool:
        """Return whether the next bytes begin a request, and are not the rest of a body that is not wanted."""
        return self in self._others.silent and (self.cycle is None or not self.cycle.more_body)

    def _refuse_head(self) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        self.refuse(status, f"the head of the request is longer than {LONGEST_HEAD} bytes")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._body = 0
        self._others.silent.pop(self, None)
        self._since = self._others.beginning[self] = self.loop.time()

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        self._others.beginning.pop(self, None)
        self._head, self._tail, self._has_head_ended = 0, b"", True
        admits = self._others.admits(self, self.url, self.loop.time())
        self.app = self._answering if admits else _crowded
        super().on_headers_complete()
        if self._others.is_ending or self in self._others.for_health:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """More of a body has come."""
        self._body += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        """A request is answered."""
        super().on_response_complete()
        if not self.is_busy and not self.transport.is_closing():
            self._since = self._others.silent[self] = self.loop.time()

    def pause_writing(self) -> None:
        """The client takes nothing at the moment."""
        super().pause_writing()
        self._others.stalled[self] = self.loop.time(), self.transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        """The client goes on."""
        self._others.stalled.pop(self, None)
        super().resume_writing()

    def shutdown(self) -> None:
        """The service ends: what is answered now is the last, what is silent may ask once more."""
        self._others.is_ending = True
        if self.is_busy:
            super().shutdown()
        else:
            self.loop.call_later(LAST_WORD, self._end)

    def _end(self) -> None:
        if not self.is_busy and not self.transport.is_closing():
            self.close()


def _problem(status: HTTPStatus, detail: str) -> bytes:
    """Body of a problem where no route was reached."""
    return (
        Problem(title=phrase(status), status=status, detail=detail, instance="", errors=[]).model_dump_json().encode()
    )


async def _crowded(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in the place of the application where all connections but those for health are in use."""
    status = HTTPStatus.SERVICE_UNAVAILABLE
    body = _problem(status, IN_USE)
    headers = {"content-type": MEDIA_TYPE, "content-length": str(len(body)), "retry-after": "1", "connection": "close"}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
