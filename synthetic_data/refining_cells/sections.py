"""Sections of a tankhouse: their crops with measurements, scale and simulated truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from physics.arrays import FloatArray
from physics.electrochemistry import COPPER_EQUIVALENT
from physics.refining.additive_stock import additive_content, additive_decay
from physics.refining.electrodes import COPPER_DENSITY, face_growth
from synthetic_data.engine.counterfactual_streams import partly_in_hand
from synthetic_data.engine.plan import PlantEvent, RunPlan, UnitBlock
from synthetic_data.plant.set_points import MoveCosts, SetpointOperator, Setting
from synthetic_data.plant.unit_faults import UNIFORMS, UnitFaults
from synthetic_data.refining_cells import current_profile, energy, instruments, losses, operators
from synthetic_data.refining_cells.conditions import HOURS, Sections, charge
from synthetic_data.refining_cells.parameters import FAULTS, SectionParameters
from synthetic_data.tankhouse import instruments as tankhouse_instruments
from synthetic_data.tankhouse.circuit import Weeks
from synthetic_data.tankhouse.crops import Values
from synthetic_data.tankhouse.growth import Growth

TRAITS = ("shorts", "stray", "counter", "scale")
SCATTER = ("births", "stray")
# States that go to truth.parquet: of the electrolyte and deposit, and of the circuit.
_TRUE = ("temperature", "chloride", "polarisation", "solids", "roughness", "squared_error", "nodules", "soiling")
_CIRCUIT = (
    *("bleed", "cu", "cu_start", "cu_end", "copper_excess", "liberated"),
    *("h2so4", "h2so4_start", "acid_added"),
)
_SIZES = (operators.NORMALS, len(SCATTER), instruments.NORMALS)  # standard normal numbers of a crop
_COUNTS = (len(operators.SETPOINTS), UNIFORMS * len(FAULTS), instruments.LOSSES)  # uniform ones
_Z_KNOWN = np.repeat([True, False, False], _SIZES)[:, None]
_U_KNOWN = np.repeat([True, False, False], _COUNTS)[:, None]
_WANTED_ANODES = ("anode_as", "anode_sb", "anode_bi", "anode_ni", "anode_o")
_KILO = 1000.0


class RefiningSectionRows:
    """The sections of a block between two stretches of weeks."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self.growth = Growth(plan, block)
        self._plan, self._block, count = plan, block, block.count
        p = SectionParameters.of(plan.seed)
        self.normals, self.uniforms = plan.block_stream(block, units_axis=-1).spawn(4)[
            2:
        ]  # the first two are those of Growth
        traits = self.normals.standard_normal((len(TRAITS) + operators.TRAITS, count))
        self._traits = dict(zip(TRAITS, traits, strict=False))
        self._swing_trait = traits[-1]
        self._signs = np.zeros((len(operators.SETPOINTS), count))
        self._crew = SetpointOperator("patrol_interval", np.full(count, float(p.usual_patrol)), np.zeros(count))
        self._faults = UnitFaults.none(count, FAULTS, plan.period_days)
        self._recessed = np.zeros(count)
        self.profile: FloatArray | None = None  # current by step over its mean, where one is simulated [1]
        self.played: Values = {}
        self._moves = MoveCosts(plan.seed)

    def segment(self, weeks: Weeks) -> tuple[Values, Values, list[PlantEvent]]:
        """Table and truth of some weeks, arrays of shape (crops, sections), and the faults that begin."""
        p = SectionParameters.in_period(self._plan, weeks.first)
        grown = self.growth.grow(weeks)
        habits, scatter, errors, signs, uniforms, lost = self._draw(weeks.count)
        tests, self._signs = operators.tested(p, self._signs, weeks.first, self.growth.testing, signs)
        setting = operators.setting(self._plan.seed, self._plan, weeks, self._block, tests)
        by_fault = uniforms.reshape(len(FAULTS), UNIFORMS, weeks.count, self._block.count)
        faults, events = self._faults.segment(p, weeks.first, by_fault)
        swing = setting.used("current_swing", operators.swing(p, weeks, self._swing_trait, habits[0]))
        normals = dict(zip(SCATTER, scatter, strict=True))
        sections = Sections(weeks.days, grown, faults, self._traits, normals, swing, np.zeros_like(swing))
        profile = None if self.profile is None else self.profile[:, None, None]
        sections = replace(sections, recessed=self._recess(p, sections), profile=profile)
        passive = losses.passive(p, sections)
        births = losses.births(p, sections, passive)
        patrols, lives = self._patrol(p, sections, births, setting, habits[1])
        setpoints = grown.crops.setpoints | {"current_swing": swing, "patrol_interval": patrols}
        state = losses.split_charge(p, sections, births, lives) | {"passive": passive, "mean_life": lives}
        truth = self._truth(p, sections, state, setpoints) | {
            f"{name}_test": test for name, test in (grown.setting.tests | tests).items()
        }
        table = grown.known | setpoints | self._report(p, weeks, sections, truth, errors, lost)
        return table, truth, [*grown.events, *events]

    def _draw(self, crops: int) -> list[FloatArray]:
        """Next random numbers, independent of set-points, each of shape (numbers, crops, sections)."""
        count = self._block.count
        z = partly_in_hand(self.normals, lambda one: one.standard_normal((crops, sum(_SIZES), count)), _Z_KNOWN)
        u = partly_in_hand(self.uniforms, lambda one: one.random((crops, sum(_COUNTS), count)), _U_KNOWN)
        return [
            *np.split(z.transpose(1, 0, 2), np.cumsum(_SIZES)[:-1]),
            *np.split(u.transpose(1, 0, 2), np.cumsum(_COUNTS)[:-1]),
        ]

    def _recess(self, p: SectionParameters, sections: Sections) -> FloatArray:
        """Loss of each anode face when each crop starts [mm]; 0 for new anodes."""
        lost = face_growth(sections.current_density) * sections.days * sections.running
        result = np.empty_like(lost)
        new = sections.grown.place == 0
        for t in range(len(lost)):
            result[t] = np.where(new[t], 0.0, self._recessed)
            self._recessed = result[t] + lost[t]
        return result

    def _patrol(
        self,
        p: SectionParameters,
        sections: Sections,
        births: FloatArray,
        setting: Setting,
        habit: FloatArray,
    ) -> tuple[FloatArray, FloatArray]:
        """Patrol interval of each crop and mean life of shorts [h]: operators react to the last crop."""
        target = np.log(float(p.shorts_wanted))
        blind = sections.grown.crops.faults["short_detection"]
        mean = births.mean(axis=0)
        unseen = 1.0 - p.shorts_unseen * blind
        patrols, lives = np.empty_like(mean), np.empty_like(mean)
        for t in range(len(mean)):
            habits = p.habit_patrol * habit[t]
            patrols[t] = self._crew.choose(-p.patrol_answer, p.patrol_return, p.usual_patrol, habits, setting, t)
            lives[t] = losses.life(p, patrols[t], blind[t])
            self._crew.seen = np.log(np.maximum(mean[t] * lives[t] * unseen[t] / HOURS, 0.01)) - target
        return patrols, lives

    def _truth(self, p: SectionParameters, sections: Sections, state: Values, setpoints: Values) -> Values:
        """Noise-free targets, hidden states, where charge, copper and heat went."""
        grown, week = sections.grown, sections.grown.crops.week
        total = charge(p, sections)
        made = instruments.mass_made(p, total, state["current_efficiency"])
        volts = energy.voltage(p, sections, state["passive"], state["shorted"])
        if sections.profile is not None:
            self.played = current_profile.recorded(p, sections, state, volts["voltages"])
        used = energy.energy(p, sections, volts["voltages"])
        balance = energy.heat(p, sections, used["energy"])
        passed = total * (1.0 - 0.01 * (state["short_loss"] + state["stray_loss"]))  # through the electrolyte
        dissolved_again = 0.01 * state["dissolution_loss"] * total
        excess = 0.001 * week["copper_excess"] * made
        by_air = excess - self._mass(p, dissolved_again)  # of anodes
        retained = (1.0 - grown.state["nodules"]) * (1.0 - grown.state["soiling"])
        return {
            **state,
            "reject_share": 100.0 * (1.0 - retained),
            "cell_voltage": volts["cell_voltage"],
            "gap": volts["gap"],
            "polarisation": volts["polarisation"],
            "recessed": sections.recessed,
            "charge": total,
            "charge_short": 0.01 * state["short_loss"] * total,
            "charge_stray": 0.01 * state["stray_loss"] * total,
            "charge_dissolved": dissolved_again,
            "charge_metal": passed - dissolved_again,
            "cathode_mass": made,
            "anode_copper": self._mass(p, passed) + by_air,
            "electrolyte_copper": excess,
            **used,
            **balance,
            **{f"true_{name}": grown.state[name] for name in _TRUE},
            **{name: week[name] for name in _CIRCUIT},
            "glue_content": self._content(
                p, setpoints["glue_dose"] * week["glue_activity"], grown.state["temperature"], p.glue_decay
            ),
            "thiourea_content": self._content(
                p, setpoints["thiourea_dose"], grown.state["temperature"], p.thiourea_decay
            ),
            "glue_used": setpoints["glue_dose"] * made / sections.days / _KILO,
            "thiourea_used": setpoints["thiourea_dose"] * made / sections.days / _KILO,
            "patrols": HOURS / setpoints["patrol_interval"],
            "inventory": self._inventory(p, sections),
            "setpoint_moves": self._moves.of(setpoints, sections.days),
        }

    @staticmethod
    def _mass(p: SectionParameters, charge_of_cell: FloatArray) -> FloatArray:
        """Copper of a section that a charge of each cell stands for [t]."""
        result: FloatArray = p.cells * charge_of_cell * COPPER_EQUIVALENT / _KILO
        return result

    @staticmethod
    def _inventory(p: SectionParameters, sections: Sections) -> FloatArray:
        """Copper that stands in the cells when a crop starts [t]; what anodes then lose, plates gain."""
        left = p.anode_thickness - 2.0 * sections.recessed  # mm, of which each face has a half
        result: FloatArray = p.cells * 0.5 * p.cathode_area * left / _KILO * COPPER_DENSITY / _KILO
        return result

    @staticmethod
    def _content(p: SectionParameters, dose: FloatArray, temperature: FloatArray, decay: float) -> FloatArray:
        """Additive in the electrolyte [mg/L]; within a crop at the equilibrium of decay and active dose."""
        return additive_content(dose, p.electrolyte_volume, additive_decay(temperature, decay))

    def _report(
        self,
        p: SectionParameters,
        weeks: Weeks,
        sections: Sections,
        truth: Values,
        errors: FloatArray,
        lost: FloatArray,
    ) -> Values:
        """Available values when each crop starts, measurements in it, and its mass."""
        limits, grown = self.growth.limits, sections.grown
        assays = tankhouse_instruments.before(weeks.state, grown.anodes)
        early = grown.draws.losses[: tankhouse_instruments.LOSSES_BEFORE]
        known = {
            name: (values, uniform)
            for (name, values), uniform in zip(assays.items(), early, strict=True)
            if not name.startswith("anode_") or name in _WANTED_ANODES
        }
        before = tankhouse_instruments.lose(
            p, {name: values for name, (values, _) in known.items()}, limits, np.stack([c for _, c in known.values()])
        )
        before["bleed"] = np.broadcast_to(np.round(weeks.state["bleed"], 4), sections.swing.shape)
        read = instruments.during(p, sections, truth, errors[: len(instruments.READ)])
        measured_mass = instruments.measured_mass(p, sections, truth, read["charge"], errors[len(instruments.READ) :])
        return before | instruments.lose(p, read, limits, lost) | measured_mass
