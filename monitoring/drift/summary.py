"""Monitoring results and recommended actions as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from monitoring.drift.history import DriftReference
from monitoring.drift.inputs import FEWEST_WINDOWS
from monitoring.drift.results import Chart, InputDrift, MonitoringResult, Sensor
from monitoring.drift.time_steps import ALARMS_A_MONTH, WINDOW_DAYS

SHOWN = 5  # inputs or units that are named
MUCH = 1.2  # of the usual error


def reasons(seen: MonitoringResult) -> Iterator[str]:
    """Yield the reasons for a drift finding, then further observations, one line each."""
    for chart in seen.drifted_errors:
        yield _of_errors(chart)
    drifted = seen.drifted_inputs
    for one in drifted[:SHOWN]:
        yield _of_input(one)
    if len(drifted) > SHOWN:
        yield f"{len(drifted) - SHOWN} more inputs lie beyond their limits"
    for sensor in seen.sensors[:SHOWN]:
        yield _of_sensor(sensor)
    if len(seen.sensors) > SHOWN:
        yield f"{len(seen.sensors) - SHOWN} more sensors should be looked at"
    if seen.expected_error is not None and seen.expected_error >= MUCH:
        yield f"errors of rows without an outcome are expected to be {seen.expected_error:.1f} times the usual ones"


def _of_errors(chart: Chart) -> str:
    size = chart.size or 0.0
    if chart.kind == "bias":
        side = "above" if size > 0 else "below"
        change = f"outcomes lie {side} the predictions by {abs(size):.2f} of the usual error"
    else:
        change = f"errors are {size:.2f} times the usual ones"
    return f"{chart.quantity}: {change}; detected since {chart.since}, started about {chart.begun}"


def _of_input(one: InputDrift) -> str:
    by = " given the other inputs" if one.by_others else ""
    return (
        f"{one.column}{by}: a month of it lies {one.effect:.2f} standard deviations from the training rows, limit "
        f"{one.limit:.2f}; since {one.since}"
    )


def _of_sensor(sensor: Sensor) -> str:
    named = _listed(sensor.units)
    if sensor.share is not None:
        return f"{sensor.column}: {sensor.share:.0%} of the newest values lie {sensor.what} ({named})"
    return f"{sensor.column}: {sensor.what} for up to {sensor.rows} rows in a row ({named})"


def next_steps(seen: MonitoringResult, waiting: Sequence[str] = (), shadow: str | None = None) -> Iterator[str]:
    """Yield the recommended actions, the most urgent first, one line each.

    Parameters
    ----------
    seen : MonitoringResult
        What was seen.
    waiting : sequence of str
        Lines on outcomes pending review.
    shadow : str, optional
        Version in shadow and end of its shadow period as text: until then no retraining is due.
    """
    yield from waiting
    silent = dict.fromkeys(one.column for one in seen.sensors if one.share is None)
    if silent:
        yield f"look at the instruments of {_listed(silent)}: they are silent or stuck"
    far = dict.fromkeys(one.column for one in seen.sensors if one.share is not None)
    if far:
        yield f"check {_listed(far)}: if values are right, the champion predicts outside its training range"
    if seen.drifted_errors:
        learn = f"retrain with what is known: nonferrous retrain {seen.process} --from-records"
        yield learn if shadow is None else f"wait with retraining: {shadow}"
    elif seen.drifted_inputs:
        columns = _listed(dict.fromkeys(one.column for one in seen.drifted_inputs))
        yield f"find out what changed in {columns}: a supplier, a set-point, an instrument"
        if seen.known:
            yield "errors have not grown: wait for more outcomes before retraining"
    if not seen.known:
        yield f"send outcomes (POST /v1/{seen.process}/outcomes): without them no error is known"
    if not seen.drifted and not seen.sensors and seen.known and not waiting:
        yield "nothing"


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:SHOWN]) + (f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else "")


def limits_in_words(history: DriftReference) -> Iterator[str]:
    """Yield the basis of the limits as text, and which limits are missing."""
    windows, clock = history.learnt_steps / history.clock.window, history.clock
    if windows < FEWEST_WINDOWS:
        yield (
            f"history holds {windows:.1f} windows of {clock.window} steps of {clock.days:g} d, inputs have limits from "
            f"{FEWEST_WINDOWS} on"
        )
    else:
        yield (
            f"limits of inputs come from {windows:.1f} windows of {clock.window} steps of {clock.days:g} d in the "
            f"training rows"
        )
    if not history.errors:
        yield "history holds too few errors for limits of theirs"
    alarms = clock.false_alarms * WINDOW_DAYS / clock.days
    yield (
        f"at most {min(alarms, 1.0):.2g} false alarms a month are aimed for (promised: fewer than "
        f"{ALARMS_A_MONTH * 4:g})"
    )
