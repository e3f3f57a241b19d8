"""The log: each event and each request is one line of JSON, whatever stands in it."""

import io
import json
import logging
import sys
import time

import pytest

from serving.telemetry import access_log
from serving.telemetry.access_log import AccessLog, AsJson

LINE = (1_764_180_000.25, "7f-1", "POST", "/v1/pots/predictions", 200, 0.0012345, 512, "127.0.0.1", 3)


def ended(log: AccessLog) -> None:
    log.stop()
    log._thread.join(60)  # it holds the end up for some seconds at most


def written(*given: access_log.Line) -> list[str]:
    output = io.StringIO()
    log = AccessLog(output)
    log.start()
    for one in given:
        log.add(one)
    ended(log)
    return output.getvalue().splitlines()


def test_a_request_is_one_line_with_all_that_is_known_of_it() -> None:
    (line,) = written(LINE)
    assert json.loads(line) == {
        **{"time": "2025-11-26T18:00:00.250Z", "level": "INFO", "logger": "nonferrous.access", "request": "7f-1"},
        **{"method": "POST", "path": "/v1/pots/predictions", "status": 200, "ms": 1.234, "bytes": 512},
        **{"client": "127.0.0.1", "rows": 3},
    }


@pytest.mark.parametrize("text", ['a"b', "a\\b", "a\nb", "é\x00", '","status":500,"x":"'])
def test_no_text_breaks_a_line_or_adds_to_it(text: str) -> None:
    (line,) = written((*LINE[:3], text, *LINE[4:7], text, 0))
    stored = json.loads(line)
    assert (stored["path"], stored["client"], stored["status"], len(stored)) == (text, text, 200, 11)


def test_lines_keep_their_order_and_none_is_lost_at_the_end() -> None:
    names = [f"r-{i}" for i in range(5000)]
    assert [json.loads(one)["request"] for one in written(*((LINE[0], name, *LINE[2:]) for name in names))] == names


def test_lines_that_nobody_writes_take_no_memory_without_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(access_log, "MOST_LINES", 3)
    output = io.StringIO()
    log = AccessLog(output)
    for _ in range(5):
        log.add(LINE)
    log.start()
    ended(log)
    assert len(output.getvalue().splitlines()) == 3
    assert "2 lines of requests were lost" in caplog.text


def test_an_event_is_one_line_with_its_trace() -> None:
    try:
        raise ValueError("a\nb")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "f", 1, 'said "%s"', ("é\n",), sys.exc_info())
    line = AsJson().format(record)
    assert "\n" not in line
    stored = json.loads(line)
    assert (stored["level"], stored["logger"], stored["message"]) == ("ERROR", "x", 'said "é\n"')
    assert stored["trace"].endswith("ValueError: a\nb")
    assert stored["time"].startswith(time.strftime("%Y-", time.gmtime(record.created)))
