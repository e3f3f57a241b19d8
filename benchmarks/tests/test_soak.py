"""The soak: rows that are new each time, times from when requests are due, memory compared, and its page."""

import json
import select
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar
from xml.etree import ElementTree

import pytest

from benchmarks.aims.page import filled
from benchmarks.faults.load import TARGET
from benchmarks.soak.disk import Disk
from benchmarks.soak.paced import CONNECTIONS, Paced, Times
from benchmarks.soak.page import NAME, PAGE, PANELS, PICTURE, RESULTS, lines, memory, picture
from benchmarks.soak.rows import outcomes, prediction, slot
from tests.suite.waiting import PATIENCE, until


def series(*resident: float) -> list[dict[str, Any]]:
    """A figure every ten seconds with this memory."""
    held = dict.fromkeys(PANELS, 1.0) | {"handles": 40, "queue": 0}
    return [held | {"at": 10.0 * (i + 1), "resident_mib": one} for i, one in enumerate(resident)]


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    result = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else None
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(result)) == text, "python -m benchmarks.soak"
    assert PICTURE.exists() == (result is not None)
    if result is not None:
        assert PICTURE.read_text(encoding="utf-8") == picture(result["series"])


def test_memory_after_the_first_minute_is_compared_with_that_of_the_last() -> None:
    assert memory(series(*[9.0] * 6, *[100.0] * 6, *[50.0] * 20, *[110.0] * 6)) == (100, 110)


@pytest.mark.parametrize(("last", "is_missed"), [(104.9, False), (105.1, True)])
def test_memory_that_grew_by_more_than_a_twentieth_is_said_to_miss_the_aim(last: float, is_missed: bool) -> None:
    whole = {"answered": 10, "sent": 11, "outcomes": 5, "p50_ms": 1.0, "p99_ms": 2.0, "longest_ms": 3.0}
    whole |= {"refused": {"HTTP/1.1 503 Service Unavailable": 1}}
    result = {"measured": "2030-01-02", "minutes": 30, "others": 0.0, "processors": 2, "whole": whole}
    result |= {"highest_per_second": 10.0, "per_second": 7.0, "series": series(*[1.0] * 6, *[100.0] * 6, *[last] * 6)}
    text = "\n".join(lines(result))
    assert "10 of 11" in text
    assert ": 1 HTTP/1.1 503 Service Unavailable" in text
    assert ("missed" in text) == is_missed


def test_a_picture_has_a_line_of_each_figure() -> None:
    drawn = ElementTree.fromstring(picture(series(1.0, 2.0, 3.0)))
    result = drawn.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(result) == len(PANELS)
    assert all(len(one.attrib["points"].split()) == 3 for one in result)


def test_no_row_is_asked_twice_and_outcomes_are_of_rows_that_were_asked() -> None:
    slots = [tuple(slot(number).values()) for number in range(-600, 600)]
    assert len(set(slots)) == 1200
    body = json.loads(outcomes(100, 3, 92.0).partition(b"\r\n\r\n")[2])
    requested = [json.loads(prediction({"x": 1}, n).partition(b"\r\n\r\n")[2])["rows"][0] for n in (100, 101, 102)]
    assert all(abs(one[TARGET] - 92.0) <= 2 for one in body["outcomes"])
    known = [(one["unit"], one["period_start"]) for one in body["outcomes"]]
    assert known == [(one["unit"], one["period_start"]) for one in requested]


def test_a_write_that_takes_long_is_seen_while_it_lasts_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, writes, goes_on = [100.0], list[int](), threading.Event()  # no time passes that the test does not let pass

    def slow(file: int) -> None:
        writes.append(file)
        goes_on.wait(PATIENCE)

    monkeypatch.setattr("benchmarks.soak.disk.time", SimpleNamespace(perf_counter=lambda: now[0]))
    monkeypatch.setattr("benchmarks.soak.disk.os.fdatasync", slow)
    with Disk(tmp_path) as disk:
        until(lambda: len(writes) == 1)
        now[0] += 0.02
        assert disk.longest() == pytest.approx(20)
        monkeypatch.setattr("benchmarks.soak.disk.EVERY", PATIENCE)  # there is no other write
        goes_on.set()
        until(lambda: disk._begun == 0)
        now[0] += 1.0
        assert disk.longest() == pytest.approx(20)
        assert disk.longest() == 0
    assert list(tmp_path.iterdir()) == []


