"""Cells from crop to crop: thickening slime, current and glue set after the results of the last crop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import LEAD_EQUIVALENT
from physics.refining.betts_cell import lead_cell_voltage
from physics.refining.diffusion_layer import diffusion_layer_thickness, limiting_current
from physics.refining.electrodes import LEAD_DENSITY, face_growth
from physics.refining.nodulation import additive_error, additive_roughness
from physics.refining.slime_layer import slime_overvoltage
from synthetic_data.lead_cells.circuit import Values
from synthetic_data.lead_cells.parameters import LeadParameters
from synthetic_data.plant.set_points import SetpointOperator, Setting

LEAD_MASS = 207.2  # g/mol
_MOST_POLARISATION = 0.95  # beyond it lead comes as sponge


@dataclass(frozen=True)
class LeadCellConditions:
    """Conditions of crops, independent of current and glue; arrays that broadcast to (crops, sections).

    Attributes
    ----------
    days
        Length of a crop, one for all [d].
    place
        Crops that the anodes have been in the cells [count].
    temperature
        Of the electrolyte in the cells [°C].
    conductivity
        [S/cm].
    lead, diffusion, flow
        Lead in the electrolyte [g/L], its diffusion coefficient [m²/s], flow to a cell [L/min].
    antimony
        Of the anodes over the usual [1].
    shed
        Share of the slime that falls in the crop [1].
    running
        Share of the crop with current [1].
    gap, contacts
        Gap of a fresh crop [mm], drop in contacts at 180 A/m² [V].
    glue_works
        Effect of a gram of glue over that of a gram of the best dose [t/g].
    other_error
        Squared error of lignosulphonate, with its weight [1].
    rough
        Logarithm of the roughness at the usual polarisation and the best additives [1].
    """

    days: float
    place: FloatArray
    temperature: FloatArray
    conductivity: FloatArray
    lead: FloatArray
    diffusion: FloatArray
    flow: FloatArray
    antimony: FloatArray
    shed: FloatArray
    running: FloatArray
    gap: FloatArray
    contacts: FloatArray
    glue_works: FloatArray
    other_error: FloatArray
    rough: FloatArray

    def polarisation(self, p: LeadParameters, current: FloatArray, at: int) -> FloatArray:
        """Current density of a crop over the limiting one [1]."""
        layer = diffusion_layer_thickness(current, self.flow[at], p.diffusion_layer)
        limit = limiting_current(self.lead[at], self.diffusion[at], layer, LEAD_MASS)
        return np.minimum(current / limit, _MOST_POLARISATION)

    def voltage(self, p: LeadParameters, current: FloatArray, slime: FloatArray, grown: FloatArray) -> Values:
        """Voltage over the slime and of the cell [V], where the deposit has grown so far [mm]; of all crops."""
        over = slime_overvoltage(slime, current, self.antimony, p.linear_drop, p.curved_drop)
        return {
            "slime_drop": over,
            "voltage": lead_cell_voltage(current, self.conductivity, self.gap - grown, over, self.contacts),
        }


def depth(current: FloatArray, days: float, running: FloatArray) -> FloatArray:
    """Lead that a face loses in a crop of so many days, and a deposit gains [mm]."""
    result: FloatArray = face_growth(current, 100.0, LEAD_EQUIVALENT, LEAD_DENSITY) * days * running
    return result


class LeadCells:
    """Cells of the sections between two stretches of crops; one value a section."""

    def __init__(self, p: LeadParameters, sections: int) -> None:
        self._slime = np.zeros(sections)  # what has stayed on the anodes [mm]
        self._last_voltage = np.zeros(sections)  # at the end of the last crop [V]
        self._crew = SetpointOperator("glue_dose", np.full(sections, float(p.glue_dose)), np.zeros(sections))

    def run(
        self,
        p: LeadParameters,
        at: LeadCellConditions,
        setting: Setting,
        current_wish: FloatArray,
        usual_glue: FloatArray,
        glue_habits: FloatArray,
        judgement: FloatArray,
    ) -> Values:
        """Current, glue, slime when each crop starts and ends, polarisation, squared error and roughness.

        Parameters
        ----------
        p
            Parameters in force.
        at
            What acts on the crops.
        setting
            Bounds, tests and what was set by hand.
        current_wish, usual_glue
            Orders [A/m², g/t], shapes (crops, sections) and (crops, 1).
        glue_habits, judgement
            Random numbers of the shift that doses and of the eye that looks at a deposit, shape (crops, sections).
        """
        names = ("current_density", "glue_dose", "slime_start", "slime_end", "polarisation", "squared_error", "rough")
        rows: dict[str, list[FloatArray]] = {name: [] for name in names}
        conductivity, antimony, contacts = at.conductivity, at.antimony, at.contacts
        for t in range(len(current_wish)):
            stays = at.place[t] > 0
            high = np.minimum(np.maximum((self._last_voltage - p.voltage_high) / p.voltage_step, 0.0), 1.0)
            current = setting.used("current_density", current_wish[t] - p.current_cut * high * stays, t)
            start = np.where(stays, self._slime, 0.0)
            lost = depth(current, at.days, at.running[t])
            end = start + p.slime_share * lost
            over = slime_overvoltage(end, current, antimony[t], p.linear_drop, p.curved_drop)
            self._last_voltage = lead_cell_voltage(current, conductivity[t], at.gap[t] - lost, over, contacts[t])
            self._slime = end * (1.0 - at.shed[t])
            glue = self._crew.choose(
                p.glue_answer, p.glue_return, usual_glue[t], p.habit_glue * glue_habits[t], setting, t
            )
            error = additive_error(np.maximum(glue, p.additive_least) * at.glue_works[t], 1.0)
            squared = np.square(error) + at.other_error[t]
            polarisation = at.polarisation(p, current, t)
            rough = (
                at.rough[t]
                + p.roughness_per_polarisation * np.log(polarisation / p.usual_polarisation)
                + additive_roughness(squared, p.error_weight)
            )
            self._crew.seen = rough - p.usual_roughness + p.judgement_sd * judgement[t]
            for name, row in zip(names, (current, glue, start, end, polarisation, squared, rough), strict=True):
                rows[name].append(row)
        result = {name: np.array(values) for name, values in rows.items()}
        result["roughness"] = np.exp(result.pop("rough"))
        return result
