"""Control charts and alarms on the page of a period."""

import html
from collections.abc import Iterator

import numpy as np

from monitoring.charts.runs_rules import WESTERN_ELECTRIC
from monitoring.report.alarms import LEAST_MOVE, LEAST_SIMILARITY, SHEWHART, AlarmEvent, Match
from monitoring.report.figures import FARTHEST, LOWEST_SHARE, single_lots, sums, vectors
from monitoring.report.names import column_name
from monitoring.report.period import QualityPeriod
from monitoring.report.residual_charts import RUN_LENGTH, Charts, ReferencePeriod
from reporting.drawing import settings
from reporting.html import table
from reporting.wording import Wording, listed
from seeds import Seed


def charts(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the charts, and their HTML."""
    if period.charts is None or period.reference is None:
        reason = "" if period.charts_why is None else period.charts_why.worded(say)
        lacking = say("Charts need a stretch before the period to compare with.")
        return lacking, f"<p>{html.escape(say('%(reason)s.', reason=reason))}</p>"
    reading = say(
        "Charted are residuals, the reported less the predicted logarithm in standard deviations (sigma) about where "
        "they lay in the reference: a lot that is high because its inputs said so is no surprise. A content below the "
        "laboratory's limit counts as no value."
    )
    return reading, "".join(_charts(period, period.charts, period.reference, say))


def _charts(period: QualityPeriod, drawn: Charts, reference: ReferencePeriod, say: Wording) -> Iterator[str]:
    yield f"<p>{html.escape(_reference(period, reference, say))}</p>"
    yield f"<p>{html.escape(_limits(period, drawn, say))}</p>"
    left_out = [
        f"{period.seed.elements[e].name}: {reason.worded(say)}" for e, reason in enumerate(reference.why) if reason
    ]
    if left_out:
        yield f"<p>{html.escape(say('Not charted: %(elements)s.', elements='; '.join(left_out)))}</p>"
    rules = {
        "beyond_3_sigma": say("beyond 3 sigma"),
        "2_of_3_beyond_2_sigma": say("2 of 3 beyond 2 sigma"),
        "4_of_5_beyond_1_sigma": say("4 of 5 beyond 1 sigma"),
        "8_on_one_side": say("8 on one side"),
    }
    config = settings(say) | {"responsive": True}
    about = say(
        "A red lot is far off by itself; where the orange average leaves its dotted limits, lots are off together. "
        "Green lots complete a run by the rules of Western Electric (%(rules)s), which signal four times as often for "
        "nothing and raise no alarm here. Lots beyond %(farthest)s sigma are drawn there.",
        rules=listed((rules[name] for name in WESTERN_ELECTRIC), say),
        farthest=f"{FARTHEST:.0f}",
    )
    yield f"<h3>{say('Single lots and their moving average')}</h3><p>{html.escape(about)}</p>"
    yield single_lots(period, drawn, say).to_html(
        full_html=False, include_plotlyjs=True, config=config, div_id="single_lots"
    )
    about = say(
        "A rising sum shows since when contents are higher (orange) or lower (blue) than predicted: where it last left "
        "zero; beyond the dashed line it is an alarm."
    )
    yield f"<h3>{say('Cumulative sums')}</h3><p>{about}</p>"
    yield sums(period, drawn, say).to_html(full_html=False, include_plotlyjs=False, config=config, div_id="sums")
    yield f"<h3>{say('All elements together')}</h3>"
    if drawn.t_squared is None or drawn.q is None:
        reason = "" if drawn.vector_why is None else drawn.vector_why.worded(say)
        yield f"<p>{html.escape(say('No T² and Q: %(reason)s.', reason=reason))}</p>"
        return
    about = say(
        "T² signals a lot that varies more than usual in the directions in which lots always vary, Q a lot "
        "that varies in a new way; above the dashed line it is an alarm. Below %(lowest)s of the limit lots are "
        "drawn there. Elements: %(elements)s.",
        lowest=f"{LOWEST_SHARE:g}",
        elements=listed((period.seed.elements[e].name for e in drawn.vector), say),
    )
    yield f"<p>{html.escape(about)}</p>"
    figure = vectors(period, drawn.t_squared, drawn.q, say)
    yield figure.to_html(full_html=False, include_plotlyjs=False, config=config, div_id="vectors")


def _reference(period: QualityPeriod, reference: ReferencePeriod, say: Wording) -> str:
    lots = reference.lots
    first, last = lots.time[0].astype("datetime64[D]"), lots.time[-1].astype("datetime64[D]")
    origin = say("none of which are training rows")
    if reference.learnt:
        origin = say(
            "%(count)s of which are training rows, since the others are too few: their residuals are "
            "smaller than new lots', so alarms come too often",
            count=reference.learnt,
        )
    of_contents, of_residuals = period.alikeness
    lines = say(
        "Reference: %(lots)s assayed lots, %(first)s to %(last)s, %(origin)s.",
        lots=len(lots),
        first=first,
        last=last,
        origin=origin,
    )
    if np.isfinite(of_contents) and np.isfinite(of_residuals):
        lines += say(
            " Why residuals: limits are for lots that do not resemble each other; there a unit's next lot correlates "
            "with the one before by %(contents)s in contents and by %(residuals)s in residuals (by ranks, "
            "median of the elements).",
            contents=f"{of_contents:.2f}",
            residuals=f"{of_residuals:.2f}",
        )
    return lines


def _limits(period: QualityPeriod, drawn: Charts, say: Wording) -> str:
    expected = drawn.kinds * len(period.lots) / RUN_LENGTH
    return say(
        "Limits: %(width)s sigma, and %(interval)s for cumulative sums, so that all "
        "%(elements)s elements together signal for nothing once in %(lots)s lots, as one chart of "
        "three sigma does. Averages and sums have wider ones where the reference's own average wandered more than "
        "that of independent lots. By chance alone about %(expected)s signals of %(kinds)s kinds of chart are "
        "to be expected here. Averages and sums are kept for all lots (drawn) and for each unit, from the period's "
        "first lot on.",
        width=f"{drawn.width:.2f}",
        interval=f"{drawn.interval:.2f}",
        elements=len(drawn.elements),
        lots=f"{RUN_LENGTH:.0f}",
        expected=f"{expected:.1f}",
        kinds=drawn.kinds,
    )


def alarms(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the alarms, and their table."""
    reading = say(
        "One line is one event, whichever charts showed it; a cause is named where its fingerprint in the seed "
        "explains at least half of the squared shift (cosine %(cosine)s or more, in sigmas), and inputs "
        "are listed that lay %(move)s or more robust standard deviations off their reference. It is a hint "
        "where to look, no proof.",
        cosine=f"{LEAST_SIMILARITY:.2f}",
        move=f"{LEAST_MOVE:.0f}",
    )
    if period.charts is None:
        return reading, f"<p>{say('No charts, so no alarms.')}</p>"
    if not period.events:
        return reading, f"<p>{say('No alarm.')}</p>"
    head = [say("first seen"), say("where"), say("since"), say("lots"), say("charts"), say("elements, mean shift")]
    head += [say("may come from"), say("inputs off")]
    return reading, table(head, [_row(period, event, say) for event in period.events], (2, 3))


def _row(period: QualityPeriod, event: AlarmEvent, say: Wording) -> list[str]:
    times, seed = period.lots.times, period.seed
    causes = [_cause(seed, match, say) for match in event.matches]
    return [
        times[event.at],
        event.unit or say("whole plant"),
        times[event.since],
        str(event.lots),
        listed((say("Shewhart") if chart == SHEWHART else chart for chart in event.charts), say),
        listed((_shift(period, event, e) for e in event.elements), say),
        "; ".join(causes) or say("no known cause"),
        listed((f"{column_name(seed, name, say)} {move:+.1f}" for name, move in event.inputs), say) or "-",
    ]


def _cause(seed: Seed, match: Match, say: Wording) -> str:
    setpoints = listed((column_name(seed, name, say) for name in match.cause.setpoints), say)
    acting = say("; set-points: %(setpoints)s", setpoints=setpoints) if setpoints else ""
    return say(
        "%(cause)s (cosine %(similarity)s, explains %(explained)s%(acting)s)",
        cause=match.cause.title_in(say.language),
        similarity=f"{match.similarity:.2f}",
        explained=f"{match.explained:.0%}",
        acting=acting,
    )


def _shift(period: QualityPeriod, event: AlarmEvent, element: int) -> str:
    """Shift of an element in sigmas, and as what the content is over what was to be expected."""
    assert period.reference is not None
    sigma = float(event.shift[element])
    ratio = np.exp(sigma * period.reference.sigma[element] * period.model.scatter.spread[element])
    return f"{period.seed.elements[element].name} {sigma:+.1f} (× {ratio:.2f})"
