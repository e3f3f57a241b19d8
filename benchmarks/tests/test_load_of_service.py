"""The load that the service is timed by: every body is sent in turn, every answer is read to its end."""

import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.service.load import FEWEST, loaded, post, read, written

pytestmark = pytest.mark.service
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nContent-Length: 90000\r\n\r\n" + b"x" * 90_000


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """A server of this process that answers each request by its body; gives its port."""

    class Served(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            size = 0
            while line := self.rfile.readline():
                if line.startswith(b"content-length:"):
                    size = int(line.partition(b":")[2])
                elif line == b"\r\n":
                    self.wfile.write(answer(self.rfile.read(size)))

        def finish(self) -> None:
            self.rfile.close()

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Served) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def test_each_connection_sends_all_bodies_in_turn(tmp_path: Path) -> None:
    seen: Counter[bytes] = Counter()
    counting = threading.Lock()

    def answer(body: bytes) -> bytes:
        with counting:
            seen[body] += 1
        return ANSWER

    requests = read(written(tmp_path / "requests", [post("/x", b"%d" % i) for i in range(8)]))
    with answering(answer) as port:
        result = loaded(port, requests, 0.3, 4)
    assert len(seen) == 8
    assert max(seen.values()) - min(seen.values()) <= 8
    assert result["p50_ms"] <= result["p99_ms"]
    assert seen.total() >= FEWEST * 4


def test_an_answer_that_is_none_ends_it() -> None:
    refused = b"HTTP/1.1 422 Unprocessable\r\ncontent-length: 0\r\n\r\n"
    with answering(lambda _: refused) as port, pytest.raises(ConnectionError, match="422"):
        loaded(port, [post("/x", b"{}")], 0.3, 1)
