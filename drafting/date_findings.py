"""Findings on dates that contradict the row order or the columns of weekdays, months and shifts."""

from __future__ import annotations

from drafting.clock import RowOrder
from drafting.columns import DetectedColumn
from drafting.findings import DraftError, Suspicion
from drafting.source import Content
from models.consistency.dates import CalendarExample, Contradiction, contradictions
from reporting.wording import WordedText

_WEEKDAYS = (
    WordedText("Monday"),
    WordedText("Tuesday"),
    WordedText("Wednesday"),
    WordedText("Thursday"),
    WordedText("Friday"),
    WordedText("Saturday"),
    WordedText("Sunday"),
)


def date_suspicions(content: Content, clock: RowOrder) -> list[Suspicion]:
    """Compare the times of a table with its row order and columns of weekdays, months and shifts.

    Parameters
    ----------
    content : Content
        The file.
    clock : RowOrder
        Its time and its units.

    Raises
    ------
    DraftError
        Day and month are exchanged: the contradictions vanish once they are exchanged back.
    """
    if clock.time is None or clock.time.times is None:
        return []
    frame, heading = content.frame, clock.time.text
    columns = {str(name): frame[name] for name in frame.columns if name != heading}
    faults = contradictions(clock.time.times.values, columns, clock.unit_code)
    turned = [one for one in faults if one.is_exchange]
    if not turned:
        done = WordedText("nothing: which of them is right?")
        return [Suspicion("dates", heading, _evidence(one), done) for one in faults]
    evidence = ". ".join(map(str, turned[:3]))
    option = _exchange_option(clock.time, content.dialect.encoding is not None)
    raise DraftError(f"column {heading}: day and month are exchanged: {evidence}; {option}")


def _evidence(fault: Contradiction) -> WordedText:
    """Contradiction with a column of the calendar as text."""
    example = fault.example
    assert isinstance(example, CalendarExample)  # that of the order of rows is always an exchange
    return WordedText(
        "%(column)s contradicts %(count)s of %(dates)s dates (%(share)s), such as '%(cell)s' on %(when)s, "
        "a %(weekday)s",
        column=fault.what,
        count=fault.rows,
        dates=fault.compared,
        share=f"{fault.rows / fault.compared:.1%}",
        cell=example.cell,
        when=f"{example.when:%Y-%m-%d %H:%M}",
        weekday=_WEEKDAYS[example.when.weekday()],
    )


def _exchange_option(time: DetectedColumn, is_text: bool) -> str:
    """Return the option that states exchanged day and month of a column, by the type of file."""
    assert time.times is not None
    if time.times.order in ("day", "month") and is_text:
        return f"give --{'month' if time.times.order == 'day' else 'day'}-first, or each format by --time-format"
    if not is_text:
        return "let the spreadsheet import the column as text, and draft of that"
    return f"give the column one format, or state it, such as --time {time.text!r} --time-format '%Y-%d-%m %H:%M'"
