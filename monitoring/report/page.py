"""The report of a period of lots: a page of the period and a page of its lots, which need no network."""

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np

from models.interfaces.answers import COVERAGE
from models.quality.decision import ACTIONS
from monitoring.report.page_alarms import alarms, charts
from monitoring.report.page_indices import acceptance, capability
from monitoring.report.page_lots import certificates, decisions, doubtful_lots
from monitoring.report.period import QualityPeriod
from reporting.html import escaped, table
from reporting.report import ReportSection, whole

CERTIFICATES = "Certificates of analysis"


def page(period: QualityPeriod, page_of_lots: str) -> str:
    """The page of the period, with a link to the file of `lots_page` in its folder."""
    return whole(_title(period), _sections(period, page_of_lots))


def lots_page(period: QualityPeriod) -> str:
    """The page of all doubtful lots, and of the certificates of all lots."""
    sections = ReportSection("Decisions", *doubtful_lots(period)), ReportSection(CERTIFICATES, *certificates(period))
    return whole(f"{_title(period)}, lots", sections)


def _title(period: QualityPeriod) -> str:
    return f"{period.seed.process.title}: {period.first} to {period.last}"


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


def _sections(period: QualityPeriod, page_of_lots: str) -> Iterator[ReportSection]:
    yield ReportSection(
        "Promise", "What the model is, what it promised of released lots, and whether that held.", _head(period)
    )
    yield ReportSection(
        "Summary",
        "Decisions before the assays, and their results; costs are means over the lots whose assay determines the "
        "grade, relative to an oracle that has every assay beforehand at no cost.",
        _counts(period) + _costs(period) + _hits(period),
    )
    yield ReportSection("Control charts", *charts(period))
    yield ReportSection("Alarms", *alarms(period))
    yield ReportSection("Capability", *capability(period))
    yield ReportSection("Decisions", *decisions(period))
    yield ReportSection("Acceptance sampling", *acceptance(period))
    link = f'<p><a href="{quote(page_of_lots)}">{escaped(page_of_lots)}</a></p>'
    yield ReportSection(CERTIFICATES, "One a lot, with all doubtful lots, on a page of their own.", link)


def _head(period: QualityPeriod) -> str:
    rules, model, m = period.seed.quality_rules, period.model, period.costs
    threshold = f"{model.threshold:.3g}" if np.isfinite(model.threshold) else "none"
    released, outcome = int(m["released_unassayed"]), "no lot of known grade was released without an assay"
    if released:
        broken = round(m["false_release"] * released)
        outcome = f"{broken} of {released} lots broke their grade; 95 % sure: at most {m['false_release_high']:.2%}"
    grade, known = period.judged.decided.grade, ~np.isnan(period.lots.found.kept).any(axis=1)
    untold = int(((grade >= 0) & (grade < len(period.seed.grades) - 1) & ~known).sum())
    if untold:
        outcome += f"; {untold} more have no assay that determines the grade, and do not count"
    return table(
        ["item", "value"],
        [
            ["plant", f"{period.seed.process.title} ({period.seed.process.name})"],
            ["period", f"{period.first} to {period.last}, both days within; {len(set(period.lots.unit))} units"],
            ["model", f"version {period.version.number}, {period.version.candidate}; {_learnt(period)}"],
            ["digest of the model", period.version.tags.get("model_digest", "-")],
            ["digest of the table", period.data_digest],
            [
                "promised",
                f"{rules.confidence.value:.0%} sure: of the lots released without an assay in a grade with limits, "
                f"at most {rules.alpha.value:.2%} break it",
            ],
            ["threshold", f"{threshold} (highest probability of breaking its grade with which a lot may be released)"],
            ["in this period", outcome],
            ["promise", period.promise],
        ],
    )


def _learnt(period: QualityPeriod) -> str:
    before, n_trained = str(period.model.info["training_cutoff"])[:10], int((~period.lots.unlearnt).sum())
    lines = f"trained on lots before {before}"
    if period.model.seed.digest != period.seed.digest:
        lines += ", with an earlier state of the seed"
    if n_trained:
        lines += f"; {n_trained} lots of this period are among them: on these its performance is overestimated"
    return lines


def _counts(period: QualityPeriod) -> str:
    grades, decided = [grade.name for grade in period.seed.grades], period.judged.decided
    action, satisfied = decided.actions(period.model.costs), period.lots.found.kept
    known = ~np.isnan(satisfied).any(axis=1)
    best = np.where(known, np.argmax(np.nan_to_num(satisfied), axis=1), -1)
    shown = sorted({*best.tolist()} - {-1})  # a column of each grade would not fit the page
    rows = []
    for number, name in enumerate(ACTIONS):
        for grade in sorted(set(decided.grade[action == number].tolist())):
            own = (action == number) & (decided.grade == grade)
            by_assay = [int((own & (best == g)).sum()) for g in shown]
            where = grades[grade] if grade >= 0 else "by its assay"
            rows.append([name, where, int(own.sum()), *by_assay, int((own & ~known).sum())])
    totals = [int((best == g).sum()) for g in shown]
    rows.append(["all", "", len(period.lots), *totals, int((~known).sum())])
    head = ["decision", "released as", "lots", *(f"assay: {grades[g]}" for g in shown), "grade not known"]
    return (
        f"<h3>Lots by decision, and the most valuable grade that they keep</h3>{table(head, rows, range(2, len(head)))}"
    )


def _costs(period: QualityPeriod) -> str:
    if np.isnan(period.costs["cost"]):
        return "<p>No lot has an assay that determines its grade: the cost of decisions is not known.</p>"
    m, known = period.costs, sum(action.known for action in period.actions.values())
    tonnes = period.seed.quality_rules.lot_mass.value * known
    rules = (
        ("as decided", m["cost"]),
        ("every lot to the laboratory", m["cost_assay_all"]),
        ("every lot released unassayed in the intended grade", m["cost_assay_none"]),
        ("oracle", 0.0),
    )
    rows = [[name, f"{cost:.2f}", f"{cost * tonnes:,.0f}"] for name, cost in rules]
    head = ["rule", "cost [$/t]", f"{known} lots, {tonnes:,.0f} t [$]"]
    return f"<h3>What decisions cost</h3>{table(head, rows, (1, 2))}"


def _hits(period: QualityPeriod) -> str:
    inside, assayed = period.covered
    share = f"{inside / assayed:.1%}" if assayed else "-"
    rows = [[f"contents all within their joint {COVERAGE:.0%} intervals", f"{inside} of {assayed} assayed lots", share]]
    for name, one in period.defects.items():
        rows.append(
            [f"{name}: found (expected)", f"{one.found} ({one.expected:.1f}) of {one.inspected} inspected lots", "-"]
        )
        if one.inspected:
            rows[-1][2] = f"{one.found / one.inspected:.1%} ({one.expected / one.inspected:.1%})"
    return f"<h3>Predictions</h3>{table(['what was predicted', 'lots', 'share'], rows, (2,))}"
