"""How good a grader of lots is: contents, intervals, defects, grades, and what its decisions cost."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, rankdata

from models.quality.censoring import below_limit, log_size
from models.quality.decision import Costs, Decisions, earned, oracle
from models.quality.grades import Limits
from models.quality.losses import ContentLoss, DefectLoss
from models.quality.model import Judged, QualityModel
from models.regression.model import Answer
from seeds import Seed
from training.evaluate import COVERAGE, rmse

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]

ECE_BINS = 15
FEWEST_DETECTED = 20  # contents above the laboratory's limit that a share of explained variance needs


@dataclass(frozen=True, eq=False)
class Lots:
    """What the laboratory and the inspectors say of n lots.

    Attributes
    ----------
    reported : ndarray, shape (n, E)
        Contents; -L is "below L", NaN unknown.
    defects : ndarray, shape (n, D)
        1, 0 or NaN.
    kept : ndarray, shape (n, G)
        Whether a lot keeps each grade by its contents: 1, 0, NaN where they do not say.
    """

    reported: FloatArray
    defects: FloatArray
    kept: FloatArray

    @classmethod
    def of(cls, seed: Seed, reported: FloatArray, defects: FloatArray) -> "Lots":
        """Lots with their grades by the limits of the seed."""
        return cls(reported, defects, Limits.of(seed).kept(reported))

    def __getitem__(self, rows: IntArray | BoolArray) -> "Lots":
        """Some of the lots."""
        return Lots(self.reported[rows], self.defects[rows], self.kept[rows])


def lot_loss(raw: FloatArray, lots: Lots, spread: FloatArray) -> float:
    """Mean negative log likelihood of an output [1]: of contents on log scale with this spread, and of defects."""
    contents = raw[:, : lots.reported.shape[1]]
    parts = [
        ContentLoss(float(sd)).loss(label, told)[~np.isnan(label)]
        for label, told, sd in zip(lots.reported.T, contents.T, spread, strict=True)
    ]
    odds = raw[:, lots.reported.shape[1] :]
    parts += [
        DefectLoss().loss(label, told)[~np.isnan(label)] for label, told in zip(lots.defects.T, odds.T, strict=True)
    ]
    return float(np.mean([part.mean() for part in parts if len(part)]))


def held(reported: FloatArray, answer: Answer) -> BoolArray:
    """Whether an interval holds each reported content; one below a limit is held where the interval reaches there."""
    inside = (answer.low <= reported) & (reported <= answer.high)
    return np.where(below_limit(reported), answer.low <= -reported, inside)


def area_under_curve(told: FloatArray, seen: FloatArray) -> float:
    """Probability that a lot with a defect was given a higher chance of it than one without [1]; NaN of one kind."""
    known = ~np.isnan(seen)
    ranks, bad = rankdata(told[known]), seen[known] > 0
    count, rest = int(bad.sum()), int((~bad).sum())
    if not count or not rest:
        return float("nan")
    return float((ranks[bad].sum() - count * (count + 1) / 2) / (count * rest))


def reliability(p: FloatArray, kept: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Groups of equal size by probability: share of lots, mean probability, share that came true, (b,) each.

    Lots of which it is not known whether it came true are left out; where all are, there is no group.
    """
    known = ~np.isnan(kept)
    order = np.argsort(p[known], kind="stable")
    groups = [group for group in np.array_split(order, ECE_BINS) if len(group)]
    told, seen = p[known], kept[known]
    size = np.array([len(group) for group in groups], dtype=np.float64)
    return (
        size / size.sum(),
        np.array([told[group].mean() for group in groups]),
        np.array([seen[group].mean() for group in groups]),
    )


def calibration_error(p: FloatArray, kept: FloatArray) -> float:
    """Expected calibration error of a probability [1]: mean gap of the groups of `reliability`; NaN without any."""
    share, told, seen = reliability(p, kept)
    return float(share @ np.abs(told - seen)) if len(share) else float("nan")


def by_element(seed: Seed, judged: Judged, lots: Lots, answers: Mapping[str, Answer]) -> dict[str, float]:
    """Errors of the contents on log scale, and coverage of their joint intervals.

    R² and RMSE are those of contents above the laboratory's limit; `below_limit` is the share that is below it.
    `coverage_90` is the share of lots all of whose reported contents lie in their intervals together, `width_90` the
    factor from the middle of an interval to its ends. NaN where too few contents tell.
    """
    found: dict[str, float] = {}
    logs, inside = log_size(lots.reported), np.ones(len(lots.reported), dtype=np.bool_)
    scores = []
    for e, element in enumerate(seed.elements):
        label = lots.reported[:, e]
        inside &= np.isnan(label) | held(label, answers[element.name])
        seen = label > 0
        enough = seen.sum() >= FEWEST_DETECTED
        error = rmse(judged.told[seen, e] - logs[seen, e]) if enough else float("nan")
        spread = float(logs[seen, e].std()) if enough else 0.0  # none where all lots are reported alike
        scores.append(1 - (error / spread) ** 2 if spread > 0 else float("nan"))
        found[f"{element.name}_rmse"] = error
        found[f"{element.name}_r2"] = scores[-1]
        found[f"{element.name}_below_limit"] = _mean(below_limit(label)[~np.isnan(label)])
    found["r2"] = float(np.nanmedian(scores)) if np.isfinite(scores).any() else float("nan")
    ratio = [np.median(answer.high / answer.low) for answer in answers.values()]
    return found | {"coverage_90": float(inside.mean()), "width_90": float(np.sqrt(np.median(ratio)))}


