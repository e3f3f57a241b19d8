"""Aims compared with results, and the part of a page that a command writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from reporting.markdown import number, table

MISSED = ", missed"
_BEGIN, _END = "<!-- {} -->", "<!-- end of {} -->"  # markers of a part that a command writes


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
    """Return the lines of a table of aims by quantity and process, and the number of missed ones."""
    shown = list(rows)
    missed = sum(row.reached.endswith(MISSED) for row in shown)
    quantities: dict[str, dict[str, Row]] = {}
    for row in shown:
        quantities.setdefault(row.what, {})[row.process] = row
    processes = list(dict.fromkeys(row.process for row in shown))
    heads = {what: _headed(what, by_process) for what, by_process in quantities.items()}
    cells = [[_cell(by_process, one) for one in processes] for by_process in quantities.values()]
    if len(processes) > len(quantities):
        lines = table(("process", *heads.values()), zip(processes, *cells, strict=True))
    else:
        lines = table(
            ("quantity, aim", *processes), ((head, *row) for head, row in zip(heads.values(), cells, strict=True))
        )
    sentence = f"{missed or 'None'} of {len(shown)} aims {'is' if missed == 1 else 'are'} missed (in bold)."
    return [*lines, sentence, ""]


def _headed(what: str, by_process: Mapping[str, Row]) -> str:
    """Name of a quantity, with the aim of most processes."""
    aim = _usual_aim(by_process)
    return f"{what}, {aim}" if aim else what


def _usual_aim(by_process: Mapping[str, Row]) -> str:
    """Aim of more than half of the processes; empty if there is none."""
    aim, count = Counter(row.aim for row in by_process.values()).most_common(1)[0]
    return aim if 2 * count > len(by_process) else ""


def _cell(by_process: Mapping[str, Row], process: str) -> str:
    """Measured figure of a process, with its aim if most others have another."""
    if (row := by_process.get(process)) is None:
        return ""
    reached = row.reached.removesuffix(MISSED)
    return reached if row.aim == _usual_aim(by_process) else f"{reached} ({row.aim})"


def filled(text: str, name: str, lines: Iterable[str]) -> str:
    """Text with the part between the markers of that name replaced; missing markers are appended."""
    head, _, remaining = text.partition(_BEGIN.format(name))
    tail = remaining.partition(_END.format(name))[2] or "\n"
    return f"{head.rstrip()}\n\n{block(name, lines)}{tail}"


def block(name: str, lines: Iterable[str]) -> str:
    """Lines of a page between the markers of a name."""
    part = "\n".join(lines).rstrip()
    return f"{_BEGIN.format(name)}\n{part}\n{_END.format(name)}"


def _marked(reached: float, is_met: bool) -> str:
    return number(reached) if is_met else f"**{number(reached)}**{MISSED}"
