"""Operations by task and process, as text and as the table of docs/reference/operations.md."""

from __future__ import annotations

from collections.abc import Iterator

from operations.catalogue import CATALOGUE, offered, operations_of
from seeds import Seed, load, names


def lines(seed: Seed) -> Iterator[str]:
    """Operations of a process, with options of its predictions, and reasons for those that it lacks."""
    offers = offered(seed, 1)
    options = ", ".join(option.name for option in offers.predictions.options)
    for operation in operations_of(seed):
        if operation.name in offers.forms:
            more = f" ({options})" if operation.rows == "each" and options else ""
            yield f"{operation.name}{more}: POST /v1/{seed.process.name}/{operation.name}"
        elif (why := operation.why_not(seed)) is not None:
            yield f"{operation.name}: not offered: {why}"


def table() -> str:
    """Operations of all processes of the folder as a table of Markdown, by task."""
    known = list(dict.fromkeys(one.name for operations in CATALOGUE.values() for one in operations))
    seeds = sorted(map(load, names()), key=lambda seed: list(CATALOGUE).index(seed.process.task))
    head = ["task", "process", *(f"`{name}`" for name in known)]
    body = []
    for seed in seeds:
        forms = offered(seed, 1).forms
        body.append([seed.process.task, f"`{seed.process.name}`", *("yes" if name in forms else "-" for name in known)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *body))
