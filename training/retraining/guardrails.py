"""Guardrails for a better challenger: regimes, groups of rows, physical signs and recommendations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from scipy.stats import norm

from models.interfaces.learning import SETPOINTS
from models.learnings import learnt_by
from models.setpoints.errors import SetpointError
from models.table.periods import regimes
from models.tasks import inputs_for
from operations.catalogue import operations_of
from operations.forms.faults import RequestError
from operations.forms.plan_rows import PlanError
from operations.set_points.operation import Recommendations
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed
from training.core.bootstrap import CONFIDENCE
from training.core.comparison import ComparisonError, ComparisonResult
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate
from training.core.gate import GateCondition, Gated
from training.core.splits import some_units
from training.jobs.train import TrainingResult
from training.multi_target.verdict import Judged, Verdicts, model_of
from training.reports.explanations import Direction
from training.retraining.older_rows import at_most
from training.retraining.verdict import challengers
from training.tasks import task_of

V = TypeVar("V", bound=ComparisonResult | Verdicts)

ADVISED_ROWS = 2000  # of whole units, for which both recommend
PART, SIGNS, ADVICE = "worst regime or group", "signs of physics", "stated gain of recommendations"


def guardrails(champion: Any, result: TrainingResult, compared: Mapping[str, Judged], accepted: str | None) -> Gated:
    """Return conditions on challenger against champion that a mean over all rows does not show.

    Parameters
    ----------
    champion : Model
        The champion.
    result : TrainingResult
        The challenger and its candidates.
    compared : Mapping of str to tuple
        By target inputs as the champion wants them, rows, and which of them judge.
    accepted : str or None
        Reason of a user to train on labels inconsistent with history; the champion's recommendations on that history
        then no longer bind the challenger.
    """
    best = challengers(result, compared)
    conditions = worst_parts(champion, best, compared)
    for name, (X, data, rows) in compared.items():
        before, own = _named(champion, name, compared)
        if (signs := task_of(data.seed).signs) is not None:
            ways = signs(own, X), signs(best[name].model, inputs_for(best[name].model, data.table)[rows])
            conditions.append(kept_signs(before + SIGNS, *ways))
    data = next(iter(compared.values()))[1]
    advice = next((one for one in operations_of(data.seed) if isinstance(one, Recommendations)), None)
    return Gated((*conditions, *(kept_advice(advice, champion, result.best.model, data, accepted) if advice else ())))


def worst_parts(
    champion: Any, best: Mapping[str, AnyCandidate], by_target: Mapping[str, Judged]
) -> list[GateCondition]:
    """Return by target the guardrail against significant loss in any regime or group of rows.

    Parameters
    ----------
    champion : Model
        The champion.
    best : Mapping of str to Candidate
        By target the challenger, with its answers.
    by_target : Mapping of str to tuple
        See `guardrails`.
    """
    conditions = []
    for name, (X, data, rows) in by_target.items():
        before, own = _named(champion, name, by_target)
        verdict = task_of(data.seed).assessor.verdict
        parts = {part: (X[mask], rows[mask]) for part, mask in parts_of(data, rows).items()}
        compared = {part: partial(verdict, own, x, best[name], data, of) for part, (x, of) in parts.items()}
        conditions.append(worst_part(before + PART, compared))
    return conditions


def _named(champion: Any, name: str, compared: Mapping[str, Judged]) -> tuple[str, Any]:
    """Return the prefix of a condition on a target, and the champion's model of it."""
    return (f"{name}: ", model_of(champion, name)) if len(compared) > 1 else ("", champion)


def parts_of(data: Dataset, rows: IntArray) -> dict[str, BoolArray]:
    """Parts of some rows, by name: regimes that the seed names, and values of its text categories.

    Quarters of the units and halves of the time are parts of every verdict; see `training.core.comparison.worse_part`.
    """
    parts = {}
    if data.seed.time is not None:
        of_row = regimes(data.periods[rows].to_numpy(), data.seed)
        parts = {f"regime {name}": of_row == name for name in dict.fromkeys(of_row.tolist()) if name}
    for place, column in enumerate(data.seed.inputs):
        code = data.X[rows, place]
        parts |= {f"{column.name} {value}": code == number for number, value in enumerate(column.values or ())}
    return {name: np.asarray(mask) for name, mask in parts.items() if mask.any() and not mask.all()}


