"""Dimensions of a class of reduction pots that the voltage and loss equations need."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CellDesign:
    """Dimensions of a prebake pot; defaults of the 400 kA class (engineering practice, assumed).

    Attributes
    ----------
    anode_face
        Face of all anodes together, so that 400 kA make 0.81 A/cm² [m²]
    anodes
        Number of anodes [count]
    cathode_face
        Metal surface that carries the current, so that 400 kA make 0.71 A/cm² [m²]
    fan_out
        Bath resistance over that of a straight column below the anodes, 0.90 to 0.95 [1]
    slot_factor
        Bubble voltage over that of anodes without slots, 0.5 to 0.7 [1]
    onset_alumina
        Alumina below which the anode effect threatens [wt%]
    anode_drop
        Voltage in the anodes and their rods at the nominal current, 0.28 to 0.35 [V]
    nominal_current
        Line current that anode_drop and the column of cathode drops refer to [kA]
    """

    anode_face: float = 49.4
    anodes: int = 48
    cathode_face: float = 56.0
    fan_out: float = 0.92
    slot_factor: float = 0.6
    onset_alumina: float = 1.8
    anode_drop: float = 0.30
    nominal_current: float = 400.0


P400 = CellDesign()
