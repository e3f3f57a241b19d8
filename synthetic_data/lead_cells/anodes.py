"""Anodes: what each section is loaded with for some crops, and what the laboratory says of it."""

from __future__ import annotations

import numpy as np

from physics.arrays import BoolArray, FloatArray
from synthetic_data.lead_cells.circuit import ELEMENTS
from synthetic_data.lead_cells.parameters import LeadParameters

NORMALS = 2 * len(ELEMENTS)  # of a load: its contents, and the errors of its assay


class LeadAnodeLoads:
    """Anodes in each section: true contents and assayed ones, shape (NORMALS, sections) [%, silver ppm]."""

    def __init__(self, p: LeadParameters, normals: FloatArray) -> None:
        typical = np.array([[p[f"anode_{element}"]] for element in ELEMENTS])
        self._held = _assayed(p, typical * np.exp(p.lot_sd * normals[: len(ELEMENTS)]), normals)

    def segment(
        self, p: LeadParameters, new: BoolArray, cast: FloatArray, normals: FloatArray, uniforms: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """True and assayed contents in each section and crop, shape (elements, crops, sections) each.

        Parameters
        ----------
        p
            Parameters in force.
        new
            Whether a section gets new anodes for the crop, shape (crops, sections).
        cast
            Bullion that is cast, shape (elements, crops, 1).
        normals, chances
            Random numbers of each possible load, shapes (NORMALS, crops, sections) and (crops, sections); a lot is lean
            in antimony by chance.
        """
        lot = cast * np.exp(p.lot_sd * normals[: len(ELEMENTS)])
        lot[ELEMENTS.index("sb")] *= np.where(uniforms < p.lean_lot_share, p.lean_lot_factor, 1.0)
        loads = np.concatenate([self._held[:, None], _assayed(p, lot, normals)], axis=1)
        newest = np.where(new, np.arange(1, len(new) + 1)[:, None], 0)
        place = np.broadcast_to(np.maximum.accumulate(newest, axis=0), lot.shape[1:])
        result = np.take_along_axis(loads, place[None], axis=1)
        self._held = result[:, -1]
        return result[: len(ELEMENTS)], result[len(ELEMENTS) :]


def _assayed(p: LeadParameters, lot: FloatArray, normals: FloatArray) -> FloatArray:
    """Contents of lots, and what the laboratory says of them."""
    return np.concatenate([lot, lot * (1.0 + p.anode_assay_rsd * normals[len(ELEMENTS) :])])
