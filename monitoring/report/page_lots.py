"""Decisions and certificates of single lots on the pages of a period."""

import html
from collections.abc import Sequence

import numpy as np

from models.interfaces.answers import COVERAGE
from models.quality.decision import ACTIONS
from models.quality.remedy import Remedy
from monitoring.report.names import column_name, grade_name, limit_name, sum_name
from monitoring.report.period import QualityPeriod
from reporting.html import table
from reporting.wording import Wording
from seeds import Seed
from seeds.format.tasks.quality import ContentLimit, ContentSum

NEAR = 2.0  # sigmas from a limit within which a released lot is shown
MOST = 20  # lots on the page of the period; the page of its lots has all


def decisions(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the decisions, and tables of them and of the lots nearest to a limit."""
    doubtful = _doubtful(period)
    nearest = sorted(doubtful, key=lambda i: period.nearest[i].sigma)[:MOST]
    reading = say(
        "By decision, and the %(nearest)s of %(doubtful)s doubtful lots that are nearest to a limit, or farthest "
        "beyond it. %(guide)s",
        nearest=len(nearest),
        doubtful=len(doubtful),
        guide=_how_to_read(period, say),
    )
    return reading, _by_action(period, say) + _table(period, nearest, say)


def doubtful_lots(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the doubtful lots, and the table of all of them."""
    doubtful = _doubtful(period)
    others = say("%(count)s more lots were released, farther from every limit.", count=len(period.lots) - len(doubtful))
    return _how_to_read(period, say), f"{_table(period, doubtful, say)}<p>{others}</p>"


def _doubtful(period: QualityPeriod) -> list[int]:
    """Lots that were not released, or come near a limit."""
    action = period.judged.decided.actions(period.model.costs)
    return [i for i, one in enumerate(period.nearest) if action[i] > 0 or one.sigma < NEAR]


def _how_to_read(period: QualityPeriod, say: Wording) -> str:
    return say(
        "Doubtful lots were not released, or come within %(near)s sigma of a limit by their predicted contents; "
        "margin is what is left to the limit [%(unit)s], a minus means beyond it. A remedy is "
        "what first principles say of one move of a set-point; expected value is against the intended grade, costs "
        "taken off. A lot far from every limit goes to the laboratory where its assay may show that it keeps a more "
        "valuable grade.",
        near=f"{NEAR:.0f}",
        unit=period.seed.elements[0].unit,
    )


def _table(period: QualityPeriod, shown: Sequence[int], say: Wording) -> str:
    """Table of lots; empty without any."""
    seed, assessment = period.seed, period.judged
    action, names = assessment.decided.actions(period.model.costs), period.lots.names
    grades = [grade_name(grade, say) for grade in seed.grades]
    rows = []
    for i in shown:
        one, grade = period.nearest[i], int(assessment.decided.grade[i])
        limit = limit_name(seed.grades[one.grade], one.limit, say)
        rows.append(
            [
                names[i],
                say(ACTIONS[action[i]]) + ("" if grade < 0 else say(", %(grade)s", grade=grades[grade])),
                _by_assay(period, i, say),
                f"{assessment.keeps[i, period.model.costs.intended]:.1%}",
                say("%(limit)s of %(grade)s", limit=limit, grade=grades[one.grade]),
                f"{one.value:.3g}",
                f"{one.bound:g}",
                f"{one.margin:+.3g}",
                f"{one.sigma:+.1f}",
                f"{assessment.decided.expected[i]:.2f}",
                _remedy(seed, period.remedies[i], say),
            ]
        )
    head = [say("lot"), say("decision"), say("by its assay"), f"P({grades[period.model.costs.intended]})"]
    head += [say("nearest limit"), say("predicted"), say("limit"), say("margin")]
    head += [say("sigma"), say("value [$/t]"), say("remedy")]
    return table(head, rows, (3, 5, 6, 7, 8, 9)) if rows else ""


def _by_action(period: QualityPeriod, say: Wording) -> str:
    mass = period.seed.quality_rules.lot_mass.value
    rows = [
        [say(name), one.lots, one.known, *_money(one.cost, one.known * mass)] for name, one in period.actions.items()
    ]
    head = [say("decision"), say("lots"), say("grade known"), say("cost [$/t]"), say("cost [$]")]
    return table(head, rows, (1, 2, 3, 4))


def _money(cost: float, tonnes: float) -> tuple[str, str]:
    return ("-", "-") if np.isnan(cost) else (f"{cost:.2f}", f"{cost * tonnes:,.0f}")


def _remedy(seed: Seed, remedy: Remedy | None, say: Wording) -> str:
    if remedy is None:
        return "-"
    return say(
        "%(setpoint)s %(before)s to %(after)s %(unit)s: %(sigma)s sigma",
        setpoint=column_name(seed, remedy.setpoint.name, say),
        before=f"{remedy.before:.4g}",
        after=f"{remedy.after:.4g}",
        unit=remedy.setpoint.unit,
        sigma=f"{remedy.sigma:+.1f}",
    )


def _grade_of(period: QualityPeriod, lot: int) -> int | None:
    """The best grade that a lot keeps by its assay; None where it cannot be said."""
    satisfied = period.lots.found.kept[lot]
    return None if np.isnan(satisfied).any() else int(np.argmax(satisfied))


def _by_assay(period: QualityPeriod, lot: int, say: Wording) -> str:
    grade = _grade_of(period, lot)
    if grade is not None:
        return grade_name(period.seed.grades[grade], say)
    return say("cannot be said") if period.lots.assayed[lot] else say("not assayed")


def certificates(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the certificates, and one certificate per lot, folded."""
    reading = say(
        "One table a lot, contents in %(unit)s; a lot without an assay shows predictions, marked as such, with their "
        "joint %(coverage)s intervals. Reported contents are those of the table, rounded half to even to six "
        "significant digits where it holds more, trailing zeros left out; predictions have three. '<' means below the "
        "laboratory's limit; in a sum such a content counts with that limit. Limits are those of the grade by the "
        "assay, before it of the grade that was decided, and of the intended grade where there is none with limits.",
        unit=period.seed.elements[0].unit,
        coverage=f"{COVERAGE:.0%}",
    )
    names = period.lots.names
    folded = "".join(_certificate(period, i, name, say) for i, name in enumerate(names))
    return reading, f'<div class="certificates">{folded}</div>'


def _certificate(period: QualityPeriod, lot: int, name: str, say: Wording) -> str:
    grades, assessment = period.seed.grades, period.judged
    decided = int(assessment.decided.grade[lot])
    action = say(ACTIONS[int(assessment.decided[np.array([lot])].actions(period.model.costs)[0])])
    lines = action
    if decided >= 0:
        lines = say("%(action)s as %(grade)s", action=action, grade=grade_name(grades[decided], say))
    assayed = bool(period.lots.assayed[lot])
    grade = _grade_of(period, lot) if assayed else decided
    bound = grade if grade is not None and 0 <= grade < len(grades) - 1 else period.model.costs.intended
    rows = _reported(period, lot, say) if assayed else _predicted(period, lot, say)
    stated = grades[bound]
    body = [[item, value, _range(stated.limits[item], say) if item in stated.limits else "-"] for item, value in rows]
    for one in stated.sums if assayed else []:
        body.append([sum_name(one, say), _sum(period, lot, one, say), _range(one, say)])
    head = [say("content"), say("reported") if assayed else say("prediction, no analysis")]
    head.append(say("limit of %(grade)s", grade=grade_name(stated, say)))
    outcome = say("not assayed")
    if assayed:
        outcome = say("by its assay: %(grade)s", grade=_by_assay(period, lot, say))
    about = say(
        "Before the assay: %(lines)s; %(outcome)s. Model version %(version)s.",
        lines=lines,
        outcome=outcome,
        version=period.version.number,
    )
    title = say("%(lot)s: %(lines)s; %(outcome)s", lot=name, lines=lines, outcome=outcome)
    inside = f"<p>{html.escape(about)}</p>{table(head, body, (1, 2))}"
    return f"<details><summary>{html.escape(title)}</summary>{inside}</details>"


def _range(limit: ContentLimit, say: Wording) -> str:
    """Bounds as on a certificate, in the language of the page."""
    if limit.value is None:
        return say("at least %(bound)s", bound=f"{limit.least:g}")
    high = f"{limit.value:g}"
    return high if limit.least is None else say("%(low)s to %(high)s", low=f"{limit.least:g}", high=high)


def _reported(period: QualityPeriod, lot: int, say: Wording) -> list[tuple[str, str]]:
    contents = period.lots.found.reported[lot].tolist()
    return [(column.name, _content(value, say)) for column, value in zip(period.seed.elements, contents, strict=True)]


def _content(value: float, say: Wording) -> str:
    if np.isnan(value):
        return say("not reported")
    return f"<{-value:.6g}" if value < 0 else f"{value:.6g}"


def _predicted(period: QualityPeriod, lot: int, say: Wording) -> list[tuple[str, str]]:
    rows = []
    for name, answer in period.answers.items():
        bounds = say("%(low)s to %(high)s", low=f"{answer.low[lot]:.3g}", high=f"{answer.high[lot]:.3g}")
        rows.append((name, f"{answer.value[lot]:.3g} ({bounds})"))
    return rows


def _sum(period: QualityPeriod, lot: int, one: ContentSum, say: Wording) -> str:
    counted = [column.name in one.of for column in period.seed.elements]
    parts = period.lots.found.reported[lot][counted]
    if np.isnan(parts).any():
        return say("cannot be said")
    total = f"{np.abs(parts).sum():.6g}"
    return say("at most %(bound)s", bound=total) if (parts < 0).any() else total
