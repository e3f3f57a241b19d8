"""What the model card of a predicted number says of its candidates, its label and its intervals."""

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
    "unseen_rmse",
)
SHOWN_WITH_TRUTH = ("test_truth_rmse", "unseen_truth_rmse")
ROWS, UNITS = "rows", "units"
LIMITS = (
    "A prediction does not say what a set-point does: history is confounded by the operators' rules. Recommendations "
    "come from what was learnt of the knobs apart from them.",
    "Outside the learnt ranges an answer is flagged, not refused.",
    "After a change of plant, raw material or instrument the fixed intervals cover what they promise only once such "
    "periods are learnt; adaptive ones follow by the outcomes that come in, some dozens late, and not without them.",
)


def heading(seed: Seed) -> str:
    """What is predicted."""
    return ", ".join(f"{target.name} [{target.unit}]" for target in seed.primaries)


def rows_used(data: Dataset, parts: Split) -> list[str]:
    """How many rows there are, and how they were used."""
    return use_of_rows(data, parts, "the intervals their width")


def sections(
    candidates: Mapping[str, RegressionCandidate], chosen: RegressionCandidate, data: Dataset, parts: Split
) -> list[str]:
    """Sections on candidates, label noise, intervals and signs."""
    found = [*_candidates(candidates, chosen.name, data.seed, parts), *_noise(chosen, data)]
    return [*found, *_intervals(chosen, data.seed), *signs_section(chosen, data, parts)]


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
        *(f"- Beware of {chosen}: {caution}." for caution in warned),
        "",
    ]


def _reason(candidates: Mapping[str, RegressionCandidate], chosen: str) -> str:
    """Reason of the choice in words; see `training.core.fitting.selected`."""
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
        f"the row; the one that serves then learnt those rows too. Measured coverage of the {COVERAGE:.0%} interval: "
        f"{figure(m, 'test_coverage_90')} on future periods, {figure(m, 'unseen_coverage_90')} on held-out units in "
        f"them, {figure(m, 'unseen_all_coverage_90')} on held-out units in all periods.",
        "",
        *_scale(seed),
        *_adaptive(m, seed),
    ]


def _scale(seed: Seed) -> list[str]:
    """What is said of a target whose logarithm is learnt; nothing of any other."""
    if seed.log_floor is None:
        return []
    return [
        f"The logarithm of target plus {seed.log_floor:g} {seed.target.unit} is learnt, so that errors count by ratio: "
        "a value is a median, and its interval reaches as many times above it as below.",
        "",
    ]


def _adaptive(metrics: Mapping[str, float], seed: Seed) -> list[str]:
    """Fixed and adaptive intervals side by side; nothing where none were followed."""
    if "test_adaptive_coverage_90" not in metrics:
        return []
    places = {"test": "future periods", "unseen": "held-out units in them"}
    rows = [
        [f"{what}, {place}", *(figure(metrics, f"{part}_{kind}{name}") for kind in ("", NO_OUTCOMES, ADAPTIVE))]
        for part, place in places.items()
        if f"{part}_adaptive_coverage_90" in metrics
        for name, what in FIXED_BESIDE_ADAPTIVE.items()
    ]
    delay = seed.delay / seed.period
    return [
        f"Fixed intervals never move. Adaptive ones follow the plant: the mean errors of the last {WINDOW} and "
        f"{RECENT} known outcomes are added to a prediction as far as they lie beyond chance, and the width comes from "
        f"the last {WINDOW} errors at a level that each outcome moves; outcomes that arrive together and err alike "
        "count for less than one. They need outcomes to "
        f"come back; here each counted from {delay:.3g} period{'' if delay == 1 else 's'} after the end of its own, "
        "none earlier.",
        "",
        *table([f"{COVERAGE:.0%} interval", "fixed", "without outcomes", "adaptive"], rows),
        "The model that serves goes on from the newest outcomes of this table, test rows included, which it has not "
        f"learnt. Until it has received outcomes that count for {ENOUGH:g}, and again where none came in for long, it "
        "answers with the wider of fixed and adaptive intervals, about the centre that the newest outcomes left: as in "
        "the middle column, where no outcome came in from the first test period on. The right column holds while "
        "outcomes come in.",
        "",
    ]
