"""Contents of lots, as requests and responses state them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from models.sorting.lots import OF_SPREAD, LotState
from operations.forms.fields import Record, quantity, record, title
from seeds import Bin, Column, Quantity, Seed
from seeds.format.units import whole

# Far beyond any lot, and small enough that sums and squares of it stay finite.
LARGEST_MASS = 1e9
LOTS = "lots"  # field of requests and responses, and word of `include`
STATES = "lot_states"  # of a request whose rows are answered in blocks: its lots after the earlier ones
PARTS = ("mass", "variance", *OF_SPREAD)  # of an element that come back as they were sent


def lot(seed: Seed) -> Any:
    """Type of a lot: the mass in each bin, and what is known of each element that the bin limits.

    Masses and variances come back as they were sent; the rest is for the reader, and may be left out on the way in.
    """
    elements = {column.name: _element(column, seed) for column in seed.elements}
    scattered = {column.name: _scattered(column, seed) for column in seed.elements}
    bins = {
        one.name: Annotated[_held(one, seed, elements, scattered), Field(description=one.title)] for one in seed.bins
    }
    about = "What has gone into each bin of a lot so far."
    return record(f"{title(seed)}Lot", about, {"bins": record(f"{title(seed)}LotBins", about, bins)})


def _held(one: Bin, seed: Seed, elements: Mapping[str, Any], scattered: Mapping[str, Any]) -> Any:
    mass = quantity(f"{title(seed)}Mass", "kg", 0, LARGEST_MASS)
    limited = {
        name: Annotated[
            (scattered if name in one.sd_limits else elements)[name], Field(description=_at_most(one, name))
        ]
        for name in one.limits | one.sd_limits
    }
    return record(
        f"{title(seed, one.name)}Bin",
        f"What a lot holds in {one.name}.",
        {
            "mass": Annotated[mass, Field(description="mass, what was ejected along with the pieces included [kg]")],
            "elements": record(f"{title(seed, one.name)}BinElements", f"Elements that {one.name} limits.", limited),
        },
    )


def _at_most(one: Bin, name: str) -> str:
    """Limits of an element in a lot of a bin, as text."""
    of_mean, of_sd = one.limits.get(name), one.sd_limits.get(name)
    words = [] if of_mean is None else [f"at most {of_mean.value:g} {of_mean.unit} in a lot"]
    words += [] if of_sd is None else [f"standard deviation of pieces at most {of_sd.value:g} {of_sd.unit}"]
    return ", ".join(words)


def _element(column: Column, seed: Seed) -> Any:
    about = f"What is known of the mass of one element: {column.description}."
    return record(f"{title(seed, column.name)}Held", about, _mean_fields(column, seed))


def _scattered(column: Column, seed: Seed) -> Any:
    """Type of an element whose spread a bin limits."""
    squares = quantity(f"{title(seed)}Squares", "kg", -LARGEST_MASS, LARGEST_MASS)
    variance = quantity(f"{title(seed)}SquaresVariance", "kg²", 0, LARGEST_MASS**2)
    own = quantity(f"{title(seed)}MassVariance", "kg²", 0, LARGEST_MASS**2)
    content = _content(column, seed)
    about = "expected sum of mass times squared distance of the content, as a share, from the bin's mean [kg]"
    return record(
        f"{title(seed, column.name)}HeldAndScattered",
        f"What is known of the mass of one element and of its spread among the pieces: {column.description}.",
        {
            **_mean_fields(column, seed),
            "squares": Annotated[squares, Field(description=about)],
            "squares_variance": Annotated[variance, Field(description="variance of that estimate [kg²]")],
            "own_variance": Annotated[own, Field(description="variance of the mass that is of single pieces [kg²]")],
            "sd": _for_the_reader(content, "estimated standard deviation among the pieces; null in an empty bin"),
            "sd_limit": _for_the_reader(content, "highest standard deviation among the pieces of a closed lot"),
        },
    )


def _content(column: Column, seed: Seed) -> Any:
    """Type of a content; where elements have several units, each element has its own."""
    own = len({one.unit for one in seed.elements}) > 1
    return quantity(f"{title(seed, column.name) if own else title(seed)}Content", str(column.unit))


def _for_the_reader(kind: Any, about: str) -> Any:
    return Annotated[kind | None, Field(default=None, description=about)]


def _mean_fields(column: Column, seed: Seed) -> dict[str, Any]:
    estimate = quantity(f"{title(seed)}ElementMass", "kg", -LARGEST_MASS, LARGEST_MASS)
    variance = quantity(f"{title(seed)}MassVariance", "kg²", 0, LARGEST_MASS**2)
    content = _content(column, seed)
    allowance = quantity(f"{title(seed)}Allowance", "kg")
    return {
        "mass": Annotated[estimate, Field(description="estimated mass; may be a little below 0 [kg]")],
        "variance": Annotated[variance, Field(description="variance of that estimate [kg²]")],
        "share": _for_the_reader(content, "estimated mean content; null in an empty bin"),
        "limit": _for_the_reader(content, "highest mean content of a closed lot"),
        "remaining_mass": _for_the_reader(allowance, "mass of the element that the bin may still take"),
    }


def states(request: Record, seed: Seed) -> dict[str, LotState]:
    """Lots of a request as the model takes them: after its earlier rows, else as the request states them."""
    after_earlier: dict[str, LotState] | None = request.get(STATES)
    return _stated(request[LOTS], seed) if after_earlier is None else after_earlier


def _stated(lots: Mapping[str, Record], seed: Seed) -> dict[str, LotState]:
    """Lots that `lot` describes, as the model takes them."""

    def needed(bins: Mapping[str, Record]) -> dict[str, Any]:
        return {
            name: {
                "mass": held["mass"]["value"],
                "elements": {
                    element: {part: one[part]["value"] for part in PARTS if part in one}
                    for element, one in held["elements"].items()
                },
            }
            for name, held in bins.items()
        }

    return {name: LotState.from_dict(seed, needed(one["bins"])) for name, one in lots.items()}


def lot_answers(states_of_lots: Mapping[str, LotState], seed: Seed) -> Record:
    """Lots by their names as `lot` describes them."""
    return {name: lot_answer(state, seed) for name, state in states_of_lots.items()}


def lot_answer(state: LotState, seed: Seed) -> Record:
    """A lot as `lot` describes it."""
    held, allowances, sds = state.to_dict(seed), state.allowance(seed).tolist(), state.sds(seed).tolist()
    numbers = {column.name: e for e, column in enumerate(seed.elements)}
    bins: Record = {}
    for b, one in enumerate(seed.bins):
        mass = held[one.name]["mass"]
        elements: Record = {}
        for name, estimate in held[one.name]["elements"].items():
            e = numbers[name]
            elements[name] = _known(estimate, mass, str(seed.elements[e].unit), one.limits.get(name), allowances[b][e])
            if name in one.sd_limits:
                elements[name] |= _known_spread(estimate, one.sd_limits[name], sds[b][e])
        bins[one.name] = {"mass": {"value": mass, "unit": "kg"}, "elements": elements}
    return {"bins": bins}


def _known(estimate: Mapping[str, float], mass: float, unit: str, limit: Quantity | None, allowance: float) -> Record:
    """Mass of an element in a bin that holds a mass [kg], with its variance and limit."""
    share = whole(unit) * estimate["mass"] / mass if mass else math.inf
    return {
        "mass": {"value": estimate["mass"], "unit": "kg"},
        "variance": {"value": estimate["variance"], "unit": "kg²"},
        "share": {"value": share, "unit": unit} if math.isfinite(share) else None,
        "limit": None if limit is None else {"value": limit.value, "unit": unit},
        "remaining_mass": None if limit is None else {"value": allowance, "unit": "kg"},
    }


def _known_spread(estimate: Mapping[str, float], limit: Quantity, sd: float) -> Record:
    """Scatter of an element among a bin's pieces, with its variance and limit."""
    return {
        "squares": {"value": estimate["squares"], "unit": "kg"},
        "squares_variance": {"value": estimate["squares_variance"], "unit": "kg²"},
        "own_variance": {"value": estimate["own_variance"], "unit": "kg²"},
        "sd": {"value": sd, "unit": limit.unit} if math.isfinite(sd) else None,
        "sd_limit": {"value": limit.value, "unit": limit.unit},
    }


