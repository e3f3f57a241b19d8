"""Guarantees on lots: required sample sizes, evidence, and tests for violations."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from physics.arrays import BoolArray
from physics.special import betainc, betaincc


class GuaranteeError(ValueError):
    """Too few lots for what a seed promises of them, or no way to keep it."""


BY_CHANCE = 0.05  # significance level of a fraction of broken lots above the guaranteed one


def beyond_promise(share: float, lots: float, promised: float) -> bool:
    """Return whether significantly more lots fail than the guaranteed fraction `promised`."""
    return bool(at_least(round(share * lots), round(lots), promised) < BY_CHANCE)


def off_promise(share: float, rows: float, promised: float) -> bool:
    """Return whether the fraction of covered rows differs significantly from the nominal coverage."""
    covered = round(share * rows)
    fewer, more = at_most(covered, round(rows), promised), at_least(covered, round(rows), promised)
    return bool(min(fewer, more) < BY_CHANCE / 2)


def at_most(hits: int, tries: int, probability: float) -> float:
    """Return the binomial probability of at most so many hits, each try with this probability."""
    if not 0 <= hits < tries:
        return float(hits >= tries)
    return float(betaincc(hits + 1, tries - hits, probability))


def at_least(hits: int, tries: int, probability: float) -> float:
    """Probability of so many hits or more; see `at_most`."""
    if not 0 < hits <= tries:
        return float(hits <= 0)
    return float(betainc(hits, tries - hits + 1, probability))


def lots_needed(alpha: float, confidence: float) -> int:
    """Return the minimum number of good lots that shows a bad fraction of at most alpha.

    None are needed where all may be bad.
    """
    if alpha >= 1.0:
        return 0
    return math.ceil(math.log1p(-confidence) / math.log1p(-alpha))


def p_value(bad: int, lots: int, alpha: float) -> float:
    """Return the binomial probability of at most so many bad independent lots at the bad fraction alpha."""
    return at_most(bad, lots, alpha)


def shown_after(broken: BoolArray, alpha: float, confidence: float) -> int | None:
    """Return the number of lots after which a broken fraction of at most alpha is shown; None if never.

    Lots arrive sequentially, and a test after each of them would reject by chance at some time. So there are
    looks at fixed numbers of lots alone, each twice the one before, and each with half of the error allowed to the one
    before: together they err with a probability of at most 1 - confidence.

    Parameters
    ----------
    broken : ndarray of bool, shape (n,)
        Whether each lot breaks its grade, in the order in which the assays come in.
    alpha, confidence : float
        Highest share of bad lots, and how sure that is.
    """
    test = RepeatedTest().taken(broken, alpha, confidence)
    return test.lots if test.is_shown else None


@dataclass(frozen=True)
class RepeatedTest:
    """State of the tests of `shown_after` while assays arrive.

    Attributes
    ----------
    lots, broken : int
        Lots that count, and those of them that break their grade.
    tests : int
        Number of tests that did not show the guarantee.
    is_shown : bool
        Whether a test has shown it; later lots do not count then.
    """

    lots: int = 0
    broken: int = 0
    tests: int = 0
    is_shown: bool = False

    def next_test(self, alpha: float, confidence: float) -> int:
        """Return the number of lots of the next test."""
        return int(lots_needed(alpha, (1.0 + confidence) / 2) * 2**self.tests)

    def taken(self, broken: BoolArray, alpha: float, confidence: float) -> Self:
        """Return the state after further lots, shape (n,); see `shown_after`."""
        state = self
        while not state.is_shown:
            size = state.next_test(alpha, confidence)
            part, broken = np.split(broken, [size - state.lots])
            lots, bad = state.lots + len(part), state.broken + int(np.sum(part))
            if lots < size:
                return type(self)(lots, bad, state.tests)
            error = (1.0 - confidence) / 2 ** (state.tests + 1)
            shown = p_value(bad, lots, alpha) <= error
            state = type(self)(lots, bad, state.tests + (not shown), shown)
        return state

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        return cls(int(state["lots"]), int(state["broken"]), int(state["tests"]), bool(state["is_shown"]))
