"""A server is waited for until its first response, and its last words are shown where there is none."""

import sys
import urllib.request
from pathlib import Path

import pytest

from system.programs import free_port
from tests.suite.servers import responds, server


def test_a_server_responds_from_the_start_of_the_block_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("here")
    address = f"http://127.0.0.1:{(port := free_port())}/page"
    command = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "-d", str(tmp_path), str(port)]
    assert not responds(address)
    with server(command, address, tmp_path / "log") as started:
        assert started.poll() is None
        with urllib.request.urlopen(address, timeout=60) as response:
            assert response.read() == b"here"
    assert not responds(address)


def test_a_server_that_ends_at_once_is_shown_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such model')"]
    with pytest.raises(AssertionError, match="no such model"):
        with server(command, f"http://127.0.0.1:{free_port()}/", tmp_path / "log"):
            pytest.fail("nothing answers")
