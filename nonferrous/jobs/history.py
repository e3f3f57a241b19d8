"""Command `models history`: promotions and other changes of a process."""

from __future__ import annotations

from nonferrous.console import console
from nonferrous.options import ProcessName


def history(process: ProcessName) -> None:
    """Show promotions and other changes of a process."""
    from nonferrous.records import enter_moves, entry_line, opened
    from records.audit import of_process
    from seeds import load

    name = load(process).process.name
    enter_moves(name)
    with opened() as database, database.read() as connection:
        entries = of_process(connection, name)
    screen = console()
    for one in entries:
        screen.print(entry_line(one), soft_wrap=True, markup=False)
    if not entries:
        screen.print(f"{name}: no history", markup=False)
