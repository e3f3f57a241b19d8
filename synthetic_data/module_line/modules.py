"""Modules as they were made: type, year, brand, format, bill of materials, label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from physics.photovoltaics.materials import mass_share
from synthetic_data.module_line import market
from synthetic_data.module_line.lots import ModuleLots, ModuleMarket
from synthetic_data.module_line.market import ASI, CDTE, CIGS, MONO, MULTI, OTHER
from synthetic_data.module_line.parameters import ModuleLineParameters

_FILM_FRAME, _FILM_FRAMED = 900.0, {CDTE: 0.05, CIGS: 0.5, ASI: 0.3}  # g/m², share with a frame
_FILM_LAYER = 350.0  # g/m², encapsulant and films
_OTHER_MASS = 19_000.0  # g/m², a collector with its absorber
_ONE_PANE_FRAMED, _TWO_PANES_FRAMED = 0.98, 0.7
_THICK, _THIN = 3.2, 2.4  # mm, front glass of one pane and of two
_TRACE_SILVER, _SELENIUM = 4.0, 5.5  # of thin films: ppm of contacts, g/m² in CIGS
_SILVER_OLD = 2010  # before, makes differed more
_ANTIMONY_ENDS = (1200.0, 4000.0)  # ppm
_NAMEPLATE = (-0.01, 0.03)  # power of a new module over its label, less 1
_BRAND_STEP = 0.35  # spread of brands: efficiency in steps of a per cent, quality of ageing

SHARED_UNIFORMS, SHARED_NORMALS = 9, 4


@dataclass(frozen=True)
class Modules:
    """The n modules of a block in order of lots; each array has one value a module."""

    lot: IntArray
    kind: IntArray  # index into the seed's classes
    silicon: BoolArray  # crystalline
    member: BoolArray  # of its lot's park
    year: FloatArray  # of making, whole
    age: FloatArray  # a
    brand: IntArray
    ageing: FloatArray  # standard normal: how fast the product ages
    area: FloatArray  # m²
    cells: FloatArray  # in series
    two_panes: BoolArray
    rolled: BoolArray  # front of patterned glass
    front: FloatArray  # thickness of the front glass [mm]
    framed: BoolArray
    black: BoolArray
    backsheet: IntArray  # index into market.BACKSHEETS
    mass: FloatArray  # g
    glass: FloatArray  # share of the mass
    aluminium: FloatArray  # share of the mass
    cell_share: FloatArray  # silicon, share of the mass
    antimony: FloatArray  # ppm of the glass
    front_antimony: FloatArray  # ppm of the front pane
    fluorine: FloatArray  # ppm
    silver: FloatArray  # ppm
    silver_area: FloatArray  # g/m²
    cadmium: FloatArray  # ppm
    cadmium_area: FloatArray  # g/m²
    selenium_area: FloatArray  # g/m²
    label: FloatArray  # true power of the label [W]
    power: FloatArray  # when new [W]


def draw_modules(lots: ModuleLots, sold: ModuleMarket, p: ModuleLineParameters, rng: np.random.Generator) -> Modules:
    """All modules of a block's lots: those of a park are of one product, the others each of its own."""
    n, k = len(lots.day) * lots.per_lot, len(lots.day)
    member = lots.park[lots.numbers] & (rng.random(n) < p.member_share)
    u, z = rng.random((SHARED_UNIFORMS, n)), rng.standard_normal((SHARED_NORMALS, n))
    for own, of_lot in ((u, rng.random((SHARED_UNIFORMS, k))), (z, rng.standard_normal((SHARED_NORMALS, k)))):
        own[:, member] = np.repeat(of_lot, lots.per_lot, axis=1)[:, member]
    alone = rng.random((4, n))
    normal = rng.standard_normal((3, n))
    kind, year = _kinds_and_years(lots, sold, p, member, u, z, alone)
    at = year - market.FIRST
    silicon = kind <= MULTI
    brand = np.searchsorted(sold.brands, u[2]).astype(np.intp)
    quality = _BRAND_STEP * (brand - 0.5 * (len(sold.brands) - 1)) / 3.0
    area, cells = _formats(kind, at, u[3])
    two_panes = np.where(silicon, u[4] < market.TWO_PANE_SHARE[at], kind != OTHER)
    rolled = silicon & (u[5] < market.ROLLED_SHARE[at])
    backsheet = np.sum(u[6, :, None] >= market.BACKSHEET_SHARES[at], axis=1)
    backsheet = np.where(silicon & ~two_panes, backsheet, market.PANE)
    backsheet_mass = market.BACKSHEET[at] / (1.0 - market.TWO_PANE_SHARE[at]) * (silicon & ~two_panes)
    framed = u[7] < _framed_share(kind, two_panes)
    glass, frame = _glass_and_frame(kind, at, two_panes)
    frame = frame * framed
    cell_mass = market.SILICON[at] * silicon
    of_silicon = cell_mass + market.ENCAPSULANT[at] + market.COPPER[at] + market.SILVER[at]
    whole = glass + frame + backsheet_mass + np.where(silicon, of_silicon, _FILM_LAYER)
    whole = np.where(kind == OTHER, _OTHER_MASS, whole)
    gsd = np.where(year < _SILVER_OLD, np.log(p.silver_gsd_old), np.log(p.silver_gsd))
    silver_area = np.where(silicon, market.SILVER[at], 1e-6 * _TRACE_SILVER * whole) * np.exp(
        gsd * np.sqrt(0.5) * (z[1] + normal[2])
    )
    front_antimony, antimony = _antimony(year, two_panes, rolled, z[3], p)
    cadmium_area = market.CADMIUM[at] * (kind == CDTE)
    mass = area * whole * np.exp(p.mass_sd * normal[0])
    label = _label(kind, at, area, quality, u[8], p)
    low, high = _NAMEPLATE
    return Modules(
        lot=lots.numbers,
        kind=kind,
        silicon=silicon,
        member=member,
        year=year.astype(np.float64),
        age=np.maximum(lots.by_module(lots.year) - year - alone[3], 0.0),
        brand=brand,
        ageing=np.sqrt(0.5) * (z[2] + normal[1]) - p.brand_loss_sd / p.yearly_loss_sd * quality,
        area=area,
        cells=cells,
        two_panes=two_panes,
        rolled=rolled,
        front=np.where(silicon & two_panes, _THIN, _THICK),
        framed=framed,
        black=u[7] < np.where(kind == MONO, 0.45, 0.12),
        backsheet=backsheet,
        mass=mass,
        glass=glass / whole,
        aluminium=frame / whole,
        cell_share=cell_mass / whole,
        antimony=antimony,
        front_antimony=front_antimony,
        fluorine=mass_share(market.FLUORINE[backsheet], whole),
        silver=mass_share(silver_area, whole),
        silver_area=silver_area,
        cadmium=mass_share(cadmium_area, whole),
        cadmium_area=cadmium_area,
        selenium_area=_SELENIUM * (kind == CIGS),
        label=label,
        power=label * (1.0 + low + (high - low) * alone[1]),
    )