def example(seed: Seed) -> Record:
    """Example lot whose bins hold a quarter of its mass and half of the limits.

    Half of a standard deviation is a quarter of its squares.
    """
    mass = seed.sorting_rules.lot_mass.value / 4

    def known(one: Bin, name: str) -> Record:
        of_mean, of_sd = one.limits.get(name), one.sd_limits.get(name)
        # Where the mean has no limit, a content of twice the limit of its standard deviation.
        content = of_mean.value / 2 if of_mean is not None else 2 * one.sd_limits[name].value
        estimate = content / whole(str(seed.column(name).unit)) * mass
        numbers = {"mass": (estimate, "kg"), "variance": ((estimate / 20) ** 2, "kg²")}
        if of_sd is not None:
            squares = (of_sd.value / whole(of_sd.unit)) ** 2 * mass / 4
            numbers |= {"squares": (squares, "kg"), "squares_variance": ((squares / 10) ** 2, "kg²")}
            numbers["own_variance"] = numbers["variance"]
        return {part: {"value": float(f"{value:.3g}"), "unit": unit} for part, (value, unit) in numbers.items()}

    return {
        "bins": {
            one.name: {
                "mass": {"value": mass, "unit": "kg"},
                "elements": {name: known(one, name) for name in one.limits | one.sd_limits},
            }
            for one in seed.bins
        }
    }
