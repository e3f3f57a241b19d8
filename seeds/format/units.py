"""Units in seeds: symbols of the field, SI and UCUM, joined by `/`, `*` or `.`, with powers."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache

_SYMBOLS = (
    # dimensionless, shares, counts
    "1 - % ‰ wt% vol% at% mol% ppm ppb ppmw ppbw ppmv ppt count counts cps fraction pcs cell pot plate anode cathode "
    "dB "
    # mass, length, area, volume, amount
    "g t lb oz grain m in ft yd mi mil mesh ha acre L l ml m3 Nm³ Nm3 Sm³ Sm3 gal bbl mol eq osm "
    # force, pressure, energy, power
    "N Pa bar barg bara psi psia psig atm at Torr mmHg inHg mmH2O mmWC inWC J cal Btu BTU W hp VA var eV Wh VAh "
    "varh erg dyn "
    # electricity, magnetism, light, radiation
    "A Ah V Ω ohm Ohm S F C H T G Wb Hz lm lx cd Bq Gy Sv Ci rad sr "
    # time and speed of rotation
    "s sec min h hr d day days wk week month mo a yr year rpm rps "
    # temperature
    "K °C °F °R degC degF Cel "
    # flow as engineers abbreviate it, viscosity
    "lpm Lpm gpm cfm scfm sccm slpm tph tpd kgph P St cP cSt "
    # geometry
    "deg ° gon "
    # metallurgy and analysis
    "pH HB HV HRC HRB NTU FNU TCU IU U meq mEq %IACS %RH %sat "
    # money, emissions and energy equivalents
    "$ € £ ¥ USD EUR CNY RMB CO2e CO2 ce kgCO2e tCO2e kgce"
).split()

# UCUM's own codes for what has none of the symbols above.
_UCUM = (
    "[degF] [pH] [ppm] [ppb] [ppth] [pptr] [IU] [iU] [in_i] [ft_i] [yd_i] [mi_i] [lb_av] [oz_av] [gal_us] [qt_us] "
    "[pt_us] [foz_us] [psi] [Btu] [Cal] [HP] [kn_i] [g] [lbf_av] [cin_i] [cft_i] [sin_i] [sft_i] [acr_us] "
    "m[Hg] m[H2O] [in_i'Hg] [in_i'H2O] 10* 10^ att deg ' '' ar st"
).split()
_PREFIXES = ("", "G", "M", "k", "h", "da", "d", "c", "m", "µ", "μ", "u", "n", "p")
_TAKES_PREFIX = set(
    "g t m L l mol eq osm N Pa bar psi J cal W VA var eV Wh VAh varh A Ah V Ω ohm S F C H T G Wb Hz lm lx Bq Gy Sv Ci "
    "rad K s Cel P St U IU $ EUR USD CNY CO2e CO2 ce m3 Nm³ Nm3 m[Hg] m[H2O] [iU]".split()
)
_ATOMS = {*_SYMBOLS, *_UCUM, *(prefix + symbol for symbol in _TAKES_PREFIX for prefix in _PREFIXES)}
_ATOM = re.compile(r"(?P<symbol>.+?)(?P<power>\^?[-+]?\d+(\.\d+)?|[⁻]?[⁰¹²³⁴-⁹]+)?")
_ANNOTATION = re.compile(r"\{[^{}]*\}")

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

# What people write for a unit that has another symbol, and units that are often meant, for the one suggested.
_MEANT = {
    "c": "°C",
    "deg c": "°C",
    "celsius": "°C",
    "celcius": "°C",
    "grad": "°C",
    "f": "°F",
    "fahrenheit": "°F",
    "percent": "%",
    "pct": "%",
    "prozent": "%",
    "amps": "A",
    "ampere": "A",
    "volts": "V",
    "volt": "V",
    "hours": "h",
    "hour": "h",
    "std": "h",
    "minutes": "min",
    "seconds": "s",
    "tons": "t",
    "tonnes": "t",
    "ton": "t",
    "to": "t",
    "litre": "L",
    "liter": "L",
    "litres": "L",
    "kilograms": "kg",
    "kgs": "kg",
    "grams": "g",
    "u/min": "rpm",
    "cbm/h": "m³/h",
    "gpl": "g/L",
    "mgpl": "mg/L",
    "kwh": "kWh",
    "mwh": "MWh",
    "kw": "kW",
    "mw": "MW",
    "ka": "kA",
    "mv": "mV",
    "ph": "pH",
    "none": "-",
    "unitless": "-",
    "dimensionless": "-",
    "n/a": "-",
}
_OFTEN = (
    "kA A V mV kW MW kWh MWh kWh/t °C K % wt% ppm g/L mg/L g/t kg kg/t t t/h kg/h m³/h L/min L/h ml/min m/s mm µm m "
    "bar kPa Pa rpm Hz h min s d pH A/m² A/cm² S/m mS/cm g/cm³ kg/m³ Nm³/h mesh N J/kg kJ/kg $/t $/kg - 1"
).split()


@lru_cache(maxsize=1024)
def is_unit(text: str) -> bool:
    """Return whether `text` is a unit.

    An atom is a symbol with at most one prefix and one power, as in `m3`, `m³`, `m^3`, `s-1`; a text in braces is a
    note that UCUM allows, as in `mL/min{standard}`.

    Examples
    --------
    >>> is_unit("kWh/t"), is_unit("A/cm²"), is_unit("W/m²/K"), is_unit("kilowatt hours")
    (True, True, True, False)
    >>> is_unit("m3/h"), is_unit("ml/min"), is_unit("-"), is_unit("mg/dL"), is_unit("m[Hg]"), is_unit("10*3/uL")
    (True, True, True, True, True, True)
    """
    if not text or text.strip() != text:
        return False
    bare = _ANNOTATION.sub("", text)
    if not bare:
        return True  # a note alone is a unit 1 of what it names
    return all(_is_factor(part) for part in re.split(r"[/*·](?!\d)|(?<!\*)/", bare.lstrip("/")))


def _is_factor(part: str) -> bool:
    """Return whether a part between two slashes is an atom, or several joined by points."""
    return _is_atom(part) or ("." in part and all(_is_atom(atom) for atom in part.strip("()").split(".")))


def _is_atom(text: str) -> bool:
    if text in _ATOMS:
        return True
    match = _ATOM.fullmatch(text.strip("()"))
    return match is not None and (match["symbol"] in _ATOMS or match["symbol"] + "*" in _ATOMS)


def nearest_unit(text: str) -> str | None:
    """The unit that is most likely meant by a text that is none; None where nothing is near.

    Examples
    --------
    >>> nearest_unit("deg C"), nearest_unit("kWh/tonne"), nearest_unit("Amps"), nearest_unit("xyzzy")
    ('°C', 'kWh/t', 'A', None)
    """
    plain = text.strip().strip("[]()").lower()
    if plain in _MEANT:
        return _MEANT[plain]
    lowered = {unit.lower(): unit for unit in (*_SYMBOLS, *_OFTEN)}
    near = difflib.get_close_matches(plain, lowered, n=1, cutoff=0.6)
    return lowered[near[0]] if near else None


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
