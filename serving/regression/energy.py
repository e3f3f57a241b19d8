"""Energy and greenhouse gases in the answers of processes whose energy is accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_args

import numpy as np
from pydantic import Field

from models.answers import Answer
from models.energy.account import BOUGHT, BOUNDARIES, COMPREHENSIVE, GRID_FACTOR, STEAM, check_factors, factors_of
from models.energy.answers import EnergyAnswers, energy_answers
from models.energy.grades import Standing
from models.energy.process import EnergyPhysics, energy_of
from models.table.inputs import by_name
from physics.arrays import FloatArray
from seeds import Norm, Quantity, Seed
from seeds.format.norms import Boundary, NormUnit
from seeds.format.quantity import Certainty
from serving.payloads import Estimate, Record, record, title

ENERGY, BASIS = "energy", "energy_basis"  # the request says by the first whether it is answered
# No fuel gives more: lignite in an old station emits 1.2 kg a kilowatt-hour. A factor in g or in t is refused by it.
MOST_OF_A_GRID = 2.0  # kgCO2e/kWh
NOT_KNOWN = "energy not determined by these inputs"
_ENERGY_UNIT, _EMISSION_UNIT, _COAL_UNIT = "kWh/t", "tCO2e/t", "kgce/t"
_SCOPES = {
    "scope_1": "emissions of the process itself",
    "scope_2": "emissions of the electricity and the steam that it buys",
    "total": "both together",
}


def accounted(seed: Seed) -> EnergyPhysics | None:
    """Energy module of a seed's process; None where its energy is not accounted for."""
    return energy_of(seed.process.name)


@dataclass(frozen=True)
class EnergyFields:
    """What energy adds to a process's predictions, requests, answers and to the example of a request; see `TaskFields`.

    All are empty where a process's energy is not accounted for.
    """

    predicted: Mapping[str, Any] = field(default_factory=dict)
    request: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)


def energy_fields(seed: Seed) -> EnergyFields:
    """What energy adds to what a seed's process takes and gives.

    Raises
    ------
    ValueError
        The seed lacks a factor that it needs, or has one that cannot be or is in another unit.
    """
    physics = accounted(seed)
    if physics is None:
        return EnergyFields()
    try:
        check_factors(physics, seed.economics)
    except ValueError as error:
        raise ValueError(f"seed {seed.process.name}: {error}") from None
    return EnergyFields(
        predicted={ENERGY: _energy_kind(seed, physics)},
        request={ENERGY: _asked(), GRID_FACTOR: _grid_factor(seed)},
        answer={BASIS: _basis_kind(seed)},
        example={ENERGY: True, GRID_FACTOR: seed.economics[GRID_FACTOR].value},
    )


def _asked() -> Any:
    """Type of the field of a request that asks for energy."""
    about = (
        f"false: no `{ENERGY}` in the predictions, which are then answered several times as fast where rows are many"
    )
    return Annotated[bool, Field(default=True, description=about)]


def _grid_factor(seed: Seed) -> Any:
    """Type of the field of a request that replaces the grid's factor."""
    factor = seed.economics[GRID_FACTOR]
    about = (
        f"CO2e of the grid that replaces the seed's, for this request, in `{ENERGY}` and in what is derived; "
        f"by the seed {factor.value:g} {factor.unit} ({factor.source})"
    )
    described = Field(
        default=None,
        ge=0,
        le=MOST_OF_A_GRID,
        description=about,
        examples=[factor.value],
        json_schema_extra={"x-unit": factor.unit},
    )
    return Annotated[float | None, described]


def replaced(request: Record) -> dict[str, float]:
    """Factors that a request replaces."""
    factor = request.get(GRID_FACTOR)
    return {} if factor is None else {GRID_FACTOR: factor}


