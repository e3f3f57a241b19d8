"""The report of a period of lots: a page of the period and a page of its lots, which need no network."""

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np

from models.interfaces.answers import COVERAGE
from models.quality.decision import ACTIONS
from monitoring.report.names import column_name, grade_name
from monitoring.report.page_alarms import alarms, charts
from monitoring.report.page_indices import acceptance, capability
from monitoring.report.page_lots import certificates, decisions, doubtful_lots
from monitoring.report.page_promise import promised
from monitoring.report.period import QualityPeriod
from reporting.html import escaped, table
from reporting.languages import DEFAULT
from reporting.report import ReportSection, whole
from reporting.wording import Wording
from seeds.format.language import Language


def page(period: QualityPeriod, page_of_lots: str, language: Language = DEFAULT) -> str:
    """The page of the period in a language, with a link to the file of `lots_page` in its folder."""
    say = Wording(language)
    return whole(_title(period, say), _sections(period, page_of_lots, say), tag=say.tag)


def lots_page(period: QualityPeriod, language: Language = DEFAULT) -> str:
    """The page of all doubtful lots, and of the certificates of all lots, in a language."""
    say = Wording(language)
    sections = (
        ReportSection(say("Decisions"), *doubtful_lots(period, say)),
        ReportSection(say("Certificates of analysis"), *certificates(period, say)),
    )
    return whole(say("%(title)s, lots", title=_title(period, say)), sections, tag=say.tag)


def _title(period: QualityPeriod, say: Wording) -> str:
    title = period.seed.process.title_in(say.language)
    return say("%(process)s: %(first)s to %(last)s", process=title, first=period.first, last=period.last)


def summary(period: QualityPeriod) -> str:
    """The period in one line for the terminal."""
    count = {name: period.actions[name].lots for name in ACTIONS}
    cost = "cost not known: no assay determines a grade"
    if np.isfinite(period.costs["cost"]):
        cost = f"{period.costs['cost']:.2f} $/t against an oracle"
    released, downgraded, laboratory = (count[name] for name in ACTIONS)
    return (
        f"{len(period.lots)} lots, {period.first} to {period.last}: {released} released, {downgraded} downgraded, "
        f"{laboratory} to the laboratory; {len(period.events)} alarms; {cost}"
    )


def _sections(period: QualityPeriod, page_of_lots: str, say: Wording) -> Iterator[ReportSection]:
    yield ReportSection(say("Promise"), *promised(period, say))
    yield ReportSection(
        say("Summary"),
        say(
            "Decisions before the assays, and their results; costs are means over the lots whose assay determines the "
            "grade, relative to an oracle that has every assay beforehand at no cost."
        ),
        _counts(period, say) + _costs(period, say) + _hits(period, say),
    )
    yield ReportSection(say("Control charts"), *charts(period, say))
    yield ReportSection(say("Alarms"), *alarms(period, say))
    yield ReportSection(say("Capability"), *capability(period, say))
    yield ReportSection(say("Decisions"), *decisions(period, say))
    yield ReportSection(say("Acceptance sampling"), *acceptance(period, say))
    link = f'<p><a href="{quote(page_of_lots)}">{escaped(page_of_lots)}</a></p>'
    about = say("One a lot, with all doubtful lots, on a page of their own.")
    yield ReportSection(say("Certificates of analysis"), about, link)


def _counts(period: QualityPeriod, say: Wording) -> str:
    grades, decided = [grade_name(grade, say) for grade in period.seed.grades], period.judged.decided
    action, satisfied = decided.actions(period.model.costs), period.lots.found.kept
    known = ~np.isnan(satisfied).any(axis=1)
    best = np.where(known, np.argmax(np.nan_to_num(satisfied), axis=1), -1)
    shown = sorted({*best.tolist()} - {-1})  # a column of each grade would not fit the page
    rows = []
    for number, name in enumerate(ACTIONS):
        for grade in sorted(set(decided.grade[action == number].tolist())):
            own = (action == number) & (decided.grade == grade)
            by_assay = [int((own & (best == g)).sum()) for g in shown]
            where = grades[grade] if grade >= 0 else say("by its assay")
            rows.append([say(name), where, int(own.sum()), *by_assay, int((own & ~known).sum())])
    totals = [int((best == g).sum()) for g in shown]
    rows.append([say("all"), "", len(period.lots), *totals, int((~known).sum())])
    head = [say("decision"), say("released as"), say("lots")]
    head += [*(say("assay: %(grade)s", grade=grades[g]) for g in shown), say("grade not known")]
    title = say("Lots by decision, and the most valuable grade that they keep")
    return f"<h3>{title}</h3>{table(head, rows, range(2, len(head)))}"


def _costs(period: QualityPeriod, say: Wording) -> str:
    if np.isnan(period.costs["cost"]):
        lacking = say("No lot has an assay that determines its grade: the cost of decisions is not known.")
        return f"<p>{lacking}</p>"
    m, known = period.costs, sum(action.known for action in period.actions.values())
    tonnes = period.seed.quality_rules.lot_mass.value * known
    rules = (
        (say("as decided"), m["cost"]),
        (say("every lot to the laboratory"), m["cost_assay_all"]),
        (say("every lot released unassayed in the intended grade"), m["cost_assay_none"]),
        (say("oracle"), 0.0),
    )
    rows = [[name, f"{cost:.2f}", f"{cost * tonnes:,.0f}"] for name, cost in rules]
    of_all = say("%(lots)s lots, %(mass)s t [$]", lots=known, mass=f"{tonnes:,.0f}")
    return f"<h3>{say('What decisions cost')}</h3>{table([say('rule'), say('cost [$/t]'), of_all], rows, (1, 2))}"


def _hits(period: QualityPeriod, say: Wording) -> str:
    inside, assayed = period.covered
    share = f"{inside / assayed:.1%}" if assayed else "-"
    within = say("contents all within their joint %(coverage)s intervals", coverage=f"{COVERAGE:.0%}")
    rows = [[within, say("%(inside)s of %(assayed)s assayed lots", inside=inside, assayed=assayed), share]]
    for name, one in period.defects.items():
        counted = say(
            "%(found)s (%(expected)s) of %(inspected)s inspected lots",
            found=one.found,
            expected=f"{one.expected:.1f}",
            inspected=one.inspected,
        )
        defect = say("%(defect)s: found (expected)", defect=column_name(period.seed, name, say))
        share = f"{one.found / one.inspected:.1%} ({one.expected / one.inspected:.1%})" if one.inspected else "-"
        rows.append([defect, counted, share])
    head = [say("what was predicted"), say("lots"), say("share")]
    return f"<h3>{say('Predictions')}</h3>{table(head, rows, (2,))}"
