"""What passes the door, and what comes back through it."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from fastapi import FastAPI, Request

from serving.middleware import request as doors
from serving.middleware.admission import Load
from serving.middleware.authorization import InMemory, KeyCache, Principal
from serving.middleware.context import check_time, current, keep_work
from serving.middleware.rate_limit import RateLimiter
from serving.responses.threads import in_thread
from serving.wire import problems
from serving.wire.bodies import read_checked
from serving.wire.problems import ProblemError
from system.cancellation import between, seconds_left

KEY = "nf_0123456789abcdef"
CALLER = Principal("nf_0123", "line 1", frozenset({"predict"}))


def application() -> FastAPI:
    app = FastAPI()
    problems.install(app, dict)

    @app.post("/v1/pots/predictions")
    async def predict(request: Request) -> dict[str, Any]:
        body = await read_checked(request, 1000)
        visit = current()
        assert visit is not None
        return {"bytes": len(body), "caller": visit.caller.name, "held": visit.held}

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @app.get("/defect")
    async def defect() -> None:
        raise RuntimeError("a defect")

    return app


@pytest.fixture
def watched() -> Any:
    class Watched:
        visits: list[Any] = []  # noqa: RUF012
        lags: list[float] = []  # noqa: RUF012

        def finished(self, visit: Any) -> None:
            self.visits.append(visit)

        def lagged(self, seconds: float) -> None:
            self.lags.append(seconds)

    made = Watched()
    made.visits, made.lags = [], []
    return made


@pytest.fixture
def ask(call: Any, behind_a_door: Any, watched: Any) -> Callable[..., Any]:
    def response_to(method: str, path: str, door: dict[str, Any] | None = None, **request: Any) -> Any:
        given = {"watching": watched, **(door or {})}
        return call(behind_a_door(application(), **given), method, path, **request)

    return response_to


POST = ("POST", "/v1/pots/predictions")


def test_every_answer_says_that_it_is_not_kept_and_names_its_request(ask: Any) -> None:
    for method, path, status in (*[(*POST, 200)], ("GET", "/nothing", 404), ("GET", "/health/live", 200)):
        response = ask(method, path)
        assert response.status_code == status
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["x-request-id"]
        assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("name", ["7f-1", "a" * 64, "0af7651916cd43dd:8448", "A.b_c"])
def test_a_sane_id_of_the_client_comes_back(ask: Any, name: str) -> None:
    assert ask(*POST, headers={"x-request-id": name}).headers["x-request-id"] == name


@pytest.mark.parametrize("name", ["", "a" * 65, 'a"b', "a b", "a\tb", "{}", "é"])
def test_any_other_id_is_replaced(ask: Any, name: str) -> None:
    made = ask(*POST, headers={"x-request-id": name.encode("latin-1")}).headers["x-request-id"]
    assert made != name
    assert doors._SANE.fullmatch(made.encode())


def test_ids_that_are_made_differ(behind_a_door: Any, call: Any) -> None:
    door = behind_a_door(application())
    names = {call(door, *POST).headers["x-request-id"] for _ in range(20)}
    assert len(names) == 20


@pytest.mark.parametrize("path", ["/v1/pots/predictions", "/health/live"])
def test_another_sites_name_is_refused_whatever_is_asked(ask: Any, path: str) -> None:
    response = ask("POST", path, headers={"host": "evil.example"})
    assert (response.status_code, response.headers["content-type"]) == (421, "application/problem+json")
    assert response.json()["errors"][0]["field"] == "host"


def test_two_hosts_are_none(ask: Any) -> None:
    assert ask(*POST, headers=[("host", "127.0.0.1"), ("host", "127.0.0.1")]).status_code == 421


def test_a_preflight_of_another_site_is_answered_without_leave(ask: Any) -> None:
    requested = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    response = ask("OPTIONS", "/v1/pots/predictions", headers=requested)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_with_keys_health_alone_is_open(ask: Any) -> None:
    door = {"ring": KeyCache(InMemory({KEY: CALLER}), True, 1.0)}
    assert ask(*POST, door).status_code == 401
    assert ask(*POST, door).headers["www-authenticate"] == 'Bearer realm="nonferrous"'
    assert ask("GET", "/nothing", door).status_code == 401
    assert ask("GET", "/health/live", door).status_code == 200
    own = {"authorization": f"Bearer {KEY}"}
    assert ask(*POST, door, headers=own).json()["caller"] == "nf_0123"
    forbidden = ask("GET", "/metrics", door, headers=own)
    assert (forbidden.status_code, forbidden.headers["content-type"]) == (403, "application/problem+json")
    assert "operate" in forbidden.json()["detail"]


def test_who_asks_too_often_is_asked_to_wait_and_health_is_not_counted(behind_a_door: Any, call: Any) -> None:
    door = behind_a_door(application(), rates=RateLimiter(2.0, lambda: 0.0))
    assert [call(door, *POST).status_code for _ in range(3)] == [200, 200, 429]
    assert call(door, *POST).headers["retry-after"] == "1"
    assert call(door, "GET", "/health/live").status_code == 200


def test_all_bodies_share_one_room_and_give_it_back(ask: Any, watched: Any) -> None:
    load = Load(100)
    load.hold(40)
    fits = ask(*POST, {"load": load}, content=b"x" * 60)
    assert fits.json()["held"] == 60
    full = ask(*POST, {"load": load}, content=b"x" * 61)
    assert (full.status_code, full.headers["retry-after"]) == (503, "1")
    assert load.held == 40


def test_a_defect_is_an_answer_and_gives_back_what_it_held(ask: Any, watched: Any) -> None:
    load = Load(100)
    assert ask("GET", "/defect", {"load": load}).status_code == 500
    (visit,) = watched.visits
    assert (visit.status, load.held) == (500, 0)


def test_who_counts_hears_of_each_request_once(ask: Any, watched: Any) -> None:
    ask(*POST, content=b"12345")
    ask("GET", "/nothing")
    message = [(one.status, one.sent, one.refusal is not None) for one in watched.visits]
    assert message == [(200, len('{"bytes":5,"caller":"","held":5}'), False), (404, message[1][1], True)]
    assert all(0 <= one.read and 0 <= one.wait for one in watched.visits)


# ---- what takes too long


def asked_slowly(
    behind_a_door: Any, app: Any, receive: Callable[[], Awaitable[Any]], **more: Any
) -> list[dict[str, Any]]:
    """What a request is answered whose body comes as `receive` has it."""
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run_requests() -> None:
        door = behind_a_door(app, **more)
        time = asyncio.create_task(door.keep_time())
        scope = {
            **{"type": "http", "method": "POST", "path": POST[1], "raw_path": POST[1].encode(), "query_string": b""},
            **{"headers": [(b"host", b"127.0.0.1")], "root_path": "", "scheme": "http", "http_version": "1.1"},
            **{"server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1)},
        }
        async with asyncio.timeout(20):
            await door(scope, receive, send)
        time.cancel()

    asyncio.run(run_requests())
    return sent


async def never() -> Any:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "LOOK", 0.01)


@pytest.mark.parametrize("first", [None, b"x"], ids=["nothing", "a byte"])
def test_a_body_that_does_not_come_is_a_408_that_closes(
    behind_a_door: Any, monkeypatch: pytest.MonkeyPatch, first: bytes | None
) -> None:
    monkeypatch.setattr(doors, "LONGEST_READ", 0.05)
    parts = [] if first is None else [{"type": "http.request", "body": first, "more_body": True}]

    async def receive() -> Any:
        return parts.pop() if parts else await never()

    start, body = asked_slowly(behind_a_door, application(), receive)
    assert start["status"] == 408
    assert dict(start["headers"])[b"connection"] == b"close"
    assert b"bytes a second" in body["body"]


def test_what_does_not_answer_in_time_is_a_503_and_is_ended(behind_a_door: Any) -> None:
    ended = []

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        try:
            await never()
        finally:
            ended.append(True)

    start, body = asked_slowly(behind_a_door, slow, never, deadline=0.05)
    assert (start["status"], ended) == (503, [True])
    assert int(dict(start["headers"])[b"retry-after"]) >= 1
    assert b"request timed out after 0.05 s" in body["body"]


def test_what_answers_when_it_is_too_late_is_not_heard(behind_a_door: Any) -> None:
    async def deaf(scope: Any, receive: Any, send: Any) -> None:
        try:
            await never()
        except asyncio.CancelledError:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"unheard"})

    start, body = asked_slowly(behind_a_door, deaf, never, deadline=0.05)
    assert (start["status"], b"unheard" in body["body"]) == (503, False)


def test_work_that_is_being_kept_is_answered_however_late(behind_a_door: Any) -> None:
    async def keeps(scope: Any, receive: Any, send: Any) -> None:
        keep_work()
        await asyncio.sleep(0.6)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"kept"})

    start, body = asked_slowly(behind_a_door, keeps, never, deadline=0.05)
    assert (start["status"], body["body"]) == (200, b"kept")


def test_work_that_comes_too_late_is_not_kept(behind_a_door: Any) -> None:
    refused = []

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        with suppress(asyncio.CancelledError):
            await never()
        try:
            keep_work()
        except ProblemError as refusal:
            refused.append(refusal.status)
            raise

    start, _ = asked_slowly(behind_a_door, slow, never, deadline=0.05)
    assert (start["status"], refused) == (503, [503])


def test_work_that_asks_whether_there_is_time_ends_when_there_is_none(behind_a_door: Any) -> None:
    ended = []

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        check_time()
        with suppress(asyncio.CancelledError):
            await never()
        try:
            check_time()
        except ProblemError as refusal:
            ended.append(refusal.status)
            raise

    start, _ = asked_slowly(behind_a_door, slow, never, deadline=0.05)
    assert (start["status"], ended) == (503, [503])


def test_an_answer_that_has_begun_is_not_cut_by_the_deadline(behind_a_door: Any) -> None:
    async def streaming(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.2)
        await send({"type": "http.response.body", "body": b"end"})

    sent = asked_slowly(behind_a_door, streaming, never, deadline=0.05)
    assert [one.get("body") for one in sent] == [None, b"end"]


def test_what_is_cut_by_the_end_of_the_service_is_answered(behind_a_door: Any) -> None:
    async def cut(scope: Any, receive: Any, send: Any) -> None:
        raise asyncio.CancelledError

    start, _ = asked_slowly(behind_a_door, cut, never)
    assert start["status"] == 503


def test_work_in_a_thread_ends_when_its_request_was_cut_by_the_end_of_the_service(behind_a_door: Any) -> None:
    looks: list[bool] = []
    ended, may_look = threading.Event(), threading.Event()

    def work(cancel: Callable[[], object]) -> None:
        try:
            for _ in between(range(2)):
                looks.append(True)
                cancel()
                may_look.wait(60)
        finally:
            ended.set()

    async def cut(scope: Any, receive: Any, send: Any) -> None:
        loop, task = asyncio.get_running_loop(), scope["visit"].task
        await in_thread(work, lambda: loop.call_soon_threadsafe(task.cancel))

    def seen(self: Any, visit: Any) -> None:
        may_look.set()

    class Watched:
        finished = seen

        def lagged(self, seconds: float) -> None:
            pass

    start, _ = asked_slowly(behind_a_door, cut, never, watching=Watched())
    assert ended.wait(60)
    assert (start["status"], looks) == (503, [True])


def test_work_in_a_thread_knows_how_much_time_its_request_has(behind_a_door: Any) -> None:
    left: list[float] = []

    async def asking(scope: Any, receive: Any, send: Any) -> None:
        left.append(await in_thread(seconds_left))
        await send({"type": "http.response.start", "status": 200, "headers": []})

    asked_slowly(behind_a_door, asking, never, deadline=1000.0)
    assert 900 < left[0] < 1000
