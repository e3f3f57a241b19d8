"""Accelerated replay of a simulated plant with the real service, records and worker."""