def _kinds_and_years(
    lots: ModuleLots,
    sold: ModuleMarket,
    p: ModuleLineParameters,
    member: BoolArray,
    u: FloatArray,
    z: FloatArray,
    alone: FloatArray,
) -> tuple[IntArray, IntArray]:
    """Type and year of making of each module; what is no module, and early failures, never come as a park."""
    of_lot = lots.parameters
    now = lots.by_module(lots.year)
    mean, sd = lots.by_module(of_lot.year_mean), lots.by_module(of_lot.year_sd)
    age_of_park = now - np.minimum(mean + sd * z[0], now - 1.0)
    early = ~member & (alone[0] < lots.by_module(of_lot.early_share))
    year = now - np.where(early, p.early_age * alone[1], age_of_park)
    # Old modules whose label can be read are excluded for their silver; others come in their place.
    excluded = ~member & (year < p.set_aside_before) & (alone[2] < p.set_aside_share)
    year[excluded] = np.maximum(mean[excluded], p.set_aside_before)
    whole = np.clip(np.floor(year), market.FIRST, market.LAST).astype(np.intp)
    shares = sold.kinds * np.stack([of_lot.cdte_share, of_lot.cigs_share, of_lot.asi_share, of_lot.other_share], axis=1)
    films = np.cumsum(shares[:, :3], axis=1)
    film = np.sum(u[0].reshape(-1, lots.per_lot, 1) >= films[:, None, :], axis=2).ravel()
    mono = u[1] < market.MONO_SHARE[whole - market.FIRST]
    kind = np.where(film < 3, film + CDTE, np.where(mono, MONO, MULTI))
    other = ~member & (alone[3] < lots.by_module(shares[:, 3]))
    return np.where(other, OTHER, kind).astype(np.intp), whole


