"""Load of different bodies on few connections: python -m benchmarks.service.load PORT FILE SECONDS N.

The file holds requests as bytes, each after its length in eight. It runs in a process of its own, on a core of its own,
waits for answers by epoll and looks no further into them than status and length, so that it is not the limit: it is
measured against a server that does nothing (`bare` in the figures). A request of this machine alone, for a limited
time.
"""

import json
import select
import socket
import struct
import sys
import time
from pathlib import Path

ADDRESS = "127.0.0.1"
LENGTH = struct.Struct("<Q")
OK = b"HTTP/1.1 200"
FEWEST, LONGEST = 4, 60.0  # answers a connection, however slow they come; s


def post(path: str, body: bytes, kind: str = "application/json") -> bytes:
    """A request as bytes."""
    head = f"POST {path} HTTP/1.1\r\nhost: {ADDRESS}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def written(file: Path, requests: list[bytes]) -> Path:
    """A file that holds requests."""
    file.write_bytes(b"".join(part for one in requests for part in (LENGTH.pack(len(one)), one)))
    return file


def read(file: Path) -> list[bytes]:
    """Requests of a file."""
    content, bodies, at = file.read_bytes(), [], 0
    while at < len(content):
        (size,) = LENGTH.unpack_from(content, at)
        at += LENGTH.size
        bodies.append(content[at : at + size])
        at += size
    return bodies


class Connection:
    """A connection that has one request under way at a time."""

    def __init__(self, port: int, requests: list[bytes], first: int) -> None:
        self.socket = socket.create_connection((ADDRESS, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._requests, self._next = requests, first

    def send(self) -> None:
        """Send the next request."""
        self._got, self._wanted = bytearray(), 0
        request = self._requests[self._next % len(self._requests)]
        self._next += 1
        self._sent = time.perf_counter()
        self.socket.sendall(request)

    def took(self) -> float | None:
        """Seconds from request to answer; None where more of the answer is to come."""
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionError("the server hung up")
        self._got += part
        if not self._wanted:
            end = self._got.find(b"\r\n\r\n")
            if end < 0:
                return None
            head = bytes(self._got[:end]).lower()
            if not self._got.startswith(OK):
                raise ConnectionError(self._got.decode(errors="replace")[:500])
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._wanted = end + 4 + int(length)
        return time.perf_counter() - self._sent if len(self._got) >= self._wanted else None


def loaded(port: int, requests: list[bytes], seconds: float, connections: int) -> dict[str, float]:
    """Requests a second and how long they took [ms]; all answers are 200, or it ends with ConnectionError."""
    step = max(1, len(requests) // connections)
    lines = [Connection(port, requests, step * i) for i in range(connections)]
    by_number = {line.socket.fileno(): line for line in lines}
    try:
        with select.epoll() as waiting:
            return _timed(waiting, by_number, seconds)
    finally:
        for line in lines:
            line.socket.close()


def _timed(waiting: select.epoll, by_number: dict[int, Connection], seconds: float) -> dict[str, float]:
    for number, line in by_number.items():
        waiting.register(number, select.EPOLLIN)
        line.send()
    spent, begin = [], time.perf_counter()
    end, fewest = begin + seconds, FEWEST * len(by_number)
    while (now := time.perf_counter()) < end or len(spent) < fewest:
        if now > begin + LONGEST:
            raise ConnectionError(f"{len(spent)} answers within {LONGEST} s, expected {fewest}")
        for number, _ in waiting.poll(max(0.01, end - now)):
            took = by_number[number].took()
            if took is not None:
                spent.append(took)
                by_number[number].send()
    elapsed = time.perf_counter() - begin
    spent.sort()
    return {
        "per_second": len(spent) / elapsed,
        "p50_ms": spent[len(spent) // 2] * 1e3,
        "p99_ms": spent[int(0.99 * (len(spent) - 1))] * 1e3,
    }


if __name__ == "__main__":
    port, file, seconds, connections = sys.argv[1:]
    print(json.dumps(loaded(int(port), read(Path(file)), float(seconds), int(connections))))
