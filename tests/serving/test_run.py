"""The service as a process of its own on the loopback interface."""

import asyncio
import itertools
import json
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from models import files
from models.regression.model import RegressionModel

pytestmark = pytest.mark.service

Running = Any
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
        response = client.post("/v1/toy_cells/predictions", json=ROWS)
        assert response.status_code == 200
        expected = files.load(folder).answer(np.array([[np.nan, 10.0, 4.0]]), 0.9)["y"]
        assert response.json()["predictions"][0]["y"]["value"] == expected.value[0]
        long = client.post("/v1/toy_cells/predictions", json={"rows": ROWS["rows"] * 2000})
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
        "0.0.0.0 is reached from other machines and nobody has a valid key: make one with `nonferrous keys make`, or "
        "let anybody ask with --insecure\n"
    )


def test_with_a_certificate_it_speaks_tls_alone(folder: Path, running: Running, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    made += ["-days", "1", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    files_ = {"NONFERROUS_CERTIFICATE": str(certificate), "NONFERROUS_PRIVATE_KEY": str(key)}
    with running(folder, **files_) as (_, address):
        assert address.startswith("https://127.0.0.1:")
        trusted = ssl.create_default_context(cafile=certificate)
        assert httpx.get(f"{address}/health/live", verify=trusted, timeout=PATIENCE).status_code == 200
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{address.replace('https', 'http')}/health/live", timeout=PATIENCE)


def test_an_end_under_load_answers_all_that_was_accepted(folder: Path, running: Running) -> None:
    async def loaded(address: str, process: subprocess.Popen[str]) -> list[int | str]:
        found: list[int | str] = []

        async def client() -> None:
            limits = httpx.Limits(max_connections=1)
            async with httpx.AsyncClient(base_url=address, limits=limits, timeout=PATIENCE) as own:
                while True:
                    try:
                        found.append((await own.post("/v1/toy_cells/predictions", json=ROWS)).status_code)
                    except httpx.ConnectError:
                        return  # it listens no more
                    except httpx.HTTPError as error:
                        found.append(repr(error))
                        return

        clients = [asyncio.create_task(client()) for _ in range(8)]
        async with asyncio.timeout(PATIENCE):
            while len(found) < 400:
                await asyncio.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(*clients)
        return found

    with running(folder) as (process, address):
        found = asyncio.run(loaded(address, process))
        # uvicorn passes the signal on when all is answered
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
    assert set(found) == {200}


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

    limits = {"NONFERROUS_MAX_BODY_BYTES": str(most), "NONFERROUS_MAX_HELD_BYTES": str(4 * most)}
    with running(folder, **limits) as (_, address), ThreadPoolExecutor(8) as clients:
        asked = [clients.submit(hostile, address, i) for i in range(8)]
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
        for one in asked:
            one.result()
        assert seen <= {200, 400, 413, 422, 503}
        assert httpx.post(f"{address}{url}", json=ROWS, timeout=PATIENCE).status_code == 200


@pytest.mark.browser
def test_the_documentation_is_drawn_under_its_own_policy(folder: Path, running: Running) -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("Chromium is not installed: apt-get install chromium (CONTRIBUTING.md)")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += [f"--user-data-dir={folder.parent / 'profile'}", "--virtual-time-budget=10000", "--enable-logging=stderr"]
    with running(folder) as (_, address):
        page = [chromium, *flags, "--dump-dom", f"{address}/docs"]
        drawn = subprocess.run(page, capture_output=True, text=True, timeout=120)
    assert "/v1/toy_cells/predictions" in drawn.stdout
    assert "Content Security Policy" not in drawn.stderr
