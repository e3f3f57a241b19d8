"""Feed of each line by campaign: cathodes, production scrap, charge and water of the cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray
from physics.black_mass.cathodes import CATHODES
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.random_walks import Walk
from synthetic_data.shredding.parameters import ShreddingParameters
from synthetic_data.shredding.supply import ShreddingSupply

LAYERED = ("nmc111", "nmc532", "nmc622", "nmc811")
OTHERS = ("lco", "lmo", "lfp")
assert {*LAYERED, *OTHERS} == {*CATHODES}
# What is drawn again with each campaign.
_OF_CAMPAIGN = ("scrap", "active", "copper", "aluminium", "foil", "fluorine", "powder", "steel", "pb", "cd", "cr")
_MOST_SCRAP, _MOST_OTHERS = 0.9, 0.6


@dataclass(frozen=True)
class ShreddingFeed:
    """Cells of each lot; arrays are (units, periods)."""

    shares: dict[str, FloatArray]  # of each cathode among all that are fed, 1 in all
    scrap: FloatArray  # production scrap of the feed [1]
    moisture: FloatArray  # of the feed [%]
    level: dict[str, FloatArray]  # standard normal numbers of the campaign, by affected quantity
    shown: dict[str, FloatArray]  # columns of the table


class ShreddingIntake:
    """Feeds of a block of lines between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        names = (*LAYERED, *OTHERS, *_OF_CAMPAIGN)
        self._names, self._level = names, rng.standard_normal((len(names), block.count, 1))[..., 0]
        self._lots = np.zeros(block.count)
        self._moisture = Walk(plan.plant.value("moisture_memory"), (block.count,), rng)

    def advance(self, supply: ShreddingSupply, faults: ActiveFaults, rng: np.random.Generator) -> ShreddingFeed:
        """Feeds of a segment, fixed when their lot begins; only the reported part is known."""
        p, known, shape = supply.parameters, known_stream(rng), (len(self._lots), supply.count)
        starts = known.random(shape) < 1.0 / p.campaign_lots
        level = dict(
            zip(self._names, self._held(starts, known.standard_normal((len(self._names), *shape))), strict=True)
        )
        lots = self._counted(starts)
        n = known.standard_normal((6, *shape))
        others = self._others(supply, level, n[0])
        wrong = faults.strength["batch"]
        shares = _whole(p, supply, level, others)
        scrap = np.clip(p.scrap_usual + p.scrap_sd * level["scrap"], 0.0, _MOST_SCRAP)
        moisture = p.feed_moisture * np.exp(p.feed_moisture_sd * self._moisture.advance(known.standard_normal(shape)))
        declared = {
            "feed_share_lfp": others["lfp"] * np.exp(p.declared_sd * n[1]),
            "feed_share_lco": others["lco"] * np.exp(p.declared_sd * n[2]),
        }
        shown = declared | {
            "feed_share_ncm": 1.0 - declared["feed_share_lfp"] - declared["feed_share_lco"],
            "feed_scrap_share": scrap * np.exp(p.scrap_error * n[3]),
            "feed_soc_residual": p.charge_usual * np.exp(p.charge_sd * n[4]),
            "feed_moisture": moisture * np.exp(p.feed_moisture_error * n[5]),
            "campaign_lots": lots,
        }
        # A batch that is not what it is called displaces what was declared.
        shares = {name: share * (1.0 - wrong) for name, share in shares.items()}
        return ShreddingFeed(shares | {"lfp": shares["lfp"] + wrong}, scrap, moisture, level, shown)

    def _held(self, starts: BoolArray, drawn: FloatArray) -> FloatArray:
        """Numbers of the campaign that each lot belongs to, (names, units, periods)."""
        newest = np.maximum.accumulate(np.where(starts, np.arange(starts.shape[1]), -1), axis=1)
        held = np.take_along_axis(drawn, np.maximum(newest, 0)[None], axis=2)
        held = np.where(newest >= 0, held, self._level[..., None])
        self._level = held[..., -1]
        return held

    def _counted(self, starts: BoolArray) -> FloatArray:
        """Lots since the campaign began, 0 for its first."""
        place = np.arange(starts.shape[1])
        newest = np.maximum.accumulate(np.where(starts, place, -1), axis=1)
        lots = np.where(newest >= 0, place - newest, self._lots[:, None] + 1.0 + place)
        self._lots = lots[:, -1]
        return lots

    @staticmethod
    def _others(supply: ShreddingSupply, level: dict[str, FloatArray], scatter: FloatArray) -> dict[str, FloatArray]:
        """Shares of cells other than NMC by campaign; iron phosphate follows the market and varies by lot."""
        p = supply.parameters
        result = {name: p[f"{name}_usual"] * np.exp(p[f"{name}_sd"] * level[name]) for name in OTHERS}
        result["lfp"] = result["lfp"] * np.exp(p.lfp_market * supply.market["lfp"] + p.lfp_scatter * scatter)
        return {name: np.minimum(share, _MOST_OTHERS / len(OTHERS)) for name, share in result.items()}


def _whole(
    p: ShreddingParameters, supply: ShreddingSupply, level: dict[str, FloatArray], others: dict[str, FloatArray]
) -> dict[str, FloatArray]:
    """Shares of all cathodes: NMC is what the others leave, its grades by campaign and market."""
    weights = {name: p[f"{name}_usual"] * np.exp(p.mix_sd * level[name]) for name in LAYERED}
    weights["nmc811"] = weights["nmc811"] * np.exp(p.nickel_market * supply.market["nickel"])
    remaining = 1.0 - others["lco"] - others["lmo"] - others["lfp"]
    whole = np.sum(list(weights.values()), axis=0)
    return {name: remaining * weight / whole for name, weight in weights.items()} | others
