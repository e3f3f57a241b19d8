"""Training jobs for sorting: fit, metrics, plots and comparison of candidates; jobs receive `task`."""
