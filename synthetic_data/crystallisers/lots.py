"""Lots of a segment by review: returned melt, operators' reactions to assays, freezing, reports.

Melt that the last stage of a lot leaves returns weeks later, and operators react to assays of the last review, so a
review is stepped after the other.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.crystallisers.feed import CrystalliserFeed
from synthetic_data.crystallisers.freezing import CONDITIONS, Crystallisers, FreezingConditions, FrozenLots, freeze
from synthetic_data.crystallisers.handling import taken_up
from synthetic_data.crystallisers.instruments import assays, feed_assays, reads_high
from synthetic_data.crystallisers.operators import ANSWERING, REVIEW, CrystalliserOperators, RoutineSettings
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters
from synthetic_data.crystallisers.supply import CrystalliserSupply
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.laboratory import NORMALS, scatter
from synthetic_data.plant.operators import Setpoints

RETURN = 2  # reviews after which melt that was left is charged again: five weeks
_DRAWN = 6  # standard normal numbers of a lot's conditions: the vacuum's layer first, then those of freezing
_CONTENTS = ("charge", "charge_assays", "contents", "reported")
_RUNS = ("crystal", "segregation", "trapped", "rate", "hours")  # of what is frozen
LATE = 4  # of a review's newest lots no assay has come in when the next one begins


@dataclass(frozen=True)
class CrystallisedLots:
    """Lots of a stretch; arrays are (units, periods), those of contents (elements, units, periods)."""

    charge: FloatArray  # contents of what was charged [ppm]
    charge_assays: FloatArray  # the same as reported, -L below the limit L [ppm]
    setpoints: Setpoints
    frozen: FrozenLots
    contents: FloatArray  # of the lots [ppm]
    reported: FloatArray  # the same, -L below the limit L [ppm]


class CrystalliserLots:
    """Lots of a block of crystallisers between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        typical = np.array([plan.plant.value(f"feed_{name}") for name in ELEMENTS])
        waiting = np.broadcast_to(typical[:, None, None], (len(ELEMENTS), block.count, REVIEW))
        self._left = deque([waiting] * RETURN, maxlen=RETURN)
        self._failed = np.zeros((block.count, 1))
        self._allowed = _intended_limits(plan)
        self._furnaces = Crystallisers(block, rng)

    def advance(
        self,
        supply: CrystalliserSupply,
        feed: CrystalliserFeed,
        faults: ActiveFaults,
        bias: FloatArray,
        crew: CrystalliserOperators,
        tests: Setpoints,
        manual: Setpoints,
        rng: np.random.Generator,
    ) -> CrystallisedLots:
        """Lots of a stretch; `bias` is as of `instruments.reads_high`."""
        p, known, each = supply.parameters, known_stream(rng), (len(ELEMENTS), *feed.mass.shape)
        draws = {
            "crew": crew.drawn(supply.count, rng),
            "charge": known.standard_normal((NORMALS, *each)),
            "conditions": rng.standard_normal((_DRAWN, *feed.mass.shape)),
            "runs": rng.standard_normal(each),
            "handling": rng.standard_normal(each),
            "assays": rng.standard_normal((NORMALS, *each)),
        }
        habits = crew.habits(p, feed.ordered, draws["crew"])
        steady = crew.steady(p, habits, tests, manual)
        worn, steel = faults.strength["mould"], faults.strength["steel"]
        settled = _Settled(
            conditions=self._furnaces.conditions(p, steady, draws["conditions"][: 1 + CONDITIONS], draws["runs"]),
            fresh=feed.fresh * (1.0 - feed.returned),
            added=taken_up(p, feed.particles, feed.mould_uses, worn, steel, draws["handling"]),
            reads=reads_high(p, bias, supply.standard),
            scatter=(scatter(p.feed_sampling, draws["charge"][0]), scatter(p.sampling, draws["assays"][0])),
            analyst=(draws["charge"][1], draws["assays"][1]),
        )
        whole: dict[str, FloatArray] = {}
        for start in range(0, supply.count, REVIEW):
            part = slice(start, min(start + REVIEW, supply.count))
            of_crew = (crew, habits, tests, manual)
            _put(whole, self._review(p.over(part), part, feed, faults, of_crew, settled.over(part)), part, supply.count)
        return _made(whole, settled.conditions, steady)

    def _review(
        self,
        p: CrystalliserParameters,
        part: slice,
        feed: CrystalliserFeed,
        faults: ActiveFaults,
        of_crew: tuple[CrystalliserOperators, RoutineSettings, Setpoints, Setpoints],
        settled: _Settled,
    ) -> CrystallisedLots:
        """Lots of one review with reacting set-points; `p` and `settled` are theirs, the rest the segment's."""
        crew, habits, tests, manual = of_crew
        sudden, carry = (faults.strength[name][:, part] for name in ("sudden", "carry"))
        returned = feed.returned[:, part]
        charge = settled.fresh + self._left[0][..., : returned.shape[1]] * returned
        charge_assays = feed_assays(p, charge, settled.scatter[0], settled.analyst[0])
        setpoints = crew.answers(p, charge_assays, self._failed, habits, tests, manual, part)
        frozen, left = freeze(p, charge, feed.mass[:, part], setpoints, sudden, settled.conditions)
        contents = frozen.crystal + settled.added
        reported = assays(p, contents, settled.reads, carry, settled.scatter[1], settled.analyst[1])
        self._left.append(left)
        seen = np.abs(reported[..., : REVIEW - LATE])
        self._failed = (seen > self._allowed).any(axis=0).mean(axis=1, keepdims=True)
        return CrystallisedLots(charge, charge_assays, setpoints, frozen, contents, reported)


