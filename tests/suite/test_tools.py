"""A test that needs a program says so where there is none."""

from pathlib import Path

import pytest

from tests.suite import tools


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {name: (lambda: None, package) for name, (_, package) in tools.PROGRAMS.items()}
    monkeypatch.setattr(tools, "PROGRAMS", absent)


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize("name", tools.PROGRAMS)
def test_a_program_that_is_absent_skips_a_test_and_names_its_package(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=rf"^{name} is not installed: apt-get install [a-z-]+$"):
        tools.needed(name)


@pytest.mark.usefixtures("bare")
def test_in_continuous_integration_it_fails_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match=r"^promtool is not installed: apt-get install promtool$"):
        tools.needed("promtool")


def test_a_program_of_several_names_is_found_by_any(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "google-chrome"
    program.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tools.needed("chromium") == str(program)
