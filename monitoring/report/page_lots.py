"""Decisions and certificates of single lots on the pages of a period."""

import html
from collections.abc import Sequence

import numpy as np

from models.interfaces.answers import COVERAGE
from models.quality.decision import ACTIONS
from models.quality.remedy import Remedy
from monitoring.report.period import QualityPeriod
from reporting.html import table
from seeds.format.tasks.quality import ContentSum

NEAR = 2.0  # sigmas from a limit within which a released lot is shown
MOST = 20  # lots on the page of the period; the page of its lots has all


def decisions(period: QualityPeriod) -> tuple[str, str]:
    """Return the reading guide of the decisions, and tables of them and of the lots nearest to a limit."""
    doubtful = _doubtful(period)
    nearest = sorted(doubtful, key=lambda i: period.nearest[i].sigma)[:MOST]
    reading = f"By decision, and the {len(nearest)} of {len(doubtful)} doubtful lots that are nearest to a limit, or "
    reading += f"farthest beyond it. {_how_to_read(period)}"
    return reading, _by_action(period) + _table(period, nearest)


def doubtful_lots(period: QualityPeriod) -> tuple[str, str]:
    """Return the reading guide of the doubtful lots, and the table of all of them."""
    doubtful = _doubtful(period)
    others = f"<p>{len(period.lots) - len(doubtful)} more lots were released, farther from every limit.</p>"
    return _how_to_read(period), _table(period, doubtful) + others


def _doubtful(period: QualityPeriod) -> list[int]:
    """Lots that were not released, or come near a limit."""
    action = period.judged.decided.actions(period.model.costs)
    return [i for i, one in enumerate(period.nearest) if action[i] > 0 or one.sigma < NEAR]


def _how_to_read(period: QualityPeriod) -> str:
    return (
        f"Doubtful lots were not released, or come within {NEAR:.0f} sigma of a limit by their predicted contents; "
        f"margin is what is left to the limit [{period.seed.elements[0].unit}], a minus means beyond it. A remedy is "
        "what first principles say of one move of a set-point; expected value is against the intended grade, costs "
        "taken off. A lot far from every limit goes to the laboratory where its assay may show that it keeps a more "
        "valuable grade."
    )


def _table(period: QualityPeriod, shown: Sequence[int]) -> str:
    """Table of lots; empty without any."""
    seed, assessment = period.seed, period.judged
    action, intended = assessment.decided.actions(period.model.costs), seed.quality_rules.intended
    names, grades = period.lots.names, [grade.name for grade in seed.grades]
    rows = []
    for i in shown:
        one, grade = period.nearest[i], int(assessment.decided.grade[i])
        rows.append(
            [
                names[i],
                ACTIONS[action[i]] + ("" if grade < 0 else f", {grades[grade]}"),
                _by_assay(period, i),
                f"{assessment.keeps[i, period.model.costs.intended]:.1%}",
                f"{one.limit} of {grades[one.grade]}",
                f"{one.value:.3g}",
                f"{one.bound:g}",
                f"{one.margin:+.3g}",
                f"{one.sigma:+.1f}",
                f"{assessment.decided.expected[i]:.2f}",
                _remedy(period.remedies[i]),
            ]
        )
    head = ["lot", "decision", "by its assay", f"P({intended})", "nearest limit", "predicted", "limit", "margin"]
    head += ["sigma", "value [$/t]", "remedy"]
    return table(head, rows, (3, 5, 6, 7, 8, 9)) if rows else ""


def _by_action(period: QualityPeriod) -> str:
    mass = period.seed.quality_rules.lot_mass.value
    rows = [[name, one.lots, one.known, *_money(one.cost, one.known * mass)] for name, one in period.actions.items()]
    return table(["decision", "lots", "grade known", "cost [$/t]", "cost [$]"], rows, (1, 2, 3, 4))


def _money(cost: float, tonnes: float) -> tuple[str, str]:
    return ("-", "-") if np.isnan(cost) else (f"{cost:.2f}", f"{cost * tonnes:,.0f}")


