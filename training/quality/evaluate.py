"""Metrics of a lot grader: contents, intervals, defects, grades, and costs of decisions."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.stats import rankdata

from models.interfaces.answers import COVERAGE, Answer, rows_of
from models.quality.assessment import Assessment
from models.quality.censoring import below_limit, log_likelihood, log_size, maximum_likelihood
from models.quality.decision import Costs
from models.quality.grades import Limits
from models.quality.losses import ContentLoss, DefectLoss, spread_about
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots, _mean, costs_of, covered
from physics.arrays import FloatArray, IntArray
from seeds import Seed
from training.core.evaluate import rmse

ECE_BINS = 15
FEWEST_DETECTED = 20  # contents above the laboratory's limit that an error needs


def lot_loss(raw: FloatArray, lots: AssayedLots, spread: FloatArray) -> float:
    """Return an output's mean negative log likelihood [1]: log contents with this sd, and defects."""
    contents = raw[:, : lots.reported.shape[1]]
    parts = [
        ContentLoss(float(sd)).loss(label, predicted)[~np.isnan(label)]
        for label, predicted, sd in zip(lots.reported.T, contents.T, spread, strict=True)
    ]
    odds = raw[:, lots.reported.shape[1] :]
    parts += [
        DefectLoss().loss(label, own)[~np.isnan(label)] for label, own in zip(lots.defects.T, odds.T, strict=True)
    ]
    return float(np.mean([part.mean() for part in parts if len(part)]))


def area_under_curve(predicted: FloatArray, seen: FloatArray) -> float:
    """Return the area under the ROC curve of a defect [1]; NaN if all lots are of one kind."""
    known = ~np.isnan(seen)
    ranks, bad = rankdata(predicted[known]), seen[known].astype(bool)
    count, good = int(bad.sum()), int((~bad).sum())
    if not count or not good:
        return float("nan")
    return float((ranks[bad].sum() - count * (count + 1) / 2) / (count * good))


