"""Facts of the plant that the physics of a drafted process needs: no table has them."""

from __future__ import annotations

from drafting.findings import Suspicion, counted
from drafting.toml import comment
from models.processes.lookup import kind_of_type

_HEAD = (
    "Facts of the plant, which no table has: confirm each from drawings and name plates, then take the # away. "
    "`nonferrous seeds check` names those that are missing."
)


def equipment_text(process_type: str) -> tuple[str, list[Suspicion]]:
    """Return the [equipment] of a type of process as comments, a line a fact, and the suspicion that it is open.

    Nothing of either where the type has no physics, or physics without facts.
    """
    facts = kind_of_type(process_type).equipment_type.facts()
    if not facts:
        return "", []
    lines = [*comment(_HEAD), "# [equipment]"]
    for name, one in facts.items():
        lines.append(f"# {one.meaning}, {one.bounds}")
        lines.append(f'# {name} = {{ value = ..., unit = "{one.unit}", source = "practice: ..." }}')
    evidence = f"physics of {process_type} computes with {counted(len(facts), 'fact')}"
    done = "writes them as comments: [equipment] is not in a table, confirm it from drawings"
    return "\n".join(lines) + "\n", [Suspicion("equipment", "[equipment]", evidence, done)]
