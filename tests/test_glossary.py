"""The glossary is one alphabetical list, and its roles are those of the seeds."""

import re
from pathlib import Path
from typing import get_args

from seeds.format.column import Role

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "glossary.md"
LONGEST = 30  # words of a definition


def rows(heading: str) -> list[list[str]]:
    """Cells of the first table below a heading, without its head."""
    lines = PAGE.read_text(encoding="utf-8").split(f"{heading}\n", 1)[1].split("\n#")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")][2:]


def terms() -> list[tuple[str, str, str, str]]:
    """Term, Chinese term or nothing, definition and place of use of each entry."""
    entries = PAGE.read_text(encoding="utf-8").split("\n## ")[0].splitlines()
    matches = [
        re.fullmatch(r"- \*\*(.+?)\*\*(?: \(([^)]+)\))?: (.+) \*(.+)\*", line) for line in entries if line[:1] == "-"
    ]
    assert all(matches)
    return [(one[1], one[2] or "", one[3], one[4]) for one in matches if one]


def test_terms_stand_in_alphabetical_order_with_one_sentence_each():
    entries = terms()
    assert len(entries) > 100
    names = [term for term, *_ in entries]
    assert names == sorted(set(names), key=str.lower)
    for term, _, definition, place in entries:
        assert re.fullmatch(r"[^ ].*\.", definition), term
        assert len(definition.split()) <= LONGEST, term
        assert place, term


def test_brackets_hold_chinese_terms():
    chinese = [cell for _, cell, _, _ in terms() if cell]
    assert len(chinese) > 30
    assert [cell for cell in chinese if not re.fullmatch(r"[\u4e00-\u9fff/]+", cell)] == []


def test_roles_of_columns_are_those_of_the_seeds():
    assert [role.strip("`") for role, *_ in rows("## Roles of columns")] == [*get_args(Role)]
