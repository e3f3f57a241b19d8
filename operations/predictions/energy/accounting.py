"""Energy and greenhouse gases in the answers of processes whose energy is accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, ClassVar

import msgspec
import numpy as np

from models.energy.account import factors_of
from models.energy.answers import EnergyAnswers, energy_answers
from models.energy.grades import Norms
from models.interfaces.answers import Answer
from models.interfaces.energy import AnyEnergy
from models.processes.lookup import energy_of
from operations.forms.columns import Described, Values, of_quantities
from operations.forms.digits import ends_in_digits, in_digits
from operations.forms.fields import Record
from operations.predictions.energy.forms import (
    ABOUT,
    COAL_UNIT,
    EMBEDDED,
    EMISSION_UNIT,
    ENERGY,
    SCOPES,
    TIERS,
    emission_sources,
    energy_fields,
    replaced,
    tier_units,
)
from operations.predictions.energy.json_template import BLANK, JsonTemplate
from operations.predictions.options import Addition, ResponsePart
from physics.arrays import FloatArray
from seeds import Norm, Quantity, Seed

NOT_KNOWN = "energy not determined by these inputs"
_COAL = "coal_equivalent"


class Energy(ResponsePart):
    """Energy and greenhouse gases of a tonne."""

    def of(self, seed: Seed) -> Accounting | None:
        """Return the accounting of a process with energy accounts."""
        physics = energy_of(seed)
        return None if physics is None else Accounting(seed, physics)


class Accounting(Addition):
    """Energy of one process; what is the same in all answers is made once.

    Parameters
    ----------
    seed : Seed
        The process as it is served; its norms count.
    physics : AnyEnergy
        Energy of the process.
    """

    name: ClassVar[str] = ENERGY
    about = ABOUT

    def __init__(self, seed: Seed, physics: AnyEnergy) -> None:
        self.fields = energy_fields(seed, physics)
        self._seed_norms, self._tier_units = seed.norms, tier_units(seed, physics)
        self._physics, self._economics = physics, seed.economics
        self._norms = Norms(seed.norms)
        self._stated_norms = [_norm(norm) for norm in seed.norms]
        self._form = JsonTemplate(_blank(seed, physics))
        self._kept: tuple[Seed | None, dict[str, Record]] = (None, {})

    @property
    def target(self) -> str:
        """The target that energy follows from."""
        return self._physics.TARGET

    @property
    def units(self) -> dict[str, str]:
        """Unit of a tonne's energy within each boundary."""
        return dict.fromkeys(self._physics.KIND.boundaries, self._physics.KIND.unit)

    def replaced(self, request: Record) -> dict[str, float]:
        """The grid's factor, where a request replaces it."""
        return replaced(request)

    def rows(
        self, model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
    ) -> Sequence[Record]:
        """Energy of each row as JSON."""
        row_energy = self.answered(model.seed, X, predicted[self.target], request, flags)
        return [{ENERGY: energy} for energy in self.printed(row_energy, request)]

    def described(self) -> Described:
        """Energy within each boundary, emissions, and the norms."""
        units = {f"{ENERGY}_{name}": unit for name, unit in self.units.items()} | {f"{ENERGY}_{_COAL}": COAL_UNIT}
        emissions = [*SCOPES, *([] if self._physics.CBAM_GOODS is None else [EMBEDDED])]
        entries = of_quantities(units | {f"{ENERGY}_{name}": EMISSION_UNIT for name in emissions})
        entries |= of_quantities({f"{ENERGY}_{TIERS}_{name}": unit for name, unit in self._tier_units.items()})
        for norm in self._seed_norms:
            own = f"{ENERGY}_{norm.name}"
            entries |= of_quantities({own: norm.unit})
            entries |= {f"{own}_grade": (None, f"best grade of {norm.document} that is kept; null: none")}
            entries |= {
                f"{own}_best_grade": (None, "that of the low end"),
                f"{own}_worst_grade": (None, "of the high end"),
            }
        return entries

    def columns(
        self, model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
    ) -> dict[str, Values]:
        """Energy of each row as columns."""
        return _energy(self.answered(model.seed, X, predicted[self.target], request, flags), request)

    def answered(
        self,
        model_seed: Seed,
        X: FloatArray,
        target: Answer,
        request: Record,
        flags: list[list[str]],
    ) -> EnergyAnswers:
        """Energy of n rows that a model has answered.

        Parameters
        ----------
        model_seed : Seed
            The process as it was when the responding model was trained.
        X : ndarray, shape (n, k)
            Inputs of the rows, as the model takes them.
        target : Answer
            What it predicted for them of `target` [its unit].
        request : dict
            The request around the rows.
        flags : list of list of str
            Flags of the n rows, which are added to.
        """
        columns = {name: X[:, model_seed.input_names.index(name)] for name in self._physics.NEEDED}
        values = {name: one["value"] for name, one in self._factors(model_seed).items()} | replaced(request)
        account = energy_answers(self._physics, columns, target, values, self._norms)
        known = account.known
        if not known.all():
            for i in np.flatnonzero(~known).tolist():
                flags[i].append(NOT_KNOWN)
        return account

    def basis(self, model_seed: Seed) -> Record:
        """Factors and norms that the energy rests on, with a model trained with this seed."""
        return {"factors": self._factors(model_seed), "norms": self._stated_norms}

    def _factors(self, model_seed: Seed) -> dict[str, Record]:
        """Factors with units and sources; those of one model are stored until another answers."""
        of, factors = self._kept
        if of is not model_seed:
            economics = {**self._economics, **model_seed.economics}  # as derived targets have them
            needed = {name: economics[name] for name in factors_of(self._physics)}
            # Options of prices are those of the plant as it is served, not as it was when the model was trained.
            optional = {name: one for name, one in self._economics.items() if name in self._physics.OPTIONAL}
            factors = {name: _stated(one) for name, one in (needed | optional).items()}
            self._kept = model_seed, factors
        return factors

    def printed(self, account: EnergyAnswers, request: Record) -> list[msgspec.Raw]:
        """Energy of each row as JSON, as the fields of an answer describe it, in the digits of the request."""
        grades, distances = self._norms.graded(account.counted)
        n = account.ends.shape[2]
        ends = ends_in_digits(account.ends, request).reshape(-1, n).T.tolist()
        energy, distances = (ends_in_digits(part, request) for part in (account.counted, distances))
        counted, names, away = (part.transpose(2, 0, 1).tolist() for part in (energy, grades, distances))
        return [
            self._form.filled([*ends[i], *chain(*map(_filled, self._norms, counted[i], names[i], away[i]))])
            for i in range(n)
        ]


