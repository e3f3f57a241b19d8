"""Control charts and alarms on the page of a period."""

import html
from collections.abc import Iterator

import numpy as np

from monitoring.charts.runs_rules import WESTERN_ELECTRIC
from monitoring.report.alarms import LEAST_MOVE, LEAST_SIMILARITY, AlarmEvent
from monitoring.report.figures import FARTHEST, LOWEST_SHARE, single_lots, sums, vectors
from monitoring.report.period import QualityPeriod
from monitoring.report.residual_charts import RUN_LENGTH, Charts, ReferencePeriod
from reporting.html import table
from reporting.style import CONFIG as PLOTS_CONFIG

CONFIG = PLOTS_CONFIG | {"responsive": True}


def charts(period: QualityPeriod) -> tuple[str, str]:
    """Return the reading guide of the charts, and their HTML."""
    if period.charts is None or period.reference is None:
        return "Charts need a stretch before the period to compare with.", f"<p>{html.escape(period.charts_why)}.</p>"
    reading = (
        "Charted are residuals, the reported less the predicted logarithm in standard deviations (sigma) about where "
        "they lay in the reference: a lot that is high because its inputs said so is no surprise. A content below the "
        "laboratory's limit counts as no value."
    )
    return reading, "".join(_charts(period, period.charts, period.reference))


def _charts(period: QualityPeriod, drawn: Charts, reference: ReferencePeriod) -> Iterator[str]:
    yield f"<p>{html.escape(_reference(period, reference))}</p>"
    yield f"<p>{html.escape(_limits(period, drawn))}</p>"
    left_out = [f"{period.seed.elements[e].name}: {reason}" for e, reason in enumerate(reference.why) if reason]
    if left_out:
        yield f"<p>Not charted: {html.escape('; '.join(left_out))}.</p>"
    rules = ", ".join(name.replace("_", " ") for name in WESTERN_ELECTRIC)
    yield (
        "<h3>Single lots and their moving average</h3><p>A red lot is far off by itself; where the orange average "
        "leaves its dotted limits, lots are off together. Green lots complete a run by the rules of Western Electric "
        f"({html.escape(rules)}), which signal four times as often for nothing and raise no alarm here. Lots beyond "
        f"{FARTHEST:.0f} sigma are drawn there.</p>"
    )
    yield single_lots(period, drawn).to_html(
        full_html=False, include_plotlyjs=True, config=CONFIG, div_id="single_lots"
    )
    yield (
        "<h3>Cumulative sums</h3><p>A rising sum shows since when contents are higher (orange) or lower (blue) "
        "than predicted: where it last left zero; beyond the dashed line it is an alarm.</p>"
    )
    yield sums(period, drawn).to_html(full_html=False, include_plotlyjs=False, config=CONFIG, div_id="sums")
    yield "<h3>All elements together</h3>"
    if drawn.t_squared is None or drawn.q is None:
        yield f"<p>No T² and Q: {html.escape(drawn.vector_why)}.</p>"
        return
    names = ", ".join(period.seed.elements[e].name for e in drawn.vector)
    yield (
        "<p>T² signals a lot that varies more than usual in the directions in which lots always vary, Q a lot "
        f"that varies in a new way; above the dashed line it is an alarm. Below {LOWEST_SHARE:g} of the limit lots are "
        f"drawn there. "
        f"Elements: {html.escape(names)}.</p>"
    )
    figure = vectors(period, drawn.t_squared, drawn.q)
    yield figure.to_html(full_html=False, include_plotlyjs=False, config=CONFIG, div_id="vectors")


def _reference(period: QualityPeriod, reference: ReferencePeriod) -> str:
    lots = reference.lots
    first, last = lots.time[0].astype("datetime64[D]"), lots.time[-1].astype("datetime64[D]")
    origin = "none of which are training rows"
    if reference.learnt:
        origin = (
            f"{reference.learnt} of which are training rows, since the others are too few: their residuals are "
            "smaller than new lots', so alarms come too often"
        )
    of_contents, of_residuals = period.alikeness
    lines = f"Reference: {len(lots)} assayed lots, {first} to {last}, {origin}."
    if np.isfinite(of_contents) and np.isfinite(of_residuals):
        lines += (
            " Why residuals: limits are for lots that do not resemble each other; there a unit's next lot correlates "
            f"with the one before by {of_contents:.2f} in contents and by {of_residuals:.2f} in residuals (by ranks, "
            "median of the elements)."
        )
    return lines


def _limits(period: QualityPeriod, drawn: Charts) -> str:
    expected = drawn.kinds * len(period.lots) / RUN_LENGTH
    return (
        f"Limits: {drawn.width:.2f} sigma, and {drawn.interval:.2f} for cumulative sums, so that all "
        f"{len(drawn.elements)} elements together signal for nothing once in {RUN_LENGTH:.0f} lots, as one chart of "
        "three sigma does. Averages and sums have wider ones where the reference's own average wandered more than "
        f"that of independent lots. By chance alone about {expected:.1f} signals of {drawn.kinds} kinds of chart are "
        "to be expected here. Averages and sums are kept for all lots (drawn) and for each unit, from the period's "
        "first lot on."
    )


def alarms(period: QualityPeriod) -> tuple[str, str]:
    """Return the reading guide of the alarms, and their table."""
    reading = (
        "One line is one event, whichever charts showed it; a cause is named where its fingerprint in the seed "
        f"explains at least half of the squared shift (cosine {LEAST_SIMILARITY:.2f} or more, in sigmas), and inputs "
        f"are listed that lay {LEAST_MOVE:.0f} or more robust standard deviations off their reference. It is a hint "
        "where to look, no proof."
    )
    if period.charts is None:
        return reading, "<p>No charts, so no alarms.</p>"
    if not period.events:
        return reading, "<p>No alarm.</p>"
    head = ["first seen", "where", "since", "lots", "charts", "elements, mean shift", "may come from", "inputs off"]
    return reading, table(head, [_row(period, event) for event in period.events], (2, 3))


def _row(period: QualityPeriod, event: AlarmEvent) -> list[str]:
    times = period.lots.times
    causes = [
        _cause(match.cause.title, match.similarity, match.explained, match.cause.setpoints) for match in event.matches
    ]
    return [
        times[event.at],
        event.unit or "whole plant",
        times[event.since],
        str(event.lots),
        ", ".join(event.charts),
        ", ".join(_shift(period, event, e) for e in event.elements),
        "; ".join(causes) or "no known cause",
        ", ".join(f"{name} {move:+.1f}" for name, move in event.inputs) or "-",
    ]


def _cause(title: str, similarity: float, explained: float, setpoints: list[str]) -> str:
    acting = f"; set-points: {', '.join(setpoints)}" if setpoints else ""
    return f"{title} (cosine {similarity:.2f}, explains {explained:.0%}{acting})"


def _shift(period: QualityPeriod, event: AlarmEvent, element: int) -> str:
    """Shift of an element in sigmas, and as what the content is over what was to be expected."""
    assert period.reference is not None
    sigma = float(event.shift[element])
    ratio = np.exp(sigma * period.reference.sigma[element] * period.model.scatter.spread[element])
    return f"{period.seed.elements[element].name} {sigma:+.1f} (× {ratio:.2f})"
