"""Units as seeds write them: symbols of the field joined by `/` and `*`, each with at most one power and one prefix."""

import re

_SYMBOLS = (
    # dimensionless and shares
    "1 % wt% vol% ppm ppb ppmw count fraction "
    # mass, length, amount, volume
    "g t m L mol in "
    # electricity and energy
    "A V Ω S W Wh Ah J C eV bar Pa N T Hz "
    # time
    "s min h d month a "
    # temperature
    "K °C "
    # money, emission and energy equivalents, conductivity scale
    "$ CNY EUR CO2e CO2 ce %IACS pH HB"
).split()
_PREFIXES = ("", "G", "M", "k", "c", "m", "µ", "n")
_TAKES_PREFIX = set("g t m L mol A V Ω S W Wh Ah J C eV bar Pa N T Hz s $ CNY CO2e CO2 ce".split())
_ATOMS = {s for s in _SYMBOLS} | {p + s for s in _TAKES_PREFIX for p in _PREFIXES} | {"kgCO2e", "tCO2e", "kgce"}
_ATOM = re.compile(r"^(?P<symbol>.+?)(?P<power>[²³]|\^-?\d+(\.\d+)?)?$")

# How much of each unit of a mass fraction the whole mass is.
_WHOLE = {
    "1": 1.0,
    "kg/kg": 1.0,
    "%": 100.0,
    "wt%": 100.0,
    "kg/t": 1e3,
    "g/kg": 1e3,
    "g/t": 1e6,
    "mg/kg": 1e6,
    "ppm": 1e6,
    "ppmw": 1e6,
}
MASS_FRACTIONS = tuple(_WHOLE)

EXPECTED = "a unit such as kA, wt%, kWh/t, A/cm², kg/h"


def is_unit(text: str) -> bool:
    """Tell whether `text` is a unit in the one spelling that seeds use.

    Examples
    --------
    >>> is_unit("kWh/t"), is_unit("A/cm²"), is_unit("W/m²/K"), is_unit("kilowatt hours")
    (True, True, True, False)
    """
    for part in re.split(r"[/*]", text):
        match = _ATOM.match(part)
        if match is None or match["symbol"] not in _ATOMS:
            return False
    return True


def whole(unit: str) -> float:
    """Amount of a unit of mass fraction that makes up the whole mass: 100 for wt%, 10⁶ for ppm.

    Raises
    ------
    KeyError
        The unit is none of MASS_FRACTIONS.

    Examples
    --------
    >>> whole("wt%"), whole("g/t")
    (100.0, 1000000.0)
    """
    return _WHOLE[unit]
