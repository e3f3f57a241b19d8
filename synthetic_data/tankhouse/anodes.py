"""Anodes: what each supplier casts from week to week, and what each group of cells is loaded with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.tankhouse.parameters import GrowthParameters

ELEMENTS = ("as", "sb", "bi", "ni", "pb", "se", "te", "ag", "o")
SUPPLIERS = ("own", "custom", "secondary")
ALIKE = ("as", "sb", "bi")  # of the same minerals and dusts
CROPS = 3  # that a load of anodes lasts
NORMALS = 2 * len(ELEMENTS)  # of a load: its contents, and the errors of its assay
UNIFORMS = 3  # of a load: supplier, whether the lot is bad, how bad


def typical(p: GrowthParameters) -> FloatArray:
    """Usual contents of each supplier's anodes, shape (suppliers, elements) [ppm]."""
    plant = np.array([p[f"anode_{element}"] for element in ELEMENTS])
    factors = np.array([[p[f"{supplier}_{element}"] for element in ELEMENTS] for supplier in SUPPLIERS])
    contents: FloatArray = plant * factors
    return contents


def shares(p: GrowthParameters) -> FloatArray:
    """Share of the anodes that comes from each supplier, 1 in all."""
    given = np.array([p[f"{supplier}_share"] for supplier in SUPPLIERS])
    parts: FloatArray = given / given.sum()
    return parts


def walks(typical_contents: FloatArray) -> tuple[int, int]:
    """Shape of the walks of casts: for each supplier one an element, one for `ALIKE` together."""
    suppliers, elements = typical_contents.shape
    return suppliers, elements + 1


def cast(p: GrowthParameters, typical_contents: FloatArray, walk: FloatArray) -> FloatArray:
    """Contents that each supplier casts, shape (suppliers, elements) [ppm].

    Arsenic, antimony and bismuth rise and fall together with the share of tetrahedrite, enargite and returned dusts in
    the feed.

    Parameters
    ----------
    p
        Parameters in force.
    typical_contents
        Usual contents, of `typical` [ppm].
    walk
        Walks of unit variance, of the shape that `walks` states.
    """
    own, shared = walk[:, :-1], walk[:, -1:]
    apart = np.sqrt(1.0 - p.cast_alike * p.cast_alike)
    alike = p.cast_minor_sd * (p.cast_alike * shared + apart * own)
    logarithm = np.where([element in ALIKE for element in ELEMENTS], alike, p.cast_sd * own)
    contents: FloatArray = typical_contents * np.exp(logarithm)
    return contents


@dataclass
class CopperAnodeLoads:
    """Anodes in each group of cells: true contents and assayed ones, shape (2, elements, groups) [ppm]."""

    contents: FloatArray

    @classmethod
    def first(cls, p: GrowthParameters, normals: FloatArray) -> CopperAnodeLoads:
        """Anodes that are in the cells when the run starts; normals of shape (NORMALS, groups)."""
        usual_mix = (shares(p) @ typical(p))[:, None]
        lot = usual_mix * np.exp(p.anode_lot_sd * normals[: len(ELEMENTS)])
        return cls(np.stack([lot, _assayed(p, lot, normals)]))

    def segment(
        self,
        p: GrowthParameters,
        new: NDArray[np.bool_],
        cast: FloatArray,
        normals: FloatArray,
        uniforms: FloatArray,
    ) -> FloatArray:
        """True and assayed contents in each group and crop, shape (2, elements, crops, groups).

        Parameters
        ----------
        p
            Parameters in force.
        new
            Whether a group gets new anodes for the crop, shape (crops, groups).
        cast
            What the suppliers cast in the week, shape (crops, suppliers, elements) [ppm].
        normals, uniforms
            Chances of each possible load, shapes (NORMALS, crops, groups) and (UNIFORMS, crops, groups).
        """
        ends = np.cumsum(shares(p))[:-1]
        supplier = np.sum(uniforms[0] >= ends[:, None, None], axis=0)
        crops = np.arange(len(cast))[:, None]
        lot = np.moveaxis(cast[crops, supplier], -1, 0) * np.exp(p.anode_lot_sd * normals[: len(ELEMENTS)])
        bad = uniforms[1] < p.bad_lot_share
        worse = np.where(bad, 1.0 + (p.bad_lot_factor - 1.0) * uniforms[2], 1.0)
        for element in ("sb", "bi"):
            lot[ELEMENTS.index(element)] *= worse
        loads = np.stack([lot, _assayed(p, lot, normals)])
        result = np.empty_like(loads)
        for t in range(len(cast)):
            self.contents = np.where(new[t], loads[:, :, t], self.contents)
            result[:, :, t] = self.contents
        return result


def _assayed(p: GrowthParameters, lot: FloatArray, normals: FloatArray) -> FloatArray:
    """Laboratory assay of the anode lots."""
    reported: FloatArray = lot * (1.0 + p.anode_assay_rsd * normals[len(ELEMENTS) :])
    return reported
