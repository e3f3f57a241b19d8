"""Model card of a classifier: its candidates, classes and prediction sets."""

from collections.abc import Mapping

import numpy as np

from models.interfaces.answers import COVERAGE
from reporting.markdown import figure, table
from seeds import Seed
from training.classification.columns import cautions
from training.classification.fit import SELECTED_BY, ClassificationCandidate, classes_of
from training.core.class_losses import confusion
from training.core.dataset import Dataset
from training.core.splits import Split
from training.reports.periods import use_of_rows

SHOWN = {
    "test_accuracy": "right class [1]",
    "test_balanced_accuracy": "balanced [1]",
    "test_log_loss": "log loss [1]",
    "test_brier": "Brier score [1]",
    "test_skill": "skill [1]",
    "test_ece": "ECE [1]",
    "test_coverage_90": "coverage of the sets [1]",
    "test_set_size_90": "classes in a set",
    "holdout_accuracy": "right class, held-out units [1]",
}
ROWS, UNITS = "rows", "units"
LIMITS = (
    "The model predicts a class; it does not say what to do with it, nor what a set-point changes.",
    "A row of none of the classes still gets one of them; the flag `out of distribution` is the only hint.",
    "A set holds the right class as often as asked on average over all rows, not of each class.",
    "After a change of plant, raw material or instrument the metrics hold only once training rows cover such periods.",
    "Outside the training ranges a prediction is flagged, not refused.",
)


def heading(seed: Seed) -> str:
    """Name of the predicted class label."""
    return seed.target.name


def rows_used(data: Dataset, parts: Split) -> list[str]:
    """Return the number of rows and their use."""
    return use_of_rows(data, parts, "the probabilities their temperature, the sets their size,")


def sections(
    candidates: Mapping[str, ClassificationCandidate], chosen: ClassificationCandidate, data: Dataset, parts: Split
) -> list[str]:
    """Sections on candidates, classes and sets."""
    return [*_candidates(candidates, chosen, data.seed, parts), *_classes(chosen, data, parts), *_sets(chosen)]


def _candidates(
    candidates: Mapping[str, ClassificationCandidate], chosen: ClassificationCandidate, seed: Seed, parts: Split
) -> list[str]:
    known = [name for name in SHOWN if name in chosen.metrics]
    rows = [
        [f"**{name}**" if name == chosen.name else name, *(figure(candidate.metrics, metric) for metric in known)]
        for name, candidate in candidates.items()
    ]
    warned = cautions(seed, chosen.metrics, len(parts.test))
    return [
        "## Candidates",
        "",
        "On the test rows. Balanced is the mean over the classes of the share that is right; skill is the share of the "
        "first candidate's log loss that is avoided; ECE is the expected calibration error of the most probable class. "
        f"Chosen: **{chosen.name}**, the lowest `{SELECTED_BY}`; the test rows had no say.",
        "",
        *table(["candidate", *(SHOWN[name] for name in known)], rows),
        *(f"- Warning on {chosen.name}: {caution}." for caution in warned),
        "",
    ]


def _classes(chosen: ClassificationCandidate, data: Dataset, parts: Split) -> list[str]:
    """Return rows and correct predictions of each class; classes without training rows are marked."""
    names, answers, classes = data.seed.classes, chosen.answers[parts.test], classes_of(data, parts.test)
    n_training = np.bincount(classes_of(data, parts.learnt), minlength=len(names))
    cells = confusion(answers.likeliest, classes, np.ones(len(classes)), len(names))
    held = np.bincount(classes, weights=answers.covered(classes), minlength=len(names))
    rows = []
    for k, name in enumerate(names):
        test, predicted = cells[k].sum(), cells[:, k].sum()
        shares = [(cells[k, k], test), (cells[k, k], predicted), (held[k], test)]
        rows.append(
            [f"`{name}`", f"{n_training[k]}", f"{test:.0f}", *(f"{a / b:.3f}" if b else "-" for a, b in shares)]
        )
    head = ["class", "training rows", "test rows", "recall [1]", "precision [1]", "in the set [1]"]
    absent = [f"`{name}`" for name, count in zip(names, n_training, strict=True) if not count]
    note = [f"Without training rows, so that the probability is always 0: {', '.join(absent)}.", ""] if absent else []
    return ["## Classes", "", *table(head, rows), *note]


def _sets(chosen: ClassificationCandidate) -> list[str]:
    m = chosen.metrics
    return [
        "## Sets",
        "",
        f"Conformal, from {len(chosen.model.conformal.scores)} probabilities of models that knew only what is older "
        f"than the row. A {COVERAGE:.0%} set holds the right class in {figure(m, 'test_coverage_90')} of the future "
        f"periods' rows, {figure(m, 'holdout_coverage_90')} of held-out units in them and "
        f"{figure(m, 'holdout_all_coverage_90')} of held-out units in all periods. No set is empty, so that sets hold "
        "it at least as often as the most probable class is right.",
        "",
    ]
