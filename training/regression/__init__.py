"""Training jobs for a number: fit, metrics, plots and comparison of candidates; jobs receive `task`."""