def _mean(values: FloatArray | BoolArray) -> float:
    """Mean of what is known; NaN where nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def highest_share(bad: int, lots: int) -> float:
    """Upper end of the exact one-sided 95 % interval of a share [1] (Clopper and Pearson 1934); NaN of no lots."""
    if not lots:
        return float("nan")
    return 1.0 if bad == lots else float(beta.ppf(0.95, bad + 1, lots - bad))


def costs_of(decided: Decisions, kept: FloatArray, costs: Costs) -> dict[str, float]:
    """What decisions cost against an oracle that knows every assay beforehand [$/t], beside simple rules.

    Parameters
    ----------
    decided : Decisions
        What was done with n lots.
    kept : ndarray, shape (n, G)
        Whether a lot keeps each grade; lots of which it is not known do not count.
    costs : Costs
        Values and costs.

    Returns
    -------
    dict of str to float
        cost, cost_assay_all (every lot to the laboratory) and cost_assay_none (every lot released in the intended
        grade) [$/t]; shares of lots by what was done: released, downgraded, assayed [1]; let_go, how many lots went
        unassayed in a grade with limits, and false_release, the share of them that break it [1], NaN where there are
        none, with the upper end of its one-sided 95 % interval, false_release_high. Where no lot's grades are known,
        what it would tell is NaN.
    """
    known = np.flatnonzero(~np.isnan(kept).any(axis=1))
    some, told = kept[known], decided[known]
    best = oracle(some, costs)
    action = told.actions(costs)
    let_go = (told.grade >= 0) & (told.grade < kept.shape[1] - 1)
    bad = int(np.sum(some[let_go, told.grade[let_go]] == 0))
    released = int(let_go.sum())
    blind = costs.value[costs.intended] - costs.claim * (1.0 - some[:, costs.intended])
    return {
        "cost": _mean(best - earned(told, some, costs)),
        "cost_assay_all": costs.assay,
        "cost_assay_none": _mean(best - blind),
        "released": _mean(action == 0),
        "downgraded": _mean(action == 1),
        "assayed": _mean(action == 2),
        "let_go": float(released),
        "false_release": bad / released if released else float("nan"),
        "false_release_high": highest_share(bad, released),
    }


def measured(
    model: QualityModel, seed: Seed, raw: FloatArray, lots: Lots, truth: FloatArray | None
) -> dict[str, float]:
    """All metrics of a grader on some lots that need nothing to compare it with.

    Parameters
    ----------
    model : QualityModel
        Which told.
    seed : Seed
        Whose limits and costs count.
    raw : ndarray, shape (n, E + D)
        What its estimator said of n lots.
    lots : Lots
        What the laboratory says.
    truth : ndarray, shape (n, E), optional
        Noise-free contents.

    Returns
    -------
    dict of str to float
        lot_loss; figures of `by_element` and `costs_of`; for each defect `_auc` and `_brier`; grade_ece and grade_brier
        of the intended grade; broken, the share of lots that break it. With truth, of the lots whose truth is known,
        truth_rmse, the mean over elements of the error of the logarithm, truth_coverage_90, truth_false_release and
        truth_cost. What no lot tells is NaN.
    """
    judged, costs = model.judged(raw), Costs.of(seed)
    answers, intended = model.contents(judged.told, COVERAGE), costs.intended
    p, kept = judged.keeps[:, intended], lots.kept[:, intended]
    found = {
        "lot_loss": lot_loss(raw, lots, model.scatter.spread),
        **by_element(seed, judged, lots, answers),
        "grade_ece": calibration_error(p, kept),
        "grade_brier": _mean((p - kept) ** 2),
        "broken": 1 - _mean(kept),
        **costs_of(judged.decided, lots.kept, costs),
    }
    for d, name in enumerate(seed.defects):
        chance, seen = judged.defects[:, d], lots.defects[:, d]
        found |= {
            f"{name}_auc": area_under_curve(chance, seen),
            f"{name}_brier": _mean((chance - seen) ** 2),
        }
    known = np.flatnonzero(np.isfinite(truth).all(axis=1)) if truth is not None else np.empty(0, dtype=np.intp)
    if truth is not None and len(known):
        found |= _against_truth(model, seed, judged[known], truth[known])
    return found


def _against_truth(model: QualityModel, seed: Seed, judged: Judged, truth: FloatArray) -> dict[str, float]:
    answers = model.contents(judged.told, COVERAGE).values()
    inside = [(answer.low <= true) & (true <= answer.high) for answer, true in zip(answers, truth.T, strict=True)]
    decisions = costs_of(judged.decided, Limits.of(seed).kept(truth), Costs.of(seed))
    return {
        "truth_rmse": float(np.mean([rmse(error) for error in (judged.told - np.log(truth)).T])),
        "truth_coverage_90": float(np.mean(np.logical_and.reduce(inside))),
        "truth_false_release": decisions["false_release"],
        "truth_cost": decisions["cost"],
    }


def skill(raw: FloatArray, bar: FloatArray, lots: Lots) -> float:
    """Share of the bar's mean squared error of the logarithms that is avoided [1], over contents above their limits.

    NaN where no content is above its limit.
    """
    seen = lots.reported > 0
    if not seen.any():
        return float("nan")
    logs, outputs = log_size(lots.reported)[seen], lots.reported.shape[1]
    error, baseline = (np.mean((told[:, :outputs][seen] - logs) ** 2) for told in (raw, bar))
    return float(1 - error / baseline) if baseline > 0 else float("nan")
