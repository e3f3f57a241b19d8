"""Flash tester and insulation tester: readings of modules that operators tested."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.photovoltaics.ageing import at_temperature
from synthetic_data.module_line.condition import ModuleCondition
from synthetic_data.module_line.faults import ModuleLineFaults
from synthetic_data.module_line.lots import ModuleLots
from synthetic_data.module_line.modules import Modules
from synthetic_data.module_line.operators import HandledModules
from synthetic_data.module_line.parameters import ModuleLineParameters

# By type, 1/K.
_POWER_COEFFICIENT = np.array([-0.0039, -0.0042, -0.0028, -0.0036, -0.0022, 0.0])
_VOLTAGE_COEFFICIENT = np.array([-0.0030, -0.0032, -0.0027, -0.0030, -0.0030, 0.0])
_CURRENT_COEFFICIENT = np.array([0.0005, 0.0005, 0.0004, 0.0002, 0.0008, 0.0])
_MONTH = 30.44  # d


def irradiance(lots: ModuleLots, p: ModuleLineParameters, rng: np.random.Generator) -> FloatArray:
    """Light of the flash in each lot relative to the assumed one, (k,); the lamp fades until replaced."""
    age = np.mod(lots.day, p.lamp_life)
    faded = 1.0 - p.lamp_fade * age / _MONTH
    return lots.parameters.flash_offset * faded * (1.0 + p.lamp_lot_sd * rng.standard_normal(len(age)))


def read(
    lots: ModuleLots,
    modules: Modules,
    condition: ModuleCondition,
    treated: HandledModules,
    lamp: FloatArray,
    faults: ModuleLineFaults,
    p: ModuleLineParameters,
    rng: np.random.Generator,
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Readings by name, NaN without a flash, and the light at each module relative to the standard.

    Nothing is corrected: the tester reports what it measures at the module's temperature.
    """
    lot, kind = modules.lot, modules.kind
    z = rng.standard_normal((7, len(lot)))
    of_lot = p.temperature_mean + p.temperature_lot_sd * rng.standard_normal(len(lots.day))
    temperature = of_lot[lot] + p.temperature_sd * z[0]
    light = lamp[lot] * (1.0 - treated.soil)
    power = condition.power * light * at_temperature(1.0, _POWER_COEFFICIENT[kind], temperature)
    clamp = p.clamp_resistance * faults.on("clamp", lots.day)[lot]
    power = (power - clamp * condition.peak_current**2) * (1.0 + lots.parameters.flash_sd[lot] * z[1])
    current = condition.short_circuit * light * at_temperature(1.0, _CURRENT_COEFFICIENT[kind], temperature)
    current = current * (1.0 + p.current_sd * z[2])
    voltage = condition.open_circuit * at_temperature(1.0, _VOLTAGE_COEFFICIENT[kind], temperature)
    voltage = (voltage + condition.scale * (light - 1.0)) * (1.0 + p.voltage_sd * z[3])
    # At a fifth of the light the clamp drops a fifth of its voltage.
    lost_low = 0.2 * clamp * condition.peak_current / condition.peak_voltage
    low_fill = condition.low_fill * (1.0 - lost_low) + p.low_sd * z[4]
    power = np.maximum(power, 0.0)
    curve = {"isc": current, "voc": voltage, "pmp": power, "ff": power / (current * voltage), "ff_low": low_fill}
    read = {name: np.where(treated.flashed, values, np.nan) for name, values in curve.items()}
    dryness = np.where(lots.wet, p.wet_factor, 1.0)
    insulation = condition.insulation * dryness[lot] * np.exp(p.insulation_rsd * z[5])
    read["insulation"] = np.where(modules.kind < len(_POWER_COEFFICIENT) - 1, insulation, np.nan)
    read["module_temperature"] = temperature + p.temperature_error * z[6]
    return read, light