def worst_part(title: str, compared: Mapping[str, Callable[[], ComparisonResult]]) -> GateCondition:
    """Return the guardrail against a significant loss in any part of the rows.

    The more parts there are, the likelier one of them looks worse by chance alone: each has its share of the error that
    is allowed to one. Parts with too few rows or blocks say nothing.

    Parameters
    ----------
    title : str
        Name of the condition.
    compared : Mapping of str to callable
        Gives the verdict on each part; raises ComparisonError where its rows are too few.
    """
    expected = "no significant loss against the champion in any of them"
    losses = {}
    for name, verdict in compared.items():
        try:
            losses[name] = verdict()
        except ComparisonError:
            continue
    if not losses:
        return GateCondition(title, True, "no two of them have enough rows to be compared", expected)
    farther = float(norm.ppf(1 - (1 - CONFIDENCE) / len(losses)) / norm.ppf(CONFIDENCE))
    high = {name: one.gain + farther * (one.gain_high - one.gain) for name, one in losses.items()}
    worst = min(high, key=lambda name: high[name])
    rows = f"on {losses[worst].rows} rows; {len(losses)} compared"
    return GateCondition(
        title, high[worst] >= 0, f"{worst}: {at_most(losses[worst].gain, high[worst])}, {rows}", expected
    )


def kept_signs(
    title: str, champion: Sequence[Direction] | None, challenger: Sequence[Direction] | None
) -> GateCondition:
    """The condition that no column moves a challenger against physics that does not move the champion so.

    Parameters
    ----------
    title : str
        Name of the condition.
    champion, challenger : sequence of Direction, or None
        Directions of the columns whose sign physics is sure of; None of a model that is no sum over its inputs.
    """
    expected = "no column that moves it against physics beyond doubt and does not move the champion so"
    if challenger is None:
        return GateCondition(title, True, "not looked at: what it computes is no sum over its inputs", expected)
    known = {way.name for way in champion or () if way.against}
    against = [way for way in challenger if way.is_doubtless and way.name not in known]
    ways = ", ".join(f"{way.name} by {way.correlation:.2f} where {way.expected:+d} is sure" for way in against)
    return GateCondition(
        title, not against, ways or f"none of {len(challenger)} columns moves it the other way", expected
    )


def kept_advice(
    advice: Recommendations[Any, Any], champion: Any, challenger: Any, data: Dataset, accepted: str | None
) -> list[GateCondition]:
    """Guardrail: the challenger's recommendations are not worth significantly less than the champion's.

    Both recommend for the same units; a gain is what the one that recommends states of it. One that is revised within
    what both doubt is no loss: refused is a gain whose upper end lies below the champion's lower end.

    Parameters
    ----------
    advice : Recommendations
        The operation of the task.
    champion, challenger : Model
        The two models, of all targets.
    data : Dataset
        History and new rows.
    accepted : str or None
        Reason of a user to train on labels inconsistent with history.
    """
    known, setpoint_models = (learnt_by(one, SETPOINTS) for one in (champion, challenger))
    if known is None:
        return []
    expected = "recommendations whose gain is not below the champion's beyond doubt"
    if setpoint_models is None:
        passed, measured = False, f"none is recommended: {challenger.refusals.get(SETPOINTS)}"
    else:
        table = some_units(data.checked, data.seed, ADVISED_ROWS)
        try:
            old, new = (_mean_gain(advice, one, table, data.seed) for one in (known, setpoint_models))
        except (SetpointError, RequestError, PlanError) as error:
            return [GateCondition(ADVICE, True, f"not compared: {error}", expected)]
        passed = bool(new[2] >= old[1])
        own, other = (f"{value:.3g} ({low:.3g} to {high:.3g})" for value, low, high in (new, old))
        measured = f"{own} {advice.gain} on average, of the champion {other}"
    if not passed and accepted is not None:
        passed, measured = True, f"{measured}; the shift was accepted: {accepted}"
    return [GateCondition(ADVICE, passed, measured, expected)]


def _mean_gain(advice: Recommendations[Any, Any], model: Any, table: pd.DataFrame, seed: Seed) -> FloatArray:
    """Gain of the recommendations for a table on average, and the ends of its interval, shape (3,)."""
    form = advice.form(seed, len(table))
    request = advice.request_of(form, table, {"prices": {}}).request
    gains = [one["gain"] for one in advice.advised(form, model, request)[advice.name]]
    mean: FloatArray = np.array([(one["value"], one["low"], one["high"]) for one in gains]).mean(axis=0)
    return mean


def held_back(verdict: V, gated: Gated, by: str = "refused by the gate") -> V:
    """Return the verdict without promotion if a guardrail fails."""
    if gated.passed or not verdict.promoted:
        return verdict
    return replace(verdict, promoted=False, why=f"{verdict.why}; {by}: {'; '.join(gated.reasons)}")


def guarded_by(verdict: V, guarded: Gated) -> V:
    """The verdict again; it says which guardrails were kept, or what holds the promotion back."""
    if not guarded.conditions or not guarded.passed:
        return held_back(verdict, guarded, "held back")
    satisfied = ", ".join(condition.what for condition in guarded.conditions)
    return replace(verdict, why=f"{verdict.why}; guardrails kept: {satisfied}")