def _energy_kind(seed: Seed, physics: EnergyPhysics) -> Any:
    """Type of a prediction's energy."""
    own = title(seed)
    boundaries = {name: _estimate(about, _ENERGY_UNIT) for name, about in BOUNDARIES.items()}
    scopes = {name: _estimate(about, _EMISSION_UNIT) for name, about in _SCOPES.items()}
    sources = {
        scope: record(
            f"{own}{scope.replace('_', ' ').title().replace(' ', '')}Sources",
            f"{_SCOPES[scope]}, by what they come from.",
            {_key(name): _estimate(about, _EMISSION_UNIT) for name, about in parts.items()},
        )
        for scope, parts in (("scope_1", physics.EMITTED), ("scope_2", _bought(physics)))
    }
    norms: Any = _standing_kind(seed)
    kind = record(
        f"{own}Energy",
        "Energy and greenhouse gases of a tonne. Intervals follow from that of the current efficiency alone.",
        {
            "boundaries": record(f"{own}Boundaries", "Specific energy by what is counted.", boundaries),
            "coal_equivalent": _estimate(
                "the comprehensive energy as coal equivalent: 0.1229 kgce/kWh of electricity and 34.12 kgce/GJ of "
                "heat by GB/T 2589",
                _COAL_UNIT,
            ),
            "scopes": record(f"{own}Scopes", "Greenhouse gases by scope.", scopes),
            "sources": record(f"{own}EmissionSources", "Greenhouse gases by what they come from.", sources),
            "norms": Annotated[list[norms], Field(description="where it stands under each norm of the seed")],
        },
    )
    about = "energy and greenhouse gases of a tonne, and energy grades of norms"
    return Annotated[kind, Field(default=None, description=f"{about}; left out where `{ENERGY}` is false")]


def _standing_kind(seed: Seed) -> Any:
    grades = tuple(dict.fromkeys(grade.name for norm in seed.norms for grade in norm.grades)) or ("",)
    grade: Any = Literal[grades] | None
    return record(
        f"{title(seed)}EnergyGrade",
        "Where a row stands under a norm.",
        {
            "name": Annotated[str, Field(description="name of the norm in the seed")],
            "document": Annotated[str, Field(description="a benchmark is not a norm: which document it is")],
            "boundary": Literal[get_args(Boundary)],
            "certainty": Annotated[
                Literal[get_args(Certainty)], Field(description="how sure the limits are: read, or only recalled")
            ],
            "energy": Annotated[
                Estimate, Field(description="what the norm limits, with what it counts elsewhere than in the process")
            ],
            "grade": Annotated[grade, Field(description="best grade that is kept; null: none, or energy not known")],
            "best_grade": Annotated[grade, Field(description="that of the low end of the interval")],
            "worst_grade": Annotated[grade, Field(description="that of the high end of the interval")],
            "next_grade": Annotated[grade, Field(description="the next better grade; null: there is none")],
            "distance": Annotated[
                Estimate | None,
                Field(description="energy above the limit of the next grade; where the low end is negative it is kept"),
            ],
        },
    )


def _basis_kind(seed: Seed) -> Any:
    """Type of what the energy of an answer rests on."""
    own = title(seed)
    factor: Any = record(
        f"{own}EnergyFactor", "A factor that was reckoned with.", {"value": float, "unit": str, "source": str}
    )
    grade: Any = record(f"{own}EnergyLimit", "A grade and its limit.", {"name": str, "at_most": float})
    norm: Any = record(
        f"{own}Norm",
        "A document that limits energy.",
        {
            "name": str,
            "document": str,
            "title": Annotated[str, Field(description="what the document limits")],
            "boundary": Literal[get_args(Boundary)],
            "unit": Literal[get_args(NormUnit)],
            "grades": list[grade],
            "certainty": Literal[get_args(Certainty)],
            "source": str,
            "elsewhere": Annotated[
                factor | None, Field(description="what the document counts and the process does not: it is added")
            ],
        },
    )
    kind = record(f"{own}EnergyBasis", "What energy rests on.", {"factors": dict[str, factor], "norms": list[norm]})
    about = "factors and norms that all energies of this answer rest on"
    return Annotated[kind, Field(default=None, description=f"{about}; left out where `{ENERGY}` is false")]


def asked_energy(
    seed: Seed,
    model: Any,
    X: FloatArray,
    answers: Mapping[str, Answer],
    request: Record,
    flags: list[list[str]],
) -> tuple[EnergyAnswers, Record] | None:
    """Energy of rows that a model has answered, as `answered_energy` gives it; None where it is not asked or known.

    Parameters
    ----------
    seed : Seed
        The process as it is served; its norms count.
    model : RegressionModel or SeveralTargets
        What answered.
    X : ndarray, shape (n, k)
        Inputs of the rows, as the model takes them.
    answers : Mapping of str to Answer
        What it answered.
    request, flags
        As for `answered_energy`.
    """
    physics = accounted(seed) if request.get(ENERGY) else None
    if physics is None:
        return None
    economics = {**seed.economics, **model.seed.economics}  # as derived targets have them
    columns, efficiency = by_name(X, model.names), answers[seed.target.name]
    return answered_energy(seed, physics, columns, efficiency, economics, request, flags)


