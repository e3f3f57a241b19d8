"""Findings of a draft on a table, with the evidence in numbers and the action taken."""

from collections.abc import Iterable
from dataclasses import dataclass

# Worst first: what makes figures too good, then what is read otherwise than meant, then what is only worth a look.
KINDS = (
    "leak",
    "balance",
    "known late",
    "repeated labels",
    "cannot be read",
    "dates",
    "mixed formats",
    "encoding",
    "class codes",
    "equipment",
    "sorted",
    "another unit",
    "irregular",
    "outliers",
    "stuck",
    "gaps",
    "few rows",
    "copy",
    "constant",
    "identifier",
    "free text",
    "left out",
    "many values",
    "rare values",
    "names",
    "header",
    "unit assumed",
    "choice",
)


class DraftError(ValueError):
    """A table of which no draft can be made; the text says where, what was found and what to do."""


@dataclass(frozen=True)
class Suspicion:
    """One thing that a person should look at.

    Attributes
    ----------
    kind : str
        One of KINDS, which stand worst first.
    where : str
        The column's heading, or the part of the file.
    evidence : str
        What was seen, in numbers.
    done : str
        What the draft does about it.
    """

    kind: str
    where: str
    evidence: str
    done: str

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: got '{self.kind}': expected one of {', '.join(KINDS)}")


def worst_first(findings: Iterable[Suspicion]) -> list[Suspicion]:
    """Suspicions in the order of KINDS; within a kind as they were found."""
    return sorted(findings, key=lambda one: KINDS.index(one.kind))


def counted(number: int, thing: str) -> str:
    """Number of things as text: "1 gap", "2 gaps"."""
    return f"{number} {thing}{'s' * (number != 1)}"
