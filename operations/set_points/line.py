"""Line part of a response: the set-point shared by its units, and the limit on their power."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from models.setpoints.line.advice import LineAdvice
from models.setpoints.units import MONEY
from operations.forms.fields import Record, record, title
from seeds import Column, Seed

LINE, POWER_LIMIT = "line", "power_limit"
_POWER = "MW"


def power_limit_kind() -> Any:
    """Type of a request's limit of power."""
    described = "direct-current power that all units may take together; null: no limit"
    return Annotated[
        float | None, Field(default=None, gt=0, description=described, json_schema_extra={"x-unit": _POWER})
    ]


def line_kind(seed: Seed, shared: Sequence[Column], estimate: Any) -> Any:
    """Type of the advice for all units together."""
    number = Annotated[float | None, Field(description="null: not known of this line")]
    setpoints = {
        setpoint.name: record(
            f"{title(seed, setpoint.name)}OfLine",
            setpoint.description,
            {"plan": number, "move": float, "recommended": number, "unit": Literal[str(setpoint.unit)]},
        )
        for setpoint in shared
    }
    power = {"before": number, "after": number, "limit": float | None, "unit": Literal[_POWER]}
    shadow_price = record(
        f"{title(seed)}PowerWorth", "What one more MW of the limit would bring.", {"value": float, "unit": str}
    )
    gain = "money that all moves of the line bring a day, their cost taken off"
    return record(
        f"{title(seed)}LineAdvice",
        "Recommendation for all units together; a unit's own is with the shared set-points as planned.",
        {
            "start": Annotated[str, Field(description="of the period")],
            "units": Annotated[int, Field(description="units that run")],
            "known_units": Annotated[int, Field(description="those of them whose plan and situation are known")],
            "setpoints": record(f"{title(seed)}LineSetpoints", "Set-points that all units share.", setpoints),
            "moves": Annotated[
                dict[str, dict[str, float]],
                Field(description="own moves of units that go with it, as what-if takes them"),
            ],
            "gain": Annotated[estimate | None, Field(description=f"{gain}; null: not known of this line")],
            "gain_without_shared_move": Annotated[
                estimate | None,
                Field(description="the most without a move of what is shared; null: not known, or beyond the limit"),
            ],
            "power": record(f"{title(seed)}LinePower", "Direct-current power of all units in the period.", power),
            "shadow_price": Annotated[shadow_price | None, Field(description="null: no limit of power was given")],
            "binding_constraints": Annotated[
                str | None, Field(description="what keeps the line from moves that would bring more; null: nothing")
            ],
            "infeasible_units": Annotated[
                dict[str, str],
                Field(
                    description="units that violate a limit too often with any of their own set-points, and the limit"
                ),
            ],
            "refusal": Annotated[
                str | None,
                Field(description="why what is shared is not moved; null: it is, or the plan is as good as any"),
            ],
        },
    )


def line_part(line: LineAdvice, seed: Seed) -> Record:
    """Advice for all units together, each number with its unit."""
    plan = _known(line.plan)
    return {
        "start": line.start.date().isoformat() if seed.is_daily else line.start.isoformat(),
        "units": line.units,
        "known_units": line.known,
        "setpoints": {
            line.setpoint: {
                "plan": plan,
                "move": line.move,
                "recommended": None if plan is None else plan + line.move,
                "unit": str(seed.column(line.setpoint).unit),
            }
        },
        "moves": line.moves,
        "gain": None if line.gain is None else vars(line.gain) | {"unit": MONEY},
        "gain_without_shared_move": None
        if line.gain_without_shared_move is None
        else vars(line.gain_without_shared_move) | {"unit": MONEY},
        "power": {
            "before": _known(line.before),
            "after": _known(line.after),
            "limit": line.limit,
            "unit": _POWER,
        },
        "shadow_price": None if line.worth is None else {"value": line.worth, "unit": f"{MONEY}/{_POWER}"},
        "binding_constraints": line.binding_constraints,
        "infeasible_units": line.infeasible_units,
        "refusal": line.refusal,
    }


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
