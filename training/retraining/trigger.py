"""Retraining trigger: detected drift, or a sufficient number of new periods."""

from __future__ import annotations

from dataclasses import dataclass

REST = 3.0  # windows: a third of what is new judges, and holds a window then
MUCH = 0.5  # of the table that the champion was trained on
AGAIN = 2.0  # times what the last job in vain had


@dataclass(frozen=True)
class Due:
    """Decision on whether retraining is due.

    Attributes
    ----------
    is_due : bool
    line : str
        Why, or what is waited for, in a line.
    """

    is_due: bool
    line: str


def due(drifted: bool, history: float, new: float, last: float, days: float) -> Due:
    """Return whether retraining is due, with the reason.

    A job a day until a challenger wins by chance would promote what is no better, and cost a training each. So a job
    is due where drift is seen and REST windows are new, and without drift where what is new is MUCH of what the
    champion knew; after a job in vain what is new must have doubled.

    Parameters
    ----------
    drifted : bool
        Whether drift is seen.
    history, new : float
        Windows of the table that the champion was trained on, and those whose outcomes have come in since.
    last : float
        New periods of the last job with this champion; 0 if there was none.
    days : float
        Length of a window [d].
    """
    least = max(REST if drifted else MUCH * history, AGAIN * last)
    state = f"{'drift is' if drifted else 'no drift is'} seen, and outcomes of {new * days:.3g} d are new"
    if new >= least:
        return Due(True, f"learning is due: {state}")
    after = f", after a job in vain that had {last * days:.3g} d" if last else ""
    return Due(False, f"learning is not due: {state}, expected {least * days:.3g} d{after}")
