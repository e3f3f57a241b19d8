"""Why no set-points can be recommended at all."""


class SetpointError(ValueError):
    """History that teaches nothing of the knobs, prices or moves that cannot be; what is wrong is named."""
