"""Model card of a predicted number: its candidates, label and intervals."""

from collections.abc import Mapping

from models.interfaces.answers import COVERAGE
from models.online.received import ENOUGH
from models.uncertainty.adaptive_intervals import RECENT, WINDOW
from reporting.markdown import figure, table
from seeds import Seed
from training.core.dataset import Dataset
from training.core.splits import Split
from training.regression.columns import cautions
from training.regression.evaluate import ADAPTIVE, NO_OUTCOMES
from training.regression.fit import SELECTED_BY, RegressionCandidate
from training.reports.explanations import signs_section
from training.reports.periods import use_of_rows

SHOWN = (
    "test_rmse",
    "test_mae",
    "test_bias",
    "test_skill",
    "test_coverage_90",
    "test_width_90",
    "test_no_outcomes_coverage_90",
    "test_adaptive_rmse",
    "test_adaptive_coverage_90",
    "test_adaptive_width_90",
    "holdout_rmse",
)
SHOWN_WITH_TRUTH = ("test_truth_rmse", "holdout_truth_rmse")
ROWS, UNITS = "rows", "units"
LIMITS = (
    "A prediction does not say what a set-point does: history is confounded by the operators' rules. Recommendations "
    "come from a separate fit of the set-points.",
    "Outside the training ranges a prediction is flagged, not refused.",
    "After a change of plant, raw material or instrument the fixed intervals cover what they promise only once such "
    "periods are in the training rows; adaptive ones follow received outcomes, some dozens late, and not without them.",
)


def heading(seed: Seed) -> str:
    """Name of the predicted target."""
    return ", ".join(f"{target.name} [{target.unit}]" for target in seed.primaries)


def rows_used(data: Dataset, parts: Split) -> list[str]:
    """Return the number of rows and their use."""
    return use_of_rows(data, parts, "the intervals their width")


def sections(
    candidates: Mapping[str, RegressionCandidate], chosen: RegressionCandidate, data: Dataset, parts: Split
) -> list[str]:
    """Sections on candidates, label noise, intervals and signs."""
    lines = [*_candidates(candidates, chosen.name, data.seed, parts), *_noise(chosen, data)]
    return [*lines, *_intervals(chosen, data.seed), *signs_section(chosen, data, parts)]


def _candidates(candidates: Mapping[str, RegressionCandidate], chosen: str, seed: Seed, parts: Split) -> list[str]:
    names = SHOWN + SHOWN_WITH_TRUTH
    known = [name for name in names if any(name in candidate.metrics for candidate in candidates.values())]
    rows = [
        [f"**{name}**" if name == chosen else name, *(figure(candidate.metrics, metric) for metric in known)]
        for name, candidate in candidates.items()
    ]
    warned = cautions(seed, candidates[chosen].metrics, len(parts.test))
    return [
        "## Candidates",
        "",
        f"Errors and widths in {seed.target.unit}; skill is the share of the first candidate's mean square error that "
        f"is avoided. Chosen: **{chosen}**, {_reason(candidates, chosen)}; the test rows had no say.",
        "",
        *table(["candidate", *known], rows),
        *(f"- Warning on {chosen}: {caution}." for caution in warned),
        "",
    ]


def _reason(candidates: Mapping[str, RegressionCandidate], chosen: str) -> str:
    """Return the reason of the choice as text; see `training.core.fitting.selected`."""
    lowest = min(candidates, key=lambda name: candidates[name].metrics[SELECTED_BY])
    if lowest == chosen:
        return f"the lowest `{SELECTED_BY}`"
    return f"the lowest `{SELECTED_BY}` of those that gain by more rows: {lowest} errs more on the newest block"


def _noise(chosen: RegressionCandidate, data: Dataset) -> list[str]:
    stated = data.seed.targets[data.seed.target.name].label_noise
    lines = ["## Label noise", ""]
    if stated is not None:
        lines.append(f"- stated in the seed: {stated.value:g} {stated.unit} ({stated.source})")
    if "test_noise_floor" in chosen.metrics:
        lines.append(
            f"- measured against the simulated truth: {figure(chosen.metrics, 'test_noise_floor')} "
            f"{data.seed.target.unit}; a perfect model still has this RMSE against the label"
        )
    return [*lines, *([] if len(lines) > 2 else ["- unknown"]), ""]


FIXED_BESIDE_ADAPTIVE = {
    "coverage_90": "coverage",
    "narrow_coverage_90": "coverage of the narrowest tenth",
    "wide_coverage_90": "coverage of the widest tenth",
    "width_90": "mean width",
    "rmse": "RMSE",
    "mae": "mean absolute error",
}


def _intervals(chosen: RegressionCandidate, seed: Seed) -> list[str]:
    m = chosen.metrics
    return [
        "## Intervals",
        "",
        f"Conformal, from {len(chosen.model.conformal.scores)} residuals of models that knew only what is older than "
        "the row; the model in service was then fitted on those rows too. Measured coverage of the "
        f"{COVERAGE:.0%} interval: {figure(m, 'test_coverage_90')} on future periods, "
        f"{figure(m, 'holdout_coverage_90')} on held-out units in them, "
        f"{figure(m, 'holdout_all_coverage_90')} on held-out units in all periods.",
        "",
        *_scale(seed),
        *_adaptive(m, seed),
    ]


def _scale(seed: Seed) -> list[str]:
    """Return the text on a target that is fitted on log scale; empty for other targets."""
    if seed.log_floor is None:
        return []
    return [
        f"The model is fitted on the logarithm of target plus {seed.log_floor:g} {seed.target.unit}, so that errors "
        "count by ratio: a value is a median, and its interval reaches as many times above it as below.",
        "",
    ]


def _adaptive(metrics: Mapping[str, float], seed: Seed) -> list[str]:
    """Fixed and adaptive intervals side by side; nothing where none were followed."""
    if "test_adaptive_coverage_90" not in metrics:
        return []
    places = {"test": "future periods", "holdout": "held-out units in them"}
    rows = [
        [f"{place_name}, {place}", *(figure(metrics, f"{part}_{kind}{name}") for kind in ("", NO_OUTCOMES, ADAPTIVE))]
        for part, place in places.items()
        if f"{part}_adaptive_coverage_90" in metrics
        for name, place_name in FIXED_BESIDE_ADAPTIVE.items()
    ]
    delay = seed.delay / seed.period
    return [
        f"Fixed intervals never move. Adaptive ones follow the plant: the mean errors of the last {WINDOW} and "
        f"{RECENT} known outcomes are added to a prediction as far as they are significant, and the width comes from "
        f"the last {WINDOW} errors at a level that each outcome moves; outcomes that arrive together and err alike "
        "count for less than one. They need outcomes to "
        f"come back; here each counted from {delay:.3g} period{'' if delay == 1 else 's'} after the end of its own, "
        "none earlier.",
        "",
        *table([f"{COVERAGE:.0%} interval", "fixed", "without outcomes", "adaptive"], rows),
        "The model in service starts from the latest outcomes of this table, test rows included, which are not in its "
        f"training rows. Until it has received outcomes that count for {ENOUGH:g}, and again after a long time without "
        "any, it returns the wider of fixed and adaptive intervals, about the centre of the latest outcomes: as in "
        "the middle column, where no outcome came in from the first test period on. The right column holds while "
        "outcomes come in.",
        "",
    ]
