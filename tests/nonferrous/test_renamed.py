"""Commands and options of earlier versions: each ends with exit code 2 and its new name, and does nothing."""

from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from nonferrous.command_line import app
from nonferrous.renamed import COMMANDS, OPTIONS, renamed_option
from tests.nonferrous.test_groups import ALL

RUN = CliRunner()
HAVING = [
    (path, old, new)
    for old, new in OPTIONS.items()
    for path, command in ALL.items()
    if new in {name for one in command.params for name in one.opts}
]


def ended(*arguments: str) -> str:
    done = RUN.invoke(app, list(arguments))
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("old", COMMANDS)
@pytest.mark.parametrize("more", [[], ["zinc_ingot"], ["zinc_ingot", "--help"]], ids=len)
def test_a_command_of_an_earlier_version_states_its_new_name(old: str, more: list[str]) -> None:
    assert ended(*old.split(), *more).endswith(f"`nonferrous {old}` is now `nonferrous {COMMANDS[old]}`\n")


@pytest.mark.parametrize(("path", "old", "new"), HAVING, ids=lambda one: one if isinstance(one, str) else " ".join(one))
@pytest.mark.parametrize("form", ["{}", "{}=1"])
def test_an_option_of_an_earlier_version_states_its_new_name(
    path: tuple[str, ...], old: str, new: str, form: str
) -> None:
    assert ended(*path, form.format(old)) == f"error: {old} is now {new}\n"


def test_new_names_exist_and_each_option_is_of_a_command() -> None:
    for new in COMMANDS.values():
        assert tuple(new.split()) in ALL
    assert {old for _, old, _ in HAVING} == set(OPTIONS)


def test_an_unknown_name_is_as_unknown_as_before() -> None:
    assert "No such command 'comapre'" in ended("comapre")
    assert "No such option: --why" in ended("models", "list", "--why", "x")
    assert "No such option: --live" in ended("up", "--live")
    assert renamed_option("--why", ["--data"]) is None


@pytest.mark.parametrize("group", ["energy", "quality"])
def test_a_group_that_is_gone_names_the_command_that_took_its_place(group: str) -> None:
    assert ended(group) == f"error: `nonferrous {group} report` is now `nonferrous report {group}`\n"


def test_an_option_of_an_earlier_version_is_not_ignored_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: Any, **named: Any) -> None:
        raise AssertionError("the command runs")

    monkeypatch.setattr("registry.promotion.promote", never)
    assert "--why is now --reason" in ended("models", "promote", "zinc_ingot", "1", "--reason", "a", "--why", "b")
    assert typer.main.get_command(app).commands["models"].commands["promote"].hidden is False
