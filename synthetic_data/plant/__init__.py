"""Shared parts of simulated plants: parameters, walks, weather, readings, set-points, faults."""
