"""Special functions: those of scipy, whatever was imported first, and without its package where they need none."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import scipy.special

from physics import special

X = np.array([*np.linspace(-40.0, 40.0, 4001), 0.0, -0.0, 1e-300, -1e300, 1e300, np.inf, -np.inf, np.nan])
P = np.array([*np.linspace(0.0, 1.0, 1001), 1e-300, np.nan])


@pytest.mark.parametrize("name", ["erf", "erfcx", "expit", "log_ndtr", "ndtr"])
def test_of_numbers_equals_that_of_scipy(name: str) -> None:
    np.testing.assert_array_equal(getattr(special, name)(X), getattr(scipy.special, name)(X))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ndtri", (P,)),
        ("ndtri_exp", (-np.abs(X),)),
        ("betainc", (3.0, 5.0, P)),
        ("betaincc", (3.0, 5.0, P)),
        ("betaincinv", (3.0, 5.0, P)),
    ],
)
def test_of_shares_equals_that_of_scipy(name: str, given: tuple[Any, ...]) -> None:
    np.testing.assert_array_equal(getattr(special, name)(*given), getattr(scipy.special, name)(*given))


def test_the_quantile_of_one_chance_is_that_of_scipy() -> None:
    probabilities = [*np.linspace(0.001, 0.999, 999), 1e-300, 1e-9, 1.0 - 1e-9]
    result = [special.normal_quantile(probability) for probability in probabilities]
    np.testing.assert_allclose(result, scipy.special.ndtri(probabilities), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("first", ["physics.special", "scipy.special"])
def test_scipys_package_and_its_module_go_together(first: str) -> None:
    """In either order, in a process that has imported neither."""
    second = {"physics.special": "scipy.special", "scipy.special": "physics.special"}[first]
    code = (
        f"import {first}, {second}, sys, physics.special as ours, scipy.special as theirs\n"
        "assert ours.ndtr(-1.0) == theirs.ndtr(-1.0) and ours.expit(2.0) == theirs.expit(2.0)\n"
        "assert ours.ndtri(0.9) == theirs.ndtri(0.9)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_service_starts_without_scipys_package() -> None:
    code = (
        "import sys, serving.app, serving.settings\n"
        "serving.app.create_app(serving.settings.read_settings())\n"
        "assert 'scipy.special' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_scipy_that_keeps_them_elsewhere_is_asked_by_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(special, "_MODULE", object())
    assert special._now("ndtr") is scipy.special.ndtr
