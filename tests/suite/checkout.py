"""The checkout is the same after the tests as before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CACHES = {".hypothesis", ".pytest_cache", "__pycache__"}  # of pytest, Hypothesis and Python


def entries() -> set[str]:
    """Names of what lies in the checkout's folder."""
    return {path.name for path in ROOT.iterdir()} - CACHES


@pytest.fixture(scope="session", autouse=True)
def checkout_is_as_before() -> Iterator[None]:
    """End the session with an error where a test wrote beside the code, as into `.nonferrous` for want of a home."""
    before = entries()
    yield
    assert entries() - before == set(), "a test wrote into the checkout"
