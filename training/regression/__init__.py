"""Training jobs of a number: how candidates are fitted, measured, shown and compared; `task` is what jobs get."""
