"""How good a grader of lots is: contents, intervals, defects, grades, and what its decisions cost."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import beta, rankdata

from models.censoring import below_limit, log_size
from models.fitted import Answer
from models.lot_losses import ContentLoss, DefectLoss
from models.quality_decision import Costs, Decisions, earned, oracle
from models.quality_grades import Limits
from models.quality_model import Judged, QualityModel
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
    """Groups of equal size by probability: share of lots, mean probability, share that came true, (b,) each."""
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
    """Expected calibration error of a probability [1]: mean gap of the groups of `reliability`."""
    share, told, seen = reliability(p, kept)
    return float(share @ np.abs(told - seen))


def by_element(seed: Seed, judged: Judged, lots: Lots, answers: Mapping[str, Answer]) -> dict[str, float]:
    """Errors of the contents on log scale, and coverage of their joint intervals.

    R² and RMSE are those of contents above the laboratory's limit; `coverage_90` is the share of lots all of whose
    reported contents lie in their intervals together.
    """
    found: dict[str, float] = {}
    logs, inside = log_size(lots.reported), np.ones(len(lots.reported), dtype=np.bool_)
    scores = []
    for e, element in enumerate(seed.elements):
        label = lots.reported[:, e]
        inside &= np.isnan(label) | held(label, answers[element.name])
        seen = label > 0
        error = judged.told[seen, e] - logs[seen, e]
        enough = seen.sum() >= FEWEST_DETECTED
        found[f"{element.name}_rmse"] = rmse(error) if enough else float("nan")
        found[f"{element.name}_r2"] = float(1 - np.mean(error**2) / logs[seen, e].var()) if enough else float("nan")
        found[f"{element.name}_below_limit"] = float(below_limit(label).sum() / max(1, (~np.isnan(label)).sum()))
        scores.append(found[f"{element.name}_r2"])
    found["r2"] = float(np.nanmedian(scores)) if np.isfinite(scores).any() else float("nan")
    ratio = [np.median(answer.high / answer.low) for answer in answers.values()]
    return found | {"coverage_90": float(inside.mean()), "width_90": float(np.sqrt(np.median(ratio)))}


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
        none, with the upper end of its one-sided 95 % interval, false_release_high.
    """
    known = np.flatnonzero(~np.isnan(kept).any(axis=1))
    some, told = kept[known], decided[known]
    best = oracle(some, costs)
    action = told.actions(costs.intended)
    let_go = (told.grade >= 0) & (told.grade < kept.shape[1] - 1)
    bad = int(np.sum(some[let_go, told.grade[let_go]] == 0))
    released = int(let_go.sum())
    blind = costs.value[costs.intended] - costs.claim * (1.0 - some[:, costs.intended])
    return {
        "cost": float(np.mean(best - earned(told, some, costs))),
        "cost_assay_all": costs.assay,
        "cost_assay_none": float(np.mean(best - blind)),
        "released": float(np.mean(action == 0)),
        "downgraded": float(np.mean(action == 1)),
        "assayed": float(np.mean(action == 2)),
        "let_go": float(released),
        "false_release": bad / released if released else float("nan"),
        "false_release_high": float(beta.ppf(0.95, bad + 1, released - bad)) if released > bad else float("nan"),
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
        of the intended grade; broken, the share of lots that break it. With truth, truth_rmse, the mean over elements
        of the error of the logarithm, truth_coverage_90 and truth_false_release.
    """
    judged = model.judged(raw)
    answers, intended = model.contents(judged.told, COVERAGE), model.costs.intended
    p, kept = judged.keeps[:, intended], lots.kept[:, intended]
    found = {
        "lot_loss": lot_loss(raw, lots, model.scatter.spread),
        **by_element(seed, judged, lots, answers),
        "grade_ece": calibration_error(p, kept),
        "grade_brier": float(np.nanmean((p - kept) ** 2)),
        "broken": float(1 - np.nanmean(kept)),
        **costs_of(judged.decided, lots.kept, Costs.of(seed)),
    }
    for d, name in enumerate(seed.defects):
        chance, seen = judged.defects[:, d], lots.defects[:, d]
        found |= {
            f"{name}_auc": area_under_curve(chance, seen),
            f"{name}_brier": float(np.nanmean((chance - seen) ** 2)),
        }
    if truth is not None and np.isfinite(truth).all():
        found |= _against_truth(seed, judged, lots, answers, truth)
    return found


def _against_truth(
    seed: Seed, judged: Judged, lots: Lots, answers: Mapping[str, Answer], truth: FloatArray
) -> dict[str, float]:
    inside = [(a.low <= t) & (t <= a.high) for a, t in zip(answers.values(), truth.T, strict=True)]
    true = Limits.of(seed).kept(truth)
    decisions = costs_of(judged.decided, true, Costs.of(seed))
    return {
        "truth_rmse": float(np.mean([rmse(error) for error in (judged.told - np.log(truth)).T])),
        "truth_coverage_90": float(np.mean(np.logical_and.reduce(inside))),
        "truth_false_release": decisions["false_release"],
        "truth_cost": decisions["cost"],
    }


def skill(raw: FloatArray, bar: FloatArray, lots: Lots) -> float:
    """Share of the bar's mean squared error of the logarithms that is avoided [1], over contents above their limits."""
    seen = lots.reported > 0
    logs, outputs = log_size(lots.reported)[seen], lots.reported.shape[1]
    error, baseline = (np.mean((told[:, :outputs][seen] - logs) ** 2) for told in (raw, bar))
    return float(1 - error / baseline) if baseline > 0 else float("nan")
