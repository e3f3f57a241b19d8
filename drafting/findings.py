"""Findings of a draft on a table, with the evidence in numbers and the action taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from reporting.wording import WordedText

# Worst first: what makes figures too good, then what is read otherwise than meant, then what is only worth a look.
KINDS = (
    WordedText("leak"),
    WordedText("balance"),
    WordedText("known late"),
    WordedText("repeated labels"),
    WordedText("cannot be read"),
    WordedText("dates"),
    WordedText("mixed formats"),
    WordedText("encoding"),
    WordedText("class codes"),
    WordedText("equipment"),
    WordedText("sorted"),
    WordedText("another unit"),
    WordedText("irregular"),
    WordedText("outliers"),
    WordedText("stuck"),
    WordedText("gaps"),
    WordedText("few rows"),
    WordedText("copy"),
    WordedText("constant"),
    WordedText("identifier"),
    WordedText("free text"),
    WordedText("left out"),
    WordedText("many values"),
    WordedText("rare values"),
    WordedText("names"),
    WordedText("header"),
    WordedText("unit assumed"),
    WordedText("choice"),
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
        The column's heading, or the part of the file; a `WordedText` where it has words of ours.
    evidence : WordedText
        What was seen, in numbers.
    done : WordedText
        What the draft does about it.
    """

    kind: str
    where: str
    evidence: WordedText
    done: WordedText

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: got '{self.kind}': expected one of {', '.join(KINDS)}")


def worst_first(findings: Iterable[Suspicion]) -> list[Suspicion]:
    """Suspicions in the order of KINDS; within a kind as they were found."""
    return sorted(findings, key=lambda one: KINDS.index(one.kind))


def counted(number: int, thing: Literal["cell", "fact", "heading", "label", "row", "value"]) -> WordedText:
    """Number of things as text: "1 cell", "2 cells"."""
    one, several = {
        "cell": (WordedText("1 cell"), WordedText("%(count)s cells", count=number)),
        "fact": (WordedText("1 fact"), WordedText("%(count)s facts", count=number)),
        "heading": (WordedText("1 heading"), WordedText("%(count)s headings", count=number)),
        "label": (WordedText("1 label"), WordedText("%(count)s labels", count=number)),
        "row": (WordedText("1 row"), WordedText("%(count)s rows", count=number)),
        "value": (WordedText("1 value"), WordedText("%(count)s values", count=number)),
    }[thing]
    return one if number == 1 else several


def joined(names: Sequence[str]) -> str:
    """Names as one text with "and" between them."""
    return reduce(lambda first, second: WordedText("%(first)s and %(second)s", first=first, second=second), names)
