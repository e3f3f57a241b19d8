"""Schedules: hourly current of cells in series at least cost under a tariff, within physical limits."""
