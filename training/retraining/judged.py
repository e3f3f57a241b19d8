"""Verdict of a retraining job as it is kept, and what becomes of the challenger by it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from registry.retraining.decision import VERDICT, VERDICT_WHY, keep_decision, outcome_of, settle
from registry.retraining.running_shadow import RunningShadow
from registry.tracking import Tracking
from registry.versions import GUARDRAILS, NOTHING, Version
from system.temporary_folder import scratch
from training.core.comparison import ComparisonResult
from training.core.gate import Gated
from training.jobs.train import TrainingResult
from training.labels.job import LabelChecks
from training.multi_target.combined import prefixed
from training.multi_target.verdict import Verdicts

VERDICT_FILE = "verdict.json"


@dataclass(frozen=True, eq=False)
class ChallengerComparison:
    """Comparison of a challenger with the champion: measurements and decision.

    Attributes
    ----------
    champion : Version
        The champion.
    version : int or None
        The challenger's; None in a dry run.
    verdict : ComparisonResult or Verdicts
        Which of the two is better.
    figures : Mapping of str to float
        Figures that the decision rests on.
    guarded : Gated
        What the guardrails say.
    shadow : RunningShadow or None
        When the challenger answers in shadow first.
    labels : LabelChecks
        What was found of the new labels.
    """

    champion: Version
    version: int | None
    verdict: ComparisonResult | Verdicts
    figures: Mapping[str, float]
    guarded: Gated
    shadow: RunningShadow | None
    labels: LabelChecks


def figures_of(verdict: ComparisonResult | Verdicts, decisive: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The figures that the decision rests on."""
    if isinstance(verdict, Verdicts):
        decisive = list(decisive)
        return prefixed({name: figures_of(one, decisive) for name, one in verdict.by_target.items()})
    sides = {"champion": verdict.champion, "challenger": verdict.challenger}
    figures = {"gain": verdict.gain, "gain_low": verdict.gain_low, "rows": float(verdict.rows)}
    return figures | {f"{side}_{name}": sides[side][name] for side, name in decisive if name in sides[side]}


def _metrics(verdict: ComparisonResult | Verdicts) -> dict[str, float]:
    """A verdict's figures as metrics of the job's run."""
    if isinstance(verdict, Verdicts):
        return prefixed({name: _metrics(one) for name, one in verdict.by_target.items()})
    metrics = {"judge_gain": verdict.gain, "judge_gain_low": verdict.gain_low, "judge_rows": float(verdict.rows)}
    metrics |= {f"judge_champion_{name}": value for name, value in verdict.champion.items()}
    return metrics | {f"judge_challenger_{name}": value for name, value in verdict.challenger.items()}


def keep_verdict(comparison: ChallengerComparison, result: TrainingResult, tracking: Tracking) -> None:
    """Store the verdict as text and metrics in the job's run, with the results of the label checks.

    The outcome of a version is written as its tags and in its run once it was carried out; of a dry run, the decision.
    """
    version, verdict, labels, shadow = comparison.version, comparison.verdict, comparison.labels, comparison.shadow
    lines = {
        "champion_version": comparison.champion.number,
        "challenger_version": version,
        **verdict.to_dict(),
        "labels": labels.to_dict(),
        GUARDRAILS: comparison.guarded.lines,
        **({} if shadow is None else shadow.tags),
    }
    with scratch() as folder:
        (folder / VERDICT_FILE).write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
        tracking.log_files(result.run, folder)
    rails = {GUARDRAILS: "\n".join(comparison.guarded.lines) or NOTHING}
    tags = {"registered_version": str(version or NOTHING), **rails}
    if version is None:
        tags |= {VERDICT: f"{outcome_of(verdict.promoted, shadow)} in a dry run", VERDICT_WHY: verdict.why}
    tracking.log(result.run, metrics=_metrics(verdict), tags=tags)
    if version is not None:
        tracking.tag_version(result.data.seed.process.name, version, labels.tags | rails)


def decide(process: str, version: int, comparison: ChallengerComparison, tracking: Tracking) -> None:
    """Keep what becomes of a version, then carry it out."""
    verdict, shift = comparison.verdict, comparison.labels.shift
    decided = verdict.promoted, verdict.why, comparison.figures, shift, comparison.champion.number
    keep_decision(process, version, *decided, tracking, comparison.shadow)
    settle(process, version, tracking)