def test_times_are_counted() -> None:
    times = Times()
    assert times.figures(1.0) == {"answered": 0, "refused": {}}
    for i in range(101):
        times.add(i / 1000)
    times.refused["HTTP/1.1 503 Service Unavailable"] += 2
    figures = times.figures(10.0)
    assert (figures["p50_ms"], figures["p99_ms"], figures["longest_ms"]) == (50, 99, 100)
    assert (figures["answered"], figures["per_second"], sum(figures["refused"].values())) == (101, 10.1, 2)


class Answering(BaseHTTPRequestHandler):
    """A server that refuses every tenth request; `silent` are the connections on which nothing is asked now."""

    protocol_version, disable_nagle_algorithm = "HTTP/1.1", True
    asked, counting = 0, threading.Lock()
    silent: ClassVar[set[socket.socket]] = set()

    def setup(self) -> None:
        super().setup()
        self.silent.add(self.connection)

    def finish(self) -> None:
        self.silent.discard(self.connection)
        super().finish()

    def do_POST(self) -> None:
        self.silent.discard(self.connection)
        with self.counting:
            type(self).asked += 1
            refused = self.asked % 10 == 0
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(503 if refused else 200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        self.silent.add(self.connection)

    @classmethod
    def end_silent(cls) -> None:
        """Hang up where nothing is asked."""
        for one in list(cls.silent):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    request_queue_size = 64  # as many connect at once as there are connections

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a load that hangs up while it is answered."""


@pytest.fixture
def port() -> Iterator[int]:
    with Server(("127.0.0.1", 0), Answering) as server:
        Answering.asked = 0
        Answering.silent.clear()
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


class WaitingServer:
    """What a load waits for answers by, and its time: that passes while it waits, and stands still while it should."""

    def __init__(self, epoll: select.epoll) -> None:
        self._epoll, self.now = epoll, 100.0
        self.register, self.unregister = epoll.register, epoll.unregister
        self.stands_still: Callable[[], bool] = lambda: False

    def poll(self, seconds: float) -> list[tuple[int, int]]:
        if not self.stands_still():
            self.now += max(seconds, 1e-6)
            return self._epoll.poll(0)
        result: list[tuple[int, int]] = []
        until(lambda: bool(result.extend(self._epoll.poll(0.01)) or result or not self.stands_still()))
        return result


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with select.epoll() as epoll:
        made = WaitingServer(epoll)
        monkeypatch.setattr("benchmarks.soak.paced.time", SimpleNamespace(perf_counter=lambda: made.now))
        yield made


@pytest.mark.service
def test_a_load_sends_at_its_pace_and_counts_what_came_to_nothing(port: int, waiting: Any) -> None:
    load = Paced(port, {"x": 1}, 92.0, 100.0, waiting)
    waiting.stands_still = lambda: bool(load._busy)
    completed = load.run(2.0)
    assert completed["sent"] == pytest.approx(200, abs=1)
    (refused,) = completed["refused"].items()
    assert refused == ("HTTP/1.1 503 Service Unavailable", pytest.approx(20, abs=1))
    assert 0 <= completed["sent"] - completed["answered"] - refused[1] <= 1  # under way when it ended


@pytest.mark.service
def test_connections_that_the_service_ends_after_a_silence_hold_nothing_up(port: int, waiting: Any) -> None:
    load = Paced(port, {"x": 1}, 92.0, 20.0, waiting)
    until(lambda: len(Answering.silent) == CONNECTIONS + 1)
    Answering.end_silent()
    until(lambda: not Answering.silent)  # all that it holds are ended before it sends
    waiting.now += 1.0

    def answered_or_ended() -> bool:
        if load._busy:
            return True
        if load._sent % 10 == 0:
            Answering.end_silent()
        return False

    waiting.stands_still = answered_or_ended
    completed = load.run(3.0)
    # those that were due meanwhile go out at once and may fail; each that is due later goes out and comes to an end
    assert completed["sent"] == pytest.approx(60, abs=1)
    assert completed["answered"] + sum(completed["refused"].values()) >= completed["sent"] - 2
    assert completed["answered"] >= 20


@pytest.mark.service
def test_a_request_that_is_due_waits_for_no_other(port: int, waiting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(CONNECTIONS + 4)
    met: list[int] = []

    def answer_together(self: Answering) -> None:
        with suppress(threading.BrokenBarrierError):
            met.append(together.wait(PATIENCE))
        answer(self)

    answer = Answering.do_POST
    monkeypatch.setattr(Answering, "do_POST", answer_together)
    load = Paced(port, {"x": 1}, 92.0, 50.0, waiting)
    waiting.stands_still = lambda: load._sent >= CONNECTIONS + 4 > len(met)
    load.run(1.5)
    together.abort()
    assert len(met) >= CONNECTIONS + 4
