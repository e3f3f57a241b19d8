"""The service as a process of its own on the loopback interface."""

import asyncio
import itertools
import json
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from models.regression.model import RegressionModel
from models.storage import model_files
from serving.middleware.certificate import load
from tests.suite.tools import needed

pytestmark = pytest.mark.service

Running = Any
Make = Callable[..., tuple[Path, Path]]
ROWS = {"rows": [{"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.0, "z": 4.0}]}
PATIENCE = 120.0  # s


@pytest.fixture
def folder(save_toy_model: Callable[..., RegressionModel], toy_folder: Callable[..., Path], tmp_path: Path) -> Path:
    toy_folder("toy_cells")
    save_toy_model(tmp_path / "model")
    return tmp_path / "model"


def wait_until_ready(client: httpx.Client) -> None:
    """A model answers before every champion was looked for: the service is ready a moment later."""
    patience = time.monotonic() + PATIENCE
    while (response := client.get("/health/ready")).status_code != 200:
        assert response.status_code == 503
        assert time.monotonic() < patience, response.text
        time.sleep(0.01)


def test_a_real_process_answers_and_ends_on_ctrl_c(folder: Path, running: Running) -> None:
    with running(folder) as (process, address), httpx.Client(base_url=address, timeout=PATIENCE) as client:
        wait_until_ready(client)
        response = client.post("/v1/toy_cells/predictions", json=ROWS | {"digits": "all"})
        assert response.status_code == 200
        expected = model_files.load(folder).answer(np.array([[np.nan, 10.0, 4.0]]), 0.9)["y"]
        assert response.json()["predictions"][0]["y"]["value"] == expected.value[0]
        long = client.post("/v1/toy_cells/predictions", json={"rows": ROWS["rows"] * 2000, "digits": "all"})
        assert len(long.json()["predictions"]) == 2000
        assert {one["y"]["value"] for one in long.json()["predictions"]} == {expected.value[0]}
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert "Traceback" not in running.log(folder).read_text()


def test_a_body_that_is_too_long_is_told_while_it_is_sent(folder: Path, running: Running) -> None:
    with running(folder, NONFERROUS_MAX_BODY_BYTES="100000") as (_, address):
        with httpx.Client(base_url=address, timeout=PATIENCE) as client:
            response = client.post(
                "/v1/toy_cells/predictions", content=b" " * 20_000_000, headers={"content-type": "application/json"}
            )
            assert response.status_code == 413
            assert response.headers["content-type"] == "application/problem+json"
            assert client.get("/health/live").status_code == 200


@pytest.mark.parametrize("listens", [True, False], ids=["listened on", "bound alone"])
def test_a_port_that_is_taken_is_one_line_and_exit_code_2(folder: Path, running: Running, listens: bool) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        if listens:
            taken.listen()
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            running.command(folder),
            env=running.environment(folder, NONFERROUS_PORT=port),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    assert ended.returncode == 2
    assert ended.stderr == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another with NONFERROUS_PORT\n"
    )


def test_a_host_that_is_none_is_one_line_and_exit_code_2(folder: Path, running: Running) -> None:
    ended = subprocess.run(
        running.command(folder),
        env=running.environment(folder, NONFERROUS_HOST="256.0.0.1"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("cannot listen on 256.0.0.1:0: ")
    assert ended.stderr.count("\n") == 1


def test_other_machines_are_not_let_in_without_a_key_unless_that_is_said(folder: Path, running: Running) -> None:
    command = running.command(folder)
    ended = subprocess.run(
        command,
        env=running.environment(folder, NONFERROUS_HOST="0.0.0.0"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "0.0.0.0 is reachable from other machines and no valid key exists: create one with `nonferrous keys create`, "
        "or admit all callers with --insecure\n"
    )


def tls(certificate: Path, key: Path) -> dict[str, str]:
    return {"NONFERROUS_CERTIFICATE": str(certificate), "NONFERROUS_PRIVATE_KEY": str(key)}


def test_with_a_certificate_it_speaks_tls_alone(folder: Path, running: Running, make_certificate: Make) -> None:
    certificate, key = make_certificate()
    with running(folder, **tls(certificate, key)) as (_, address):
        assert address.startswith("https://127.0.0.1:")
        trusted = ssl.create_default_context(cafile=certificate)
        assert httpx.get(f"{address}/health/live", verify=trusted, timeout=PATIENCE).status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{address.replace('https', 'http')}/health/live", timeout=PATIENCE)
        ends = load(certificate, key).ends.timestamp()
        metrics = httpx.get(f"{address}/metrics", verify=trusted, timeout=PATIENCE).text
        assert float(re.findall(r"^nonferrous_certificate_expiry_timestamp_seconds (.+)$", metrics, re.M)[0]) == ends


@pytest.mark.parametrize("fault", ["absent", "encrypted", "another key"])
def test_a_file_of_tls_that_cannot_be_used_is_one_line_that_names_it(
    folder: Path, running: Running, make_certificate: Make, fault: str
) -> None:
    (certificate, key), (_, other) = make_certificate(), make_certificate()
    bad = other if fault == "another key" else key
    if fault == "absent":
        key.unlink()
    if fault == "encrypted":
        lock = [needed("openssl"), "pkey", "-aes256", "-passout", "pass:x", "-in", str(key)]
        key.write_bytes(subprocess.run(lock, check=True, capture_output=True).stdout)
    ended = subprocess.run(
        running.command(folder),
        env=running.environment(folder, **tls(certificate, bad), NONFERROUS_HOME=str(folder.parent / "home")),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"no TLS, NONFERROUS_CERTIFICATE or NONFERROUS_PRIVATE_KEY: {bad}: ")
    assert ended.stderr.count("\n") == 1
    assert not (folder.parent / "home").exists()


def served_by(address: str) -> bytes | None:
    """Certificate that a service presents to a new connection."""
    any_one = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    any_one.check_hostname, any_one.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=PATIENCE) as line:
        with any_one.wrap_socket(line) as spoken:
            return spoken.getpeercert(binary_form=True)


def wait_for_log(running: Running, folder: Path, message: str) -> None:
    patience = time.monotonic() + PATIENCE
    while message not in running.log(folder).read_text():
        assert time.monotonic() < patience, running.log(folder).read_text()
        time.sleep(0.02)


def test_a_renewed_certificate_is_taken_up_on_sighup_and_a_bad_one_is_not(
    folder: Path, running: Running, make_certificate: Make
) -> None:
    (certificate, key), (renewed, its_key) = make_certificate(), make_certificate()
    new = ssl.PEM_cert_to_DER_cert(renewed.read_text())
    with running(folder, **tls(certificate, key)) as (process, address):
        before = ssl.create_default_context(cafile=certificate)
        with httpx.Client(base_url=address, verify=before, timeout=PATIENCE) as client:
            assert client.get("/health/live").status_code == 200
            shutil.copy(renewed, certificate)
            shutil.copy(its_key, key)
            process.send_signal(signal.SIGHUP)
            wait_for_log(running, folder, "the certificate was read again")
            assert client.get("/health/live").status_code == 200  # on the connection of before
        assert served_by(address) == new
        certificate.write_text("none")
        process.send_signal(signal.SIGHUP)
        wait_for_log(running, folder, f"the one of before stays: {certificate}: expected a certificate in PEM")
        assert served_by(address) == new
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def test_sighup_without_tls_is_a_line_in_the_log_and_no_end(folder: Path, running: Running) -> None:
    with running(folder) as (process, address):
        process.send_signal(signal.SIGHUP)
        wait_for_log(running, folder, "SIGHUP: there is no certificate to read again")
        assert httpx.get(f"{address}/health/live", timeout=PATIENCE).status_code == 200


def opened_many(held: ExitStack, port: int, count: int, first: bytes = b"") -> None:
    """Connections that say so much and no more, while these are held; those that were closed again count too."""
    for _ in range(count):
        with suppress(ConnectionError):  # it was closed at once
            held.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(first)


@pytest.mark.parametrize("spoken", ["plain", "TLS"])
def test_few_files_and_many_silent_connections_leave_others_answered(
    folder: Path, running: Running, make_certificate: Make, spoken: str
) -> None:
    files_ = make_certificate()
    verify = ssl.create_default_context(cafile=files_[0])
    limits = {"NONFERROUS_MAX_CONNECTIONS": "64", **(tls(*files_) if spoken == "TLS" else {})}
    with running(folder, **limits) as (process, address), ExitStack() as held:
        resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (256, 256))
        opened_many(held, int(address.rpartition(":")[2]), 500)
        for _ in range(20):
            assert httpx.get(f"{address}/health/live", verify=verify, timeout=PATIENCE).status_code == 200
            requested = httpx.post(f"{address}/v1/toy_cells/predictions", json=ROWS, verify=verify, timeout=PATIENCE)
            assert requested.status_code == 200


@pytest.mark.long("holds hundreds of connections")
def test_others_are_answered_while_bodies_of_one_byte_are_held(folder: Path, running: Running) -> None:
    url = "/v1/toy_cells/predictions"
    part = f"POST {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"
    limits = {"NONFERROUS_MAX_CONNECTIONS": "300", "NONFERROUS_MAX_CONNECTIONS_PER_CLIENT": "200"}
    with running(folder, **limits) as (_, address), ExitStack() as held:
        opened_many(held, int(address.rpartition(":")[2]), 500, part.encode())
        for _ in range(20):
            assert httpx.get(f"{address}/health/live", timeout=PATIENCE).status_code == 200
            assert httpx.post(f"{address}{url}", json=ROWS, timeout=PATIENCE).status_code == 200


def test_an_end_under_load_answers_all_that_was_accepted(folder: Path, running: Running) -> None:
    async def loaded(address: str, process: subprocess.Popen[str]) -> list[int | str]:
        result: list[int | str] = []

        async def client() -> None:
            limits = httpx.Limits(max_connections=1)
            async with httpx.AsyncClient(base_url=address, limits=limits, timeout=PATIENCE) as own:
                while True:
                    try:
                        result.append((await own.post("/v1/toy_cells/predictions", json=ROWS)).status_code)
                    except httpx.ConnectError:
                        return  # it listens no more
                    except httpx.HTTPError as error:
                        result.append(repr(error))
                        return

        clients = [asyncio.create_task(client()) for _ in range(8)]
        async with asyncio.timeout(PATIENCE):
            while len(result) < 400:
                await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*clients)
        return result

    with running(folder) as (process, address):
        completed = asyncio.run(loaded(address, process))
        # uvicorn passes the signal on when all is answered
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
    assert set(completed) == {200}


@pytest.mark.long("opens thousands of connections")
def test_health_answers_while_thousands_of_connections_are_silent(folder: Path, running: Running) -> None:
    with running(folder, NONFERROUS_MAX_CONNECTIONS="1500") as (_, address):
        port = int(address.rpartition(":")[2])
        with ExitStack() as open_:
            for _ in range(2000):
                open_.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(20):
                assert httpx.get(f"{address}/health/live", timeout=PATIENCE).status_code == 200
            response = httpx.post(f"{address}/v1/toy_cells/predictions", json=ROWS, timeout=PATIENCE)
            assert response.status_code == 200


@pytest.mark.long("sends the largest bodies")
def test_others_are_answered_while_eight_clients_send_the_largest_bodies(folder: Path, running: Running) -> None:
    most = 4 * 2**20
    url = "/v1/toy_cells/predictions"
    bodies = [
        json.dumps({"rows": ROWS["rows"] * 10_000}).encode(),
        json.dumps({"rows": [*ROWS["rows"] * 10_000, {}]}).encode(),
        b'{"rows":[' + b"1," * (most // 2 - 10) + b"1]}",
        b"[" * most,
        b'{"rows":"' + b"x" * (most - 11) + b'"}',
    ]
    kind = {"content-type": "application/json"}
    ended, seen = threading.Event(), set[int]()

    def hostile(address: str, first: int) -> None:
        for body in itertools.islice(itertools.cycle(bodies), first, None):
            if ended.is_set():
                return
            seen.add(httpx.post(f"{address}{url}", content=body, headers=kind, timeout=120).status_code)

    limits = {"NONFERROUS_MAX_BODY_BYTES": str(most), "NONFERROUS_MAX_TOTAL_BODY_BYTES": str(4 * most)}
    with running(folder, **limits) as (_, address), ThreadPoolExecutor(8) as clients:
        requested = [clients.submit(hostile, address, i) for i in range(8)]
        patience = time.monotonic() + PATIENCE
        try:
            # At least so often, and until each kind of body has once found room.
            for number in itertools.count():
                assert httpx.get(f"{address}/health/live", timeout=PATIENCE).status_code == 200
                assert httpx.post(f"{address}{url}", json=ROWS, timeout=PATIENCE).status_code in (200, 503)
                if number >= 29 and {413, 422} <= seen:
                    break
                assert time.monotonic() < patience, seen
        finally:
            ended.set()
        for one in requested:
            one.result()
        assert seen <= {200, 400, 413, 422, 503}
        assert httpx.post(f"{address}{url}", json=ROWS, timeout=PATIENCE).status_code == 200


@pytest.mark.browser
def test_the_documentation_is_drawn_under_its_own_policy(folder: Path, running: Running) -> None:
    chromium = needed("chromium")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += [f"--user-data-dir={folder.parent / 'profile'}", "--virtual-time-budget=10000", "--enable-logging=stderr"]
    with running(folder) as (_, address):
        for path in ("/docs", "/v1/toy_cells/docs"):
            page = [chromium, *flags, "--dump-dom", f"{address}{path}"]
            drawn = subprocess.run(page, capture_output=True, text=True, timeout=120)
            assert 'id="operations-predictions-predict"' in drawn.stdout
            assert '<a href="/v1/toy_cells/docs">toy_cells</a>' in drawn.stdout
            assert "Content Security Policy" not in drawn.stderr
