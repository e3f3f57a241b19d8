"""Tables as HTML text; every cell is escaped but one that is marked up already."""

import html
from collections.abc import Iterable, Sequence


class Markup(str):
    """Text that is HTML already, all texts in it escaped."""

    __slots__ = ()


def escaped(cell: object) -> Markup:
    """A cell as HTML."""
    return cell if isinstance(cell, Markup) else Markup(html.escape(str(cell)))


def table(head: Sequence[object], rows: Iterable[Sequence[object]], numbers: Sequence[int] = ()) -> str:
    """A table with a head for each column, and one for each row in its first cell.

    Parameters
    ----------
    head : sequence
        Names of the columns.
    rows : iterable of sequence
        Cells, shown as text.
    numbers : sequence of int
        Columns that hold numbers, which stand to the right.
    """
    right = set(numbers)
    top = "".join(f'<th scope="col"{_side(i in right)}>{escaped(name)}</th>' for i, name in enumerate(head))
    body = "".join(f"<tr>{_cells(row, right)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _cells(row: Sequence[object], right: set[int]) -> str:
    first, *others = (escaped(cell) for cell in row)
    cells = "".join(f"<td{_side(i in right)}>{cell}</td>" for i, cell in enumerate(others, start=1))
    return f'<th scope="row"{_side(0 in right)}>{first}</th>{cells}'


def _side(is_number: bool) -> str:
    return " class=n" if is_number else ""
