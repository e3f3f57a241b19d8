"""Name, unit and sign of a physics feature with respect to the primary target."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PhysicsFeature:
    """Quantity that physics computes from measured columns, an additional input of a model.

    `sign` is +1 or -1 where physics is sure that the primary target rises or falls with it, all else equal, and 0
    where it is not. `span` is what it lies within, noise of the sensors included: beyond it the equation does not hold.
    """

    name: str
    unit: str
    sign: int
    span: tuple[float, float]
    description: str