def answered_energy(
    seed: Seed,
    physics: EnergyPhysics,
    columns: Mapping[str, FloatArray],
    efficiency: Answer,
    economics: Mapping[str, Quantity],
    request: Record,
    flags: list[list[str]],
) -> tuple[EnergyAnswers, Record]:
    """Energy of n rows as arrays, and what all of it rests on.

    Parameters
    ----------
    seed : Seed
        The process as it is served; its norms count.
    physics : EnergyPhysics
        Its energy module.
    columns : Mapping of str to ndarray, shape (n,)
        Inputs of the rows.
    efficiency : Answer
        Current efficiency that was predicted for them [%].
    economics : Mapping of str to Quantity
        Values of [economics], before the request replaces any.
    request : dict
        The request around the rows.
    flags : list of list of str
        Flags of the n rows, which are added to.
    """
    factors = {name: economics[name] for name in factors_of(physics)}
    for name, value in replaced(request).items():
        factors[name] = Quantity(value=value, unit=factors[name].unit, source="assumed: by the request")
    values = {name: one.value for name, one in factors.items()}
    found = energy_answers(physics, columns, efficiency, values, seed.norms)
    known = np.isfinite(found.boundaries[COMPREHENSIVE].value + found.scopes["total"].value)
    for i in np.flatnonzero(~known).tolist():
        flags[i].append(NOT_KNOWN)
    basis = {
        "factors": {name: _stated(one) for name, one in factors.items()},
        "norms": [_norm(norm) for norm in seed.norms],
    }
    return found, basis


def energy_rows(found: EnergyAnswers, n: int) -> list[Record]:
    """Energy of each of n rows, as the fields of an answer describe it."""
    boundaries = _each(found.boundaries, _ENERGY_UNIT, n)
    coal = _estimates(found.coal_equivalent, _COAL_UNIT)
    scopes = _each(found.scopes, _EMISSION_UNIT, n)
    sources = {
        scope: _each({_key(name): one for name, one in parts.items()}, _EMISSION_UNIT, n)
        for scope, parts in found.sources.items()
    }
    by_scope = [dict(zip(sources, parts, strict=True)) for parts in zip(*sources.values(), strict=True)]
    standings = [_standings(one) for one in found.standings]
    norms = map(list, zip(*standings, strict=True)) if standings else ([] for _ in range(n))
    return [
        {"boundaries": one, "coal_equivalent": two, "scopes": three, "sources": four, "norms": five}
        for one, two, three, four, five in zip(boundaries, coal, scopes, by_scope, norms, strict=True)
    ]


def _standings(one: Standing) -> list[Record]:
    norm = one.norm
    head = {"name": norm.name, "document": norm.document, "boundary": norm.boundary, "certainty": norm.certainty}
    energy, distance = _estimates(one.energy, norm.unit), _estimates(one.distance, norm.unit)
    return [
        {
            **head,
            "energy": value,
            "grade": grade,
            "best_grade": best,
            "worst_grade": worst,
            "next_grade": following,
            "distance": None if following is None else away,
        }
        for value, grade, best, worst, following, away in zip(
            energy, one.grade, one.best, one.worst, one.following, distance, strict=True
        )
    ]


def _each(answers: Mapping[str, Answer], unit: str, n: int) -> list[Record]:
    if not answers:
        return [{} for _ in range(n)]
    columns = zip(*(_estimates(one, unit) for one in answers.values()), strict=True)
    return [dict(zip(answers, row, strict=True)) for row in columns]


def _estimates(answer: Answer, unit: str) -> list[Record]:
    ends: Sequence[list[float]] = [part.tolist() for part in answer]
    return [{"value": value, "low": low, "high": high, "unit": unit} for value, low, high in zip(*ends, strict=True)]


def _estimate(about: str, unit: str) -> Any:
    return Annotated[Estimate, Field(description=f"{about} [{unit}]", json_schema_extra={"x-unit": unit})]


def _bought(physics: EnergyPhysics) -> dict[str, str]:
    return {name: about for name, about in BOUGHT.items() if name != STEAM or "steam_heat" in physics.FACTORS}


def _key(name: str) -> str:
    return name.replace(" ", "_")


def _stated(one: Quantity) -> Record:
    return {"value": one.value, "unit": one.unit, "source": one.source}


def _norm(norm: Norm) -> Record:
    names = ("name", "document", "title", "boundary", "unit")
    return {
        **{name: getattr(norm, name) for name in names},
        "grades": [{"name": grade.name, "at_most": grade.at_most} for grade in norm.grades],
        "certainty": norm.certainty,
        "source": norm.source,
        "elsewhere": None if norm.elsewhere is None else _stated(norm.elsewhere),
    }
