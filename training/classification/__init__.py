"""Training jobs for a class: fit, metrics, plots and comparison of candidates; jobs receive `task`."""
