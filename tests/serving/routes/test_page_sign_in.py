"""Sign-in to the pages: who may read which, and how a session ends."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import update

from records import audit, keys, sessions
from records.database import now
from records.schema import SESSIONS
from serving.middleware.page_users import PEER

CELLS, LOTS = "toy_cells", "toy_lots"
PAGES = ("/", f"/dashboard/processes/{CELLS}", f"/dashboard/processes/{CELLS}/unit?name=A-001")
HEALTH, STREAM = f"/dashboard/processes/{CELLS}/health", "/dashboard/stream?page=overview"


@pytest.fixture
def closed(make_plant, send, key):
    """A service that needs keys, with rows of two processes."""
    app = make_plant()
    send(app, CELLS)
    send(app, LOTS)
    key("operate")
    app.ring.refresh()
    return app


@pytest.fixture
def viewer(closed, user, key):
    """A browser signed in with a key of the role view."""
    one = user(closed)
    own = key("view")
    closed.ring.refresh()
    assert one.sign_in(own).headers["location"] == "/"
    return one


@pytest.mark.parametrize("path", [*PAGES, HEALTH, STREAM], ids=lambda path: path.partition("?")[0])
def test_without_a_session_every_page_leads_to_the_form(closed, user, path):
    response = user(closed).get(path)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/dashboard/sign-in?next=%2F")
    assert "toy" not in response.text


def test_a_key_opens_a_session_that_reads_pages_and_documents(closed, viewer):
    for path in (*PAGES, HEALTH, "/docs", "/openapi.json", f"/v1/{CELLS}/docs"):
        assert viewer.get(path).status_code == 200, path
    assert "holder of view" in viewer.get("/").text


@pytest.mark.parametrize("path", ["/docs", f"/v1/{CELLS}/docs"])
def test_documents_lead_a_browser_without_a_session_to_the_form(closed, user, key, call, path):
    browser = {"accept": "text/html,application/xhtml+xml"}
    response = call(closed, "GET", path, headers=browser)
    assert response.status_code == 303
    form = response.headers["location"]
    assert form == f"/dashboard/sign-in?next={quote(path, safe='')}"
    assert call(closed, "GET", path).status_code == 401  # a program needs a key
    assert call(closed, "GET", path.replace("docs", "openapi.json"), headers=browser).status_code == 401
    assert call(closed, "POST", path, headers=browser).status_code != 200
    own, one = key("view"), user(closed)
    closed.ring.refresh()
    assert one.post("/dashboard/sign-in", {"key": own, "next": path}).headers["location"] == path


def test_a_session_opens_no_route_of_the_api(closed, viewer, call):
    cookie = {"cookie": f"nonferrous_session={viewer.cookies['nonferrous_session']}"}
    for method, path in (
        ("GET", "/v1/processes"),
        ("GET", f"/v1/{CELLS}/predictions/latest"),
        ("GET", "/metrics"),
        ("POST", f"/v1/{CELLS}/predictions"),
        ("POST", f"/v1/{CELLS}/outcomes"),
        ("POST", f"/v1/{CELLS}/retraining-jobs"),
        ("GET", "/v2/models/toy_cells"),
    ):
        assert call(closed, method, path, headers=cookie).status_code == 401, path


def test_a_key_of_the_role_view_reads_pages_and_nothing_else(closed, key, call):
    headers = {"authorization": f"Bearer {key('view')}"}
    closed.ring.refresh()
    assert call(closed, "GET", "/", headers=headers).status_code == 200
    assert call(closed, "GET", "/docs", headers=headers).status_code == 200
    for method, path in (("GET", "/v1/processes"), ("POST", f"/v1/{CELLS}/predictions"), ("GET", "/metrics")):
        response = call(closed, method, path, headers=headers)
        assert response.status_code == 403, path
        assert "lacks" in response.json()["detail"]


def test_a_key_that_operates_the_service_reads_pages_too(closed, user, key):
    own, one = key("operate"), user(closed)
    closed.ring.refresh()
    one.sign_in(own)
    assert [one.get(path).status_code for path in (*PAGES, HEALTH)] == [200] * (len(PAGES) + 1)


@pytest.mark.parametrize("role", ["predict", "outcome"])
def test_a_key_without_a_role_for_pages_opens_none(closed, user, key, role):
    own, one = key(role), user(closed)
    closed.ring.refresh()
    one.sign_in(own)
    for path in (*PAGES, HEALTH, STREAM):
        response = one.get(path)
        assert response.status_code == 403, path
        assert "Made-up" not in response.text


def test_content_of_another_process_is_left_out(closed, user, key):
    own, one = key("view", processes=(LOTS,)), user(closed)
    closed.ring.refresh()
    one.sign_in(own)
    text = one.get("/").text
    assert "Made-up" in text
    assert CELLS not in text
    assert one.get(f"/dashboard/processes/{LOTS}").status_code == 200
    for path in (*PAGES[1:], HEALTH):
        assert one.get(path).status_code == 404, path


def test_reasons_and_names_of_users_are_for_the_role_operate(closed, viewer, user, key, database):
    own, operator = key("view", "operate"), user(closed)
    closed.ring.refresh()
    operator.sign_in(own)
    with database.begin() as connection:
        audit.add(database, connection, "ann of the line", "promotion", f"{CELLS}, move 1", "better by day")
    assert "ann of the line" in operator.get(HEALTH).text
    text = viewer.get(HEALTH).text
    assert "promotion" in text
    assert "ann of the line" not in text
    assert "better by day" not in text


def test_sign_out_ends_the_session_everywhere(closed, viewer):
    token = viewer.cookies["nonferrous_session"]
    form = viewer.get("/").text.split('name="token" value="')[1][:64]
    assert viewer.post("/dashboard/sign-out", {}, form).headers["location"] == "/dashboard/sign-in"
    assert "nonferrous_session" not in viewer.cookies
    viewer.cookies["nonferrous_session"] = token
    assert viewer.get("/").status_code == 303


def test_a_second_replica_knows_the_session(closed, viewer, make_plant, user):
    other = user(make_plant())
    other.cookies = dict(viewer.cookies)
    assert other.get("/").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "0" * 43, '"><script>', "%00", "a=b"], ids=repr)
def test_a_forged_cookie_is_no_session(closed, user, token):
    one = user(closed)
    one.cookies["nonferrous_session"] = token
    assert one.get("/").status_code == 303


@pytest.mark.parametrize(
    "age",
    [
        pytest.param({"used_at": now() - sessions.IDLE - 10**7}, id="idle"),
        pytest.param({"created_at": now() - sessions.LONGEST - 10**7}, id="too old"),
    ],
)
def test_an_expired_session_is_none(closed, viewer, database, age):
    with database.begin() as connection:
        connection.execute(update(SESSIONS).values(age))
    assert viewer.get("/").status_code == 303


def test_a_session_ends_with_its_key(closed, user, key, database):
    own, one = key("view"), user(closed)
    closed.ring.refresh()
    one.sign_in(own)
    keys.revoke(database, "admin", own)
    closed.ring.refresh()
    assert one.get("/").status_code == 303


def test_an_open_page_learns_of_the_end_of_its_session(closed, viewer, monkeypatch):
    monkeypatch.setattr("dashboard.pages._SESSION_SECONDS", 0.0)
    monkeypatch.setattr(sessions, "key_of", lambda database, token: None)  # as after a sign-out elsewhere
    response = viewer.get(STREAM)
    assert response.text == "event: ended\ndata: \n\n"


@pytest.mark.parametrize("wrong", ["", "nf_unknown", "nf_" + "x" * 43, "密钥", "\x00", "k" * 5000], ids=len)
def test_a_wrong_key_opens_nothing(closed, user, wrong):
    one = user(closed)
    response = one.sign_in(wrong)
    assert response.status_code == 403
    assert "nonferrous_session" not in one.cookies
    assert wrong == "" or wrong not in response.text


def test_an_ended_or_revoked_key_opens_nothing(closed, user, key, database):
    ended = key("view", expires_at=datetime.now(UTC) - timedelta(days=1))
    closed.ring.refresh()
    assert user(closed).sign_in(ended).status_code == 403


def test_attempts_of_one_address_are_limited(closed, user):
    one = user(closed)
    statuses = [one.sign_in("nf_wrong").status_code for _ in range(30)]
    assert statuses[0] == 403
    assert 429 in statuses


@pytest.mark.parametrize("token", ["", "0" * 64, "of another browser"])
def test_a_form_without_its_token_changes_nothing(closed, user, key, token):
    own, one = key("view"), user(closed)
    closed.ring.refresh()
    one.get("/dashboard/sign-in")
    if token == "of another browser":
        other = user(closed)
        token = other.get("/dashboard/sign-in").text.split('name="token" value="')[1][:64]
    for path in ("/dashboard/sign-in", "/dashboard/language"):
        assert one.post(path, {"key": own, "language": "zh", "next": "/"}, token).status_code == 403
    assert not {"nonferrous_session", "nonferrous_language"} & set(one.cookies)
    one.sign_in(own)
    assert one.post("/dashboard/sign-out", {}, token).status_code == 403
    assert one.get("/").status_code == 200


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", "/\n/x", "evil", ""], ids=repr
)
def test_a_form_leads_to_pages_of_this_service_alone(closed, user, key, path):
    own, one = key("view"), user(closed)
    closed.ring.refresh()
    response = one.post("/dashboard/sign-in", {"key": own, "next": path})
    assert response.headers["location"] == "/"
    assert one.get(f"/dashboard/sign-in?next={path!r}").headers["location"] == "/"


def test_cookies_are_for_this_service_alone_and_go_by_tls_where_the_page_did(closed, key, call, database):
    key("view")
    closed.ring.refresh()
    form = call(closed, "GET", "https://127.0.0.1/dashboard/sign-in")
    cookie = form.headers["set-cookie"]
    assert {"HttpOnly", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "samesite=strict" in cookie.lower()
    assert "Secure" not in call(closed, "GET", "/dashboard/sign-in").headers["set-cookie"]


def test_a_service_that_needs_no_key_has_no_form(plant, user):
    one = user(plant)
    assert one.get("/").status_code == 200
    assert one.get("/dashboard/sign-in").headers["location"] == "/"


def test_a_proxy_names_users_where_the_settings_trust_it(make_plant, key, send):
    key("operate")
    app = make_plant(CELLS, trusted_proxies=("10.0.0.1",), user_header="X-User", user_roles=("view",))
    app.users.proxies = {"10.0.0.1"}
    statuses = {}
    for name, peer, header in (
        ("proxy", "10.0.0.1", "王伟"),
        ("proxy without a name", "10.0.0.1", ""),
        ("somebody else", "10.0.0.2", "王伟"),
        ("no peer", None, "王伟"),
    ):
        statuses[name] = _status(app, peer, header)
    assert statuses == {"proxy": 200, "proxy without a name": 303, "somebody else": 303, "no peer": 303}
    untrusting = make_plant()
    untrusting.ring.refresh()
    assert _status(untrusting, "10.0.0.1", "王伟") == 303


def _status(app, peer, header):
    """Status of the overview for a request that came by a connection from an address."""
    sent = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1"), (b"x-user", header.encode())],
        "client": ("10.0.0.9", 1),
        "server": ("127.0.0.1", 80),
    }
    if peer is not None:
        scope[PEER] = peer
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"]
