"""Early warnings: probability of an event in the coming periods of a unit, from available data."""
