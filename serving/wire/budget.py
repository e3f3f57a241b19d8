"""Limits of what a table may take when it is decoded, whatever its encoding."""

from __future__ import annotations

from http import HTTPStatus

from operations.forms.faults import RequestDefect, RequestError, invalid, shown
from operations.forms.shapes import MOST_FIELDS
from serving.wire.problems import ProblemError

CELL = 8  # bytes of a cell: all numbers become float64
MOST_DESCRIPTION = 2**20  # bytes of a schema or a footer: those of a thousand columns have a fifth of it


class Budget:
    """Bytes that the rest of a table may take.

    Parameters
    ----------
    most : int, optional
        Most bytes of the decoded table; None: any number.
    """

    def __init__(self, most: int | None) -> None:
        self._most, self._spent = most, 0

    def spend(self, size: int) -> None:
        """Take so many bytes; ProblemError 413 where the table takes more than it may."""
        self._spent += size
        self.check(self._spent)

    def check(self, size: int) -> None:
        """Check that a part of a table, of so many bytes while it is read, is within the budget of all of it."""
        if self._most is None or size <= self._most:
            return
        expected = f"at most {self._most} bytes of decoded cells and texts"
        fault = RequestDefect(field="body", value=size, bound=self._most, expected=expected)
        detail = f"the table takes more than {self._most} bytes when it is decoded; send the rows in several requests"
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, [fault])


def check_columns(count: int) -> None:
    """Refuse a table of more columns than any process has, before anything is made of them."""
    if count > MOST_FIELDS:
        expected = f"at most {MOST_FIELDS} columns, nested ones counted"
        raise invalid([RequestDefect(field="columns", value=count, bound=MOST_FIELDS, expected=expected)])


def check_description(size: int) -> None:
    """Refuse a schema, a footer or another description that is longer than those of any table."""
    if size > MOST_DESCRIPTION:
        expected = f"at most {MOST_DESCRIPTION} bytes of schema, metadata or footer; larger batches and row groups"
        raise invalid([RequestDefect(field="body", value=size, bound=MOST_DESCRIPTION, expected=expected)])


def refused(field: str, value: str, expected: str) -> RequestError:
    """Return the problem of a form of tables that is not taken."""
    return invalid([RequestDefect(field=str(shown(field)), value=shown(value), expected=expected)])
