"""Simulated plant as a live server, for trials of a gateway."""
