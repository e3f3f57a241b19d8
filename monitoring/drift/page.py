"""The page of what is seen of a process: one HTML file that needs no network."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dashboard.languages import named
from dashboard.phrases import phrase
from monitoring.drift.results import Figures, InputDrift, MonitoringResult
from monitoring.drift.sensors import MISSING, OUTSIDE, STUCK
from monitoring.report.names import column_name
from reporting.html import table
from reporting.languages import DEFAULT
from reporting.lines import Trace, distributions, lines
from reporting.report import ReportSection, whole
from reporting.style import BLUE, GREY, ORANGE, RED
from reporting.wording import Wording, listed
from seeds import Seed
from seeds.format.language import Language

SHOWN_QUANTITIES, SHOWN_INPUTS, DRAWN_INPUTS, SHOWN_UNITS = 4, 20, 8, 8


def page(seen: MonitoringResult, seed: Seed, language: Language = DEFAULT) -> str:
    """The whole page in a language; nothing in it is fetched from anywhere."""
    say = Wording(language)
    heading = say("%(process)s: monitoring", process=seed.process.title_in(language))
    return whole(heading, _sections(seen, seed, say), tag=say.tag)


def summary(seen: MonitoringResult, language: Language = DEFAULT) -> str:
    """Return the monitoring result in one line, by default for the terminal."""
    say = Wording(language)
    return say(
        "%(verdict)s compared with version %(version)s: %(rows)s rows from %(first)s to %(last)s, %(known)s with an "
        "outcome; %(errors)s charts of errors and %(inputs)s of inputs beyond their limits, %(sensors)s sensors to "
        "look at",
        verdict=say("drift") if seen.drifted else say("no drift"),
        version=seen.version,
        rows=seen.rows,
        first=seen.first_period,
        last=seen.last_period,
        known=seen.known,
        errors=len(seen.drifted_errors),
        inputs=len(seen.drifted_inputs),
        sensors=len(seen.sensors),
    )


def _sections(seen: MonitoringResult, seed: Seed, say: Wording) -> Iterator[ReportSection]:
    verdict = say("%(sentence)s.", sentence=summary(seen, say.language))
    yield ReportSection(say("What is seen"), verdict, _verdict(seen, seed, say))
    yield ReportSection(
        say("Errors and coverage over time"),
        say(
            "Errors of the responses as served, once their outcomes are known. A dotted line marks the first response "
            "of a version. The coverage is the share of outcomes within their intervals, next to the requested one."
        ),
        _over_time(seen, seed, say),
    )
    yield ReportSection(
        say("Charts of errors"),
        say(
            "Cumulative sums of the difference of each step's mean error from the typical one, as fractions of their "
            "limit: above 1 the errors of the champion as trained differ from those on rows outside its training rows. "
            "A bias is an error to one side; a size grows. Start is the step at which the sum left 0: the probable "
            "time of the change."
        ),
        _charts(seen, seed, say),
    )
    yield ReportSection(
        say("By version, by regime"),
        say(
            "Errors are mean absolute ones, of classes the share of wrong ones; a bias above 0 says that outcomes lie "
            "above the predictions."
        ),
        _figures(say("version"), seen.by_version, seed, say) + _by_regime(seen, seed, say),
    )
    yield ReportSection(
        say("Units that err most"),
        say("Error relative to that of all units. A unit listed here may have a hidden fault, or a misleading sensor."),
        _figures(say("unit"), seen.by_unit, seed, say) or f"<p>{say('No unit has enough outcomes yet.')}</p>",
    )
    yield ReportSection(
        say("Inputs"),
        say(
            "Distance of a month's distribution from that of the training rows, in standard deviations, next to the "
            "limit from months of history. By the others is the residual given the other inputs of a row, in standard "
            "scores: it shows faults of instruments and changes of suppliers if all columns vary together."
        ),
        _inputs(seen, seed, say),
    )
    yield ReportSection(
        say("Sensors"),
        say("Missing or stuck for longer than random variation explains, or outside the range of the training data."),
        _sensors(seen, seed, say),
    )
    yield ReportSection(
        say("Errors to come"),
        say(
            "Size of the champion's errors relative to the typical one, and the size expected before outcomes "
            "arrived: from the model's own uncertainty, larger if a row is far from all training rows."
        ),
        _expected(seen, seed, say),
    )
    if seen.costs:
        yield ReportSection(
            say("What decisions cost"), say("Relative to an oracle with all outcomes."), _costs(seen, say)
        )
    yield ReportSection(
        say("What limits rest on"),
        say("Typical values come from the champion's training table."),
        _paragraphs([_sentence(seen.limits, seed, say)], say),
    )


def _verdict(seen: MonitoringResult, seed: Seed, say: Wording) -> str:
    periods = say("%(low)s to %(high)s", low=seen.first_period, high=seen.last_period)
    newest = seen.last_labelled_period or "-"
    versions = (
        say("%(version)s from %(start)s", version=_sentence(name, seed, say), start=when)
        for when, name in seen.versions
    )
    rows = [
        [say("champion"), say("version %(number)s, %(digest)s", number=seen.version, digest=seen.digest)],
        [say("answered"), say("%(rows)s rows, %(periods)s", rows=f"{seen.rows:,}", periods=periods)],
        [
            say("with an outcome"),
            say("%(rows)s rows, the newest of %(newest)s", rows=f"{seen.known:,}", newest=newest),
        ],
        [say("versions"), listed(versions, say)],
    ]
    reasons = _points(say("Why"), seen.reasons, seed, say) if seen.reasons else ""
    next_steps = _points(say("What to do next"), seen.next_steps, seed, say)
    return reasons + next_steps + table([say("item"), say("value")], rows)


def _points(heading: str, texts: Iterable[str], seed: Seed, say: Wording) -> str:
    points = "".join(f"<li>{html.escape(_sentence(one, seed, say))}</li>" for one in texts)
    return f"<h3>{heading}</h3><ul>{points}</ul>"


def _sentence(text: str, seed: Seed, say: Wording) -> str:
    """Sentence of a monitoring result, which is kept in English, in the language of the page."""
    known = say(text)
    if known != text or say.language == DEFAULT:
        return known
    return "".join(part.text for part in phrase(seed, text, say.language))


def _paragraphs(texts: Iterable[str], say: Wording) -> str:
    return "".join(f"<p>{html.escape(say('%(sentence)s.', sentence=one))}</p>" for one in texts)


def _over_time(seen: MonitoringResult, seed: Seed, say: Wording) -> str:
    if not seen.over_time:
        return f"<p>{say('No outcome is known yet.')}</p>"
    labels = list(dict.fromkeys(one.of for one in seen.over_time))
    marks = {_place(labels, when): _sentence(name, seed, say) for when, name in seen.versions}
    drawn = ""
    for name in _quantities(seen)[:SHOWN_QUANTITIES]:
        figures = {one.of: one for one in seen.over_time if one.quantity == name}
        error = [figures[label].error if label in figures else None for label in labels]
        bias = [figures[label].bias if label in figures else None for label in labels]
        parts = [Trace(say("mean absolute error"), error, BLUE), Trace(say("bias"), bias, GREY)]
        drawn += lines(labels, [part for part in parts if any(part.values)], _called(name, seed, say), marks)
        inside = [figures[label].coverage if label in figures else None for label in labels]
        promised = [figures[label].promised if label in figures else None for label in labels]
        if any(one is not None for one in inside):
            both = [Trace(say("coverage"), inside, BLUE), Trace(say("asked"), promised, RED, dash=True)]
            drawn += lines(labels, both, say("coverage of %(name)s", name=_name(name, seed, say)), marks)
    left = len(_quantities(seen)) - SHOWN_QUANTITIES
    more = say("%(count)s more quantities stand in the tables below.", count=left)
    return drawn + (f"<p>{more}</p>" if left > 0 else "")


def _place(labels: Sequence[str], when: str) -> int:
    """Last place that begins no later."""
    return max((i for i, label in enumerate(labels) if label <= when), default=0)


def _quantities(seen: MonitoringResult) -> list[str]:
    """Quantities with errors, those whose charts are highest first."""
    height = {one.quantity: max(one.high, one.low) for one in seen.charts}
    return sorted(dict.fromkeys(one.quantity for one in seen.over_time), key=lambda name: -height.get(name, 0.0))


def _name(name: str, seed: Seed, say: Wording) -> str:
    """Name of a quantity, in another language than English its description."""
    return name if say.language == DEFAULT else named(seed, name, say.language).text


def _called(name: str, seed: Seed, say: Wording) -> str:
    shown = _name(name, seed, say)
    return (
        f"{shown} [{seed.quantities[name]}]"
        if name in seed.quantities
        else say("%(name)s: share of wrong ones", name=shown)
    )


def _charts(seen: MonitoringResult, seed: Seed, say: Wording) -> str:
    if not seen.charts:
        none = say("No outcome of a period after the champion's table is known yet.")
        return f"<p>{none}</p>"
    kinds = {"bias": say("bias"), "size": say("size")}
    rows = [
        [
            _name(one.quantity, seed, say),
            kinds[one.kind],
            f"{one.high:.2f}",
            f"{one.low:.2f}" if one.kind == "bias" else "-",
            one.since or "-",
            one.begun or "-",
            "-" if one.size is None else f"{one.size:+.2f}" if one.kind == "bias" else f"{one.size:.2f}",
        ]
        for one in sorted(seen.charts, key=lambda one: -max(one.high, one.low))
    ]
    head = [say("quantity"), say("what"), say("rise, of the limit"), say("fall"), say("beyond since"), say("begun")]
    head.append(say("of the usual error since"))
    return table(head, rows, (2, 3, 6))


def _figures(kind: str, figures: Sequence[Figures], seed: Seed, say: Wording) -> str:
    if not figures:
        return ""
    rows = [
        [
            _sentence(one.of, seed, say),
            _called(one.quantity, seed, say),
            f"{one.rows:,}",
            f"{one.error:.4g}",
            "-" if one.bias is None else f"{one.bias:+.3g}",
            "-" if one.coverage is None else f"{one.coverage:.1%}",
            "-" if one.promised is None else f"{one.promised:.0%}",
        ]
        for one in figures
    ]
    head = [kind, say("quantity"), say("rows"), say("error"), say("bias"), say("coverage"), say("asked")]
    return table(head, rows, (2, 3, 4, 5, 6))


def _by_regime(seen: MonitoringResult, seed: Seed, say: Wording) -> str:
    """Figures of regimes, in another language than English by their descriptions."""
    known = seed.plant.regimes if seed.plant and say.language != DEFAULT else []
    names = {"before any": say("before any"), **{one.name: one.description_in(say.language) for one in known}}
    figures = [replace(one, of=names.get(one.of, one.of)) for one in seen.by_regime]
    return _figures(say("regime"), figures, seed, say)


def _inputs(seen: MonitoringResult, seed: Seed, say: Wording) -> str:
    if not seen.inputs:
        none = say("No row of a period after the champion's table was answered yet.")
        return f"<p>{none}</p>"
    drawn = "".join(
        distributions(one.edges, one.before, one.now, _input_called(one, seed, say), say)
        for one in seen.drifted_inputs[:DRAWN_INPUTS]
    )
    rows = [
        [
            one.column,
            say("by the others") if one.by_others else say("by itself"),
            seed.column(one.column).description_in(say.language),
            f"{one.rows:,}",
            _number(one.effect),
            _number(one.limit),
            _number(one.usual),
            one.since or "-",
        ]
        for one in seen.inputs[:SHOWN_INPUTS]
    ]
    head = [say("input"), say("how"), say("what it is"), say("rows"), say("distance"), say("limit"), say("usual")]
    head.append(say("beyond since"))
    left = len(seen.inputs) - len(rows)
    more = say("%(count)s more lie farther within their limits.", count=left)
    return drawn + table(head, rows, (3, 4, 5, 6)) + (f"<p>{more}</p>" if left > 0 else "")


def _input_called(one: InputDrift, seed: Seed, say: Wording) -> str:
    name = column_name(seed, one.column, say)
    if one.by_others:
        return say("%(name)s, by the others [standard scores]", name=name)
    return seed.column(one.column).label.replace(one.column, name, 1)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _sensors(seen: MonitoringResult, seed: Seed, say: Wording) -> str:
    if not seen.sensors:
        return f"<p>{say('Nothing is odd.')}</p>"
    faults = {MISSING: say("missing"), STUCK: say("stuck"), OUTSIDE: say("outside the training range")}
    rows = [
        [
            column_name(seed, one.column, say),
            faults[one.what],
            f"{one.rows}",
            "-" if one.share is None else f"{one.share:.0%}",
            _units(one.units, say),
        ]
        for one in seen.sensors
    ]
    head = [say("input"), say("what"), say("rows"), say("of the newest"), say("units")]
    return table(head, rows, (2, 3))


def _units(units: Sequence[str], say: Wording) -> str:
    shown = listed(units[:SHOWN_UNITS], say)
    left = len(units) - SHOWN_UNITS
    return say("%(units)s and %(count)s more", units=shown, count=left) if left > 0 else shown


def _expected(seen: MonitoringResult, seed: Seed, say: Wording) -> str:
    figures = [one for one in seen.over_time if one.size is not None or one.expected is not None]
    name = next(iter(dict.fromkeys(one.quantity for one in figures)), None)
    own = [one for one in figures if one.quantity == name]
    labels = [one.of for one in own]
    both = [
        Trace(say("came"), [one.size for one in own], BLUE),
        Trace(say("expected"), [one.expected for one in own], ORANGE, dash=True),
    ]
    drawn = lines(labels, both, say("error of %(name)s, usual = 1", name=_name(name or "", seed, say)))
    sentences = []
    if seen.came is not None:
        sentences.append(
            say("Of all rows with an outcome, what came was %(ratio)s of what was expected", ratio=f"{seen.came:.2f}")
        )
    if seen.expected_error is not None:
        sentences.append(
            say(
                "Of the newest rows without one, errors are expected to be %(ratio)s of the usual",
                ratio=f"{seen.expected_error:.2f}",
            )
        )
    return drawn + _paragraphs(sentences or [say("Nothing is known of it yet")], say)


def _costs(seen: MonitoringResult, say: Wording) -> str:
    first, *others = seen.costs
    labels = [one.of for one in others]
    about = say("cost of decisions [%(unit)s]", unit=first.unit)
    drawn = lines(labels, [Trace(say("cost"), [one.mean for one in others], BLUE)], about)
    total = say(
        "%(cost)s %(unit)s over %(rows)s rows whose outcome says it",
        cost=f"{first.mean:.3g}",
        unit=first.unit,
        rows=f"{first.rows:,}",
    )
    return drawn + _paragraphs([total], say)
