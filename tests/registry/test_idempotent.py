"""What a tracking server makes once, asked by MLflow's own client: a server that errs after it has done its part."""

import json
import os
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from registry import idempotent
from registry.idempotent import LOCK, RETRIES, made_once, registered, started

MADE = {"registered-models/create": "models", "model-versions/create": "versions", "runs/create": "runs"}


class Answering(BaseHTTPRequestHandler):
    """A tracking server of a few calls; `before` and `after` count the errors to come of a call, by its name."""

    def do_GET(self):
        self.answer({})

    def do_POST(self):
        self.answer(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def answer(self, given):
        name, server = urlsplit(self.path).path.removeprefix("/api/2.0/mlflow/"), self.server
        server.asked[name] += 1
        if server.before[name]:
            server.before[name] -= 1
            return self.say(500, {})
        result = server.done(name, given)
        if server.after[name]:
            server.after[name] -= 1
            return self.say(500, {})
        return self.say(200, result)

    def say(self, status, result):
        body = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """What was made, and how often each call was asked."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answering)
        self.before, self.after, self.asked = Counter(), Counter(), Counter()
        self.made = {"models": [], "versions": [], "runs": []}

    @property
    def uri(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def done(self, name, given):
        models, versions, runs = self.made.values()
        if name == "registered-models/create":
            models.append({"name": given["name"]})
            return {"registered_model": models[-1]}
        if name == "model-versions/create":
            retained = {key: given[key] for key in ("name", "source", "run_id", "tags")}
            versions.append(retained | {"version": str(len(versions) + 1)})
            return {"model_version": versions[-1]}
        if name == "runs/create":
            predictions = {"run_id": f"run{len(runs)}", "experiment_id": "4", "status": "RUNNING"}
            runs.append({"info": predictions | {"start_time": given["start_time"]}, "data": {"tags": given["tags"]}})
            return {"run": runs[-1]}
        return {
            "registered-models/search": {"registered_models": models},
            "model-versions/search": {"model_versions": versions},
            "runs/search": {"runs": runs},
        }[name]


@pytest.fixture
def server(monkeypatch):
    """A server that has nothing yet, whom a second request reaches at once."""
    monkeypatch.setenv(RETRIES, "2")
    monkeypatch.setattr(idempotent, "PAUSE", 0.0)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")
    with Server() as one:
        thread = threading.Thread(target=one.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield one
        one.shutdown()
        thread.join()


def register(server):
    client = MlflowClient(server.uri, server.uri)
    return registered(client, server.uri, "p", "A process", "run1", "m-1", {"gate": "refused"})


def test_a_version_whose_answer_was_lost_is_registered_once(server):
    server.after["model-versions/create"] = 1
    result = register(server)
    assert (result.version, result.tags) == ("1", {"gate": "refused"})
    assert len(server.made["versions"]) == 1
    assert server.asked["model-versions/create"] == 1


def test_a_registered_model_whose_answer_was_lost_is_made_once(server):
    server.after["registered-models/create"] = 1
    assert register(server).version == "1"
    assert (len(server.made["models"]), len(server.made["versions"])) == (1, 1)


def test_a_run_whose_answer_was_lost_is_begun_once(server):
    server.after["runs/create"] = 1
    result = started(MlflowClient(server.uri), server.uri, "4", "first", {LOCK: "mine"})
    assert result.info.run_id == "run0"
    assert len(server.made["runs"]) == server.asked["runs/create"] == 1


@pytest.mark.parametrize("call", ["registered-models/create", "model-versions/create"])
def test_what_a_server_has_not_done_is_asked_for_again_as_often_as_mlflow_would(server, call):
    server.before[call] = 2
    assert register(server).version == "1"
    assert (server.asked[call], len(server.made["versions"])) == (3, 1)
    assert os.environ[RETRIES] == "2"


def test_a_server_that_never_does_its_part_is_given_up(server):
    server.before["model-versions/create"] = 9
    with pytest.raises(MlflowException, match="500"):
        register(server)
    assert server.asked["model-versions/create"] == 3


def test_another_version_of_the_same_run_is_none_of_this_model(server):
    server.done("model-versions/create", {"name": "p", "source": "models:/m-0", "run_id": "run1", "tags": []})
    server.after["model-versions/create"] = 1
    assert register(server).version == "2"


def raised(error):
    def make():
        raise error

    return make


def test_each_second_request_waits_twice_as_long_as_the_one_before(monkeypatch):
    monkeypatch.setenv(RETRIES, "3")
    waited = []
    with pytest.raises(MlflowException, match="it"):
        made_once("http://ml", lambda: None, raised(MlflowException("it")), waited.append)
    assert waited == [2.0, 4.0, 8.0]


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("sqlite:///mlflow.db", MlflowException("disk is full")),
        ("http://ml", MlflowException.invalid_parameter_value("a wrong name")),
        ("http://ml", ValueError("no trouble of a server")),
    ],
)
def test_what_another_request_does_not_mend_is_raised_at_once(monkeypatch, uri, error):
    monkeypatch.setenv(RETRIES, "3")
    with pytest.raises(type(error)):
        made_once(uri, raised(AssertionError("looked up")), raised(error), raised(AssertionError("waited")))
