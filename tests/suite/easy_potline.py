"""The potline without the forces that set in against a move: its best metal level and AlF3 lie at a bound for all pots.

    from tests.suite.easy_potline import easy

`easy(seed)` is the plant of the seed as it was at first, to the byte of its table; `another_plant(easy(seed), 7)` is
another of its kind.
"""

from seeds import Parameter, Plant, Quantity, Seed

_FORCES_OFF = {"acd_limit_per_ledge": 0.0, "cold_settling": 0.0, "sludge_loss_most": 1.0, "test_periods": 1.0}
_AS_AT_FIRST = {
    **{"side_per_metal": 0.02, "acd_limit_per_metal": 0.35, "transfer_pot_sd": 0.12, "sludge_loss": 2.0},
    **{"loss_reference": 5.0, "loss_wear": 0.35, "acd_limit_sd": 1.5, "acd_limit_wear": 1.2, "badness_tie": 0.1},
    **{"acd_limit": 36.6, "voltage_setpoint": 4.0, "top_loss": 0.487, "review_level_noise": 0.03},
    **{"noise_rise": 20.0, "noise_wanted": 19.0, "temperature_wanted": 958.0, "pad_rate": 10.0, "shell_pot_sd": 20.0},
}


def easy(seed: Seed) -> Seed:
    """The potline's seed without the forces, and with metal that costs nothing while it stands in the pots."""
    plant = seed.plant
    assert isinstance(plant, Plant)
    changed = {name: _with(plant.parameters[name], value) for name, value in (_FORCES_OFF | _AS_AT_FIRST).items()}
    economics = seed.economics | {"interest": _with(seed.economics["interest"], 0.0)}
    easier = plant.model_copy(update={"parameters": plant.parameters | changed})
    return seed.model_copy(update={"plant": easier, "economics": economics})


def _with(quantity: Quantity, value: float) -> Quantity:
    return quantity.model_copy(update={"value": value} | ({"typical": None} if isinstance(quantity, Parameter) else {}))
