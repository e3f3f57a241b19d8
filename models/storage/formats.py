"""Formats of a model's files: the one that is written, and what older ones lack."""

from __future__ import annotations

from typing import Any

from models.interfaces.learning import SETPOINTS, WARNINGS
from models.learnings import LEARNT
from models.processes.lookup import with_facts_until_now
from seeds import Seed

NEWEST = 6
READ = (5, NEWEST)
_PARTS = {"setpoints": SETPOINTS, "assayed": SETPOINTS, "warnings": WARNINGS}
"""Keys of a model's state in format 5, with their parts of format 6."""


def in_newest(described: dict[str, Any], version: int) -> dict[str, Any]:
    """Return `model.json` of any format of READ as the newest has it.

    Format 5 kept shared parts, and the reasons for missing ones, among the model's own state.
    """
    if version == NEWEST:
        return described
    if "targets" in described:
        return described | {"targets": {name: _in_6(one) for name, one in described["targets"].items()}}
    return _in_6(described)


def _in_6(part: dict[str, Any]) -> dict[str, Any]:
    state, learnt = dict(part["state"]), {}
    for key, name in _PARTS.items():
        stored, why = state.pop(key, None), state.pop(f"{key}_refusal", None)
        if stored is not None:
            learnt[name] = {"version": 1, "state": stored}
        elif why is not None:
            learnt[name] = {"refused": why}
    return part | {"state": state, LEARNT: learnt}


def with_facts(seed: Seed, version: int) -> Seed:
    """Return a model's seed; seeds of format 6 must state the facts of their plant, those of 5 may."""
    return seed if version == NEWEST else with_facts_until_now(seed)
