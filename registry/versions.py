"""Registered versions of a process, their aliases, and the audit log of alias moves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

CHAMPION, CHALLENGER, SHADOW = "champion", "challenger", "shadow"
NOTHING = "none"
# Tag of runs and versions: generation of the names of their metrics and parameters. Those of before 0.2 have none.
SCHEMA, PRESENT_SCHEMA = "schema", "2"
# Tags that the gate writes to a version, and a promotion that overrides it.
GATE, GATE_REASONS, PASSED, REFUSED = "gate", "gate_reasons", "passed", "refused"
FORCED_WHY, FORCED_AT = "forced_why", "forced_at"
PROMOTED_BY = "promoted_by"  # tag of a version that a person, and no job, has made champion: who
# Tag with a line for each guardrail of a version that would have taken over, and how a line begins that was not kept.
GUARDRAILS, NOT_KEPT = "guardrails", "not kept: "
# Tags of a version that is an older one with newer outcomes: which one, and when that one's estimator was registered.
SAME_AS, LEARNT_AT = "same_as", "learnt_at"

Action = Literal["first", "replace", "promote", "rollback", "enter", "withdraw"]


class RegistryError(ValueError):
    """Missing registry entry: no such version, no champion, or no earlier champion."""


@dataclass(frozen=True)
class Version:
    """One registered version of a process's model.

    Attributes
    ----------
    process : str
        Registered model's name.
    number : int
        Version.
    aliases : tuple of str
        Aliases that point to it now.
    candidate : str
        Which candidate it is.
    created : str
        When it was registered, UTC, ISO 8601.
    run, parent_run, experiment, model : str
        Identifiers in MLflow: the candidate's run, the job's run, their experiment, the logged model.
    tags : Mapping of str to str
        Tags of the version: digests and metrics.
    metrics : Mapping of str to float
        The candidate's metrics.
    """

    process: str
    number: int
    aliases: tuple[str, ...]
    candidate: str
    created: str
    run: str
    parent_run: str
    experiment: str
    model: str
    tags: Mapping[str, str]
    metrics: Mapping[str, float]

    @property
    def figures(self) -> dict[str, float]:
        """Version metrics written at registration."""
        return {name: value for name, value in self.metrics.items() if name in self.tags}

    @property
    def has_present_schema(self) -> bool:
        """Return whether its metrics have the names that are read; those of before 0.2 have not."""
        return self.tags.get(SCHEMA) == PRESENT_SCHEMA

    @property
    def refused(self) -> bool:
        """Return whether the gate refused the version."""
        return self.tags.get(GATE) == REFUSED

    @property
    def held_back(self) -> list[str]:
        """Guardrails that blocked a better version, line by line; empty if none did."""
        lines = self.tags.get(GUARDRAILS, "").splitlines()
        return [line.removeprefix(NOT_KEPT) for line in lines if line.startswith(NOT_KEPT)]


@dataclass(frozen=True)
class AliasMove:
    """One entry of the audit: an alias was moved.

    Attributes
    ----------
    when : str
        UTC, ISO 8601 with microseconds.
    who : str
        Account that ran the command.
    action : str
        first: the first champion; replace: one in the place of a champion that does not load; promote and rollback: the
        champion changed; enter and withdraw: the challenger, or the version in shadow.
    alias : str
        champion, challenger or shadow.
    before, after : int or None
        Version that the alias pointed to before and after.
    why : str
        Reason as text.
    metrics : Mapping of str to float
        Figures that the decision rests on.
    number : int
        Counts a process's moves from 1 on, whatever the clock says; 0 of those from before they were counted.
    """

    when: str
    who: str
    action: Action
    alias: str
    before: int | None
    after: int | None
    why: str
    metrics: Mapping[str, float]
    number: int = 0

    def to_params(self) -> dict[str, str]:
        """Return the entry as text, metrics included, so that charts of candidates omit the move's run."""
        return {
            "when": self.when,
            "who": self.who,
            "action": self.action,
            "alias": self.alias,
            "before": NOTHING if self.before is None else str(self.before),
            "after": NOTHING if self.after is None else str(self.after),
            "why": self.why,
            "figures": json.dumps(dict(self.metrics)),
            "number": str(self.number),
        }

    @classmethod
    def from_params(cls, params: Mapping[str, str], metrics: Mapping[str, float]) -> "AliasMove":
        """Entry written by `to_params`; one written before figures were text has them as the run's metrics."""
        action = cast(Action, params["action"])
        figures = json.loads(params["figures"]) if "figures" in params else metrics
        return cls(
            when=params["when"],
            who=params["who"],
            action=action,
            alias=params["alias"],
            before=_version(params["before"]),
            after=_version(params["after"]),
            why=params["why"],
            metrics=figures,
            number=int(params.get("number", 0)),
        )


def _version(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def champion_before(moves: Sequence[AliasMove], current: int) -> int:
    """Champion that `current` took over from.

    A rollback does not count as taking over, so that going back twice goes back two champions.

    Parameters
    ----------
    moves : sequence of AliasMove
        The audit, oldest first.
    current : int
        Version that is champion now.

    Returns
    -------
    int
        Version.

    Raises
    ------
    RegistryError
        The audit knows no champion before this one.
    """
    for move in reversed(moves):
        if move.action == "promote" and move.after == current and move.before is not None:
            return move.before
    raise RegistryError(f"no champion before version {current} is known: nothing to go back to")


def champions(moves: Sequence[AliasMove]) -> set[int]:
    """Versions that are or were champion."""
    return {move.after for move in moves if move.alias == CHAMPION and move.after is not None}
