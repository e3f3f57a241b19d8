"""Bad bodies and bad bytes on the wire of a real process: each is refused as it should be, and others are answered."""

import gzip
import json
import re
import shutil
import socket
import struct
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.service

TOYS = Path(__file__).parents[2] / "toys"
HOST, PATH = "127.0.0.1", "/v1/toy_cells/predictions"
ROW = {"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.0, "z": 4.0}
GOOD = json.dumps({"rows": [ROW]}).encode()
HEAD_SECONDS, IDLE_SECONDS = 1.0, 2.0  # of the service that is asked what it waits for
PATIENCE = 120.0  # s: more than any limit of a service
CLOSE, CHUNKED = "connection: close\r\n", "transfer-encoding: chunked\r\n"


def post(
    body: bytes = GOOD,
    more: str = CLOSE,
    kind: str = "application/json",
    length: object = None,
    path: str = PATH,
    method: str = "POST",
) -> bytes:
    """A request; its length is that of the body unless something else is claimed, nothing where it is empty."""
    length = len(body) if length is None else length
    message = f"content-length: {length}\r\n" if length != "" else ""
    return f"{method} {path} HTTP/1.1\r\nhost: {HOST}\r\ncontent-type: {kind}\r\n{message}{more}\r\n".encode() + body


def row(number: str) -> bytes:
    """A body whose z stands there as this text."""
    return GOOD.replace(b'"z": 4.0', f'"z": {number}'.encode())


def unit(name: bytes) -> bytes:
    """A body whose unit stands there as these bytes."""
    return GOOD.replace(b"A-001", name)


def packed(body: bytes) -> bytes:
    return post(gzip.compress(body), f"content-encoding: gzip\r\n{CLOSE}")


# What is sent, and the statuses of its answers in their order; none: the service hangs up.
BODIES = {
    "lists 200,000 deep": (post(b"[" * 200_000), [400]),
    "lists 50,000 deep that end": (post(b'{"rows":' + b"[" * 50_000 + b"]" * 50_000 + b"}"), [400]),
    "objects 50,000 deep": (post(b'{"a":' * 50_000), [400]),
    "a million rows": (post(b'{"rows":[' + b"{}," * 999_999 + b"{}]}"), [422]),
    "the last of doubled rows counts": (post(b'{"rows": 5, ' + GOOD[1:]), [200]),
    "the last of doubled values counts": (post(row('1e9, "z": 4.0')), [200]),
    "the last of doubled values counts, and is out of range": (post(row('4.0, "z": 1e9')), [422]),
    "a number beyond all floats": (post(row("1e400")), [422]),
    "a number of 5,000 digits": (post(row("1" * 5000)), [400]),
    "a number of 5,000 decimals": (post(row("4." + "1" * 5000)), [200]),
    "NaN": (post(row("NaN")), [422]),
    "infinity": (post(row("-Infinity")), [422]),
    "a number with a plus": (post(row("+1")), [400]),
    "a hexadecimal number": (post(row("0x10")), [400]),
    "a number with a zero in front": (post(row("01")), [400]),
    "UTF-16": (post(GOOD.decode().encode("utf-16")), [400]),
    "UTF-16 that says so": (post(GOOD.decode().encode("utf-16"), kind="application/json; charset=utf-16"), [400]),
    "UTF-32": (post(GOOD.decode().encode("utf-32-le")), [400]),
    "a mark of the order of bytes": (post(b"\xef\xbb\xbf" + GOOD), [400]),
    "Latin-1": (post(unit(b"\xe9")), [400]),
    "an overlong slash": (post(unit(b"\xc0\xaf")), [400]),
    "half a pair of surrogates": (post(unit(b"\\ud800")), [400]),
    "NUL as it stands": (post(unit(b"\x00")), [400]),
    "NUL behind the body": (post(GOOD + b"\x00"), [400]),
    "two bodies in one": (post(GOOD + GOOD), [400]),
    "a comment": (post(b"/* */" + GOOD), [400]),
    "no body": (post(b""), [400]),
    "null": (post(b"null"), [422]),
    "text": (post(kind="text/plain"), [415]),
    "a form": (post(kind="multipart/form-data; boundary=x"), [415]),
    "letters of any case": (post(kind="Application/JSON; Charset=UTF-8"), [200]),
    "JSON said to be Arrow": (post(kind="application/vnd.apache.arrow.stream"), [400]),
    "JSON said to be Parquet": (post(kind="application/vnd.apache.parquet"), [400]),
    "gzip": (packed(GOOD), [415]),
    "a bomb of gzip": (packed(b" " * 50_000_000), [415]),
    "a bomb in a bomb": (packed(gzip.compress(b" " * 50_000_000)), [415]),
    "another compression": (post(more=f"content-encoding: br\r\n{CLOSE}"), [415]),
}
LENGTHS = {
    "chunks": (post(b"%x\r\n%b\r\n0\r\n\r\n" % (len(GOOD), GOOD), CHUNKED + CLOSE, length=""), [200]),
    "a chunk whose size is no number": (post(b"zz\r\n" + GOOD, CHUNKED, length=""), []),
    "a chunk of more than 2^64 bytes": (post(b"f" * 18 + b"\r\n" + GOOD, CHUNKED, length=""), []),
    "a length beside chunks": (post(b"0\r\n\r\n" + GOOD, CHUNKED), [400]),
    "a coding that is none": (post(b"", "transfer-encoding: gzip\r\n", length=""), []),
    "a length twice": (post(more=f"content-length: {len(GOOD)}\r\n"), [400]),
    "two lengths": (post(more="content-length: 5\r\n"), [400]),
    "a list of lengths": (post(length="5, 5"), [400]),
    "a length below 0": (post(length=-1), [400]),
    "a length with a plus": (post(length="+5"), [400]),
    "a length of 5,000 digits": (post(length="9" * 5000), [400]),
    "a length of 2^64 more": (post(length=2**64 + len(GOOD)), [400]),
    "a length that is too small": (post(length=10), [400]),
    "no length": (post(length=""), [400]),
}
HEADS = {
    "a header of 100,000 bytes": (post(more=f"x: {'a' * 100_000}\r\n"), [431]),
    "20,000 headers": (post(more="".join(f"x{i}: 1\r\n" for i in range(20_000))), [431]),
    "500 headers": (post(more="".join(f"x{i}: 1\r\n" for i in range(500)) + CLOSE), [200]),
    "NUL in a header": (post(more="x: a\0b\r\n"), [400]),
    "half a line's end": (post(more="x: a\nb: c\r\n"), [400]),
    "a folded header": (post(more="x: a\r\n b\r\n"), [400]),
    "a header without a colon": (post(more="xyz\r\n"), [400]),
    "a space in a name": (post(more="x y: 1\r\n"), [400]),
    "two hosts": (post(more=f"host: evil\r\n{CLOSE}"), [421]),
    "an address of 70,000 letters": (post(path="/v1/" + "a" * 70_000), [431]),
    "NUL in an address": (post(path=f"{PATH}%00"), [404]),
    "a way out of the folder": (post(path="/v1/%2e%2e/%2e%2e/etc/passwd"), [404]),
    "a method that nobody knows": (post(method="BREW"), [400]),
    "a method that is not taken": (post(b"", method="TRACE"), [405]),
    "a tunnel": (post(b"", method="CONNECT", path="example.com:443"), [400]),
    "HTTP of the year 1991": (b"GET /\r\n", [408]),
    "HTTP 2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    "a handshake of TLS": (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", [400]),
    "line ends": (b"\r\n" * 5000, []),
    "half a head": (b"POST /v1", [408]),
    "a promise to wait": (post(more=f"expect: 100-continue\r\n{CLOSE}"), [100, 200]),
    "another protocol": (
        f"GET /health/live HTTP/1.1\r\nhost: {HOST}\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n".encode(),
        [200],
    ),
    "twenty requests at once": (post(more="") * 20 + post(), [200] * 21),
}
CASES = {**BODIES, **LENGTHS, **HEADS}
AWAITED = {"line ends", "another protocol", "half a head", "HTTP of the year 1991"}  # the service waits for more


