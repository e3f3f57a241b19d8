"""Pages of a service as a process of its own: streams end with it, and proxies name users."""

import re
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from records import keys
from records.database import Database

pytestmark = pytest.mark.service

PATIENCE = 120.0  # s
STREAM = "/dashboard/stream?page=overview"


@pytest.fixture
def folder(save_toy_model: Callable[..., object], toy_folder: Callable[..., Path], tmp_path: Path) -> Path:
    toy_folder("toy_cells")
    save_toy_model(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with the records of a service that needs keys."""
    own = tmp_path / "home"
    with closing(Database(f"sqlite:///{own / 'records.db'}")) as database:
        keys.make(database, "admin", "gateway", ["predict"])
    return own


def test_an_open_page_does_not_hold_up_the_end_of_the_service(folder: Path, running: Any, tmp_path: Path) -> None:
    patient = {"NONFERROUS_SHUTDOWN_TIMEOUT_SECONDS": "600", "NONFERROUS_HOME": str(tmp_path / "home")}
    with running(folder, **patient) as (process, address), httpx.Client(base_url=address, timeout=PATIENCE) as client:
        with client.stream("GET", STREAM) as response:
            assert "data: " in next(response.iter_text())
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) == 0
        assert "Traceback" not in running.log(folder).read_text()


@pytest.mark.parametrize(
    ("trusted", "headers", "status"),
    [
        pytest.param("127.0.0.1", {"X-User": "ann"}, 200, id="trusted proxy"),
        pytest.param("127.0.0.1", {"X-User": "ann", "X-Forwarded-For": "10.1.1.1"}, 200, id="forwarded address"),
        pytest.param("127.0.0.1", {}, 303, id="no name"),
        pytest.param("10.9.9.9", {"X-User": "ann"}, 303, id="another address"),
        pytest.param("10.9.9.9", {"X-User": "ann", "X-Forwarded-For": "10.9.9.9"}, 303, id="pretended address"),
    ],
)
def test_a_trusted_proxy_names_users(
    folder: Path, running: Any, home: Path, trusted: str, headers: dict[str, str], status: int
) -> None:
    own = {"NONFERROUS_TRUSTED_PROXIES": trusted, "NONFERROUS_USER_HEADER": "X-User", "NONFERROUS_HOME": str(home)}
    with running(folder, **own) as (_, address), httpx.Client(base_url=address, timeout=PATIENCE) as client:
        response = client.get("/", headers=headers)
        assert response.status_code == status
        assert ("ann" in re.findall(r'<span class="user">(.*?)</span>', response.text)) is (status == 200)
        assert client.post("/v1/toy_cells/predictions", headers=headers, json={"rows": []}).status_code == 401
