"""Types of energy and greenhouse gases in requests and responses of processes with energy accounts."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from models.energy.account import check_factors
from models.interfaces.energy import GRID_FACTOR, AnyEnergy
from operations.forms.fields import ModelUsed, Record, record, title
from operations.forms.include import only_with
from operations.predictions.options import AddedFields
from operations.predictions.payloads import QuantityEstimate
from seeds import Seed
from seeds.format.norms import Boundary, NormUnit
from seeds.format.quantity import Verification

ENERGY = "energy"  # word of `include`, field of a prediction, and last part of the address of its basis
# No fuel gives more: lignite in an old station emits 1.2 kg a kilowatt-hour. A factor in g or in t is refused by it.
MOST_OF_A_GRID = 2.0  # kgCO2e/kWh
EMBEDDED, TIERS = "embedded_emissions", "power_tiers"
OUTSIDE_CBAM = "CBAM, the carbon border adjustment of the EU, does not cover the goods of this process."
EMISSION_UNIT, COAL_UNIT = "tCO2e/t", "kgce/t"
ABOUT = "energy and greenhouse gases of a tonne by boundary and scope, and energy grades of norms"
SCOPES = {
    "scope_1": "emissions of the process itself",
    "scope_2": "emissions of the electricity and the steam that it buys",
    "total": "both together",
}


def energy_fields(seed: Seed, physics: AnyEnergy) -> AddedFields:
    """Fields that energy adds to requests and responses of a seed's process.

    Raises
    ------
    ValueError
        The seed lacks a factor that it needs, has one that cannot be or is in another unit, or a norm that limits
        what is not accounted for.
    """
    try:
        check_factors(physics, seed.economics, seed.norms)
    except ValueError as error:
        raise ValueError(f"seed {seed.process.name}: {error}") from None
    return AddedFields(
        predicted={ENERGY: _energy_kind(seed, physics)},
        request={GRID_FACTOR: _grid_factor(seed)},
        example={GRID_FACTOR: seed.economics[GRID_FACTOR].value},
    )


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


def _energy_kind(seed: Seed, physics: AnyEnergy) -> Any:
    """Type of a prediction's energy."""
    own = title(seed)
    kind = physics.KIND
    boundaries = {name: _estimate(about, kind.unit) for name, about in kind.boundaries.items()}
    scopes = {name: _estimate(about, EMISSION_UNIT) for name, about in SCOPES.items()}
    sources = {
        scope: record(
            f"{own}{scope.replace('_', ' ').title().replace(' ', '')}Sources",
            f"{SCOPES[scope]}, by source.",
            {name: _estimate(about, EMISSION_UNIT) for name, about in parts.items()},
        )
        for scope, parts in emission_sources(physics).items()
    }
    norms: Any = _standing_kind(seed)
    answered = record(
        f"{own}Energy",
        "Energy and greenhouse gases of a tonne. Intervals follow from that of the "
        f"{physics.TARGET.replace('_', ' ')} alone." + ("" if physics.CBAM_GOODS else f" {OUTSIDE_CBAM}"),
        {
            "boundaries": record(f"{own}Boundaries", "Specific energy by boundary.", boundaries),
            "coal_equivalent": _estimate(
                "the comprehensive energy as coal equivalent: 0.1229 kgce/kWh of electricity and 34.12 kgce/GJ of "
                "heat by GB/T 2589",
                COAL_UNIT,
            ),
            "scopes": record(f"{own}Scopes", "Greenhouse gases by scope.", scopes),
            "sources": record(f"{own}EmissionSources", "Greenhouse gases by source.", sources),
            **_embedded_kind(physics),
            **_tiers_kind(seed, physics),
            "norms": Annotated[list[norms], Field(description="where it stands under each norm of the seed")],
        },
    )
    return only_with(answered, ENERGY, ABOUT)


