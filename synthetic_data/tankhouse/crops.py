"""Crops of a block: what acts on each, as arrays of weeks by groups."""

from __future__ import annotations

from dataclasses import dataclass

from physics.arrays import FloatArray

Values = dict[str, FloatArray]  # by name; each of shape (crops, groups), or broadcasting to it

ELEMENTS = ("ag", "as", "sb", "bi", "se", "te", "pb", "ni", "fe", "s")
# Each a standard normal number: what lasts in a group, what drifts over its crops, and the scatter of one crop.
TRAITS = ("glue", "solids", "voltage", "alignment")
WALKS = ("rough", "slimes", "floating", "silver", "iron")
PARTICLES = ("sb", "bi", "se", "te", "pb")  # elements that come in few particles
CROP_NORMALS = (*WALKS, "nodular", "solids", "temperature", *PARTICLES)


@dataclass(frozen=True)
class TankhouseCrops:
    """Some crops of a block."""

    week: Values  # state of the circuit
    setpoints: Values  # set-points in force
    anodes: Values  # true contents [ppm]
    walks: Values
    crop_normals: Values
    traits: Values
    faults: Values  # share of the crop
    wear: FloatArray  # age since the overhaul over its interval [1]
