"""Training jobs for graded lots: fit, metrics, plots, comparison of candidates; jobs receive `task`."""
