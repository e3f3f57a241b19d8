"""Commands and options of earlier versions with their new names; a later release removes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

COMMANDS: Mapping[str, str] = {
    "adopt": "store relocate",
    "ask": "request",
    "batches": "batches list",
    "clean": "store clean",
    "compare": "models list",
    "energy report": "report energy",
    "history": "models history",
    "jobs ask": "jobs submit",
    "keys make": "keys create",
    "promote": "models promote",
    "quality report": "report quality",
    "records remove": "records delete",
    "rollback": "models rollback",
    "seeds": "seeds list",
    "signing-keys": "store signing-keys",
    "trial": "models evaluate",
    "try": "models verify",
    "watch": "maintain",
    "withdraw": "batches withdraw",
}
OPTIONS: Mapping[str, str] = {
    "--accept-shift": "--accept-label-shift",
    "--another": "--plant-variant",
    "--days": "--valid-days",  # of `keys create`; `monitor --days` keeps its name
    "--highest": "--max-current",
    "--html": "--report",
    "--if-drifted": "--only-if-due",
    "--lowest": "--min-current",
    "--negative-prices": "--allow-negative-prices",
    "--owed": "--metal-target",
    "--stops": "--allow-stops",
    "--tests": "--setpoint-tests",
    "--trials": "--tuning-trials",
    "--why": "--reason",
}


def renamed_command(words: Sequence[str]) -> str | None:
    """Return a message with the new name if words begin with an earlier command, else None."""
    typed = " ".join(words) + " "
    for old, new in COMMANDS.items():
        if typed.startswith(f"{old} ") or f"{old} ".startswith(typed):
            return f"`nonferrous {old}` is now `nonferrous {new}`"
    return None


def renamed_option(option: str, known: Sequence[str]) -> str | None:
    """Return a message with the new name of an earlier option, if it is one of these, else None."""
    new = OPTIONS.get(option)
    return f"{option} is now {new}" if new in known else None
