"""Conditions of the crops of a block: set-points, hidden states, current by the hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.refining_cells.parameters import SectionParameters
from synthetic_data.tankhouse.crops import Values
from synthetic_data.tankhouse.growth import GrownCrops

HOURS = 24.0  # h/d
CLASSES = ("valley", "flat", "peak")  # hours of a day by their tariff


@dataclass(frozen=True)
class Sections:
    """Some crops of a block; arrays of shape (crops, sections) but where stated."""

    days: float  # length of a crop
    grown: GrownCrops
    faults: Values  # share of the crop in which each fault of a section is on
    traits: Values  # (sections,)
    normals: Values  # scatter of the crop
    swing: FloatArray  # current in the valley over the mean, less 1 [%]
    recessed: FloatArray  # what each face of the anodes has lost when the crop starts [mm]
    profile: FloatArray | None = None  # where one is simulated: current of each step over its mean, (steps, 1, 1) [1]

    @property
    def current_density(self) -> FloatArray:
        """Mean over the hours with current [A/m²]."""
        return self.grown.crops.setpoints["current_density"]

    @property
    def running(self) -> FloatArray:
        """Share of the crop with current [1]."""
        return 1.0 - self.faults["rectifier"]

    def shares(self, p: SectionParameters) -> FloatArray:
        """Current relative to its mean in each class of hours or step of a profile; classes first [1]."""
        return hourly(p, self.swing) if self.profile is None else self.profile

    def spans(self, p: SectionParameters) -> FloatArray:
        """Hours a day of each class, or of each step of a profile [h]."""
        return hours(p) if self.profile is None else np.full_like(self.profile, HOURS / len(self.profile))

    def most(self, p: SectionParameters) -> FloatArray:
        """Highest of `shares` [1]."""
        result: FloatArray = hourly(p, self.swing)[0] if self.profile is None else self.profile.max(axis=0)
        return result


def hours(p: SectionParameters) -> FloatArray:
    """Hours a day of each class of the tariff, shape (3, 1, 1) [h]."""
    flat = HOURS - p.valley_hours - p.peak_hours
    return np.array([p.valley_hours, flat, p.peak_hours])[:, None, None]


def hourly(p: SectionParameters, swing: FloatArray) -> FloatArray:
    """Current in each class of hours over its mean of the day, shape (3, crops, sections) [1].

    What the valley has more the peak has less: the charge of a day is the same.
    """
    more = 0.01 * swing
    return np.stack([1.0 + more, np.ones_like(more), 1.0 - more * (p.valley_hours / p.peak_hours)])


def charge(p: SectionParameters, sections: Sections) -> FloatArray:
    """Charge of each cell in the crop [kAh]."""
    current = sections.current_density * p.cathode_area / 1000.0
    result: FloatArray = current * (HOURS * sections.days) * sections.running
    return result
