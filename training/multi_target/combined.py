"""Combined model of the best candidate of each target, with its metrics and gate result."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from models.regression.several import SeveralTargets, together
from seeds import Seed
from training.core.fitting import AnyCandidate
from training.core.gate import Gated

BETWEEN = "/"  # name of the target, and of its figure
CANDIDATE = "candidate"


@dataclass(frozen=True, eq=False)
class CombinedCandidate:
    """The best candidate of each target, as one.

    Attributes
    ----------
    model : SeveralTargets
        Their models.
    metrics : Mapping of str to float
        Their metrics, as `<target>/<metric>`.
    """

    model: SeveralTargets
    metrics: Mapping[str, float]

    @property
    def name(self) -> str:
        """Names of the candidates, in the order of the targets."""
        return self.model.candidate


def whole(seed: Seed, best: Mapping[str, AnyCandidate], info: Mapping[str, Any]) -> CombinedCandidate:
    """The best candidates of all targets as one; `info` says where they come from."""
    models = {target: candidate.model for target, candidate in best.items()}
    return CombinedCandidate(together(seed, models, info), prefixed({name: one.metrics for name, one in best.items()}))


def prefixed(metrics: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Figures of all targets, each with the target's name before its own."""
    return {f"{target}{BETWEEN}{name}": value for target, one in metrics.items() for name, value in one.items()}


def figures_of(target: str, metrics: Mapping[str, float]) -> dict[str, float]:
    """Figures of one target, without its name."""
    before = f"{target}{BETWEEN}"
    return {name.removeprefix(before): value for name, value in metrics.items() if name.startswith(before)}


def some_of(metrics: Mapping[str, float], names: Collection[str]) -> dict[str, float]:
    """Figures of these names, or of these names of each target where there are several."""
    return {name: value for name, value in metrics.items() if name.split(BETWEEN)[-1] in names}


def of_target(candidate: str, target: str) -> str:
    """Name of a candidate's run where there are several targets."""
    return f"{candidate}: {target}"


def candidate_tag(target: str) -> str:
    """Tag of a version that says which candidate was best of one of several targets."""
    return f"{target}{BETWEEN}{CANDIDATE}"


def targets_of(tags: Mapping[str, str]) -> list[str]:
    """The targets of which a version's tags name the best candidate; none where it has but one."""
    return [name.removesuffix(BETWEEN + CANDIDATE) for name in tags if name.endswith(BETWEEN + CANDIDATE)]


def joined(gates: Mapping[str, Gated]) -> Gated:
    """Return the gate result of all targets: each condition named after its target, except loading."""
    loads = next(iter(gates.values())).conditions[0]
    others = [replace(one, what=f"{name}: {one.what}") for name, gated in gates.items() for one in gated.conditions[1:]]
    return Gated((loads, *others))
