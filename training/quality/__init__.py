"""Training jobs of processes that grade lots."""
