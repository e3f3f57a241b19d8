"""Aims beside what was reached, and the part of a page that a command writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from reporting.markdown import number


class Row(NamedTuple):
    """A line of a table of aims."""

    what: str
    process: str
    aim: str
    reached: str


def at_least(what: str, process: str, aim: float, reached: float) -> Row:
    """An aim that is met by so much or more."""
    return Row(what, process, f"at least {number(aim)}", _marked(reached, reached >= aim))


def at_most(what: str, process: str, aim: float, reached: float) -> Row:
    """An aim that is met by so much or less."""
    return Row(what, process, f"at most {number(aim)}", _marked(reached, reached <= aim))


def unmeasured(what: str, process: str, aim: str) -> Row:
    """An aim of which there is no figure yet."""
    return Row(what, process, aim, "not measured yet")


def filled(text: str, name: str, lines: Iterable[str]) -> str:
    """Text with what stands between the markers of that name replaced; they come at its end where it has none."""
    begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    head, _, rest = text.partition(begin)
    tail = rest.partition(end)[2] or "\n"
    part = "\n".join(lines).rstrip()
    return f"{head.rstrip()}\n\n{begin}\n{part}\n{end}{tail}"


def _marked(reached: float, is_met: bool) -> str:
    return number(reached) if is_met else f"**{number(reached)}**, missed"
