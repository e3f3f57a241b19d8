"""Column headings: a name that a seed can use, and the unit of the numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seeds.format.units import is_unit

_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "œ": "oe", "ł": "l", "đ": "d"}
    | {"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Æ": "Ae", "Ø": "Oe", "Å": "Aa", "Ł": "L", "Đ": "D"}
    | {"µ": "u", "μ": "u", "°": "", "²": "2", "³": "3", "%": " percent "}
    | dict(
        zip("αβγδεηθλρσφΔΩ", "alpha beta gamma delta eps eta theta lambda rho sigma phi delta ohm".split(), strict=True)
    )
)
_TAKEN = {"id", "rows", "unit", "coverage", "text"}

# Ways in which people and historians write units, in the seeds' spelling.
_SPELLINGS = {
    "degc": "°C", "deg c": "°C", "deg.c": "°C", "℃": "°C", "celsius": "°C", "grad c": "°C", "ºc": "°C", "° c": "°C",
    "pct": "%", "percent": "%", "prozent": "%", "wt.%": "wt%", "wt %": "wt%", "wt_pct": "wt%", "wtpct": "wt%",
    "mass%": "wt%", "ma%": "wt%", "gew%": "wt%", "gew.-%": "wt%", "vol.%": "vol%", "vol %": "vol%", "vol.-%": "vol%",
    "tph": "t/h", "kgph": "kg/h", "tpd": "t/d", "nm3/h": "m³/h", "m3/hr": "m³/h", "cbm": "m³", "l/min": "L/min",
    "lpm": "L/min", "l": "L", "l/h": "L/h", "l/s": "L/s", "ml": "mL", "g/l": "g/L", "mg/l": "mg/L", "kg/l": "kg/L",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "std": "h", "sec": "s", "second": "s", "seconds": "s",
    "mins": "min", "minute": "min", "minutes": "min", "day": "d", "days": "d", "tage": "d",
    "ka": "kA", "amp": "A", "ampere": "A", "a": "A", "ma": "mA", "v": "V", "mv": "mV", "kv": "kV", "volt": "V",
    "kw": "kW", "mw": "MW", "w": "W", "kwh": "kWh", "mwh": "MWh", "kwh/t": "kWh/t", "kj": "kJ", "mj": "MJ",
    "k": "K", "kelvin": "K", "c": "°C", "pa": "Pa", "kpa": "kPa", "mpa": "MPa", "mbar": "mbar", "hz": "Hz",
    "ohm": "Ω", "tons": "t", "tonnes": "t", "tonne": "t", "to": "t", "kgs": "kg", "mt": "t",
    "um": "µm", "μm": "µm", "ph": "pH", "pcs": "count", "stk": "count", "stück": "count",
}  # fmt: skip
# Of units that have several, the one spelling that drafts use.
_ONE_SPELLING = {
    **{"degC": "°C", "Cel": "°C", "deg C": "°C", "l": "L", "ml": "mL", "ohm": "Ω", "Ohm": "Ω", "hr": "h", "sec": "s"},
    **{"day": "d", "days": "d", "year": "a", "yr": "a", "tph": "t/h", "tpd": "t/d", "lpm": "L/min", "Lpm": "L/min"},
    **{"counts": "count", "pcs": "count", "-": "1", "–": "1", "—": "1", "Nm3": "Nm³", "RMB": "CNY", "μm": "µm"},
}
# Units that are believed at the end of a name without brackets around them; other words end a name by chance.
_CLEAR = set(
    "kA mA mV kV kW MW GW kWh MWh GWh Wh kJ MJ GJ kPa MPa hPa Pa bar mbar barg °C ppm ppb % wt% vol% mm cm µm km kg mg "
    "µg mL m² m³ Nm³ rpm Hz kHz mS µS mol pH Ω NTU psi kVA kVAh dB m³/h t/h".split()
)
_AFTER_QUANTITY = {
    **{"t": "K degC C", "temp": "C K", "temperature": "C K", "temperatur": "C K", "u": "V v", "i": "A"},
    **{"voltage": "V v", "spannung": "V", "current": "A", "strom": "A", "power": "W", "mass": "t g", "weight": "t g"},
    **dict.fromkeys(("menge", "feed", "charge", "metal", "einsatz", "produktion", "production", "tonnage"), "t kg"),
    **{"masse": "t g", "time": "h s d", "duration": "h s d", "dauer": "h s d", "length": "m", "volume": "L l"},
}
_AMOUNTS = set("t kg g mg m3 Nm3 nm3 L l mL ml kWh kwh MWh MJ GJ kJ A kA ka mA W kW MW mm m".split())
_RATES = set("t h d s min kg m2 m3 L l cm2 a".split())
_BRACKETS = re.compile(r"[(\[{（]([^()\[\]{}（）]{1,20})[)\]}）]\s*$")
_TAIL = re.compile(r"^(?P<name>.*\S)(?:\s*,\s+|\s+)(?P<unit>\S{1,12})$")


@dataclass(frozen=True)
class Heading:
    """A heading as a draft uses it.

    Attributes
    ----------
    text : str
        As it stands in the file.
    name : str
        The column's name in the seed.
    unit : str or None
        Unit in the seeds' spelling; None where the heading names none that is known.
    said : str or None
        Text of the heading in place of a unit, as written.
    """

    text: str
    name: str
    unit: str | None
    said: str | None


def unit_of(text: str) -> str | None:
    """Unit in the seeds' spelling for a written unit; None if it is unknown.

    Examples
    --------
    >>> unit_of("degC"), unit_of("m3/h"), unit_of("kWh/t"), unit_of("apples")
    ('°C', 'm³/h', 'kWh/t', None)
    """
    plain = text.strip().replace("μ", "µ").replace("·", "*").replace("^2", "²").replace("^3", "³").replace("^-", "^-")
    plain = re.sub(r"(?<=[a-zA-Z])2(?![0-9eO])", "²", plain) if "CO2" not in plain else plain
    plain = re.sub(r"(?<=[a-zA-Z])3(?![0-9])", "³", plain)
    if "/" in plain or "*" in plain:
        parts = [_atom(part) for part in re.split(r"([/*])", re.sub(r"\s*/\s*", "/", plain))]
        if all(part in ("/", "*") or is_unit(part) for part in parts):
            return "".join(parts)
    for one in (_ONE_SPELLING.get(plain), plain, _SPELLINGS.get(text.strip().lower()), _SPELLINGS.get(plain.lower())):
        if one and is_unit(one):
            return one
    return None


def _atom(part: str) -> str:
    """One factor of a unit in the seeds' spelling; as it is where it is none."""
    return _ONE_SPELLING.get(part) or (part if is_unit(part) or part in "/*" else _SPELLINGS.get(part.lower(), part))


