"""A body's largest length to the byte, with and without a declared length."""

import asyncio
from typing import Any

import pytest
from fastapi import Request

from serving.wire.bodies import read_body
from serving.wire.problems import ProblemError

MOST = 10


def read(chunks: list[bytes], **headers: str) -> tuple[bytes, int]:
    """Body as read, and how many chunks were asked for; a body may go on without end."""
    sent = list(chunks)
    requested = 0

    async def receive() -> dict[str, Any]:
        nonlocal requested
        requested += 1
        return {"type": "http.request", "body": sent.pop(0), "more_body": bool(sent)}

    named = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in named.items()]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": raw}, receive)
    return asyncio.run(read_body(request, MOST)), requested


@pytest.mark.parametrize("headers", [{}, {"content_length": "10"}, {"content_length": "ten"}, {"content_length": "-1"}])
def test_the_longest_body_is_read(headers: dict[str, str]) -> None:
    assert read([b"12345", b"67890"], **headers) == (b"1234567890", 2)


def test_a_declared_length_of_one_byte_more_is_refused_unread() -> None:
    with pytest.raises(ProblemError) as refused:
        read([], content_length="11")
    assert refused.value.status == 413
    assert refused.value.detail == "the body is longer than 10 bytes; send the rows in several requests"
    (fault,) = refused.value.faults
    assert (fault.field, fault.bound, fault.expected) == ("body", 10, "at most 10 bytes")


@pytest.mark.parametrize("headers", [{}, {"content_length": "3"}, {"content_length": "ten"}])
def test_one_byte_more_than_allowed_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ProblemError) as refused:
        read([b"12345", b"678901"], **headers)
    assert refused.value.status == 413


@pytest.mark.parametrize("length", ["1" * 4301, "9" * 100_000])
def test_a_length_of_more_digits_than_python_reads_is_a_length_that_is_too_long(length: str) -> None:
    with pytest.raises(ProblemError) as refused:
        read([], content_length=length)
    assert refused.value.status == 413


def test_zeros_before_a_length_make_it_no_longer() -> None:
    assert read([b"12345", b"67890"], content_length="0" * 5000 + "10") == (b"1234567890", 2)
