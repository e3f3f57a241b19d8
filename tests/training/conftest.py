"""Stores of training jobs, made quickly."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="module", autouse=True)
def quick_stores(copy_store: Callable[[Path, Path], None]) -> Iterator[None]:
    """Let every job of these tests copy its store; that a store is made is tested where it is made."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("registry.tracking._make_database", copy_store)
        yield
