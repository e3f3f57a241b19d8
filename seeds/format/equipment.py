"""Plant facts: stated once in [equipment], referred to by parameters of the simulated plant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

REFERENCE = "fact"
_FORM = frozenset({"value", "unit", "source"})


def with_facts(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a raw seed whose [plant.parameters] also hold the facts, so that a simulator finds all there.

    A parameter that refers to a fact has its value, unit and source; a fact without a parameter becomes one. What is of
    the wrong form is left out: `faults` or the seed's own types name it.
    """
    facts, parameters = _parts(raw)
    if parameters is None:
        return dict(raw)
    whole = {name: fact for name, fact in facts.items() if isinstance(fact, dict) and fact.keys() == _FORM}
    result = {}
    for name, one in parameters.items():
        referred = _referred(one)
        if referred is None:
            result[name] = one
        elif referred in whole:
            result[name] = whole[referred] | {key: value for key, value in one.items() if key != REFERENCE}
    result |= {name: fact for name, fact in whole.items() if name not in parameters}
    return dict(raw) | {"plant": raw["plant"] | {"parameters": result}}


def faults(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield errors between [equipment] and [plant]: double statements, missing facts, changes by regimes."""
    facts, parameters = _parts(raw)
    for name, one in (parameters or {}).items():
        place, referred = f"plant.parameters.{name}", _referred(one)
        if referred is None:
            if name in facts:
                yield f'{place}: stated in [equipment] too: leave it out, or refer to it by {REFERENCE} = "{name}"'
            continue
        if referred not in facts:
            known = ", ".join(facts) or "none"
            yield f"{place}.{REFERENCE}: got '{referred}': expected a fact of [equipment]: {known}"
        for key in sorted(one.keys() & {*_FORM, "typical"}):
            yield f"{place}.{key}: stated by the fact '{referred}' of [equipment]: leave it out"
    plant = raw.get("plant")
    regimes = plant.get("regimes") if isinstance(plant, dict) else None
    for regime in regimes if isinstance(regimes, list) else []:
        change = regime.get("change") if isinstance(regime, dict) else None
        for name in sorted(facts.keys() & change.keys()) if isinstance(change, dict) else ():
            place = f"plant.regimes.{regime.get('name')}"
            yield f"{place}: changes {name}, a fact of [equipment]: a rebuilt plant is another seed"


def facts_of(raw: Mapping[str, Any], place: tuple[int | str, ...]) -> set[str]:
    """Return the names of facts to which the parameter at a place of a raw seed may refer; else none."""
    if place[:2] != ("plant", "parameters") or len(place) < 3:
        return set()
    name = str(place[2])
    return {name, _referred((_parts(raw)[1] or {}).get(name)) or name}


def _parts(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Facts, and parameters of the simulated plant, None where there is none."""
    facts, plant = raw.get("equipment"), raw.get("plant")
    parameters = plant.get("parameters") if isinstance(plant, dict) else None
    return facts if isinstance(facts, dict) else {}, parameters if isinstance(parameters, dict) else None


def _referred(parameter: Any) -> str | None:
    """Name of the fact that a parameter refers to."""
    name = parameter.get(REFERENCE) if isinstance(parameter, dict) else None
    return name if isinstance(name, str) else None
