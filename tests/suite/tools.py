"""Programs that some tests need beside Python, make and git."""

import os
import shutil
from collections.abc import Callable
from functools import partial
from typing import NoReturn

import pytest

from tests.suite.postgresql import initdb

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def browser() -> str | None:
    """Path of a Chromium of this machine."""
    return next((result for result in map(shutil.which, BROWSERS) if result), None)


# How each is found, and the package of Debian that brings it.
PROGRAMS: dict[str, tuple[Callable[[], str | None], str]] = {
    "chromium": (browser, "chromium"),
    "java": (partial(shutil.which, "java"), "default-jre-headless"),
    "initdb": (initdb, "postgresql"),
    "kustomize": (partial(shutil.which, "kustomize"), "kustomize"),
    "mosquitto": (partial(shutil.which, "mosquitto", path=f"{os.environ['PATH']}:/usr/sbin"), "mosquitto"),
    "mosquitto_sub": (partial(shutil.which, "mosquitto_sub"), "mosquitto-clients"),
    "nginx": (partial(shutil.which, "nginx", path=f"{os.environ['PATH']}:/usr/sbin"), "nginx-light"),
    "openssl": (partial(shutil.which, "openssl"), "openssl"),
    "node": (partial(shutil.which, "node"), "nodejs"),
    "promtool": (partial(shutil.which, "promtool"), "promtool"),
    "systemd-analyze": (partial(shutil.which, "systemd-analyze"), "systemd"),
    "tsc": (partial(shutil.which, "tsc"), "node-typescript"),
}


def needed(name: str) -> str:
    """Path of an installed program; without it the test is skipped, or fails in continuous integration.

    Parameters
    ----------
    name : str
        One of `PROGRAMS`.

    Returns
    -------
    str
        Path of the program.
    """
    find, package = PROGRAMS[name]
    return find() or absent(f"{name} is not installed: apt-get install {package}")


def absent(reason: str) -> NoReturn:
    """Skip the test for what the machine lacks, or fail it where CI is set: continuous integration lacks nothing."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
