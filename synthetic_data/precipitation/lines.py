"""Lines of a block, day by day: their rows in the table, their truth, and the faults that begin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import partly_in_hand
from synthetic_data.engine.plan import PlantEvent, RunPlan, UnitBlock
from synthetic_data.plant.random_walks import next_walk
from synthetic_data.plant.set_points import MoveCosts, held_signs
from synthetic_data.plant.unit_faults import UNIFORMS, UnitFaults
from synthetic_data.precipitation import instruments, operators, product
from synthetic_data.precipitation.circuit import Days, Values
from synthetic_data.precipitation.parameters import FAULTS, SEEN_EARLY, PrecipitationParameters
from synthetic_data.precipitation.train import LOOKED_AT, PrecipitationConditions, PrecipitationLines

TRAITS = (*operators.SETPOINTS, "approach", "calciner", "meter", "ratio", "titrator", "cut", "activity", "transfer")
# First-order walks of lines, by time constant.
_FAST, _MIDDLE, _SLOW = ("ratio",), ("approach", "calciner", "mud", "other"), ("cut", "activity")
_SCATTER = (
    "fill",
    "end",
    "births",
    "fines",
    "harvest",
    "na2o",
    "attrition",
    "bet",
    "loi",
    "alpha",
    "sio2",
    "fe2o3",
    "cao",
)
# Standard normal numbers of a day, and uniform ones, with what of them is known when it starts.
_NORMALS = {
    "habits": (len(operators.SETPOINTS), True),
    "titrated": (2, True),
    "fast": (len(_FAST), True),
    "middle": (len(_MIDDLE), False),
    "slow": (len(_SLOW), False),
    "scatter": (len(_SCATTER), False),
    "errors": (instruments.NORMALS, False),
}
_UNIFORMS = {
    "tests": (operators.UNIFORMS, True),
    "assays": (len(instruments.BEFORE), True),
    "early": (UNIFORMS * len(SEEN_EARLY), True),
    "faults": (UNIFORMS * len(FAULTS), False),
    "readings": (len(instruments.READ), False),
}
_FEWEST_TANKS = 2.0
# Of what a day leaves: set-points that stand in the table but for those that truth is reckoned with, and readings.
_NO_TRUTH = (
    frozenset(operators.SETPOINTS) - {"lime_dose"}
    | {"ratio_read", "caustic_read"}
    | {f"{quantity}_{tank}" for quantity in ("alumina", "temperature") for tank in LOOKED_AT}
)


@dataclass(frozen=True)
class _Drawn:
    """Random numbers of days, independent of set-points, by name, each (numbers, days, lines)."""

    normals: Values
    uniforms: Values


class LineRows:
    """The lines of a block between two stretches of days."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self._plan, self._block, count = plan, block, block.count
        p = PrecipitationParameters.of(plan.seed)
        self.normals, self.uniforms = plan.block_stream(block).spawn(2)
        names = (*_FAST, *_MIDDLE, *_SLOW)
        drawn = self.normals.standard_normal((len(TRAITS) + len(names), count))
        self._traits = dict(zip(TRAITS, drawn, strict=False))
        self._walks = dict(zip(names, drawn[len(TRAITS) :], strict=True))
        self._phase = self.uniforms.random(count)
        self._held = np.zeros((operators.UNIFORMS, count))
        self._faults = UnitFaults.none(count, FAULTS, 1.0)
        self._early = UnitFaults.none(count, SEEN_EARLY, 1.0)
        self._lines = PrecipitationLines(p, count)
        self._moves = MoveCosts(plan.seed)
        self._limits = {column.name: column.limits for column in plan.seed.columns if column.is_number}

    def segment(self, days: Days) -> tuple[Values, Values, list[PlantEvent]]:
        """Table and truth of some days, arrays of shape (days, lines), and the faults that begin."""
        p, drawn, count = days.parameters, self._draw(days.count), self._block.count
        z, u = drawn.normals, drawn.uniforms
        faults, events = self._begun(p, days, self._faults, FAULTS, u["faults"])
        early, others = self._begun(p, days, self._early, SEEN_EARLY, u["early"])
        walks = self._walked(p, z)
        scatter = dict(zip(_SCATTER, z["scatter"], strict=True))
        held, self._held = held_signs(self._held, days.first, round(p.test_days), operators.testing(p, u["tests"]))
        setting = operators.setting(self._plan.seed, p, self._plan, days, self._block, held)
        target = operators.wishes(p, days.state, self._traits, dict(zip(operators.SETPOINTS, z["habits"], strict=True)))
        cleaned = np.mod(days.first + np.arange(days.count)[:, None] + p.clean_days * self._phase, p.clean_days)
        tanks = np.maximum(p.tanks - np.round(early["tank_out"]), _FEWEST_TANKS)
        meter = 1.0 + p.meter_line_sd * self._traits["meter"] + p.meter_drift * faults["flow_meter"]
        titrator = p.titrator_line_sd * self._traits["titrator"] + p.titrator_drift * early["titrator"]
        at = self._conditions(p, days, faults, walks, scatter, z["titrated"], (cleaned, tanks, meter, titrator))
        grown = self._lines.run(p, at, setting, target)
        truth = self._truth(p, days, grown, faults, walks, scatter)
        truth |= {f"{name}_test": np.broadcast_to(test, cleaned.shape) for name, test in setting.tests.items()}
        setpoints = {name: grown[name] for name in operators.SETPOINTS}
        truth["setpoint_moves"] = self._moves.of(setpoints, 1.0)
        assays = instruments.lose(p, instruments.before(days.state, grown, count), self._limits, u["assays"])
        table = {"tanks_on": tanks, "days_since_descale": np.floor(cleaned)} | assays | setpoints
        return (
            table | self._report(p, grown | truth, titrator, meter, z["errors"], u["readings"]),
            truth,
            [*events, *others],
        )

    def _draw(self, days: int) -> _Drawn:
        """Next random numbers, day by day, so that a shorter run is the beginning of a longer one."""
        count = self._block.count
        sizes, counts = ([size for size, _ in of.values()] for of in (_NORMALS, _UNIFORMS))
        z_known, u_known = (
            np.repeat([known for _, known in of.values()], [size for size, _ in of.values()])[:, None]
            for of in (_NORMALS, _UNIFORMS)
        )
        z = partly_in_hand(self.normals, lambda one: one.standard_normal((days, sum(sizes), count)), z_known)
        u = partly_in_hand(self.uniforms, lambda one: one.random((days, sum(counts), count)), u_known)
        return _Drawn(
            dict(zip(_NORMALS, np.split(z.transpose(1, 0, 2), np.cumsum(sizes)[:-1]), strict=True)),
            dict(zip(_UNIFORMS, np.split(u.transpose(1, 0, 2), np.cumsum(counts)[:-1]), strict=True)),
        )

    def _begun(
        self, p: PrecipitationParameters, days: Days, of: UnitFaults, kinds: tuple[str, ...], uniforms: FloatArray
    ) -> tuple[Values, list[PlantEvent]]:
        """Share of each day in which each fault is on, and those that begin."""
        return of.segment(p, days.first, uniforms.reshape(len(kinds), UNIFORMS, days.count, self._block.count))

    def _walked(self, p: PrecipitationParameters, z: Values) -> Values:
        """Walks of the lines, by name, shape (days, lines)."""
        result: Values = {}
        memories = ((_FAST, "fast", p.ratio_memory), (_MIDDLE, "middle", p.line_memory), (_SLOW, "slow", p.slow_memory))
        for names, group, memory in memories:
            for name, shocks in zip(names, z[group], strict=True):
                values = np.empty_like(shocks)
                for t, shock in enumerate(shocks):
                    self._walks[name] = values[t] = next_walk(self._walks[name], shock, memory)
                result[name] = values
        return result

    def _conditions(
        self,
        p: PrecipitationParameters,
        days: Days,
        faults: Values,
        walks: Values,
        scatter: Values,
        titrated: FloatArray,
        of_lines: tuple[FloatArray, FloatArray, FloatArray, FloatArray],
    ) -> PrecipitationConditions:
        """Conditions of the days that are independent of the set-points."""
        state, traits = days.state, self._traits
        cleaned, tanks, meter, titrator = of_lines
        cut = p.fines_cut * np.exp(p.cut_line_sd * traits["cut"] + p.cut_sd * walks["cut"])
        clean = p.transfer * (1.0 + p.transfer_line_sd * traits["transfer"])
        whole = cleaned.shape
        return PrecipitationConditions(
            carbonate=state["carbonate"],
            chloride=state["chloride"],
            sulphate=state["sulphate"],
            toc=state["toc"],
            water=state["wet_bulb"] + p.tower_approach,
            transfer=clean * np.exp(-p.scaling * cleaned),
            ratio=p.ratio_line_sd * traits["ratio"] + p.ratio_walk * walks["ratio"],
            ratio_read=titrator + p.ratio_sd * titrated[0],
            caustic_read=p.caustic_rsd * titrated[1],
            upset=p.upset_drop * faults["digestion_upset"],
            tanks=tanks,
            activity=np.exp(p.activity_line_sd * traits["activity"] + p.activity_sd * walks["activity"]),
            pumped=1.0 - p.pump_loss * faults["seed_pump"],
            warmer=p.end_scatter * scatter["end"] + p.cooler_rise * faults["cooler"],
            fill_scatter=p.fill_scatter * scatter["fill"],
            metered=np.broadcast_to(1.0 / meter, whole),
            cut=cut,
            births=np.exp(p.births_sd * scatter["births"]),
            oxalate=p.oxalate_fines * faults["oxalate"],
            fines_read=p.product_rsd * scatter["fines"],
            harvest_read=p.balance_rsd * scatter["harvest"],
            dilution=state["dilution"],
            caustic_wanted=state["caustic_wanted"],
        )

    def _truth(
        self, p: PrecipitationParameters, days: Days, grown: Values, faults: Values, walks: Values, scatter: Values
    ) -> Values:
        """Noise-free targets, hidden states, where alumina, soda, water and heat went."""
        shape = grown["alumina"].shape
        truth = {
            **{name: values for name, values in grown.items() if name not in _NO_TRUTH},
            **product.soda(p, days.state, grown, walks, scatter),
            **product.heat(p, grown, self._traits, walks),
            **product.alumina(p, grown, faults, scatter),
            "silica_fed": np.broadcast_to(days.state["silica"], shape),
            "available_fed": np.broadcast_to(days.state["available"], shape),
        }
        carried = 0.024 * grown["true_flow"] * grown["overflow_solids"]
        return truth | {
            "alumina_in": 0.024 * grown["true_flow"] * grown["entering"],
            "alumina_out": 0.024 * grown["true_flow"] * grown["spent"],
            "alumina_carried": carried,
            "alumina_product": grown["alumina"] - carried,
            "downgraded": (grown["alumina"] - carried) * product.discounted(p, truth),
        }

    def _report(
        self,
        p: PrecipitationParameters,
        truth: Values,
        titrator: FloatArray,
        meter: FloatArray,
        errors: FloatArray,
        uniforms: FloatArray,
    ) -> Values:
        """Measurements, balances and analyses of each day."""
        read_errors, late_errors, label_errors = np.split(
            errors, np.cumsum([len(instruments.READ), len(instruments.LATE)]), axis=0
        )
        read = instruments.lose(p, instruments.during(p, truth, titrator, read_errors), self._limits, uniforms)
        result = read | instruments.late(p, truth, late_errors)
        return result | instruments.labels(p, truth, meter, label_errors)
