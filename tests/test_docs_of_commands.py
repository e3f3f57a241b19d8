"""Commands and options that the documents name are those of the command line."""

import re
from typing import Any

import pytest
import typer.main

from nonferrous.command_line import app
from nonferrous.renamed import COMMANDS, OPTIONS
from tests.test_docs import DOCS, PAGES, ROOT

PROGRAM: Any = typer.main.get_command(app)
UPGRADE = DOCS / "how-to" / "upgrade_to_0_2.md"
TYPED = re.compile(r"\bnonferrous (?:--(?:seeds|home) \S+ )*([a-z][a-z-]*)(?: ([a-z][a-z-]*)\b)?((?:\\\n|[^\n`|])*)")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_of_the_documents_exists_with_its_options(path):
    text = path.read_text(encoding="utf-8")
    if path == UPGRADE:
        text = re.sub(r"## Renamed commands and options.*?\n## ", "", text, flags=re.DOTALL)
    for first, second, remaining in TYPED.findall(text):
        command = PROGRAM.commands.get(first)
        assert command is not None, f"nonferrous {first}"
        if hasattr(command, "commands") and second:
            command = command.commands.get(second)
            assert command is not None, f"nonferrous {first} {second}"
        known = {name for one in command.params for name in one.opts} | {"--help"}
        typed = set(re.findall(r"(?<![\w\"'-])--[a-z][a-z-]+", re.sub(r"\"[^\"]*\"", "", remaining)))
        assert typed <= known, f"nonferrous {first} {second}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_document_names_an_option_of_an_earlier_version(path):
    if path != UPGRADE:
        text = path.read_text(encoding="utf-8")
        others = set(OPTIONS) - {"--days"}  # `monitor` has it
        assert not {old for old in others if re.search(rf"(?<![\w-]){old}(?![\w-])", text)}


def test_the_upgrade_guide_lists_every_renamed_command_and_option():
    text = UPGRADE.read_text(encoding="utf-8")
    for old, new in COMMANDS.items():
        assert f"- `{old}` → `{new}`\n" in text
    for old, new in OPTIONS.items():
        assert re.search(rf"- `{old}`[^→]* → `{new}`\n", text), old
