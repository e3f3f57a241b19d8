"""Training jobs of processes that sort."""
