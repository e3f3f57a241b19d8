"""Model card of a lot grader: its candidates, elements, decisions and guarantee."""

from collections.abc import Mapping

import numpy as np

from models.interfaces.answers import COVERAGE
from models.uncertainty.guarantees import lots_needed
from reporting.markdown import figure, table
from reporting.timestamps import moment_format
from seeds import Seed
from training.core.dataset import Dataset
from training.core.splits import Split
from training.quality.columns import cautions
from training.quality.fit import SELECTED_BY, QualityCandidate

SHOWN = {
    "test_lot_loss": "loss [1]",
    "test_skill": "skill [1]",
    "test_r2": "R² [1]",
    "test_coverage_90": f"joint coverage of {COVERAGE:.0%} [1]",
    "test_no_outcomes_coverage_90": "the same, without assays [1]",
    "test_adaptive_coverage_90": "the same, adaptive [1]",
    "test_grade_ece": "ECE of the grade [1]",
    "test_cost": "cost [$/t]",
    "test_released": "released [1]",
    "test_assayed_share": "to the laboratory [1]",
    "test_false_release": "false release [1]",
    "holdout_all_cost": "cost, held-out units [$/t]",
    "test_truth_rmse": "RMSE to the true logarithms [1]",
}
ROWS, UNITS = "lots", "units"
LIMITS = (
    "The promise on released lots is about lots that come as those of the calibration did; a new raw material, another "
    "laboratory or a fault outside the history ends it until such lots are in the training rows.",
    "It counts lots that are released without an assay and would break their grade by an assay, which errs itself.",
    "Contents below the laboratory's limit are fitted as censored values, however far below they lie.",
    "A remedy is the effect of one set-point move by first principles, all else equal. It is not proved in closed "
    "loop; recommended set-points use history as well.",
    "Adaptive joint intervals need assays to come in; without, the wider of fixed and adaptive ones is answered.",
    "Values and costs are the seed's; other costs move every decision and every figure in $.",
)


def row(seed: Seed) -> str:
    """Noun for a row."""
    rules = seed.quality_rules
    return f"a lot of {rules.lot_mass.value:g} {rules.lot_mass.unit}"


def heading(seed: Seed) -> str:
    """Name of the predicted quantities."""
    return f"{len(seed.elements)} contents, {len(seed.defects)} defects and the grade"


def subject(data: Dataset, parts: Split) -> str:
    """Target and rows, in two sentences."""
    names = ", ".join(column.name for column in data.seed.elements)
    when = moment_format(data.periods)
    return (
        f"Predicted before the assay: contents of {names}; defects, grade, and the decision on the lot. Training: "
        f"{len(parts.learnt)} lots, {parts.train_from:{when}} to before {parts.test_from:{when}}. Assessment: "
        f"{len(parts.test)} later lots (called test), up to {parts.last:{when}}, and {len(parts.holdout_all)} lots of "
        f"{len(parts.units)} held-out units of all times."
    )


def rows_used(data: Dataset, parts: Split) -> list[str]:
    """Return the number of lots and their use."""
    facts, when = data.facts, moment_format(data.periods)
    return [
        f"{facts['rows']} assayed lots of {facts['units']} units, {facts['first_period']} to {facts['last_period']}",
        f"training: {len(parts.learnt)} lots before {parts.test_from:{when}}; of these the "
        f"{sum(map(len, parts.calibrate))} from {parts.calibrate_from:{when}}, each predicted by a model that knew "
        "only older ones, gave the errors, the promise on released lots, and chose the candidate",
        f"judged: {len(parts.test)} lots from {parts.test_from:{when}} to {parts.last:{when}}, and "
        f"{len(parts.holdout_all)} lots of {len(parts.units)} held-out units of all times",
    ]


def sections(
    candidates: Mapping[str, QualityCandidate], chosen: QualityCandidate, data: Dataset, parts: Split
) -> list[str]:
    """Sections on candidates, elements and defects, grades and decisions."""
    return [
        *_candidates(candidates, chosen, data, parts),
        *_elements(chosen, data),
        *_grades(data.seed),
        *_decisions(chosen, data, parts),
    ]


