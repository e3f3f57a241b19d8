"""Training jobs of graded lots: how candidates are fitted, measured, shown and compared; `task` is what jobs get."""
