"""Error raised if no set-points can be recommended."""


class SetpointError(ValueError):
    """Unusable history, prices or moves for set-points; the message names the fault."""