def _filled(norm: Norm, energy: list[float], grades: list[str | None], away: list[float]) -> list[Any]:
    """Values for the blanks of a norm."""
    value, low, high = away
    is_best = grades[-1] is None
    distance = None if is_best else {"value": value, "low": low, "high": high, "unit": norm.unit}
    return [*energy, *grades, distance]


def _blank(seed: Seed, physics: AnyEnergy) -> Record:
    """Template of a prediction's energy: the ends of each quantity, and the results for each norm."""
    tiers = {name: _estimate(unit) for name, unit in tier_units(seed, physics).items()}
    sources = {scope: _each(parts, EMISSION_UNIT) for scope, parts in emission_sources(physics).items()}
    return {
        "boundaries": _each(physics.KIND.boundaries, physics.KIND.unit),
        "coal_equivalent": _estimate(COAL_UNIT),
        "scopes": _each(SCOPES, EMISSION_UNIT),
        "sources": sources,
        **({} if physics.CBAM_GOODS is None else {EMBEDDED: _estimate(EMISSION_UNIT)}),
        **({TIERS: tiers} if tiers else {}),
        "norms": [
            {
                "name": norm.name,
                "energy": _estimate(norm.unit),
                **dict.fromkeys(("grade", "best_grade", "worst_grade", "next_grade", "distance"), BLANK),
            }
            for norm in seed.norms
        ],
    }


def _each(names: Iterable[str], unit: str) -> Record:
    return {name: _estimate(unit) for name in names}


def _estimate(unit: str) -> Record:
    return {"value": BLANK, "low": BLANK, "high": BLANK, "unit": unit}


def _stated(one: Quantity) -> Record:
    return {"value": one.value, "unit": one.unit, "source": one.source}


def _norm(norm: Norm) -> Record:
    names = ("name", "document", "title", "boundary", "unit")
    return {
        **{name: getattr(norm, name) for name in names},
        "grades": [{"name": grade.name, "at_most": grade.at_most} for grade in norm.grades],
        "verification": norm.verification,
        "source": norm.source,
        "outside_boundary": None if norm.outside_boundary is None else _stated(norm.outside_boundary),
    }


def _energy(account: EnergyAnswers, request: Record) -> dict[str, Values]:
    parts: dict[str, Answer] = {**account.boundaries, _COAL: account.coal_equivalent, **account.scopes}
    if account.embedded is not None:
        parts[EMBEDDED] = account.embedded
    parts |= {f"{TIERS}_{name}": part for name, part in account.tiers.items()}
    standings = account.standings
    parts |= {one.norm.name: one.energy for one in standings}
    columns: dict[str, Values] = dict(_flat(in_digits(parts, request)))
    for one in standings:
        own = f"{ENERGY}_{one.norm.name}"
        columns |= {f"{own}_grade": one.grade, f"{own}_best_grade": one.best, f"{own}_worst_grade": one.worst}
    return columns


def _flat(answers: Mapping[str, Answer]) -> dict[str, Values]:
    ends = ("", "_low", "_high")
    return {
        f"{ENERGY}_{name}{end}": np.asarray(part)
        for name, answer in answers.items()
        for end, part in zip(ends, answer, strict=True)
    }