def _formats(kind: IntArray, at: IntArray, uniform: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Area [m²] and cells in series."""
    number = np.sum(uniform[:, None] >= market.SILICON_FORMATS[at], axis=1)
    area, cells = market.SILICON_AREA[number], market.SILICON_CELLS[number]
    for film, in_series in ((CDTE, 100.0), (CIGS, 84.0), (ASI, 90.0), (OTHER, 60.0)):
        rows = np.flatnonzero(kind == film)
        bounds = np.cumsum(market.FILM_FORMATS[film])
        chosen = np.minimum(np.searchsorted(bounds, uniform[rows], side="right"), len(bounds) - 1)
        area[rows] = (market.OTHER_AREA if film == OTHER else market.FILM_AREA)[chosen]
        cells[rows] = in_series
    return area, cells


def _framed_share(kind: IntArray, two_panes: BoolArray) -> FloatArray:
    """Share of modules with a frame."""
    share = np.where(two_panes, _TWO_PANES_FRAMED, _ONE_PANE_FRAMED)
    for film, of_film in _FILM_FRAMED.items():
        share[kind == film] = of_film
    return share


def _glass_and_frame(kind: IntArray, at: IntArray, two_panes: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Glass and, where there is one, the frame [g/m²]."""
    glass = np.where(two_panes, market.TWO_PANES, market.ONE_PANE)
    film = (kind >= CDTE) & (kind <= ASI)
    glass[film] = market.FILM_GLASS[at[film]]
    return glass, np.where(film, _FILM_FRAME, market.FRAME[at])


def _antimony(
    year: IntArray, two_panes: BoolArray, rolled: BoolArray, normal: FloatArray, p: ModuleLineParameters
) -> tuple[FloatArray, FloatArray]:
    """Antimony of the front pane and of all glass [ppm]; a rear pane is float glass in older makes."""
    fined = np.clip(p.antimony_mean + p.antimony_sd * normal, *_ANTIMONY_ENDS)
    trace = p.float_antimony * np.exp(np.log(p.float_antimony_gsd) * normal)
    front = np.where(rolled, fined, trace)
    rear = np.where(rolled & (year >= market.ROLLED_REARS_FROM), fined, trace)
    return front, np.where(two_panes, 0.5 * (front + rear), front)


def _label(
    kind: IntArray, at: IntArray, area: FloatArray, quality: FloatArray, uniform: FloatArray, p: ModuleLineParameters
) -> FloatArray:
    """Power on the label [W], in steps."""
    efficiency = market.EFFICIENCY[at] * np.where(kind == MONO, 1.05, 0.98)
    for film, by_year in market.FILM_EFFICIENCY.items():
        rows = kind == film
        efficiency[rows] = by_year[at[rows]]
    spread = p.label_low + (p.label_high - p.label_low) * uniform + 0.01 * quality
    return np.maximum(np.round(10.0 * area * efficiency * spread / p.label_step), 8.0) * p.label_step