@contextmanager
def served(running: Any, save_toy_model: Callable[..., object], folder: Path, **limits: str) -> Iterator[int]:
    """Port of a service that answers some of these tests, and runs at their end."""
    (folder / "seeds").mkdir()
    shutil.copy(TOYS / "toy_cells.toml", folder / "seeds")
    save_toy_model(folder / "model")
    with running(folder / "model", **limits) as (process, address):
        yield int(address.rpartition(":")[2])
        assert process.poll() is None


@pytest.fixture(scope="module")
def port(
    running: Any, save_toy_model: Callable[..., object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """Port of a service that waits for a minute: who sends at once is not too late, however long a machine takes."""
    limits = {"NONFERROUS_HEADER_TIMEOUT_SECONDS": "60", "NONFERROUS_IDLE_TIMEOUT_SECONDS": "60"}
    with served(running, save_toy_model, tmp_path_factory.mktemp("wire"), **limits) as result:
        yield result


@pytest.fixture(scope="module")
def hasty(
    running: Any, save_toy_model: Callable[..., object], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """Port of a service that soon has waited long enough."""
    limits = {
        "NONFERROUS_HEADER_TIMEOUT_SECONDS": f"{HEAD_SECONDS}",
        "NONFERROUS_IDLE_TIMEOUT_SECONDS": f"{IDLE_SECONDS}",
    }
    with served(running, save_toy_model, tmp_path_factory.mktemp("hasty"), **limits) as result:
        yield result


def exchanged(port: int, sent: bytes) -> bytes:
    """All that comes back until a service hangs up that waits for longer than this process may stand still."""
    return _exchanged(port, sent)[0]


def exchanged_hastily(port: int, sent: bytes) -> bytes:
    """The same with a service that soon has waited long enough; anew where it was this process that came too late."""
    patience = time.monotonic() + PATIENCE
    while True:
        got, took = _exchanged(port, sent)
        if took < HEAD_SECONDS / 2:
            return got
        assert time.monotonic() < patience, took


def _exchanged(port: int, sent: bytes) -> tuple[bytes, float]:
    """What comes back, and how long it took until all was sent [s]."""
    got, started = b"", time.monotonic()
    with socket.create_connection((HOST, port), timeout=PATIENCE) as line:
        with suppress(BrokenPipeError, ConnectionResetError):  # it hung up before all was sent, but may have said why
            line.sendall(sent)
        took = time.monotonic() - started
        with suppress(ConnectionResetError):
            while part := line.recv(2**16):
                got += part
    return got, took


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def answers(port: int, exchanged: Callable[[int, bytes], bytes] = exchanged) -> bool:
    return statuses(exchanged(port, post())) == [200]


@pytest.mark.parametrize("name", [name for name in CASES if name not in AWAITED])
def test_what_is_bad_is_refused_and_others_are_answered(port: int, name: str) -> None:
    check(port, name, exchanged)


@pytest.mark.parametrize("name", sorted(AWAITED))
def test_what_does_not_go_on_is_refused_after_some_time_and_others_are_answered(hasty: int, name: str) -> None:
    check(hasty, name, exchanged_hastily)


def check(port: int, name: str, exchanged: Callable[[int, bytes], bytes]) -> None:
    sent, expected = CASES[name]
    answer = exchanged(port, sent)
    assert statuses(answer) == expected
    if expected and expected[-1] >= 400:
        problem = json.loads(answer[answer.rindex(b"\r\n\r\n") :])
        assert problem["status"] == expected[-1]
        assert len(problem["errors"]) <= 100
        assert b"Traceback" not in answer
    assert answers(port, exchanged)


def _cut(port: int, sent: bytes, read: int) -> None:
    """Send, read a little, and reset the connection."""
    with socket.create_connection((HOST, port), timeout=PATIENCE) as line:
        line.sendall(sent)
        if read:
            line.recv(read)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


LONG = json.dumps({"rows": [ROW] * 2000}).encode()


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (post()[:30], 0),
        (post(LONG)[: len(LONG) // 2], 0),
        (post(length=10**6), 0),
        (post(b"1000\r\n{", CHUNKED, length=""), 0),
        (post(LONG), 0),
        (post(LONG), 1000),
    ],
    ids=["in a head", "in a body", "before a body's end", "in a chunk", "before an answer", "in an answer"],
)
def test_connections_that_are_cut_take_nothing_from_others(port: int, sent: bytes, read: int) -> None:
    with ThreadPoolExecutor(8) as clients:
        list(clients.map(lambda _: _cut(port, sent, read), range(40)))
    assert answers(port)


def test_random_bytes_are_refused(port: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        answer = exchanged(port, rng.bytes(int(rng.integers(1, 300))) + b"\r\n\r\n")
        assert statuses(answer) in ([400], [408], [])
    assert answers(port)


def test_a_request_with_any_byte_changed_is_answered_or_refused(hasty: int) -> None:
    rng = np.random.default_rng(2)
    whole = post()
    for _ in range(200):
        sent = bytearray(whole)
        sent[int(rng.integers(len(sent)))] = int(rng.integers(256))
        result = statuses(exchanged_hastily(hasty, bytes(sent)))
        assert all(status < 500 for status in result)
    assert answers(hasty, exchanged_hastily)
