"""The page of what is seen of a process: one HTML file that needs no network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

from monitoring.drift.results import Figures, InputDrift, MonitoringResult
from reporting.html import table
from reporting.lines import Trace, distributions, lines
from reporting.report import ReportSection, whole
from reporting.style import BLUE, GREY, ORANGE, RED
from seeds import Seed

SHOWN_QUANTITIES, SHOWN_INPUTS, DRAWN_INPUTS, SHOWN_UNITS = 4, 20, 8, 8


def page(seen: MonitoringResult, seed: Seed) -> str:
    """The whole page; nothing in it is fetched from anywhere."""
    return whole(f"{seed.process.title}: monitoring", _sections(seen, seed))


def summary(seen: MonitoringResult) -> str:
    """Return the monitoring result in one line for the terminal."""
    verdict = "drift" if seen.drifted else "no drift"
    return (
        f"{verdict} compared with version {seen.version}: {seen.rows} rows from {seen.first_period} to "
        f"{seen.last_period}, "
        f"{seen.known} with an outcome; {len(seen.drifted_errors)} charts of errors and {len(seen.drifted_inputs)} of "
        f"inputs beyond their limits, {len(seen.sensors)} sensors to look at"
    )


def _sections(seen: MonitoringResult, seed: Seed) -> Iterator[ReportSection]:
    yield ReportSection("What is seen", summary(seen) + ".", _verdict(seen))
    yield ReportSection(
        "Errors and coverage over time",
        "Errors of the responses as served, once their outcomes are known. A dotted line marks the first response of a "
        "version. The coverage is the share of outcomes within their intervals, next to the requested one.",
        _over_time(seen, seed),
    )
    yield ReportSection("Charts of errors", _CHARTS, _charts(seen))
    yield ReportSection(
        "By version, by regime",
        "Errors are mean absolute ones, of classes the share of wrong ones; a bias above 0 says that outcomes lie "
        "above the predictions.",
        _figures("version", seen.by_version, seed) + _figures("regime", seen.by_regime, seed),
    )
    yield ReportSection(
        "Units that err most",
        "Error relative to that of all units. A unit listed here may have a hidden fault, or a misleading sensor.",
        _figures("unit", seen.by_unit, seed) or "<p>No unit has enough outcomes yet.</p>",
    )
    yield ReportSection("Inputs", _INPUTS, _inputs(seen, seed))
    yield ReportSection(
        "Sensors",
        "Missing or stuck for longer than random variation explains, or outside the range of the training data.",
        _sensors(seen),
    )
    yield ReportSection("Errors to come", _EXPECTED, _expected(seen))
    if seen.costs:
        yield ReportSection("What decisions cost", "Relative to an oracle with all outcomes.", _costs(seen))
    yield ReportSection(
        "What limits rest on", "Typical values come from the champion's training table.", _paragraphs([seen.limits])
    )


_CHARTS = (
    "Cumulative sums of the difference of each step's mean error from the typical one, as fractions of their limit: "
    "above 1 the errors of the champion as trained differ from those on rows outside its training rows. A bias is an "
    "error to one side; a size grows. Start is the step at which the sum left 0: the probable time of the change."
)
_INPUTS = (
    "Distance of a month's distribution from that of the training rows, in standard deviations, next to the limit "
    "from months of history. By the others is the residual given the other inputs of a row, in standard scores: "
    "it shows faults of instruments and changes of suppliers if all columns vary together."
)
_EXPECTED = (
    "Size of the champion's errors relative to the typical one, and the size expected before outcomes arrived: from "
    "the model's own uncertainty, larger if a row is far from all training rows."
)


def _verdict(seen: MonitoringResult) -> str:
    rows = [
        ["champion", f"version {seen.version}, {seen.digest}"],
        ["answered", f"{seen.rows:,} rows, {seen.first_period} to {seen.last_period}"],
        ["with an outcome", f"{seen.known:,} rows, the newest of {seen.last_labelled_period or '-'}"],
        ["versions", ", ".join(f"{name} from {when}" for when, name in seen.versions)],
    ]
    reasons = _listed("Why", seen.reasons) if seen.reasons else ""
    return reasons + _listed("What to do next", seen.next_steps) + table(["item", "value"], rows)


def _listed(heading: str, texts: Iterable[str]) -> str:
    points = "".join(f"<li>{html.escape(one)}</li>" for one in texts)
    return f"<h3>{heading}</h3><ul>{points}</ul>"


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{html.escape(one)}.</p>" for one in texts)


def _over_time(seen: MonitoringResult, seed: Seed) -> str:
    if not seen.over_time:
        return "<p>No outcome is known yet.</p>"
    labels = list(dict.fromkeys(one.of for one in seen.over_time))
    marks = {_place(labels, when): name for when, name in seen.versions}
    drawn = ""
    for name in _quantities(seen)[:SHOWN_QUANTITIES]:
        figures = {one.of: one for one in seen.over_time if one.quantity == name}
        error = [figures[label].error if label in figures else None for label in labels]
        bias = [figures[label].bias if label in figures else None for label in labels]
        parts = [Trace("mean absolute error", error, BLUE), Trace("bias", bias, GREY)]
        drawn += lines(labels, [part for part in parts if any(part.values)], _called(name, seed), marks)
        inside = [figures[label].coverage if label in figures else None for label in labels]
        promised = [figures[label].promised if label in figures else None for label in labels]
        if any(one is not None for one in inside):
            both = [Trace("coverage", inside, BLUE), Trace("asked", promised, RED, dash=True)]
            drawn += lines(labels, both, f"coverage of {name}", marks)
    left = len(_quantities(seen)) - SHOWN_QUANTITIES
    return drawn + (f"<p>{left} more quantities stand in the tables below.</p>" if left > 0 else "")


def _place(labels: Sequence[str], when: str) -> int:
    """Last place that begins no later."""
    return max((i for i, label in enumerate(labels) if label <= when), default=0)


def _quantities(seen: MonitoringResult) -> list[str]:
    """Quantities with errors, those whose charts are highest first."""
    height = {one.quantity: max(one.high, one.low) for one in seen.charts}
    return sorted(dict.fromkeys(one.quantity for one in seen.over_time), key=lambda name: -height.get(name, 0.0))


def _called(name: str, seed: Seed) -> str:
    return f"{name} [{seed.quantities[name]}]" if name in seed.quantities else f"{name}: share of wrong ones"


def _charts(seen: MonitoringResult) -> str:
    if not seen.charts:
        return "<p>No outcome of a period after the champion's table is known yet.</p>"
    rows = [
        [
            one.quantity,
            one.kind,
            f"{one.high:.2f}",
            f"{one.low:.2f}" if one.kind == "bias" else "-",
            one.since or "-",
            one.begun or "-",
            "-" if one.size is None else f"{one.size:+.2f}" if one.kind == "bias" else f"{one.size:.2f}",
        ]
        for one in sorted(seen.charts, key=lambda one: -max(one.high, one.low))
    ]
    head = ["quantity", "what", "rise, of the limit", "fall", "beyond since", "begun", "of the usual error since"]
    return table(head, rows, (2, 3, 6))


def _figures(kind: str, figures: Sequence[Figures], seed: Seed) -> str:
    if not figures:
        return ""
    rows = [
        [
            one.of,
            _called(one.quantity, seed),
            f"{one.rows:,}",
            f"{one.error:.4g}",
            "-" if one.bias is None else f"{one.bias:+.3g}",
            "-" if one.coverage is None else f"{one.coverage:.1%}",
            "-" if one.promised is None else f"{one.promised:.0%}",
        ]
        for one in figures
    ]
    return table([kind, "quantity", "rows", "error", "bias", "coverage", "asked"], rows, (2, 3, 4, 5, 6))


def _inputs(seen: MonitoringResult, seed: Seed) -> str:
    if not seen.inputs:
        return "<p>No row of a period after the champion's table was answered yet.</p>"
    drawn = "".join(
        distributions(one.edges, one.before, one.now, _input_called(one, seed))
        for one in seen.drifted_inputs[:DRAWN_INPUTS]
    )
    rows = [
        [
            one.column,
            "by the others" if one.by_others else "by itself",
            seed.column(one.column).description,
            f"{one.rows:,}",
            _number(one.effect),
            _number(one.limit),
            _number(one.usual),
            one.since or "-",
        ]
        for one in seen.inputs[:SHOWN_INPUTS]
    ]
    head = ["input", "how", "what it is", "rows", "distance", "limit", "usual", "beyond since"]
    left = len(seen.inputs) - len(rows)
    more = f"<p>{left} more lie farther within their limits.</p>" if left > 0 else ""
    return drawn + table(head, rows, (3, 4, 5, 6)) + more


def _input_called(one: InputDrift, seed: Seed) -> str:
    if one.by_others:
        return f"{one.column}, by the others [standard scores]"
    return seed.column(one.column).label


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _sensors(seen: MonitoringResult) -> str:
    if not seen.sensors:
        return "<p>Nothing is odd.</p>"
    rows = [
        [
            one.column,
            one.what,
            f"{one.rows}",
            "-" if one.share is None else f"{one.share:.0%}",
            ", ".join(one.units[:SHOWN_UNITS]) + (f" and {len(one.units) - SHOWN_UNITS} more" * (len(one.units) > 8)),
        ]
        for one in seen.sensors
    ]
    return table(["input", "what", "rows", "of the newest", "units"], rows, (2, 3))


def _expected(seen: MonitoringResult) -> str:
    figures = [one for one in seen.over_time if one.size is not None or one.expected is not None]
    name = next(iter(dict.fromkeys(one.quantity for one in figures)), None)
    own = [one for one in figures if one.quantity == name]
    labels = [one.of for one in own]
    came, ahead = [one.size for one in own], [one.expected for one in own]
    drawn = lines(
        labels, [Trace("came", came, BLUE), Trace("expected", ahead, ORANGE, dash=True)], f"error of {name}, usual = 1"
    )
    sentences = []
    if seen.came is not None:
        sentences.append(f"Of all rows with an outcome, what came was {seen.came:.2f} of what was expected")
    if seen.expected_error is not None:
        sentences.append(
            f"Of the newest rows without one, errors are expected to be {seen.expected_error:.2f} of the usual"
        )
    return drawn + _paragraphs(sentences or ["Nothing is known of it yet"])


def _costs(seen: MonitoringResult) -> str:
    first, *others = seen.costs
    labels = [one.of for one in others]
    drawn = lines(labels, [Trace("cost", [one.mean for one in others], BLUE)], f"cost of decisions [{first.unit}]")
    return drawn + _paragraphs([f"{first.mean:.3g} {first.unit} over {first.rows:,} rows whose outcome says it"])
