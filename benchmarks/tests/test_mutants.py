"""Changes that `make mutants` excludes are changes of code that exists."""

import fnmatch
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXCLUDED = tomllib.loads((ROOT / "benchmarks" / "mutants" / "equivalents.toml").read_text(encoding="utf-8"))["changes"]
ROOMS = ("models", "operations", "physics", "registry", "seeds", "serving", "synthetic_data", "training")


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Text of each file of the packages that are changed."""
    files = [path for room in ROOMS for path in (ROOT / room).glob("**/*.py")]
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files}


@pytest.mark.parametrize("one", EXCLUDED, ids=lambda one: f"{one['file']}: {one['code']} to {one['changed_to']}")
def test_an_excluded_change_names_code_that_exists_and_a_reason(one: dict[str, str], sources: dict[str, str]) -> None:
    assert set(one) == {"file", "code", "changed_to", "reason"}
    assert one["code"] != one["changed_to"]
    assert one["reason"]
    assert any(one["code"] in text for file, text in sources.items() if fnmatch.fnmatch(file, one["file"]))
