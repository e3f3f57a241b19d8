"""Acceptance sampling by attributes (ISO 2859-1): plans, operating characteristic, switching rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr
from scipy.stats import hypergeom

from physics.arrays import FloatArray

LETTERS = "ABCDEFGHJKLMNPQR"
LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
NORMAL, TIGHTENED, REDUCED, DISCONTINUED = "normal", "tightened", "reduced", "discontinued"
# Acceptance quality limits [nonconforming items in 100]; the standard goes on either way.
AQLS = (0.065, 0.10, 0.15, 0.25, 0.40, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5)

# Table 1: largest lot of a row, and its code letters for LEVELS; any larger lot has the last row.
_LOTS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_LETTERS = (
    *("AAAAAAB", "AAAAABC", "AABBBCD", "ABBCCDE", "BBCCCEF", "BBCDDFG", "BCDEEGH", "BCDEFHJ"),
    *("CCEFGJK", "CDEGHKL", "CDFGJLM", "CDFHKMN", "DEGJLNP", "DEGJMPQ", "DEHKNQR"),
)
_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000)
_REDUCED_SIZES = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)

# Tables 2-A, 2-B and 2-C. Sizes and AQLs both grow by about 10^(1/5) a step, so plans of one sharpness stand on
# diagonals, numbered by letter + AQL. A diagonal that is not here has an arrow to the nearest one that the arrow shows.
_DIAGONALS = MappingProxyType(
    {
        NORMAL: {10: 0, 13: 1, 14: 2, 15: 3, 16: 5, 17: 7, 18: 10, 19: 14, 20: 21},
        TIGHTENED: {11: 0, 14: 1, 15: 2, 16: 3, 17: 5, 18: 8, 19: 12, 20: 18},
        REDUCED: {10: 0, 14: 1, 15: 2, 16: 3, 17: 5, 18: 6, 19: 8, 20: 10},
    }
)
# The one arrow that goes up though larger samples have a plan as well: from Ac 1 to Ac 0.
_UP = MappingProxyType({NORMAL: (11,), TIGHTENED: (), REDUCED: (11,)})

# Score that allows reduced inspection, and lots not accepted under tightened inspection that end inspection.
REDUCED_SCORE, REFUSED_LOTS = 30, 5


class AcceptanceError(ValueError):
    """A plan that the tables do not hold."""


@dataclass(frozen=True)
class SamplingPlan:
    """A single sampling plan.

    Attributes
    ----------
    letter : str
        Code letter under which the plan stands.
    size : int
        Items to inspect.
    accept : int
        A lot with so many nonconforming items in its sample is accepted, with one more it is not.
    """

    letter: str
    size: int
    accept: int

    def acceptance_probability(self, nonconforming: npt.ArrayLike) -> FloatArray:
        """Probability that a lot of a running production is accepted (type B, binomial).

        Parameters
        ----------
        nonconforming : array_like, shape (...)
            Share of nonconforming items [1].
        """
        return np.asarray(bdtr(float(self.accept), self.size, np.asarray(nonconforming, dtype=np.float64)))

    def lot_acceptance_probability(self, nonconforming: npt.ArrayLike, lot_size: int) -> FloatArray:
        """Probability that one lot by itself is accepted (type A, hypergeometric).

        Parameters
        ----------
        nonconforming : array_like of int, shape (...)
            Nonconforming items in the lot.
        lot_size : int
            Items in the lot.
        """
        if lot_size < self.size:
            raise AcceptanceError(f"lot size: expected at least the sample's {self.size}, got {lot_size}")
        return np.asarray(hypergeom.cdf(self.accept, lot_size, np.asarray(nonconforming), self.size))


def code_letter(lot_size: int, level: str = "II") -> str:
    """Code letter of a lot size at an inspection level (ISO 2859-1, table 1).

    Parameters
    ----------
    lot_size : int
        Items in the lot, 2 at least.
    level : str
        One of LEVELS; II unless something else was agreed.
    """
    if lot_size < 2:
        raise AcceptanceError(f"lot size: expected 2 or more, got {lot_size}")
    if level not in LEVELS:
        raise AcceptanceError(f"level: expected one of {', '.join(LEVELS)}, got {level!r}")
    return _LETTERS[int(np.searchsorted(_LOTS, lot_size))][LEVELS.index(level)]


def single_plan(lot_size: int, aql: float, level: str = "II", severity: str = NORMAL) -> SamplingPlan:
    """Single sampling plan for a lot (ISO 2859-1, tables 2-A, 2-B, 2-C).

    Parameters
    ----------
    lot_size : int
        Items in the lot.
    aql : float
        One of AQLS [nonconforming items in 100].
    level : str
        One of LEVELS.
    severity : str
        NORMAL, TIGHTENED or REDUCED.

    Returns
    -------
    SamplingPlan
        Arrows of the tables are followed. Where the sample would be as large as the lot, every item is inspected.

    References
    ----------
    .. [1] ISO 2859-1:1999, Sampling procedures for inspection by attributes, part 1. The numbers are those of
       GB/T 2828.1-2012, which is identical.
    """
    plan = letter_plan(code_letter(lot_size, level), aql, severity)
    return replace(plan, size=min(plan.size, lot_size))


def letter_plan(letter: str, aql: float, severity: str = NORMAL) -> SamplingPlan:
    """Single sampling plan of a code letter, with the tables' arrows followed (see `single_plan`)."""
    if aql not in AQLS:
        raise AcceptanceError(f"AQL: expected one of {', '.join(f'{each:g}' for each in AQLS)}, got {aql:g}")
    if severity not in _DIAGONALS:
        raise AcceptanceError(f"severity: expected one of {', '.join(_DIAGONALS)}, got {severity!r}")
    if letter not in LETTERS or len(letter) != 1:
        raise AcceptanceError(f"code letter: expected one of {LETTERS}, got {letter!r}")
    numbers, column = _DIAGONALS[severity], AQLS.index(aql)
    diagonal = LETTERS.index(letter) + column
    if diagonal in _UP[severity] or diagonal > max(numbers):
        diagonal = max(each for each in numbers if each < diagonal)
    diagonal = min(each for each in numbers if each >= diagonal)
    row = diagonal - column
    sizes = _REDUCED_SIZES if severity == REDUCED else _SIZES
    return SamplingPlan(LETTERS[row], sizes[row], numbers[diagonal])


