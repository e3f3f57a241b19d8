"""Training jobs of a class: how candidates are fitted, measured, shown and compared; `task` is what jobs get."""
