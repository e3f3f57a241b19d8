"""Answers that go out when they are recorded, and not before."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from fastapi import Request, Response

from operations.forms.faults import RequestDefect, shown
from records.database import FullDiskError, RecordsError, now
from records.requests import StoredExchange
from records.writing.quota import QuotaError
from records.writing.writer import QueueFullError, Writer
from serving.hot_reload.status import Served
from serving.middleware.context import asker, current
from serving.wire.problems import ProblemError
from system.record_ids import is_id, new_id

R = TypeVar("R", bound=Response)

RECORD = b"record-id"  # header of an answer: under which id it is recorded; of a request: the id that it shall have
SHORTEST_HEAD = 1024  # bytes that are kept once for all answers that begin with them
_LATER = {"Retry-After": "1"}
_WHEN_FREED = {"Retry-After": "60"}


@dataclass(slots=True)  # frozen, it takes twice the time to make
class RequestMetadata:
    """Metadata of a request for its record, next to the bodies.

    Attributes
    ----------
    id : str
        Made before the answer.
    at : int
        When it came in [microseconds since 1970, UTC].
    client : str
        Who asks.
    process, operation, kind : str
        What is asked, and the media type of the body.
    """

    id: str
    at: int
    client: str
    process: str
    operation: str
    kind: str

    @classmethod
    def of(cls, request: Request, process: str, operation: str, kind: str = "application/json") -> RequestMetadata:
        """A request that comes in now, with the id that it states, else a new one."""
        return cls(stated_id(request) or new_id(), now(), asker(request.scope), process, operation, kind)


def stated_id(request: Request) -> str | None:
    """The `Record-Id` that a request states for itself; None without one.

    Raises
    ------
    ProblemError
        422 if it is no UUID in lower case.
    """
    stated = request.headers.get(RECORD.decode())
    if stated is not None and not is_id(stated):
        raise id_fault(stated, "a UUID of 36 characters in lower case")
    return stated


def id_fault(value: str, expected: str) -> ProblemError:
    """Problem of an id that a request cannot have."""
    name = RECORD.decode()
    fault = RequestDefect(field=name, value=shown(value), expected=expected)
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name}: got '{shown(value)}', expected {expected}", [fault])


def not_recorded(error: RecordsError, failure: str) -> ProblemError:
    """The problem of what could not be recorded: 507 where the disk is full, else 503."""
    if isinstance(error, FullDiskError):
        detail = f"{failure}: the disk of the records is full, {error.room}; send it again later"
        return ProblemError(HTTPStatus.INSUFFICIENT_STORAGE, detail, headers=_WHEN_FREED)
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, f"{failure}; send it again later", headers=_LATER)


def not_readable(advice: str = "") -> ProblemError:
    """The problem of records that cannot be read at the moment, with an advice behind it."""
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, f"the records cannot be read now{advice}", headers=_LATER)


class Recorder:
    """Recorder of requests and responses.

    Parameters
    ----------
    writer : Writer, optional
        Where to; None where nothing is kept.
    """

    def __init__(self, writer: Writer | None) -> None:
        self._writer = writer

    def check(self, client: str) -> None:
        """Refuse a client of whom as much was recorded today as may be.

        Raises
        ------
        ProblemError
            429 that says how much that is, and when the day ends.
        """
        if self._writer is None:
            return
        try:
            self._writer.quota.check(client)
        except QuotaError as error:
            later = {"Retry-After": str(error.wait)}
            raise ProblemError(HTTPStatus.TOO_MANY_REQUESTS, str(error), headers=later) from None

    def count(self, client: str, size: int) -> None:
        """Count a client's bytes that are recorded in addition to requests."""
        if self._writer is not None:
            self._writer.quota.count([(client, size)])

    async def answered(
        self,
        metadata: RequestMetadata,
        served: Served | None,
        body: bytes,
        response: Response,
        parts: Sequence[bytes] = (),
    ) -> Response:
        """A response whose request and answer are recorded, with the record's id in its header.

        Parameters
        ----------
        metadata : RequestMetadata
            The request.
        served : Served, optional
            The model that answered; None where none did.
        body : bytes
            Body of the request.
        response : Response
            The answer.
        parts : sequence of bytes
            What is recorded as the answer, where that is not the response's body: a head that others have too, and
            what follows it.

        Raises
        ------
        ProblemError
            503 where it cannot be recorded: then it does not go out.
        """
        head, *later = parts or (b"", bytes(response.body))
        await self.keep(metadata, served, body, later, head=head)
        return self.named(metadata, response)

    def named(self, metadata: RequestMetadata, response: R) -> R:
        """A response with the record's id in its header, where there is a record."""
        if self._writer is not None:
            response.raw_headers.append(
                (RECORD, metadata.id.encode())
            )  # set nowhere else, so no existing one is searched
        return response

    async def keep(
        self,
        metadata: RequestMetadata,
        served: Served | None,
        body: bytes | bytearray,
        answer: Sequence[bytes],
        head: bytes = b"",
        part: int = 0,
    ) -> int:
        """Record a request and its answer, or those from a part on; gives the number of the next part.

        See `answered`.
        """
        if self._writer is None:
            return 0
        if part == 0:
            self.check(metadata.client)
        if len(head) < SHORTEST_HEAD:
            head, answer = b"", [head + answer[0], *answer[1:]]
        version, digest = (0, "") if served is None else (served.champion.version, served.digest)
        exchange = StoredExchange(
            id=metadata.id,
            part=part,
            at=metadata.at,
            client=metadata.client,
            process=metadata.process,
            operation=metadata.operation,
            version=version,
            digest=digest,
            kind=metadata.kind,
            request_body=body,
            response_body=answer[0],
            response_prefix=head,
            more=answer[1:],
        )
        begin = time.perf_counter()
        try:
            return part + await self._writer.keep(exchange)
        except QueueFullError:
            detail = "too many responses are queued for recording; send the request again later"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=_LATER) from None
        except RecordsError as error:
            raise not_recorded(error, "the answer could not be recorded, so it is not given") from None
        finally:
            if (visit := current()) is not None:
                visit.record += time.perf_counter() - begin