def read_unit(heading: str) -> tuple[str | None, str | None]:
    """Unit of a heading in the seeds' spelling, and as written; both None if no unit is written.

    Understood are `Temp (°C)`, `Temp [°C]`, `Strom / kA`, `Zn %`, `% Zn`, `power_kW`, `flow_t_h`, `T_degC`. One letter
    alone at the end of a name is no unit unless the name before it is that of a quantity.

    Examples
    --------
    >>> read_unit("Temp (°C)"), read_unit("flow_t_h"), read_unit("Strom / kA"), read_unit("line_a")
    (('°C', '°C'), ('t/h', 't_h'), ('kA', 'kA'), (None, None))
    """
    text = heading.strip()
    if ((unit := unit_of(text)) is not None) and (unit in _CLEAR or "/" in text):
        return unit, text
    bracket = _BRACKETS.search(text)
    if bracket:
        written = bracket[1].strip()
        return unit_of(written), written
    if text.endswith("%"):
        whole = re.search(r"(wt|vol|ma|gew)[.\- ]*%$", text, re.IGNORECASE)
        return (unit_of(whole[0]) if whole else "%"), (whole[0] if whole else "%")
    if text.startswith("% "):
        return "%", "%"
    for between in (" / ", " in "):
        _, separator, written = text.rpartition(between)
        if separator and (unit := unit_of(written)) is not None:
            return unit, written.strip()
    tail = _TAIL.match(text)
    if tail and (unit := _at_end(tail["name"], tail["unit"])) is not None:
        return unit, tail["unit"]
    return _underscored(text)


def _underscored(text: str) -> tuple[str | None, str | None]:
    """Unit at the end of a name such as flow_t_h, energy_kWh_t or T_degC."""
    parts = re.split(r"[_.]", text)
    for count in (3, 2, 1):
        if len(parts) <= count:
            continue
        name, written = "_".join(parts[:-count]), parts[-count:]
        if count == 1:
            unit = _at_end(name, written[0])
        elif count == 2:
            unit = unit_of("/".join(written)) if written[0] in _AMOUNTS and written[1] in _RATES else None
        else:
            unit = unit_of(f"{written[0]}/{written[2]}") if written[1] in ("per", "pro") else None
        if unit is not None:
            return unit, "_".join(written)
    return None, None


def _at_end(name: str, written: str) -> str | None:
    """Unit of the last word of a heading, where it is one."""
    unit = unit_of(written)
    if unit is None:
        return None
    if unit in _CLEAR or "/" in written:
        return unit
    last = re.split(r"[_\s.]", name.lower())[-1].rstrip("0123456789")
    return unit if written in _AFTER_QUANTITY.get(last, "").split() else None


def read_headings(headings: Sequence[str], units: dict[str, str] | None = None) -> list[Heading]:
    """Names and units of a table's headings; names are unique and none is another column's heading.

    Parameters
    ----------
    headings : sequence of str
        As they stand in the file.
    units : dict of str to str, optional
        Units that a row below the header names, by heading; they go before what a heading says.
    """
    taken = set(_TAKEN) | {text for text in headings if _is_name(text)}
    names: dict[str, str] = {text: text for text in headings if _is_name(text) and text not in _TAKEN}
    for text in headings:
        if text not in names:
            short = name_of(_BRACKETS.sub("", text))
            names[text] = _free(name_of(text) if short in taken else short, taken)
            taken.add(names[text])
    parsed = []
    for text in headings:
        unit, written = read_unit(text)
        if units and text in units:
            unit, written = units[text], units[text]
        parsed.append(Heading(text, names[text], unit, written))
    return parsed


def name_of(text: str) -> str:
    """A name of small letters, digits and underscores, from any text.

    Examples
    --------
    >>> name_of("Strömung [m³/h]"), name_of("Zn %"), name_of("2nd stage"), name_of("电流")
    ('stroemung_m3_h', 'zn_percent', 'c_2nd_stage', 'column')
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[a-z]{2})(?=[A-Z][a-z])", "_", plain)
    plain = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")
    if not plain:
        return "column"
    return plain if plain[0].isalpha() else f"c_{plain}"


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[a-z][a-z0-9_]*", text) is not None


def _free(name: str, taken: Iterable[str]) -> str:
    """The name, with the first free number behind it where it is taken."""
    taken = set(taken)
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
