"""Promises on lots: when they cannot be given, what lots show of them, and when more are broken than chance allows."""

import math

import numpy as np

from physics.arrays import BoolArray
from physics.special import betainc, betaincc


class GuaranteeError(ValueError):
    """Too few lots for what a seed promises of them, or no way to keep it."""


BY_CHANCE = 0.05  # a share of broken lots that comes by chance no more often than this is none


def beyond_promise(share: float, lots: float, promised: float) -> bool:
    """Whether more lots break what they shall keep than chance explains where the share `promised` of them may."""
    return bool(at_least(round(share * lots), round(lots), promised) < BY_CHANCE)


def off_promise(share: float, rows: float, promised: float) -> bool:
    """Whether the share of rows that intervals cover is off what they promise, on either side, by more than chance."""
    covered = round(share * rows)
    fewer, more = at_most(covered, round(rows), promised), at_least(covered, round(rows), promised)
    return bool(min(fewer, more) < BY_CHANCE / 2)


def at_most(hits: int, tries: int, chance: float) -> float:
    """Probability of so many hits or fewer among tries that each hit with this chance: the binomial distribution."""
    if not 0 <= hits < tries:
        return float(hits >= tries)
    return float(betaincc(hits + 1, tries - hits, chance))


def at_least(hits: int, tries: int, chance: float) -> float:
    """Probability of so many hits or more; see `at_most`."""
    if not 0 < hits <= tries:
        return float(hits <= 0)
    return float(betainc(hits, tries - hits + 1, chance))


def lots_needed(alpha: float, confidence: float) -> int:
    """Fewest lots, none of them bad, that show with this confidence that at most the share alpha of such lots is bad.

    None are needed where all may be bad.
    """
    if alpha >= 1.0:
        return 0
    return math.ceil(math.log1p(-confidence) / math.log1p(-alpha))


def p_value(bad: int, lots: int, alpha: float) -> float:
    """Probability of so few bad ones among independent lots if the share of bad ones were alpha (exact binomial)."""
    return at_most(bad, lots, alpha)


def shown_after(broken: BoolArray, alpha: float, confidence: float) -> int | None:
    """After how many lots it is shown that at most the share alpha of them break their grade; None where it is not.

    Lots come one after the other, and whoever looks after each finds what he wants by chance some day. So there are
    looks at fixed numbers of lots alone, each twice the one before, and each with half of the error allowed to the one
    before: together they err no more often than 1 - confidence.

    Parameters
    ----------
    broken : ndarray of bool, shape (n,)
        Whether each lot breaks its grade, in the order in which the assays come in.
    alpha, confidence : float
        Highest share of bad lots, and how sure that is.
    """
    error = (1.0 - confidence) / 2
    size = lots_needed(alpha, 1.0 - error)
    while size <= len(broken):
        if p_value(int(np.sum(broken[:size])), size, alpha) <= error:
            return size
        size, error = 2 * size, error / 2
    return None
