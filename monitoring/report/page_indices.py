"""Capability and acceptance sampling on the page of a period."""

import html

from monitoring.charts.capability import PERCENTILE_VALUES_NEEDED, Index
from monitoring.report.indices import LimitIndices
from monitoring.report.period import QualityPeriod
from reporting.html import table


def capability(period: QualityPeriod) -> tuple[str, str]:
    """Return the reading guide of the indices, and their table."""
    grade = period.seed.grades[period.model.costs.intended]
    reading = (
        f"How far contents keep from the limits of {grade.name}, in units of three sigma: 1.33 and more is usually "
        "called capable, below 1 more than one lot in 740 breaks it. Cpk goes by the scatter from lot to lot, Ppk by "
        "all of it, both on logarithms and only where all contents are above the laboratory's limit; the percentile "
        "index counts those below as such; in brackets 95 % bounds, which are too narrow where lots resemble each "
        f"other. Last, the index by the values' own percentiles, which takes {PERCENTILE_VALUES_NEEDED}. An index says "
        "little where a chart alarms."
    )
    unit = period.seed.elements[0].unit
    head = ["limit", f"bound [{unit}]", "values", "below limit", "Cpk", "Ppk", "percentile", "own percentiles"]
    rows = [
        [
            one.limit,
            f"{'at most' if one.is_highest else 'at least'} {one.bound:g}",
            one.values,
            one.below,
            "too few" if one.why else _index(one.cpk),
            "too few" if one.why else _index(one.ppk),
            "too few" if one.why else _index(one.percentile),
            _free(one),
        ]
        for one in period.indices
    ]
    few = "; ".join(f"{one.limit}: {one.why}" for one in period.indices if one.why)
    return reading, table(head, rows, range(1, 8)) + (f"<p>Too few: {html.escape(few)}.</p>" if few else "")


def _free(indices: LimitIndices) -> str:
    if indices.free is not None:
        return f"{indices.free:.2f}"
    return "too few" if indices.values < PERCENTILE_VALUES_NEEDED else "-"


def _index(index: Index | None) -> str:
    return "-" if index is None else f"{index.value:.2f} ({index.low:.2f} to {index.high:.2f})"


def acceptance(period: QualityPeriod) -> tuple[str, str]:
    """Return the reading guide of the sampling plans, and the plans."""
    sampling, rules = period.sampling, period.seed.quality_rules
    lots, sent = len(period.lots), period.actions["laboratory"].lots
    reading = (
        f"Without predictions, ISO 2859-1 would take the {lots} lots for one consignment and assay a sample of it, "
        "drawn at random; such a plan accepts or refuses them all together, where the model decides lot by lot "
        f"and sent {sent} to the laboratory."
    )
    if sampling is None:
        return reading, "<p>One lot alone: no plan; it is assayed.</p>"
    head = ["plan", "lots to assay", "accepted if", "share of bad lots accepted with 95 %", "with 10 %"]
    rows = [
        [
            f"attributes, {name} (letter {plan.letter})",
            "every lot" if plan.size >= lots else str(plan.size),
            f"at most {plan.accept} break the grade",
            f"{sampling.good[name]:.2%}",
            f"{sampling.bad[name]:.2%}",
        ]
        for name, plan in sampling.attributes.items()
    ]
    alpha = f"{rules.alpha.value:.2%}"
    note = f"AQL {sampling.aql:g} %, the largest tabulated one not above the seed's {alpha}; inspection level II."
    return reading, f"{table(head, rows, (1, 3, 4))}<p>{html.escape(note)}</p>"
