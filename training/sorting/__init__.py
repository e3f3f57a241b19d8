"""Training jobs of sorting: how candidates are fitted, measured, shown and compared; `task` is what jobs get."""
