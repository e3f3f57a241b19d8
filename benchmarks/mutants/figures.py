"""Figures of a run: shares by package, surviving changes with reasons, modules tested by other tests."""

import fnmatch
import re
import tomllib
from collections import Counter
from typing import Any

from changes import ROOT, Change, shown
from copies import BROKEN, NOTICED, SURVIVED, tests_of

EQUIVALENTS = ROOT / "benchmarks" / "mutants" / "equivalents.toml"


def equivalents() -> list[tuple[str, str, str, str]]:
    """File, old text, new text and reason of undetectable changes."""
    changes = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["changes"]
    return [(one["file"], one["code"], one["changed_to"], one["reason"]) for one in changes]


def reason_of(change: Change, known: list[tuple[str, str, str, str]]) -> str | None:
    """Reason why no test can detect a change; None if none is stated."""
    line = shown(change)
    for file, old, new, reason in known:
        if fnmatch.fnmatch(change.file, file):
            for match in re.finditer(re.escape(old), line["old"]):
                changed = line["old"][: match.start()] + new + line["old"][match.end() :]
                if "".join(changed.split()) == "".join(line["new"].split()):
                    return reason
    return None


def summary(results: dict[Change, str], counts: dict[str, int]) -> dict[str, Any]:
    """Figures by room, survivors, and modules that the tests of a folder stand in for."""
    known = equivalents()
    survivors = [
        {"file": change.file, "line": change.line, **shown(change), "reason": reason_of(change, known)}
        for change in sorted(results, key=lambda change: (change.file, change.line))
        if results[change] == SURVIVED
    ]
    rooms = {}
    for room in (*counts, "all"):
        outcomes = Counter(outcome for change, outcome in results.items() if room in (change.room, "all"))
        equivalent = sum(1 for one in survivors if one["reason"] and room in (str(one["file"]).split("/")[0], "all"))
        tested = outcomes[NOTICED] + outcomes[SURVIVED] - equivalent
        rooms[room] = {
            "places": sum(counts.values()) if room == "all" else counts[room],
            "changes": sum(outcomes.values()),
            "noticed": outcomes[NOTICED],
            "equivalent": equivalent,
            "share": round(outcomes[NOTICED] / tested, 4) if tested else None,
        }
    borrowed = {change.file: tests for change in results for tests, own in [tests_of(change.file)] if not own}
    failing = sorted({change.file for change, outcome in results.items() if outcome == BROKEN})
    return {"rooms": rooms, "survivors": survivors, "tests_of_the_folder": borrowed, "tests_that_fail": failing}