def _candidates(
    candidates: Mapping[str, QualityCandidate], chosen: QualityCandidate, data: Dataset, parts: Split
) -> list[str]:
    known = [name for name in SHOWN if name in chosen.metrics]
    rows = [
        [f"**{name}**" if name == chosen.name else name, *(figure(candidate.metrics, metric) for metric in known)]
        for name, candidate in candidates.items()
    ]
    warned_of = cautions(data.seed, chosen.metrics, len(parts.test))
    warned = [f"- Warning on {chosen.name}: {caution}." for caution in warned_of]
    return [
        "## Candidates",
        "",
        "On the test lots. Loss: mean negative log likelihood of what was reported, contents on log scale, those below "
        "the laboratory's limit as such. Skill: share of the first candidate's squared error of the logarithm that is "
        "avoided, by likelihood. R²: median of the elements, by likelihood. Cost: against an oracle that "
        f"knows every assay beforehand and pays for none. Chosen: **{chosen.name}**, the lowest `{SELECTED_BY}`; the "
        "test lots had no say.",
        "",
        *table(["candidate", *(SHOWN[name] for name in known)], rows),
        *warned,
        *([""] if warned else []),
    ]


def _elements(chosen: QualityCandidate, data: Dataset) -> list[str]:
    m = chosen.metrics
    rows = [
        [
            f"`{c.name}`",
            c.description,
            figure(m, f"test_{c.name}_r2"),
            figure(m, f"test_{c.name}_rmse"),
            figure(m, f"test_{c.name}_below_limit", ".1%"),
        ]
        for c in data.seed.elements
    ]
    lines = ["## Contents", "", *table(["element", "what it is", "R²", "RMSE of the logarithm", "below limit"], rows)]
    if not data.seed.defects:
        return lines
    rows = [
        [
            f"`{name}`",
            data.seed.column(name).description,
            figure(m, f"test_{name}_auc"),
            figure(m, f"test_{name}_brier"),
        ]
        for name in data.seed.defects
    ]
    return [*lines, "## Defects", "", *table(["defect", "what it is", "AUC", "Brier score"], rows)]


def _grades(seed: Seed) -> list[str]:
    rows = []
    for grade in seed.grades:
        limits = [f"{name} {limit.range}" for name, limit in grade.limits.items()]
        limits += [f"{total.name} {total.range}" for total in grade.sums]
        unsure = sum(one.verification != "verified" for one in [*grade.limits.values(), *grade.sums])
        lines = f"{', '.join(limits)} [{seed.elements[0].unit}]" if limits else "-"
        rows.append([f"`{grade.name}`", grade.title, f"{grade.value.value:g}", lines, f"{unsure} of {len(limits)}"])
    head = ["grade", "what it is", "value [$/t]", "at most, or as said", "limits not verified"]
    return ["## Grades", "", *table(head, rows)]


def _decisions(chosen: QualityCandidate, data: Dataset, parts: Split) -> list[str]:
    rules, m = data.seed.quality_rules, chosen.metrics
    lots, alpha = sum(map(len, parts.calibrate)), rules.alpha.value
    threshold = f"{chosen.model.threshold:.3g}" if np.isfinite(chosen.model.threshold) else "none: no lot is released"
    results = "; ".join(
        f"{lines}: {_released_unassayed(m, part)}, {figure(m, f'{part}_cost', '.2f')} $/t"
        for part, lines in (("test", "test lots"), ("holdout_all", "held-out units"))
        if f"{part}_cost" in m
    )
    return [
        "## Decisions",
        "",
        f"Promised with {rules.confidence.value:.0%} confidence: of the lots that are released without an assay in a "
        f"grade with limits, at most {100 * alpha:.3g}% break that grade by their assay. Learn then test on {lots} "
        f"calibration lots ({lots_needed(alpha, rules.confidence.value)} good released ones are the fewest); "
        f"highest probability of breaking its grade with which a lot may be released: {threshold}. {results}. To assay "
        f"all costs {m['test_cost_assay_all']:.2f} $/t, to assay none {figure(m, 'test_cost_assay_none', '.2f')} $/t. "
        "Costs alone, without the promise, would send "
        f"{figure(m, 'test_unconstrained_assayed_share', '.1%')} of the test lots to the laboratory, at "
        f"{figure(m, 'test_unconstrained_cost', '.2f')} $/t.",
        "",
    ]


def _released_unassayed(metrics: Mapping[str, float], part: str) -> str:
    lots = metrics[f"{part}_released_unassayed"]
    if not lots:
        return "none released"
    return (
        f"{lots:.0f} released, {metrics[f'{part}_false_release']:.2%} of them break their grade (95% sure: at most "
        f"{metrics[f'{part}_false_release_high']:.2%})"
    )
