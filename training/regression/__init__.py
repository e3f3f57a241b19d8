"""Training jobs of processes that predict a number."""
