"""Keys: who is let in, who is not, and what for."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from threading import Event

import pytest

from serving.middleware.authorization import ANYBODY, InMemory, KeyCache, Principal, check, digest, needed
from serving.wire.problems import ProblemError

KEY, LOCAL = "nf_0123456789abcdef", "127.0.0.1"
PREDICT = Principal("nf_0123", "line 1", frozenset({"predict"}))
OPERATE = Principal("nf_4567", "shift", frozenset({"operate"}))


def ring(is_open: bool = True, caller: Principal = PREDICT, revoked: tuple[str, ...] = ()) -> KeyCache:
    return KeyCache(InMemory({KEY: caller}, revoked), is_open, 1.0)


def bearer(key: str) -> bytes:
    return f"Bearer {key}".encode()


def refusal(ring: KeyCache, authorization: bytes | None) -> ProblemError:
    with pytest.raises(ProblemError) as refused:
        ring.caller(authorization, LOCAL)
    assert KEY not in str(refused.value)
    return refused.value


def test_a_key_names_its_caller() -> None:
    assert ring().caller(bearer(KEY), LOCAL) is PREDICT
    assert ring().caller(b"bearer  " + KEY.encode(), LOCAL) is PREDICT


@pytest.mark.parametrize("authorization", [None, b"", b"Bearer", b"Bearer nf_x", b"Basic " + KEY.encode(), b"\xff\x00"])
def test_without_a_valid_key_nobody_comes_in_once_there_is_one(authorization: bytes | None) -> None:
    error = refusal(ring(is_open=True), authorization)
    assert error.status == HTTPStatus.UNAUTHORIZED
    assert error.headers is not None
    assert error.headers["WWW-Authenticate"].startswith("Bearer realm=")


def test_without_any_key_the_loopback_is_open_and_all_else_is_not() -> None:
    assert KeyCache(InMemory(), True, 1.0).caller(None, LOCAL) is ANYBODY
    assert refusal(KeyCache(InMemory(), False, 1.0), None).status == HTTPStatus.UNAUTHORIZED


def test_who_comes_from_another_machine_without_keys_does_not_see_how_the_service_is_run() -> None:
    stranger = KeyCache(InMemory(), True, 1.0).caller(None, "10.0.0.7")
    check(stranger, "POST", "/v1/pots/predictions")
    with pytest.raises(ProblemError, match="another machine without a key lacks the role operate"):
        check(stranger, "GET", "/metrics")


def test_a_key_that_was_revoked_or_has_ended_lets_nobody_in_and_keeps_the_door_shut() -> None:
    past, later = (datetime.now(UTC) + timedelta(seconds=s) for s in (-1, 60))
    assert refusal(ring(revoked=(KEY,)), bearer(KEY)).status == HTTPStatus.UNAUTHORIZED
    assert refusal(ring(revoked=(KEY,)), None).status == HTTPStatus.UNAUTHORIZED
    assert refusal(ring(caller=Principal("nf_", ends=past)), bearer(KEY)).status == HTTPStatus.UNAUTHORIZED
    assert ring(caller=Principal("nf_", ends=later)).caller(bearer(KEY), LOCAL).name == "nf_"


def test_what_changes_is_taken_up_at_the_next_look_and_kept_while_nothing_can_be_read() -> None:
    keys = InMemory({KEY: PREDICT})
    result = KeyCache(keys, False, 1.0)
    keys.revoked.add(KEY)
    assert result.caller(bearer(KEY), LOCAL) is PREDICT
    result.refresh()
    refusal(result, bearer(KEY))
    keys.revoked.clear()
    result.refresh()

    def broken() -> dict[bytes, Principal | None]:
        raise OSError("the database sleeps")

    keys.callers = broken  # type: ignore[method-assign]
    result.refresh()
    assert result.caller(bearer(KEY), LOCAL) is PREDICT
    with pytest.raises(OSError, match="sleeps"):
        KeyCache(keys, False, 1.0)


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("POST", "/v1/pots/predictions", "predict"),
        ("POST", "/v1/pots/what-if", "predict"),
        ("POST", "/v2/models/pots/infer", "predict"),
        ("POST", "/v1/pots/outcomes", "outcome"),
        ("GET", "/v1/pots/outcomes", "outcome"),
        ("DELETE", "/v1/processes", "predict"),
        ("GET", "/metrics", "operate"),
        ("HEAD", "/metrics", "operate"),
        ("GET", "/v1/processes", None),
        ("GET", "/openapi.json", None),
        ("GET", "/v1/pots/openapi.json", None),
        ("GET", "/v1/pots/docs", None),
        ("GET", "/docs", None),
    ],
)
def test_each_address_asks_for_a_role(method: str, path: str, role: str | None) -> None:
    assert needed(method, path) == role


def test_a_role_that_lacks_is_named() -> None:
    with pytest.raises(
        ProblemError, match="the key nf_4567 lacks the role predict; it has the roles operate"
    ) as refused:
        check(OPERATE, "POST", "/v1/pots/predictions")
    assert refused.value.status == HTTPStatus.FORBIDDEN
    check(OPERATE, "GET", "/metrics")
    check(ANYBODY, "GET", "/metrics")


@pytest.mark.parametrize("path", ["/v1/processes", "/v2/health/ready", "/v2/models/pots", "/v1/pots/energy"])
def test_a_key_of_the_role_view_alone_reads_no_route_of_the_api(path: str) -> None:
    view = Principal("nf_cdef", "shift", frozenset({"view"}))
    for own in (
        "/docs",
        "/docs/assets/swagger-ui.css",
        "/openapi.json",
        "/v1/pots/docs",
        "/",
        "/dashboard/processes/pots",
    ):
        check(view, "GET", own)
    with pytest.raises(ProblemError, match="lacks a role other than view"):
        check(view, "GET", path)
    check(Principal("nf_cdef", "shift", frozenset({"view", "predict"})), "GET", path)


def test_a_digest_finds_the_owner_of_a_valid_key_alone() -> None:
    assert ring().by_digest(digest(KEY.encode())) is PREDICT
    assert ring().by_digest(digest(b"nf_other")) is None
    assert ring(revoked=(KEY,)).by_digest(digest(KEY.encode())) is None


@pytest.mark.parametrize("path", ["/v1/{}/predictions", "/v2/models/{}/infer", "/v2/models/{}/versions/1/infer"])
def test_a_key_of_one_process_asks_no_other(path: str) -> None:
    caller = Principal("nf_89ab", "line 2", frozenset({"predict"}), frozenset({"pots"}))
    check(caller, "POST", path.format("pots"))
    check(caller, "GET", "/v1/processes")
    with pytest.raises(ProblemError, match="lacks the process cells"):
        check(caller, "POST", path.format("cells"))


def test_keys_that_were_used_are_noted_once_and_those_that_were_refused_are_not() -> None:
    keys = InMemory({KEY: PREDICT, "nf_other": OPERATE})
    made = KeyCache(keys, True, 1.0)
    made.note_use()
    assert keys.used == []
    for _ in range(3):
        made.caller(bearer(KEY), LOCAL)
    refusal(made, bearer("nf_x"))
    made.note_use()
    made.note_use()
    assert keys.used == [PREDICT.name]
    made.caller(bearer("nf_other"), LOCAL)
    made.stop()
    assert keys.used == [PREDICT.name, OPERATE.name]


def test_a_use_that_could_not_be_noted_is_noted_later(caplog: pytest.LogCaptureFixture) -> None:
    class Away(InMemory):
        is_away = True

        def note_use(self, names: Collection[str]) -> None:
            if self.is_away:
                raise OSError("no disk")
            super().note_use(names)

    keys = Away({KEY: PREDICT})
    made = KeyCache(keys, True, 1.0)
    made.caller(bearer(KEY), LOCAL)
    made.note_use()
    assert "the last use of keys cannot be kept: OSError" in caplog.text
    keys.is_away = False
    made.note_use()
    assert keys.used == [PREDICT.name]


def test_use_is_noted_while_the_service_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    noted = Event()

    class Noting(InMemory):
        def note_use(self, names: Collection[str]) -> None:
            super().note_use(names)
            noted.set()

    monkeypatch.setattr("serving.middleware.authorization.NOTED_EVERY", 0.0)
    made = KeyCache(Noting({KEY: PREDICT}), True, 0.01)
    made.start()
    made.caller(bearer(KEY), LOCAL)
    assert noted.wait(30)
    made.stop()
