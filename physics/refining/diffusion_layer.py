"""Transport through a diffusion layer: diffusivity, thickness, limiting current, codeposition."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.electrochemistry import FARADAY, GAS, ZERO_CELSIUS

_REFERENCE = 60.0  # °C, of the diffusion coefficients
_REFERENCE_CURRENT = 300.0  # A/m², of the thickness
_REFERENCE_FLOW = 30.0  # L/min to a cell, of the thickness
_COPPER_MASS = 63.546  # g/mol
_COPPER_ELECTRONS = 2.0


def diffusion_coefficient(
    electrolyte_temperature: Numeric, reference_diffusion: Numeric = 1.0e-9, activation_energy: Numeric = 19.2
) -> FloatArray:
    """Diffusion coefficient in copper electrolyte: D = D60 exp(-Ea/R (1/T - 1/333.15)).

    Parameters
    ----------
    electrolyte_temperature
        Temperature of the electrolyte, T in kelvin, 40 to 65 [°C]
    reference_diffusion
        Diffusion coefficient D60 at 60 °C, of cupric ions 0.9e-9 to 1.3e-9 [m²/s]
    activation_energy
        Activation energy Ea, 19.2 in pure and 26.8 in industrial electrolyte [kJ/mol]

    Returns
    -------
    FloatArray
        Diffusion coefficient D [m²/s]

    References
    ----------
    Moats, Hiskey and Collins 2000, Hydrometallurgy 56, 255-268: activation energy, 35-70 g/L Cu, 160-250 g/L acid.
    D60 recalled.
    """
    inverse = 1.0 / (np.asarray(electrolyte_temperature, dtype=np.float64) + ZERO_CELSIUS)
    result: FloatArray = reference_diffusion * np.exp(
        -1000.0 * activation_energy / GAS * (inverse - 1.0 / (_REFERENCE + ZERO_CELSIUS))
    )
    return result


def diffusion_layer_thickness(
    plating_current: Numeric, cell_flow: Numeric = _REFERENCE_FLOW, reference_thickness: Numeric = 0.15
) -> FloatArray:
    """Thickness of the diffusion layer at a plate: δ = δ0 (j/300)^-0.2 (Q/30)^-0.1.

    Copper deposited at the plate lightens the electrolyte, which rises. With Sh ~ Gr^(1/4) and a density difference
    that is itself proportional to j δ, the thickness goes with j^(-1/5). The pumped flow adds little.

    Parameters
    ----------
    plating_current
        Current density j at the cathode, above 0 [A/m²]
    cell_flow
        Electrolyte flow Q to a cell, above 0 [L/min]
    reference_thickness
        Thickness δ0 at 300 A/m² and 30 L/min, 0.15 to 0.28 [mm]

    Returns
    -------
    FloatArray
        Thickness δ of the diffusion layer [mm]

    References
    ----------
    Free convection at a vertical plate, Sh ~ (Gr Sc)^(1/4); the exponent of j follows from it. Exponent of the flow and
    δ0: assumed.
    """
    driven = np.power(np.asarray(plating_current, dtype=np.float64) / _REFERENCE_CURRENT, -0.2)
    result: FloatArray = (
        reference_thickness * driven * np.power(np.asarray(cell_flow, dtype=np.float64) / _REFERENCE_FLOW, -0.1)
    )
    return result


def limiting_current(
    bulk_content: Numeric,
    diffusion: Numeric,
    layer_thickness: Numeric,
    molar_mass: Numeric = _COPPER_MASS,
    electrons: Numeric = _COPPER_ELECTRONS,
) -> FloatArray:
    """Current density at which the plate uses up what diffuses to it: j_lim = n F D c / (M δ).

    Parameters
    ----------
    bulk_content
        Content c of the metal's ions in the electrolyte [g/L]
    diffusion
        Diffusion coefficient D [m²/s]
    layer_thickness
        Thickness δ of the diffusion layer, above 0 [mm]
    molar_mass
        Molar mass M of the metal [g/mol]
    electrons
        Electrons n that one ion takes [1]

    Returns
    -------
    FloatArray
        Limiting current density j_lim [A/m²]

    References
    ----------
    Fick's and Faraday's laws; 320 A/m² at 46 g/L, 64 °C and 0.15 mm are about 0.3 of it.
    """
    # g/L is kg/m³, and 1000 for kg to g; 1000 for mm to m
    per_area = 1e6 * np.asarray(bulk_content, dtype=np.float64) * diffusion / layer_thickness
    result: FloatArray = electrons * FARADAY * per_area / molar_mass
    return result


def diffusion_limited_content(
    trace_content: Numeric, diffusion: Numeric, layer_thickness: Numeric, plating_current: Numeric
) -> FloatArray:
    """Content in the copper of a trace that plates out as fast as it diffuses: w = (D c/δ) / (j M/(2 F)).

    Parameters
    ----------
    trace_content
        Content c of the trace in the electrolyte [mg/L]
    diffusion
        Diffusion coefficient D of the trace [m²/s]
    layer_thickness
        Thickness δ of the diffusion layer, above 0 [mm]
    plating_current
        Current density j at the cathode, above 0 [A/m²]

    Returns
    -------
    FloatArray
        Content w of the trace in the deposit [ppm]

    References
    ----------
    Fick's and Faraday's laws, all current taken for copper's. Silver at 30 and 60 mg/L chloride and 300 A/m²: about
    21 and 10 ppm.
    """
    copper = np.asarray(plating_current, dtype=np.float64) * _COPPER_MASS / (_COPPER_ELECTRONS * FARADAY)  # g/m²/s
    trace = 1e3 * np.asarray(trace_content, dtype=np.float64) * diffusion / layer_thickness  # g/m²/s
    result: FloatArray = 1e6 * trace / copper
    return result
