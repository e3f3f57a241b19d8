"""The page of a month's energy and carbon: one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from models.interfaces.energy import COMPREHENSIVE
from monitoring.energy.flows import mean_flow, picture
from monitoring.energy.month import EnergyMonth
from monitoring.energy.ranking import BEST_SHARE, FEWEST_ROWS, Ranked, differences, ranked
from reporting.html import table
from reporting.languages import DEFAULT
from reporting.report import ReportSection, whole
from reporting.timestamps import moment_format
from reporting.wording import Wording, listed
from seeds.format.language import Language

SHOWN_UNITS, SHOWN_COLUMNS = 12, 12


def page(month: EnergyMonth, language: Language = DEFAULT) -> str:
    """The whole page in a language; nothing in it is fetched from anywhere."""
    say = Wording(language)
    title = month.seed.process.title_in(language)
    heading = say("%(process)s: energy and carbon of %(month)s", process=title, month=month.month)
    return whole(heading, _sections(month, say), tag=say.tag)


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


def _sections(month: EnergyMonth, say: Wording) -> Iterator[ReportSection]:
    units, product, measured = ranked(month), say(month.physics.PRODUCT), say(_words(month.physics.TARGET))
    yield ReportSection(
        say("What was counted"),
        say("Rows, %(product)s and the factors that all figures rest on.", product=product),
        _head(month, units, say),
    )
    yield ReportSection(
        say("Totals"),
        say(
            "Means are over the month's %(product)s. Each boundary contains the one above it; steam counts with its "
            "heat.",
            product=product,
        ),
        _totals(month, say) + _emissions(month, say),
    )
    yield ReportSection(
        say("Energy grades"),
        say(
            "The norms that the seed names, each with its document, since documents have different limits. What a "
            "document counts elsewhere than in this process is added first. Limits that are recalled, and not read in "
            "the document itself, are no ground for a certificate."
        ),
        _grades(month, say),
    )
    yield ReportSection(say("Where the energy goes"), say(month.physics.KIND.reading), _flow(month, say))
    yield ReportSection(
        say("Units"),
        say(
            "By comprehensive energy a tonne, the least first. The uncertainty is that of the measured %(measured)s "
            "alone, as a 90 % interval: units that lie closer together than this do not differ beyond it in one month.",
            measured=measured,
        ),
        _units(month, units, say),
    )
    yield ReportSection(
        say("Differences of the best tenth of the rows"),
        say(
            "Medians of the %(share)s of the rows with the lowest energy next to those of all others, if the 90 % "
            "interval of the difference leaves out 0 (whole units drawn again). A difference is no cause: the best "
            "rows may differ since they are easier to run, and rows whose measured %(measured)s errs to the good side "
            "are more often among them. The effect of a set-point move is estimated by recommendations, not here.",
            share=f"{BEST_SHARE:.0%}",
            measured=measured,
        ),
        _differences(month, say),
    )


def _head(month: EnergyMonth, units: list[Ranked], say: Wording) -> str:
    starts, process, physics = month.table[month.seed.clock.name], month.seed.process, month.physics
    first, last = (f"{end:{moment_format(starts)}}" for end in (starts.min(), starts.max()))
    periods = say("%(month)s: periods that start from %(first)s to %(last)s", month=month.month, first=first, last=last)
    counted = say(
        "%(rows)s of %(units)s units; %(count)s left out, since a needed value is missing",
        rows=f"{len(month.table):,}",
        units=len(units),
        count=month.left_out,
    )
    made = say("%(mass)s t (of %(made_by)s)", mass=f"{month.product.sum():,.0f}", made_by=say(physics.MADE_BY))
    excluded = say("%(rows)s rows of the whole table, out of physical range or none of the plant", rows=month.set_aside)
    rows = [
        [say("process"), f"{process.title_in(say.language)} ({process.name})"],
        [say("month"), periods],
        [say("rows"), counted],
        [say(physics.PRODUCT), made],
        [say("excluded"), excluded],
        *([say("warning"), caution] for caution in month.cautions),
        [say("digest of the table"), month.data_digest],
    ]
    factors = [[name, f"{one.value:g}", one.unit, one.source] for name, one in month.factors.items()]
    return table([say("item"), say("value")], rows) + table(
        [say("factor"), say("value"), say.within("measure", "unit"), say("source")], factors, [1]
    )


def _totals(month: EnergyMonth, say: Wording) -> str:
    kind, product, rows = month.physics.KIND, month.product.sum(), []
    for name, values in month.account.boundaries.items():
        mean = month.mean(values)
        rows.append([say(name), say(kind.boundaries[name]), kind.shown(mean), f"{mean * product / 1e3:,.0f}"])
    totals = table([say("boundary"), say("what it counts"), kind.unit, kind.whole], rows, [2, 3])
    coal = say(
        "The comprehensive energy is %(energy)s kgce/t: electricity at 0.1229 kgce/kWh and heat at 34.12 kgce/GJ, the "
        "equivalent values of GB/T 2589.",
        energy=f"{month.mean(month.account.coal_equivalent):,.1f}",
    )
    return f"{totals}{_tiers(month, say)}<p>{coal}</p>"


def _tiers(month: EnergyMonth, say: Wording) -> str:
    """Cost of the tiered power price in one paragraph; nothing without one."""
    tiers = month.tiers
    if not tiers:
        return ""
    cost = say(
        "Tiered power price by the rule of %(year)s: the liquid metal takes %(consumption)s kWh/t of alternating "
        "current with bus bars. If the plant took as much in the whole year, the surcharge would be %(surcharge)s "
        "$/kWh: %(cost)s $/t and %(total)s $ for the %(product)s of this month.",
        year=f"{tiers['year']:g}",
        consumption=f"{tiers['consumption']:,.0f}",
        surcharge=f"{tiers['surcharge']:.4f}",
        cost=f"{tiers['cost']:,.0f}",
        total=f"{tiers['cost'] * month.product.sum():,.0f}",
        product=say(month.physics.PRODUCT),
    )
    return f"<p>{cost}</p>"


def _emissions(month: EnergyMonth, say: Wording) -> str:
    of, physics, product = month.account, month.physics, month.product.sum()
    rows = []
    for scope, parts, meanings in (
        ("1", of.scope_1, physics.EMITTED),
        ("2", of.scope_2, physics.bought()),
    ):
        rows += [
            [scope, say(name), say(meanings[name]), *_mass(month.mean(values), product)]
            for name, values in parts.items()
        ]
    rows.append([say("1 and 2"), say("all"), "", *_mass(month.mean(of.scopes["total"]), product)])
    emissions = table([say("scope"), say("from"), say("what it is"), "tCO2e/t", "tCO2e"], rows, [3, 4])
    return emissions + f"<p>{_embedded(month, say)}</p>"


def _embedded(month: EnergyMonth, say: Wording) -> str:
    """Embedded emissions by CBAM in one sentence, or that it does not cover the goods."""
    goods, embedded = month.physics.CBAM_GOODS, month.account.embedded
    if goods is None or embedded is None:
        return say("CBAM, the carbon border adjustment of the EU, does not cover the goods of this process.")
    return say(
        "Direct emissions embedded in %(goods)s, by the rules of CBAM: %(mass)s tCO2e/t for anodes and anode effects. "
        "Indirect emissions do not count for aluminium. Fuels, flue gas treatment and precursors do, and are not known "
        "here.",
        goods=say(goods),
        mass=f"{month.mean(embedded):.3f}",
    )


def _mass(mean: float, product: float) -> tuple[str, str]:
    return f"{mean:.3f}", f"{mean * product:,.0f}"


def _grades(month: EnergyMonth, say: Wording) -> str:
    rows, limits = [], []
    for one in month.standings:
        norm, digits = one.norm, 0 if one.norm.unit == "kWh/t" else 1
        called = say("%(document)s: %(title)s", document=norm.document, title=norm.title_in(say.language))
        distance = f"{one.distance:,.{digits}f} {norm.unit}"
        to_go = (
            ""
            if one.following is None
            else say("%(distance)s above grade %(grade)s", distance=distance, grade=say(one.following))
        )
        energy = f"{one.energy:,.{digits}f} {norm.unit}"
        rows.append([called, say(norm.boundary), energy, say(one.grade) if one.grade else say("none"), to_go])
        graded = listed(
            (
                say("%(grade)s at most %(limit)s", grade=say(grade.name), limit=f"{grade.at_most:,g}")
                for grade in norm.grades
            ),
            say,
        )
        outside_boundary = (
            say("nothing")
            if norm.outside_boundary is None
            else f"{norm.outside_boundary.value:g}; {norm.outside_boundary.source}"
        )
        limits.append([called, f"{graded} {norm.unit}", outside_boundary, f"{say(norm.verification)}; {norm.source}"])
    if not rows:
        return f"<p>{say('The seed names no norm.')}</p>"
    head = [say("document"), say("boundary"), say("energy"), say("grade"), say("distance")]
    return table(head, rows, [2]) + table(
        [say("document"), say("grades"), say("counted elsewhere"), say("how sure")], limits
    )


def _flow(month: EnergyMonth, say: Wording) -> str:
    flow = mean_flow(month)
    if flow is None:
        return f"<p>{say('No row has all that the parts are computed from.')}</p>"
    kind = month.physics.KIND
    meanings = {**month.physics.USES, **kind.outside}
    rows = [
        [say(name), say(meanings[name]), kind.shown(mean), f"{mean / flow.comprehensive:.1%}"]
        for name, mean in {**flow.uses, **flow.outside}.items()
    ]
    rows.append([say("all"), say(kind.boundaries[COMPREHENSIVE]), kind.shown(flow.comprehensive), f"{1:.1%}"])
    held = {**month.physics.BOUND, kind.heat: say("the rest, which is given off")}
    ends = [
        [say(name), say(held[name]), kind.shown(mean), f"{mean / flow.first:.1%}"]
        for name, mean in {**flow.bound, kind.heat: flow.heat}.items()
    ]
    title = say(
        "%(process)s: where %(energy)s go",
        process=month.seed.process.title_in(say.language),
        energy=f"{kind.shown(flow.comprehensive)} {kind.unit}",
    )
    known = say("Of %(rows)s rows in which all parts are known.", rows=f"{flow.rows:,}")
    ends_in = say("what %(carrier)s took ends in", carrier=say(kind.carrier))
    return (
        picture(flow, title, say)
        + f"<p>{known}</p>"
        + table([say("goes into"), say("what it is"), kind.unit, say("of all")], rows, [2, 3])
        + table([ends_in, say("what it is"), kind.unit, say("of it")], ends, [2, 3])
    )


def _units(month: EnergyMonth, units: list[Ranked], say: Wording) -> str:
    physics, kind = month.physics, month.physics.KIND
    unit = month.seed.targets[physics.TARGET].unit
    head = [say("place"), say("unit"), say("rows"), f"{say(physics.PRODUCT)} [t]"]
    head += [f"{say(COMPREHENSIVE)} [{kind.unit}]", say("doubt"), f"{say(kind.first)} [{kind.unit}]"]
    head += [f"{say(_words(physics.TARGET))} [{unit}]", "tCO2e/t"]
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
    first, last = say("The first %(count)s", count=SHOWN_UNITS), say("The last %(count)s", count=SHOWN_UNITS)
    ends = f"<h3>{first}</h3>" + table(head, rows[:SHOWN_UNITS], numbers)
    ends += f"<h3>{last}</h3>" + table(head, rows[-SHOWN_UNITS:], numbers)
    every = say("all %(count)s", count=len(rows))
    return f"{ends}<details><summary>{every}</summary>{table(head, rows, numbers)}</details>"


def _differences(month: EnergyMonth, say: Wording) -> str:
    if len(month.table) < FEWEST_ROWS:
        few = say(
            "%(rows)s rows are too few to compare a tenth of them: expected %(least)s.",
            rows=len(month.table),
            least=FEWEST_ROWS,
        )
        return f"<p>{few}</p>"
    items = differences(month)
    if not items:
        return f"<p>{say('No difference is statistically significant.')}</p>"
    rows = []
    for one in items[:SHOWN_COLUMNS]:
        column = month.seed.column(one.column)
        role = say(column.role)
        rows.append(
            [
                one.column,
                column.description_in(say.language),
                column.unit,
                f"{one.best:.4g}",
                f"{one.others:.4g}",
                say("%(low)s to %(high)s", low=f"{one.low:+.3g}", high=f"{one.high:+.3g}"),
                f"{one.spreads:+.2f}",
                say("%(role)s, enters the sum itself", role=role) if one.in_the_sum else role,
            ]
        )
    left = len(items) - len(rows)
    more = f"<p>{say('%(count)s more differ less.', count=left)}</p>" if left > 0 else ""
    head = [say("column"), say("what it is"), say.within("measure", "unit"), say("best tenth"), say("others")]
    head += [say("difference"), say("in spreads"), say("role")]
    return table(head, rows, [3, 4, 5, 6]) + more


def _words(name: str) -> str:
    return name.replace("_", " ")
