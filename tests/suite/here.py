"""What a process of the product does for itself alone and would cost each of thousands of tests in one process much."""

import sys
from collections.abc import Iterator

import pytest

from models.sandbox import child, sandbox
from registry.loading.load_results import TrialLoadResults


@pytest.fixture(scope="session", autouse=True)
def tried_here() -> Iterator[None]:
    """Let models be tried in this process, which takes no second one, and nothing be remembered of it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandbox, "load_errors", lambda folders: [child.load_error(folder) for folder in folders])
        patch.setattr(TrialLoadResults, "remember", lambda self, result: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def unsettled() -> Iterator[None]:
    """Let no service in this process walk all that the tests hold, which takes seconds for each model that it loads.

    Services in processes of their own do: they hold nothing else.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("serving.hot_reload.champions", "serving.shadow.shadows"):
            if name in sys.modules:  # the session has such tests
                patch.setattr(f"{name}.settle", lambda: None)
        yield