def reliability(p: FloatArray, within_grade: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return groups of equal size by probability: fraction of lots, mean probability, event rate, (b,).

    Lots of which it is not known whether it came true are left out; where all are, there is no group.
    """
    known = ~np.isnan(within_grade)
    order = np.argsort(p[known], kind="stable")
    groups = [group for group in np.array_split(order, ECE_BINS) if len(group)]
    predicted, seen = p[known], within_grade[known]
    size = np.array([len(group) for group in groups], dtype=np.float64)
    return (
        size / size.sum(),
        np.array([predicted[group].mean() for group in groups]),
        np.array([seen[group].mean() for group in groups]),
    )


def calibration_error(p: FloatArray, within_grade: FloatArray) -> float:
    """Return the expected calibration error [1]: mean gap of `reliability`'s groups; NaN without lots."""
    share, predicted, seen = reliability(p, within_grade)
    return float(share @ np.abs(predicted - seen)) if len(share) else float("nan")


def by_element(seed: Seed, assessed: Assessment, lots: AssayedLots, answers: Mapping[str, Answer]) -> dict[str, float]:
    """Errors of the contents on log scale, and coverage of their joint intervals.

    R² is that of `explained`, RMSE that of contents above the laboratory's limit; `below_limit` is the share that is
    below it. `coverage_90` is the share of lots all of whose reported contents lie in their intervals together,
    `width_90` the factor from the middle of an interval to its ends. NaN with too few contents.
    """
    metrics: dict[str, float] = {}
    logs, inside = log_size(lots.reported), np.ones(len(lots.reported), dtype=np.bool_)
    scores = []
    for e, element in enumerate(seed.elements):
        label = lots.reported[:, e]
        inside &= np.isnan(label) | covered(label, answers[element.name])
        seen = label > 0
        error = score = float("nan")
        if seen.sum() >= FEWEST_DETECTED:
            error = rmse(assessed.logs[seen, e] - logs[seen, e])
            score = explained(label, assessed.logs[:, e])
        scores.append(score)
        metrics[f"{element.name}_rmse"] = error
        metrics[f"{element.name}_r2"] = score
        metrics[f"{element.name}_below_limit"] = _mean(below_limit(label)[~np.isnan(label)])
    metrics["r2"] = float(np.nanmedian(scores)) if np.isfinite(scores).any() else float("nan")
    with np.errstate(divide="ignore"):  # of what is hardly ever seen, whose interval begins at 0
        ratio = [np.median(answer.high / answer.low) for answer in answers.values()]
    return metrics | {"coverage_90": float(inside.mean()), "width_90": float(np.sqrt(np.median(ratio)))}


def measured(
    model: QualityModel,
    seed: Seed,
    raw: FloatArray,
    lots: AssayedLots,
    truth: FloatArray | None,
    assessed: Assessment | None = None,
    answers: Mapping[str, Answer] | None = None,
) -> dict[str, float]:
    """All metrics of a grader on some lots that need nothing to compare it with.

    Parameters
    ----------
    model : QualityModel
        The grader.
    seed : Seed
        Whose limits and costs count.
    raw : ndarray, shape (n, E + D)
        What its estimator said of n lots.
    lots : AssayedLots
        What the laboratory says.
    truth : ndarray, shape (n, E), optional
        Noise-free contents.
    assessed : Assessment, optional
        What the model makes of `raw`, where it is known already.
    answers : Mapping of str to Answer, optional
        Fixed joint intervals of the contents; by default those of lots with all inputs.

    Returns
    -------
    dict of str to float
        lot_loss; figures of `by_element` and `costs_of`; for each defect `_auc` and `_brier`; grade_ece and grade_brier
        of the intended grade; grade_violation_rate, the share of lots that break it; unconstrained_cost,
        _assayed_share, _released_unassayed and _false_release, as of `costs_of` if costs alone decided, without a
        guarantee: their difference from the others is the effect of the guarantee. With truth, of the lots whose truth
        is known, truth_rmse, the mean over elements of the error of the logarithm, truth_coverage_90,
        truth_false_release and truth_cost. NaN without lots that determine it.
    """
    assessed, costs = model.assessed(raw) if assessed is None else assessed, Costs.of(seed)
    answers = model.fixed_contents(assessed.logs, COVERAGE) if answers is None else answers
    intended = costs.intended
    p, within_grade = assessed.keeps[:, intended], lots.kept[:, intended]
    metrics = {
        "lot_loss": lot_loss(raw, lots, model.scatter.spread),
        **by_element(seed, assessed, lots, answers),
        "grade_ece": calibration_error(p, within_grade),
        "grade_brier": _mean((p - within_grade) ** 2),
        "grade_violation_rate": 1 - _mean(within_grade),
        **costs_of(assessed.decided, lots.kept, costs),
    }
    free = costs_of(assessed.unconstrained, lots.kept, costs)
    names = ("cost", "assayed_share", "released_unassayed", "false_release")
    metrics |= {f"unconstrained_{name}": free[name] for name in names}
    for d, name in enumerate(seed.defects):
        probability, seen = assessed.defects[:, d], lots.defects[:, d]
        metrics |= {
            f"{name}_auc": area_under_curve(probability, seen),
            f"{name}_brier": _mean((probability - seen) ** 2),
        }
    if truth is not None and len(known := np.flatnonzero(np.isfinite(truth).all(axis=1))):
        of_known = [rows_of(answer, known) for answer in answers.values()]
        metrics |= _against_truth(seed, assessed[known], of_known, truth[known])
    return metrics


def _against_truth(seed: Seed, assessed: Assessment, answers: Sequence[Answer], truth: FloatArray) -> dict[str, float]:
    inside = [(answer.low <= true) & (true <= answer.high) for answer, true in zip(answers, truth.T, strict=True)]
    decisions = costs_of(assessed.decided, Limits.of(seed).kept(truth), Costs.of(seed))
    return {
        "truth_rmse": float(np.mean([rmse(error) for error in (assessed.logs - np.log(truth)).T])),
        "truth_coverage_90": float(np.mean(np.logical_and.reduce(inside))),
        "truth_false_release": decisions["false_release"],
        "truth_cost": decisions["cost"],
    }


def of_followed(model: QualityModel, rows: IntArray, raw: FloatArray, lots: AssayedLots) -> dict[str, float]:
    """Return metrics of joint intervals of selected lots, with assays and without; for answered lots.

    Returns
    -------
    dict of str to float
        adaptive_coverage_90, the share of lots all of whose contents they cover [1], and adaptive_width_90, the factor
        from the middle of an interval to its ends; no_outcomes_coverage_90 and no_outcomes_width_90 where no assay had
        come in. Empty where some of the lots were not asked.
    """
    metrics: dict[str, float] = {}
    for name, reach in (("adaptive", model.followed), ("no_outcomes", model.unfollowed)):
        half = None if reach is None else reach[rows]
        if half is None or np.isnan(half).any():
            continue
        inside = model.scatter.needed(lots.reported, raw[:, : lots.reported.shape[1]]) <= half
        width = float(np.exp(np.median(half) * np.median(model.scatter.spread)))
        metrics |= {f"{name}_coverage_90": float(inside.mean()), f"{name}_width_90": width}
    return metrics


def explained(reported: FloatArray, predicted: FloatArray) -> float:
    """R² of the logarithms of one element's contents, by likelihood [1].

    As `skill`, against a constant content with the highest likelihood of the reports. Where all contents are
    above their limit it is the share of the variance that is explained.

    Parameters
    ----------
    reported, predicted : ndarray, shape (n,)
        Contents, -L for "below L" and NaN for none; predictions of their logarithms.

    Returns
    -------
    float
        NaN where all lots are reported alike.

    References
    ----------
    L. Magee (1990), as of `skill`.
    """
    known = reported[~np.isnan(reported)]
    if not np.ptp(known):
        return float("nan")
    centre, _ = maximum_likelihood(known)
    bar = _log_likelihood(reported, np.full(len(reported), centre))
    return _avoided(_log_likelihood(reported, predicted), bar)


def skill(raw: FloatArray, bar: FloatArray, lots: AssayedLots) -> float:
    """Share of the baseline's squared error of logarithms that is avoided, by likelihood [1].

    It is 1 - exp(-2 g), where g is how much likelier a content is made on average than the baseline makes it, each with
    the spread about its predictions that suits it best. Where all contents are above their limits that is 1 less the
    geometric mean of the elements' ratios of mean squared errors. Contents below their limits count by the probability
    of that: an error by the size of the limit would reward who always says the limit, and contents above it alone are
    those that no prediction expected.

    Parameters
    ----------
    raw, bar : ndarray, shape (n, E + D)
        Predictions of a grader and of the baseline, contents first.
    lots : AssayedLots
        What was reported of them.

    Returns
    -------
    float
        NaN where no content is above its limit.

    References
    ----------
    L. Magee (1990). R² measures based on Wald and likelihood ratio joint significance tests. The American Statistician
    44, 250-253.
    """
    seen = [element for element, reported in enumerate(lots.reported.T) if np.any(reported > 0)]
    if not seen:
        return float("nan")
    own, of_bar = (
        np.concatenate([_log_likelihood(lots.reported[:, one], predicted[:, one]) for one in seen])
        for predicted in (raw, bar)
    )
    return _avoided(own, of_bar)


def _avoided(own: FloatArray, bar: FloatArray) -> float:
    """Share of squared error that is avoided, by the log likelihoods of all contents; see `skill`."""
    return float(-np.expm1(-2.0 * np.mean(own - bar)))


def _log_likelihood(reported: FloatArray, predicted: FloatArray) -> FloatArray:
    """Return the log likelihood of an element's reported contents at its most probable standard deviation."""
    known = ~np.isnan(reported)
    return log_likelihood(reported[known], predicted[known], spread_about(reported, predicted))
