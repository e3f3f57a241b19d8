"""Capability and acceptance sampling on the page of a period."""

import html

from monitoring.charts.capability import PERCENTILE_VALUES_NEEDED, Index
from monitoring.charts.plans import NORMAL, REDUCED, TIGHTENED
from monitoring.report.indices import LimitIndices
from monitoring.report.names import grade_name, limit_name
from monitoring.report.period import QualityPeriod
from reporting.html import table
from reporting.wording import Wording


def capability(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the indices, and their table."""
    intended = period.seed.grades[period.model.costs.intended]
    reading = say(
        "How far contents keep from the limits of %(grade)s, in units of three sigma: 1.33 and more is usually "
        "called capable, below 1 more than one lot in 740 breaks it. Cpk goes by the scatter from lot to lot, Ppk by "
        "all of it, both on logarithms and only where all contents are above the laboratory's limit; the percentile "
        "index counts those below as such; in brackets 95 % bounds, which are too narrow where lots resemble each "
        "other. Last, the index by the values' own percentiles, which takes %(needed)s. An index says "
        "little where a chart alarms.",
        grade=grade_name(intended, say),
        needed=PERCENTILE_VALUES_NEEDED,
    )
    bound = say("bound [%(unit)s]", unit=period.seed.elements[0].unit)
    head = [say("limit"), bound, say("values"), say("below limit"), "Cpk", "Ppk", say("percentile")]
    head.append(say("own percentiles"))
    rows = [
        [
            limit_name(intended, one.limit, say),
            _bound(one, say),
            one.values,
            one.below,
            *(say("too few") if one.why else _index(index, say) for index in (one.cpk, one.ppk, one.percentile)),
            _free(one, say),
        ]
        for one in period.indices
    ]
    few = "; ".join(
        f"{limit_name(intended, one.limit, say)}: {one.why.worded(say)}" for one in period.indices if one.why
    )
    note = html.escape(say("Too few: %(limits)s.", limits=few))
    return reading, table(head, rows, range(1, 8)) + (f"<p>{note}</p>" if few else "")


def _bound(indices: LimitIndices, say: Wording) -> str:
    bound = f"{indices.bound:g}"
    return say("at most %(bound)s", bound=bound) if indices.is_highest else say("at least %(bound)s", bound=bound)


def _free(indices: LimitIndices, say: Wording) -> str:
    if indices.free is not None:
        return f"{indices.free:.2f}"
    return say("too few") if indices.values < PERCENTILE_VALUES_NEEDED else "-"


def _index(index: Index | None, say: Wording) -> str:
    if index is None:
        return "-"
    bounds = say("%(low)s to %(high)s", low=f"{index.low:.2f}", high=f"{index.high:.2f}")
    return f"{index.value:.2f} ({bounds})"


def acceptance(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the sampling plans, and the plans."""
    sampling, rules = period.sampling, period.seed.quality_rules
    lots, sent = len(period.lots), period.actions["laboratory"].lots
    reading = say(
        "Without predictions, ISO 2859-1 would take the %(lots)s lots for one consignment and assay a sample of it, "
        "drawn at random; such a plan accepts or refuses them all together, where the model decides lot by lot "
        "and sent %(sent)s to the laboratory.",
        lots=lots,
        sent=sent,
    )
    if sampling is None:
        return reading, f"<p>{say('One lot alone: no plan; it is assayed.')}</p>"
    head = [say("plan"), say("lots to assay"), say("accepted if")]
    head += [say("share of bad lots accepted with 95 %"), say("with 10 %")]
    severities = {NORMAL: say("normal"), TIGHTENED: say("tightened"), REDUCED: say("reduced")}
    rows = [
        [
            say("attributes, %(severity)s (letter %(letter)s)", severity=severities[name], letter=plan.letter),
            say("every lot") if plan.size >= lots else str(plan.size),
            say("at most %(count)s break the grade", count=plan.accept),
            f"{sampling.good[name]:.2%}",
            f"{sampling.bad[name]:.2%}",
        ]
        for name, plan in sampling.attributes.items()
    ]
    note = say(
        "AQL %(aql)s %, the largest tabulated one not above the seed's %(alpha)s; inspection level II.",
        aql=f"{sampling.aql:g}",
        alpha=f"{rules.alpha.value:.2%}",
    )
    return reading, f"{table(head, rows, (1, 3, 4))}<p>{html.escape(note)}</p>"
