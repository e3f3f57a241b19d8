"""Control charts, capability and acceptance plans, on arrays alone."""
