"""Finished periods of a unit: what warnings and recommendations look back to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.periods import Cells

FINISHED = 24  # periods of a unit


class FinishedPeriods:
    """Latest finished periods in order, in little memory: a line of hundreds of units has thousands.

    Parameters
    ----------
    names : sequence of str
        Columns whose values are stored.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = tuple(names)
        self._values: dict[str, tuple[float | str | None, ...]] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[tuple[str, Cells]]:
        """Yield start and values of each period."""
        return self.latest(FINISHED)

    def latest(self, count: int) -> Iterator[tuple[str, Cells]]:
        """Yield start and values of the latest periods, the oldest of them first."""
        starts = list(self._values)[-count:]
        return ((start, self._cells(self._values[start])) for start in starts)

    def __contains__(self, start: str) -> bool:
        return start in self._values

    def add(self, start: str, cells: Cells) -> None:
        """Add a period behind the others; the oldest one beyond `FINISHED` is dropped."""
        self._values[start] = tuple(cells.get(name) for name in self._names)
        if len(self._values) > FINISHED:
            del self._values[next(iter(self._values))]

    def change(self, start: str, name: str, value: float | str) -> Cells | None:
        """Change a value of a period; returns all its values, None of a period that is not stored."""
        if (values := self._values.get(start)) is None:
            return None
        cells = self._cells(values) | {name: value}
        self._values[start] = tuple(cells.get(one) for one in self._names)
        return cells

    def drop_from(self, start: str) -> None:
        """Drop the periods from a start on: a simulated plant that starts again repeats them."""
        self._values = {one: values for one, values in self._values.items() if one < start}

    def _cells(self, values: Sequence[float | str | None]) -> Cells:
        return dict(zip(self._names, values, strict=True))