def _remedy(remedy: Remedy | None) -> str:
    if remedy is None:
        return "-"
    move = f"{remedy.before:.4g} to {remedy.after:.4g} {remedy.setpoint.unit}"
    return f"{remedy.setpoint.name} {move}: {remedy.sigma:+.1f} sigma"


def _grade_of(period: QualityPeriod, lot: int) -> int | None:
    """The best grade that a lot keeps by its assay; None where it cannot be said."""
    satisfied = period.lots.found.kept[lot]
    return None if np.isnan(satisfied).any() else int(np.argmax(satisfied))


def _by_assay(period: QualityPeriod, lot: int) -> str:
    grade = _grade_of(period, lot)
    if grade is not None:
        return period.seed.grades[grade].name
    return "cannot be said" if period.lots.assayed[lot] else "not assayed"


def certificates(period: QualityPeriod) -> tuple[str, str]:
    """Return the reading guide of the certificates, and one certificate per lot, folded."""
    unit = period.seed.elements[0].unit
    reading = (
        f"One table a lot, contents in {unit}; a lot without an assay shows predictions, marked as such, with their "
        f"joint {COVERAGE:.0%} intervals. Reported contents are those of the table, rounded half to even to six "
        "significant digits where it holds more, trailing zeros left out; predictions have three. '<' means below the "
        "laboratory's limit; in a sum such a content counts with that limit. Limits are those of the grade by the "
        "assay, before it of the grade that was decided, and of the intended grade where there is none with limits."
    )
    names = period.lots.names
    folded = "".join(_certificate(period, i, name) for i, name in enumerate(names))
    return reading, f'<div class="certificates">{folded}</div>'


def _certificate(period: QualityPeriod, lot: int, name: str) -> str:
    grades, assessment = period.seed.grades, period.judged
    decided = int(assessment.decided.grade[lot])
    action = ACTIONS[int(assessment.decided[np.array([lot])].actions(period.model.costs)[0])]
    lines = action if decided < 0 else f"{action} as {grades[decided].name}"
    assayed = bool(period.lots.assayed[lot])
    grade = _grade_of(period, lot) if assayed else decided
    bound = grade if grade is not None and 0 <= grade < len(grades) - 1 else period.model.costs.intended
    rows = _reported(period, lot) if assayed else _predicted(period, lot)
    stated = period.seed.grades[bound]
    body = [[item, value, stated.limits[item].range if item in stated.limits else "-"] for item, value in rows]
    for one in stated.sums if assayed else []:
        body.append([f"sum {one.name}", _sum(period, lot, one), one.range])
    head = ["content", "reported" if assayed else "prediction, no analysis", f"limit of {grades[bound].name}"]
    outcome = f"by its assay: {_by_assay(period, lot)}" if assayed else "not assayed"
    about = f"Before the assay: {lines}; {outcome}. Model version {period.version.number}."
    title = f"{name}: {lines}; {outcome}"
    inside = f"<p>{html.escape(about)}</p>{table(head, body, (1, 2))}"
    return f"<details><summary>{html.escape(title)}</summary>{inside}</details>"


def _reported(period: QualityPeriod, lot: int) -> list[tuple[str, str]]:
    contents = period.lots.found.reported[lot].tolist()
    return [(column.name, _content(value)) for column, value in zip(period.seed.elements, contents, strict=True)]


def _content(value: float) -> str:
    if np.isnan(value):
        return "not reported"
    return f"<{-value:.6g}" if value < 0 else f"{value:.6g}"


def _predicted(period: QualityPeriod, lot: int) -> list[tuple[str, str]]:
    rows = []
    for name, answer in period.answers.items():
        rows.append((name, f"{answer.value[lot]:.3g} ({answer.low[lot]:.3g} to {answer.high[lot]:.3g})"))
    return rows


def _sum(period: QualityPeriod, lot: int, one: ContentSum) -> str:
    counted = [column.name in one.of for column in period.seed.elements]
    parts = period.lots.found.reported[lot][counted]
    if np.isnan(parts).any():
        return "cannot be said"
    return f"{'at most ' if (parts < 0).any() else ''}{np.abs(parts).sum():.6g}"
