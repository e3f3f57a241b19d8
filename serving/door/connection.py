"""One connection of the service: how long its head may be, and how it ends."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.door.connections import Connections
from serving.problems import MEDIA_TYPE, Problem

LONGEST_HEAD = 64 * 1024  # bytes
_END = b"\r\n\r\n"  # of a head
LAST_WORD = 1.0  # s in which a silent connection may still ask when the service ends


class Connection(HttpToolsProtocol):
    """One connection as uvicorn has it, which says what it is at."""

    def __init__(self, connections: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._others = connections
        self._head = 0  # bytes of a head that is not complete

    @property
    def is_busy(self) -> bool:
        """Whether a request is being answered."""
        return self.cycle is not None and not self.cycle.response_complete

    def close(self) -> None:
        """Hang up."""
        self._others.forget(self)
        self.transport.close()

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """Answer a problem where no request could be read, and hang up."""
        if self.transport.is_closing():
            return
        if not self.is_busy:
            problem = Problem(title=status.phrase, status=status, detail=detail, instance="", errors=[])
            body = problem.model_dump_json().encode()
            head = (
                f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {MEDIA_TYPE}\r\n"
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
        self._others.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._others.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        if len(data) > LONGEST_HEAD and self._waits_for_head and data.find(_END) > LONGEST_HEAD:
            self._refuse_head()  # it is there as a whole
            return
        super().data_received(data)
        if self in self._others.beginning:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self._refuse_head()

    @property
    def _waits_for_head(self) -> bool:
        """Whether what comes next begins a request, and is not the rest of a body that is not wanted."""
        return self in self._others.silent and (self.cycle is None or not self.cycle.more_body)

    def _refuse_head(self) -> None:
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        self.refuse(status, f"the head of the request is longer than {LONGEST_HEAD} bytes")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._head = 0
        self._others.silent.pop(self, None)
        self._others.beginning[self] = self.loop.time()

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        self._others.beginning.pop(self, None)
        super().on_headers_complete()
        if self._others.is_ending:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        """A request is answered."""
        super().on_response_complete()
        if not self.is_busy and not self.transport.is_closing():
            self._others.silent[self] = self.loop.time()

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
