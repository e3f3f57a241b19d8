"""Caustic soda lost to silica and mud, and bauxite and liquor per tonne of alumina."""

from __future__ import annotations

from physics.arrays import FloatArray, Numeric, floats

_DESILICATION = 0.666  # kg of NaOH that a kg of silica binds, mol by mol
_NAOH_PER_NA2O = 2.0 * 39.997 / 61.979


def bound_soda(reactive_silica: Numeric, soda_per_silica: Numeric = _DESILICATION) -> FloatArray:
    """Soda that desilication product takes: b x.

    Parameters
    ----------
    reactive_silica
        Reactive silica x that comes with a tonne of alumina [kg/t]
    soda_per_silica
        NaOH that a kilogram of silica binds; one mol by mol is 0.666, practice 0.6 to 0.8 [1]

    Returns
    -------
    FloatArray
        NaOH a tonne of alumina [kg/t]

    References
    ----------
    Molar masses of NaOH and SiO2, 39.997 and 60.084 g/mol.
    """
    return floats(soda_per_silica) * reactive_silica


def silica_of_bauxite(silica_content: Numeric, available_alumina: Numeric, extraction: Numeric = 1.0) -> FloatArray:
    """Reactive silica that comes with a tonne of alumina: 1000 x/(a e).

    Parameters
    ----------
    silica_content
        Reactive silica x in bauxite [%]
    available_alumina
        Available alumina a in bauxite, above 0 [%]
    extraction
        Part e of it that is made, above 0 [1]

    Returns
    -------
    FloatArray
        Silica a tonne of alumina [kg/t]

    References
    ----------
    Balance of mass.
    """
    return 1000.0 * floats(silica_content) / (floats(available_alumina) * extraction)


def sodium_hydroxide_of(soda_in_product: Numeric) -> FloatArray:
    """Soda that leaves with alumina, as NaOH.

    Parameters
    ----------
    soda_in_product
        Soda in alumina, as Na2O [%]

    Returns
    -------
    FloatArray
        NaOH a tonne of alumina [kg/t]

    References
    ----------
    Molar masses of NaOH and Na2O.
    """
    return 10.0 * _NAOH_PER_NA2O * floats(soda_in_product)


def liquor_per_tonne(alumina_yield: Numeric) -> FloatArray:
    """Liquor that is pumped, heated and cooled for a tonne of alumina: 1000/y.

    Parameters
    ----------
    alumina_yield
        Alumina that leaves a litre of liquor, as Al2O3, above 0 [g/L]

    Returns
    -------
    FloatArray
        Liquor a tonne of alumina [m³/t]

    References
    ----------
    Balance of mass; exact.
    """
    return 1000.0 / floats(alumina_yield)


def alumina_rate(liquor_flow: Numeric, alumina_yield: Numeric) -> FloatArray:
    """Alumina that a line makes: F y 24/1000.

    Parameters
    ----------
    liquor_flow
        Flow F of liquor [m³/h]
    alumina_yield
        Alumina y that leaves a litre of liquor, as Al2O3 [g/L]

    Returns
    -------
    FloatArray
        Alumina [t/d]

    References
    ----------
    Balance of mass; exact.
    """
    return 0.024 * floats(liquor_flow) * alumina_yield
