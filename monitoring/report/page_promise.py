"""The promise on released lots, and whether it held, on the page of a period."""

import numpy as np

from models.uncertainty.guarantees import beyond_promise, lots_needed
from monitoring.report.period import QualityPeriod
from reporting.html import table
from reporting.wording import Wording


def promised(period: QualityPeriod, say: Wording) -> tuple[str, str]:
    """Return the reading guide of the promise, and its table."""
    reading = say("What the model is, what it promised of released lots, and whether that held.")
    process, rules = period.seed.process, period.seed.quality_rules
    within = say(
        "%(first)s to %(last)s, both days within; %(units)s units",
        first=period.first,
        last=period.last,
        units=len(set(period.lots.unit)),
    )
    stated = say(
        "%(confidence)s sure: of the lots released without an assay in a grade with limits, at most %(alpha)s break it",
        confidence=f"{rules.confidence.value:.0%}",
        alpha=f"{rules.alpha.value:.2%}",
    )
    return reading, table(
        [say("item"), say("value")],
        [
            [say("plant"), f"{process.title_in(say.language)} ({process.name})"],
            [say("period"), within],
            [say("model"), _model(period, say)],
            [say("digest of the model"), period.version.tags.get("model_digest", "-")],
            [say("digest of the table"), period.data_digest],
            [say("promised"), stated],
            [say("threshold"), _threshold(period, say)],
            [say("in this period"), _outcome(period, say)],
            [say("promise"), verdict(period, say)],
        ],
    )


def verdict(period: QualityPeriod, say: Wording) -> str:
    """Return as text whether the guarantee on lots released without an assay was satisfied in the period."""
    rules = period.seed.quality_rules
    alpha, lots = rules.alpha.value, period.costs["released_unassayed"]
    if not np.isfinite(period.model.threshold):
        return say(
            "no lot may be released without an assay: the calibration lots did not show that so few would be bad"
        )
    if not lots:
        return say("not put to the test: no lot of known grade was released without an assay")
    if beyond_promise(period.costs["false_release"], lots, alpha):
        return say("did not hold: more lots broke their grade than chance explains")
    if period.costs["false_release_high"] <= alpha:
        return say("held, as these lots alone show")
    needed = lots_needed(alpha, rules.confidence.value)
    return say("not contradicted; these lots alone do not prove it (%(needed)s without a bad one would)", needed=needed)


def _model(period: QualityPeriod, say: Wording) -> str:
    before, n_trained = str(period.model.info["training_cutoff"])[:10], int((~period.lots.unlearnt).sum())
    lines = say(
        "version %(number)s, %(candidate)s; trained on lots before %(before)s",
        number=period.version.number,
        candidate=period.version.candidate,
        before=before,
    )
    if period.model.seed.digest != period.seed.digest:
        lines += say(", with an earlier state of the seed")
    if n_trained:
        lines += say(
            "; %(count)s lots of this period are among them: on these its performance is overestimated",
            count=n_trained,
        )
    return lines


def _threshold(period: QualityPeriod, say: Wording) -> str:
    threshold = period.model.threshold
    return say(
        "%(threshold)s (highest probability of breaking its grade with which a lot may be released)",
        threshold=f"{threshold:.3g}" if np.isfinite(threshold) else say("none"),
    )


def _outcome(period: QualityPeriod, say: Wording) -> str:
    m = period.costs
    released = int(m["released_unassayed"])
    outcome = say("no lot of known grade was released without an assay")
    if released:
        outcome = say(
            "%(broken)s of %(released)s lots broke their grade; 95 % sure: at most %(high)s",
            broken=round(m["false_release"] * released),
            released=released,
            high=f"{m['false_release_high']:.2%}",
        )
    grade, known = period.judged.decided.grade, ~np.isnan(period.lots.found.kept).any(axis=1)
    untold = int(((grade >= 0) & (grade < len(period.seed.grades) - 1) & ~known).sum())
    if untold:
        outcome += say("; %(count)s more have no assay that determines the grade, and do not count", count=untold)
    return outcome