@dataclass(frozen=True)
class Switching:
    """Severity of inspection of the next lot by the switching rules of ISO 2859-1.

    Attributes
    ----------
    severity : str
        NORMAL, TIGHTENED, REDUCED, or DISCONTINUED until the supplier has improved.
    score : int
        Switching score under normal inspection; at REDUCED_SCORE inspection is reduced.
    recent : tuple of bool
        Whether the last lots of this severity were accepted, five at most.
    refused : int
        Lots not accepted since tightened inspection began.
    """

    severity: str = NORMAL
    score: int = 0
    recent: tuple[bool, ...] = ()
    refused: int = 0

    def after(self, accepted: bool, plan: SamplingPlan, accepted_one_step_tighter: bool) -> Switching:
        """State after a lot was inspected for the first time.

        Parameters
        ----------
        accepted : bool
            Whether the lot was accepted.
        plan : SamplingPlan
            Under which it was inspected.
        accepted_one_step_tighter : bool
            Whether it would have been accepted at the next smaller AQL too; counts where the plan accepts with two or
            more nonconforming items.

        Returns
        -------
        Switching
            The standard also requires that production is steady and that reduced inspection is wanted; users decide
            this, and restart with ``Switching()`` if they do not want it.

        References
        ----------
        .. [1] ISO 2859-1:1999, clause 9.3.
        """
        recent = (*self.recent, accepted)[-5:]
        if self.severity == NORMAL:
            if recent.count(False) >= 2:
                return Switching(TIGHTENED)
            score = self._scored(accepted, plan, accepted_one_step_tighter)
            return Switching(REDUCED) if score >= REDUCED_SCORE else Switching(NORMAL, score, recent)
        if self.severity == TIGHTENED:
            refused = self.refused + (not accepted)
            if refused >= REFUSED_LOTS:
                return Switching(DISCONTINUED, refused=refused)
            return Switching() if len(recent) == 5 and all(recent) else Switching(TIGHTENED, 0, recent, refused)
        if self.severity == REDUCED:
            return self if accepted else Switching()
        raise AcceptanceError("inspection was discontinued: after an improvement start with Switching('tightened')")

    def _scored(self, accepted: bool, plan: SamplingPlan, accepted_one_step_tighter: bool) -> int:
        if plan.accept >= 2:
            return self.score + 3 if accepted and accepted_one_step_tighter else 0
        return self.score + 2 if accepted else 0