def _embedded_kind(physics: AnyEnergy) -> Record:
    """Field of the emissions embedded in goods by CBAM; none for goods that it does not cover."""
    if physics.CBAM_GOODS is None:
        return {}
    about = (
        f"direct emissions embedded in {physics.CBAM_GOODS}, by the rules of CBAM (Implementing Regulation (EU) "
        "2025/2547): anodes and anode effects of electrolysis; without indirect emissions, fuels, flue gas treatment "
        "and precursors"
    )
    return {EMBEDDED: _estimate(about, EMISSION_UNIT)}


def tier_units(seed: Seed, physics: AnyEnergy) -> dict[str, str]:
    """Units of a tiered power price by the names of its parts; none where the seed states no year of it."""
    priced = physics.tiers({name: one.value for name, one in seed.economics.items()})
    return {} if priced is None else {"consumption": "kWh/t", "surcharge": "$/kWh", "cost": "$/t"}


def _tiers_kind(seed: Seed, physics: AnyEnergy) -> Record:
    """Field of a tiered power price; none where the seed states no year of it."""
    units = tier_units(seed, physics)
    if not units:
        return {}
    about = {
        "consumption": "alternating current of liquid aluminium that the rule of the year counts, with bus bars",
        "surcharge": "surcharge on all of it, by the steps of the rule",
        "cost": "what the surcharge costs a tonne",
    }
    tiers: Any = record(
        f"{title(seed)}PowerTiers",
        "Tiered power price of aluminium, as if the plant took what the row takes.",
        {name: _estimate(about[name], unit) for name, unit in units.items()},
    )
    return {TIERS: tiers}


def _standing_kind(seed: Seed) -> Any:
    grades = tuple(dict.fromkeys(grade.name for norm in seed.norms for grade in norm.grades)) or ("",)
    grade: Any = Literal[grades] | None
    return record(
        f"{title(seed)}EnergyGrade",
        "Where a row stands under a norm.",
        {
            "name": Annotated[str, Field(description="name of the norm in the seed")],
            "energy": Annotated[
                QuantityEstimate,
                Field(description="what the norm limits, with what it counts elsewhere than in the process"),
            ],
            "grade": Annotated[grade, Field(description="best grade that is kept; null: none, or energy not known")],
            "best_grade": Annotated[grade, Field(description="that of the low end of the interval")],
            "worst_grade": Annotated[grade, Field(description="that of the high end of the interval")],
            "next_grade": Annotated[grade, Field(description="the next better grade; null: there is none")],
            "distance": Annotated[
                QuantityEstimate | None,
                Field(description="energy above the limit of the next grade; where the low end is negative it is kept"),
            ],
        },
    )


def basis_kind(seed: Seed) -> Any:
    """Type of the factors and norms that energy rests on."""
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
            "verification": Annotated[
                Literal[get_args(Verification)], Field(description="how sure the limits are: read, or only recalled")
            ],
            "source": str,
            "outside_boundary": Annotated[
                factor | None, Field(description="what the document counts and the process does not: it is added")
            ],
        },
    )
    return record(
        f"{own}EnergyBasis",
        f"Factors and norms that the energy in predictions rests on. {seed.process.title}.",
        {
            "process": Literal[seed.process.name],
            "model": ModelUsed,
            "factors": Annotated[
                dict[str, factor],
                Field(description="those of the model in service; a request may replace that of the grid"),
            ],
            "norms": list[norm],
        },
    )


def _estimate(about: str, unit: str) -> Any:
    return Annotated[QuantityEstimate, Field(description=f"{about} [{unit}]", json_schema_extra={"x-unit": unit})]


def emission_sources(physics: AnyEnergy) -> dict[str, dict[str, str]]:
    """Sources of the emissions of each scope, by the names of their fields, each with its meaning."""
    scopes = {"scope_1": physics.EMITTED, "scope_2": physics.bought()}
    return {scope: {name.replace(" ", "_"): about for name, about in parts.items()} for scope, parts in scopes.items()}
