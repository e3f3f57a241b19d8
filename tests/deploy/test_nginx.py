"""nginx as deploy/nginx.conf configures it asks another replica where one cannot answer."""

from __future__ import annotations

import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.suite.nginx import ADDRESS, SITE, Nginx
from tests.suite.tools import needed

pytestmark = pytest.mark.service
BODY = b'{"rows": []}' * 1000


class Replica(ThreadingHTTPServer):
    """A server that answers requests with a status, or ends the connection where there is none."""

    def __init__(self, status: int | None) -> None:
        self.status, self.bodies = status, list[bytes]()
        super().__init__((ADDRESS, 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    server: Replica

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        if self.server.status is None:
            self.close_connection = True
        else:
            self._answer(self.server.status)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def behind_nginx(folder: Path, *statuses: int | None) -> Iterator[tuple[str, list[Replica]]]:
    program = needed("nginx")
    with ExitStack() as stack:
        replicas = [stack.enter_context(closing(Replica(status))) for status in statuses]
        nginx = Nginx(program, folder / "nginx", [replica.server_port for replica in replicas])
        stack.callback(nginx.kill)
        yield f"http://{ADDRESS}:{nginx.port}/v1/aluminium_reduction/predictions", replicas


def sent(address: str) -> int:
    """Status of a request with a body."""
    try:
        with urllib.request.urlopen(address, BODY, timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("statuses", [(503, None, 200), (None, 200, 503), (200, 503, 503)])
def test_every_request_reaches_the_replica_that_can_answer(tmp_path: Path, statuses: tuple[int | None, ...]) -> None:
    with behind_nginx(tmp_path, *statuses) as (address, replicas):
        assert [sent(address) for _ in range(12)] == [200] * 12
        answered, *others = sorted(replicas, key=lambda replica: replica.status != 200)
        assert answered.bodies == [BODY] * 12
        assert any(replica.bodies for replica in others)


def test_a_replica_that_ended_is_not_missed(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, 200, 200, 200) as (address, replicas):
        replicas[0].close()
        replicas[1].close()
        assert [sent(address) for _ in range(12)] == [200] * 12


@pytest.mark.parametrize("status", [422, 500, 507])
def test_other_errors_are_answers(tmp_path: Path, status: int) -> None:
    with behind_nginx(tmp_path, status, status, status) as (address, replicas):
        assert sent(address) == status
        assert sum(len(replica.bodies) for replica in replicas) == 1


def test_without_any_replica_the_answer_is_an_error_and_the_next_one_is_tried_again(tmp_path: Path) -> None:
    with behind_nginx(tmp_path, 503, 503, 503) as (address, replicas):
        assert sent(address) in (502, 503)
        for replica in replicas:
            replica.status = 200
        statuses = [sent(address) for _ in range(3)]
        assert statuses[-1] == 200


def test_the_shipped_file_is_complete(tmp_path: Path) -> None:
    program = needed("nginx")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=plant")
    subprocess.run([needed("openssl"), *made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    site = SITE.read_text(encoding="utf-8")
    site = site.replace("/etc/ssl/predictions.key", str(key)).replace("/etc/ssl/predictions.pem", str(certificate))
    file = tmp_path / "nginx.conf"
    file.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{site}\n}}\n", encoding="utf-8")
    checked = subprocess.run([program, "-t", "-e", "stderr", "-c", file], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr
