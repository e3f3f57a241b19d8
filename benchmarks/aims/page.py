"""Aims compared with results, and the part of a page that a command writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reporting.markdown import number, table

MISSED = ", missed"


class Row(NamedTuple):
    """A line of a table of aims."""

    what: str
    process: str
    aim: str
    reached: str


def at_least(label: str, process: str, aim: float, reached: float) -> Row:
    """An aim that is met by so much or more."""
    return Row(label, process, f"at least {number(aim)}", _marked(reached, reached >= aim))


def at_most(label: str, process: str, aim: float, reached: float) -> Row:
    """An aim that is met by so much or less."""
    return Row(label, process, f"at most {number(aim)}", _marked(reached, reached <= aim))


def unmeasured(label: str, process: str, aim: str) -> Row:
    """An aim of which there is no figure yet."""
    return Row(label, process, aim, "not measured yet")


def aims_table(rows: Iterable[Row]) -> list[str]:
    """Return the lines of a table of aims, with a sentence that counts the missed ones."""
    shown = list(rows)
    missed = sum(row.reached.endswith(MISSED) for row in shown)
    sentence = f"{missed or 'None'} of {len(shown)} aims {'is' if missed == 1 else 'are'} missed."
    return [*table(("quantity", "process", "aim", "measured"), shown), sentence, ""]


def filled(text: str, name: str, lines: Iterable[str]) -> str:
    """Text with the part between the markers of that name replaced; missing markers are appended."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    head, _, remaining = text.partition(begin)
    tail = remaining.partition(end)[2] or "\n"
    part = "\n".join(lines).rstrip()
    return f"{head.rstrip()}\n\n{begin}\n{part}\n{end}{tail}"


def _marked(reached: float, is_met: bool) -> str:
    return number(reached) if is_met else f"**{number(reached)}**{MISSED}"