@dataclass(frozen=True)
class _Settled:
    """Properties of lots that are independent of earlier ones; arrays are (elements, units, lots)."""

    conditions: FreezingConditions
    fresh: FloatArray  # what electrolysed metal brings into the charge [ppm]
    added: FloatArray  # by handling [ppm]
    reads: FloatArray  # as of `instruments.reads_high`
    scatter: tuple[FloatArray, FloatArray]  # of samples of charges and of lots
    analyst: tuple[FloatArray, FloatArray]  # standard normal numbers of their analyses

    def over(self, part: slice) -> _Settled:
        """Fixed properties of some of the lots."""

        def both(pair: tuple[FloatArray, FloatArray]) -> tuple[FloatArray, FloatArray]:
            return pair[0][..., part], pair[1][..., part]

        fresh, added, reads = (values[..., part] for values in (self.fresh, self.added, self.reads))
        return _Settled(self.conditions.over(part), fresh, added, reads, both(self.scatter), both(self.analyst))


def _intended_limits(plan: RunPlan) -> FloatArray:
    """Contents above which a lot fails, (elements, 1, 1) [ppm]; infinite if its grade has no limit."""
    seed = plan.seed
    intended = next(grade for grade in seed.grades if grade.name == seed.quality_rules.intended)
    highest = [intended.limits[name].value if name in intended.limits else None for name in ELEMENTS]
    return np.array([np.inf if value is None else value for value in highest])[:, None, None]


def _put(whole: dict[str, FloatArray], review: CrystallisedLots, part: slice, count: int) -> None:
    """Put what changes from review to review where it stands among so many lots, while it is in the cache."""
    result = {name: getattr(review, name) for name in _CONTENTS} | {
        name: getattr(review.frozen, name) for name in _RUNS
    }
    for name, values in (result | review.setpoints).items():
        if name not in whole:
            whole[name] = np.empty((*values.shape[:-1], count))
        whole[name][..., part] = values


def _made(whole: dict[str, FloatArray], at: FreezingConditions, steady: Setpoints) -> CrystallisedLots:
    """Build the lots of all reviews of a segment under conditions `at` with routine settings `steady`."""
    frozen = FrozenLots(vacuum=at.vacuum, melt_temperature=at.melt_temperature, **{name: whole[name] for name in _RUNS})
    setpoints = steady | {name: whole[name] for name in ANSWERING}
    return CrystallisedLots(setpoints=setpoints, frozen=frozen, **{name: whole[name] for name in _CONTENTS})
