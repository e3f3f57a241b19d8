"""The page of a month's energy and carbon: one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.interfaces.energy import COMPREHENSIVE
from monitoring.energy.flows import mean_flow, picture
from monitoring.energy.month import EnergyMonth
from monitoring.energy.ranking import BEST_SHARE, FEWEST_ROWS, Ranked, differences, ranked
from reporting.html import table
from reporting.report import ReportSection, whole
from reporting.timestamps import moment_format

SHOWN_UNITS, SHOWN_COLUMNS = 12, 12


def page(month: EnergyMonth) -> str:
    """The whole page; nothing in it is fetched from anywhere."""
    return whole(f"{month.seed.process.title}: energy and carbon of {month.month}", _sections(month))


def summary(month: EnergyMonth) -> str:
    """The month in one line for the terminal."""
    kind = month.physics.KIND
    means = {name: kind.shown(month.mean(values)) for name, values in month.account.boundaries.items()}
    grades = ", ".join(
        f"{one.norm.document} ({one.norm.title}) {'grade ' + one.grade if one.grade else 'no grade'}"
        for one in month.standings[:2]
    )
    first = f"{means[kind.first]} {kind.unit} {kind.first}"
    return (
        f"{len(month.table)} rows of {month.month}: {first}, {means[COMPREHENSIVE]} "
        f"comprehensive, {month.mean(month.account.scopes['total']):.3g} tCO2e/t" + (f"; {grades}" if grades else "")
    )


def _sections(month: EnergyMonth) -> Iterator[ReportSection]:
    units, product, measured = ranked(month), month.physics.PRODUCT, _words(month.physics.TARGET)
    yield ReportSection(
        "What was counted", f"Rows, {product} and the factors that all figures rest on.", _head(month, units)
    )
    yield ReportSection(
        "Totals",
        f"Means are over the month's {product}. Each boundary contains the one above it; steam counts with its heat.",
        _totals(month) + _emissions(month),
    )
    yield ReportSection(
        "Energy grades",
        "The norms that the seed names, each with its document, since documents have different limits. What a "
        "document counts elsewhere than in this process is added first. Limits that are recalled, and not read in the "
        "document itself, are no ground for a certificate.",
        _grades(month),
    )
    yield ReportSection("Where the energy goes", month.physics.KIND.reading, _flow(month))
    yield ReportSection(
        "Units",
        f"By comprehensive energy a tonne, the least first. The uncertainty is that of the measured {measured} alone, "
        "as a 90 % interval: units that lie closer together than this do not differ beyond it in one month.",
        _units(month, units),
    )
    yield ReportSection(
        "Differences of the best tenth of the rows",
        f"Medians of the {BEST_SHARE:.0%} of the rows with the lowest energy next to those of all others, if the "
        "90 % interval of the difference leaves out 0 (whole units drawn again). A difference is no cause: the best "
        f"rows may differ since they are easier to run, and rows whose measured {measured} errs to the good side are "
        "more often among them. The effect of a set-point move is estimated by recommendations, not here.",
        _differences(month),
    )


def _head(month: EnergyMonth, units: list[Ranked]) -> str:
    starts = month.table[month.seed.clock.name]
    first, last = (f"{end:{moment_format(starts)}}" for end in (starts.min(), starts.max()))
    rows = [
        ["process", f"{month.seed.process.title} ({month.seed.process.name})"],
        ["month", f"{month.month}: periods that start from {first} to {last}"],
        [
            "rows",
            f"{len(month.table):,} of {len(units)} units; {month.left_out} left out, since a needed value is missing",
        ],
        [month.physics.PRODUCT, f"{month.product.sum():,.0f} t (of {month.physics.MADE_BY})"],
        ["excluded", f"{month.set_aside} rows of the whole table, out of physical range or none of the plant"],
        *(["warning", caution] for caution in month.cautions),
        ["digest of the table", month.data_digest],
    ]
    factors = [[name, f"{one.value:g}", one.unit, one.source] for name, one in month.factors.items()]
    return table(["item", "value"], rows) + table(["factor", "value", "unit", "source"], factors, [1])


def _totals(month: EnergyMonth) -> str:
    kind, product, rows = month.physics.KIND, month.product.sum(), []
    for name, values in month.account.boundaries.items():
        mean = month.mean(values)
        rows.append([name, kind.boundaries[name], kind.shown(mean), f"{mean * product / 1e3:,.0f}"])
    coal = month.mean(month.account.coal_equivalent)
    totals = table(["boundary", "what it counts", kind.unit, kind.whole], rows, [2, 3])
    return (
        totals
        + _tiers(month)
        + f"<p>The comprehensive energy is {coal:,.1f} kgce/t: electricity at 0.1229 kgce/kWh and heat at 34.12 "
        "kgce/GJ, the equivalent values of GB/T 2589.</p>"
    )


def _tiers(month: EnergyMonth) -> str:
    """Cost of the tiered power price in one paragraph; nothing without one."""
    tiers = month.tiers
    if not tiers:
        return ""
    return (
        f"<p>Tiered power price by the rule of {tiers['year']:g}: the liquid metal takes "
        f"{tiers['consumption']:,.0f} kWh/t of alternating current with bus bars. If the plant took as much in the "
        f"whole year, the surcharge would be {tiers['surcharge']:.4f} $/kWh: {tiers['cost']:,.0f} $/t and "
        f"{tiers['cost'] * month.product.sum():,.0f} $ for the {month.physics.PRODUCT} of this month.</p>"
    )


def _emissions(month: EnergyMonth) -> str:
    of, physics, product = month.account, month.physics, month.product.sum()
    rows = []
    for scope, parts, meanings in (
        ("1", of.scope_1, physics.EMITTED),
        ("2", of.scope_2, physics.bought()),
    ):
        rows += [[scope, name, meanings[name], *_mass(month.mean(values), product)] for name, values in parts.items()]
    rows.append(["1 and 2", "all", "", *_mass(month.mean(of.scopes["total"]), product)])
    emissions = table(["scope", "from", "what it is", "tCO2e/t", "tCO2e"], rows, [3, 4])
    return emissions + f"<p>{_embedded(month)}</p>"


def _embedded(month: EnergyMonth) -> str:
    """Embedded emissions by CBAM in one sentence, or that it does not cover the goods."""
    goods, embedded = month.physics.CBAM_GOODS, month.account.embedded
    if goods is None or embedded is None:
        return "CBAM, the carbon border adjustment of the EU, does not cover the goods of this process."
    return (
        f"Direct emissions embedded in {goods}, by the rules of CBAM: {month.mean(embedded):.3f} tCO2e/t for anodes "
        "and anode effects. Indirect emissions do not count for aluminium. Fuels, flue gas treatment and "
        "precursors do, and are not known here."
    )


def _mass(mean: float, product: float) -> tuple[str, str]:
    return f"{mean:.3f}", f"{mean * product:,.0f}"


def _grades(month: EnergyMonth) -> str:
    rows, limits = [], []
    for one in month.standings:
        norm, digits = one.norm, 0 if one.norm.unit == "kWh/t" else 1
        called = f"{norm.document}: {norm.title}"
        to_go = "" if one.following is None else f"{one.distance:,.{digits}f} {norm.unit} above grade {one.following}"
        energy = f"{one.energy:,.{digits}f} {norm.unit}"
        rows.append([called, norm.boundary, energy, one.grade or "none", to_go])
        graded = ", ".join(f"{grade.name} at most {grade.at_most:,g}" for grade in norm.grades)
        outside_boundary = (
            "nothing"
            if norm.outside_boundary is None
            else f"{norm.outside_boundary.value:g}; {norm.outside_boundary.source}"
        )
        limits.append([called, f"{graded} {norm.unit}", outside_boundary, f"{norm.verification}; {norm.source}"])
    if not rows:
        return "<p>The seed names no norm.</p>"
    return table(["document", "boundary", "energy", "grade", "distance"], rows, [2]) + table(
        ["document", "grades", "counted elsewhere", "how sure"], limits
    )


def _flow(month: EnergyMonth) -> str:
    flow = mean_flow(month)
    if flow is None:
        return "<p>No row has all that the parts are computed from.</p>"
    kind = month.physics.KIND
    meanings = {**month.physics.USES, **kind.outside}
    rows = [
        [name, meanings[name], kind.shown(mean), f"{mean / flow.comprehensive:.1%}"]
        for name, mean in {**flow.uses, **flow.outside}.items()
    ]
    rows.append(["all", kind.boundaries[COMPREHENSIVE], kind.shown(flow.comprehensive), f"{1:.1%}"])
    held = {**month.physics.BOUND, kind.heat: "the rest, which is given off"}
    ends = [
        [name, held[name], kind.shown(mean), f"{mean / flow.first:.1%}"]
        for name, mean in {**flow.bound, kind.heat: flow.heat}.items()
    ]
    title = f"{month.seed.process.title}: where {kind.shown(flow.comprehensive)} {kind.unit} go"
    known = f"<p>Of {flow.rows:,} rows in which all parts are known.</p>"
    return (
        picture(flow, title)
        + known
        + table(["goes into", "what it is", kind.unit, "of all"], rows, [2, 3])
        + table([f"what {kind.carrier} took ends in", "what it is", kind.unit, "of it"], ends, [2, 3])
    )


def _units(month: EnergyMonth, units: list[Ranked]) -> str:
    physics, kind = month.physics, month.physics.KIND
    unit = month.seed.targets[physics.TARGET].unit
    head = ["place", "unit", "rows", f"{physics.PRODUCT} [t]", f"comprehensive [{kind.unit}]", "doubt"]
    head += [f"{kind.first} [{kind.unit}]", f"{_words(physics.TARGET)} [{unit}]", "tCO2e/t"]
    rows = [
        [
            place,
            one.unit,
            one.rows,
            f"{one.product:,.1f}",
            kind.shown(one.comprehensive),
            "-" if np.isnan(one.doubt) else f"± {kind.shown(one.doubt)}",
            kind.shown(one.first),
            f"{one.measured:.{max(kind.digits, 1)}f}",
            f"{one.co2e:.3f}",
        ]
        for place, one in enumerate(units, start=1)
    ]
    numbers = list(range(2, len(head)))
    if len(rows) <= 2 * SHOWN_UNITS:
        return table(head, rows, numbers)
    ends = f"<h3>The first {SHOWN_UNITS}</h3>" + table(head, rows[:SHOWN_UNITS], numbers)
    ends += f"<h3>The last {SHOWN_UNITS}</h3>" + table(head, rows[-SHOWN_UNITS:], numbers)
    return f"{ends}<details><summary>all {len(rows)}</summary>{table(head, rows, numbers)}</details>"


def _differences(month: EnergyMonth) -> str:
    if len(month.table) < FEWEST_ROWS:
        return f"<p>{len(month.table)} rows are too few to compare a tenth of them: expected {FEWEST_ROWS}.</p>"
    items = differences(month)
    if not items:
        return "<p>No difference is statistically significant.</p>"
    rows = []
    for one in items[:SHOWN_COLUMNS]:
        column = month.seed.column(one.column)
        rows.append(
            [
                one.column,
                column.description,
                column.unit,
                f"{one.best:.4g}",
                f"{one.others:.4g}",
                f"{one.low:+.3g} to {one.high:+.3g}",
                f"{one.spreads:+.2f}",
                f"{column.role}{', enters the sum itself' if one.in_the_sum else ''}",
            ]
        )
    left = len(items) - len(rows)
    more = f"<p>{left} more differ less.</p>" if left > 0 else ""
    head = ["column", "what it is", "unit", "best tenth", "others", "difference", "in spreads", "role"]
    return table(head, rows, [3, 4, 5, 6]) + more


def _words(name: str) -> str:
    return name.replace("_", " ")
