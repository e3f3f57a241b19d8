"""Lots of a stretch, review by review: melt that comes back, what crews answer to assays, what is frozen and reported.

Melt that the last stage of a lot leaves comes back weeks later, and crews answer the assays of the review before, so a
review is stepped after the other.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, fields

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.crystallisers.crew import KNOBS, REVIEW, STEADY, Crew
from synthetic_data.crystallisers.feed import Feed
from synthetic_data.crystallisers.freezing import CONDITIONS, Frozen, Furnaces, left_by_vacuum
from synthetic_data.crystallisers.handling import taken_up
from synthetic_data.crystallisers.instruments import assays, feed_assays
from synthetic_data.crystallisers.parameters import ELEMENTS
from synthetic_data.crystallisers.supply import Supply
from synthetic_data.engine.futures import in_hand
from synthetic_data.engine.plan import Block, Plan
from synthetic_data.plant.crews import Knobs
from synthetic_data.plant.fault_strengths import Faults
from synthetic_data.plant.laboratory import NORMALS

RETURN = 2  # reviews after which melt that was left is charged again: five weeks
_DRAWN = 6  # standard normal numbers of a lot's conditions: the vacuum's layer first, then those of freezing
LATE = 4  # of a review's newest lots no assay has come in when the next one begins


@dataclass(frozen=True)
class Made:
    """Lots of a stretch; arrays are (units, periods), those of contents (elements, units, periods)."""

    charge: FloatArray  # contents of what was charged [ppm]
    charge_assays: FloatArray  # the same as reported, -L below the limit L [ppm]
    knobs: Knobs
    frozen: Frozen
    contents: FloatArray  # of the lots [ppm]
    reported: FloatArray  # the same, -L below the limit L [ppm]


class Lots:
    """Lots of a block of crystallisers between two stretches."""

    def __init__(self, plan: Plan, block: Block, rng: np.random.Generator) -> None:
        usual = np.array([plan.plant.value(f"feed_{name}") for name in ELEMENTS])
        waiting = np.broadcast_to(usual[:, None, None], (len(ELEMENTS), block.count, REVIEW))
        self._left = deque([waiting] * RETURN, maxlen=RETURN)
        self._failed = np.zeros((block.count, 1))
        self._allowed = _intended_limits(plan)
        self._furnaces = Furnaces(block, rng)

    def go(
        self,
        supply: Supply,
        feed: Feed,
        faults: Faults,
        bias: FloatArray,
        crew: Crew,
        tests: Knobs,
        by_hand: Knobs,
        rng: np.random.Generator,
    ) -> Made:
        """Lots of a stretch; `bias` is as of `instruments.assays`."""
        p, known, each = supply.parameters, in_hand(rng), (len(ELEMENTS), *feed.mass.shape)
        draws = {
            "crew": crew.drawn(supply.count, rng),
            "charge": known.standard_normal((NORMALS, *each)),
            "conditions": rng.standard_normal((_DRAWN, *feed.mass.shape)),
            "runs": rng.standard_normal(each),
            "handling": rng.standard_normal(each),
            "assays": rng.standard_normal((NORMALS, *each)),
        }
        steady = crew.steady(p, draws["crew"], tests, by_hand)
        worn, steel = faults.strength["mould"], faults.strength["steel"]
        whole = {
            "vacuum": left_by_vacuum(p, steady, draws["conditions"][0]),
            "added": taken_up(p, feed.particles, feed.mould_uses, worn, steel, draws.pop("handling")),
        }
        draws["conditions"] = draws["conditions"][1 : 1 + CONDITIONS]
        found = []
        for start in range(0, supply.count, REVIEW):
            part = slice(start, min(start + REVIEW, supply.count))
            normals = {name: values[..., part] for name, values in draws.items()}
            settled = {name: values[..., part] for name, values in (whole | steady).items()}
            found.append(self._review(supply, part, feed, faults, bias, crew, tests, by_hand, settled, normals))
        return _joined(found)

    def _review(
        self,
        supply: Supply,
        part: slice,
        feed: Feed,
        faults: Faults,
        bias: FloatArray,
        crew: Crew,
        tests: Knobs,
        by_hand: Knobs,
        settled: dict[str, FloatArray],
        normals: dict[str, FloatArray],
    ) -> Made:
        """Lots of one review; `settled` are knobs, vacuum and handling, which nothing before moves."""
        p, strength = (
            supply.parameters.over(part),
            {name: faults.strength[name][:, part] for name in ("sudden", "carry")},
        )
        ordered, returned = feed.ordered[:, part], feed.returned[:, part]
        back = self._left[0][..., : returned.shape[1]]
        charge = feed.fresh[..., part] * (1.0 - returned) + back * returned
        charge_assays = feed_assays(p, charge, normals["charge"])
        knobs = crew.answers(p, charge_assays, ordered, self._failed, normals["crew"], tests, by_hand, part)
        knobs |= {name: settled[name] for name in STEADY}
        mass, sudden = feed.mass[:, part], strength["sudden"]
        frozen = self._furnaces.freeze(
            p, charge, mass, settled["vacuum"], knobs, sudden, normals["conditions"], normals["runs"]
        )
        contents = frozen.crystal + settled["added"]
        reported = assays(p, contents, bias, supply.standard[part], strength["carry"], normals["assays"])
        self._left.append(frozen.left)
        seen = np.abs(reported[..., : REVIEW - LATE])
        self._failed = (seen > self._allowed).any(axis=0).mean(axis=1, keepdims=True)
        return Made(charge, charge_assays, knobs, frozen, contents, reported)


def _intended_limits(plan: Plan) -> FloatArray:
    """Contents beyond which a lot has failed, (elements, 1, 1) [ppm]; infinite where its grade has no limit."""
    seed = plan.seed
    intended = next(grade for grade in seed.grades if grade.name == seed.quality_rules.intended)
    highest = [intended.limits[name].value if name in intended.limits else None for name in ELEMENTS]
    return np.array([np.inf if value is None else value for value in highest])[:, None, None]


def _joined(parts: list[Made]) -> Made:
    """Lots of all reviews of a stretch."""
    freezing = [field.name for field in fields(Frozen)]
    of_frozen = {name: np.concatenate([getattr(one.frozen, name) for one in parts], axis=-1) for name in freezing}
    names = ("charge", "charge_assays", "contents", "reported")
    arrays = {name: np.concatenate([getattr(one, name) for one in parts], axis=-1) for name in names}
    knobs = {name: np.concatenate([one.knobs[name] for one in parts], axis=-1) for name in KNOBS}
    return Made(knobs=knobs, frozen=Frozen(**of_frozen), **arrays)
